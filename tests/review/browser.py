"""A real desk in a real browser: the server in a thread, Debian's Chromium driven by Playwright."""

from __future__ import annotations

import contextlib
import shutil
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from playwright.sync_api import Browser, BrowserContext, Page, Route, sync_playwright

from review.app import create_app
from review.serve import listen
from review.store import ReviewStore

CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"
AXE = Path(__file__).parents[2] / "build" / "axe" / "node_modules" / "axe-core" / "axe.min.js"
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
WAIT_S = 60.0  # for a page or a server of a busy machine; an idle one needs less than 1
needs_chromium = pytest.mark.skipif(
    not Path(CHROMIUM).exists(),
    reason="Chromium is not installed; `make test-slow` installs it as root, else: apt-get install chromium",
)
needs_axe = pytest.mark.skipif(
    not AXE.exists(), reason="axe-core is not there; `make test-slow` fetches it with npm into build/axe"
)


def free_port() -> int:
    """A port that was free a moment ago."""
    with listen("127.0.0.1", 0) as bound:
        port: int = bound.getsockname()[1]
    return port


@contextlib.contextmanager
def served(store: ReviewStore, reviewer: str | None = "Ada", **options: Any) -> Iterator[str]:
    """Serve the desk on a free port; yields its address."""
    with listen("127.0.0.1", 0) as bound:
        port = bound.getsockname()[1]
        app = create_app(store, key=b"k" * 32, reviewer=reviewer, port=port, **options)
        server = uvicorn.Server(uvicorn.Config(app, log_level="error", timeout_graceful_shutdown=1))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [bound]}, daemon=True)
        thread.start()
        try:
            deadline = time.monotonic() + WAIT_S
            while not server.started and thread.is_alive() and time.monotonic() < deadline:
                time.sleep(0.02)
            assert server.started, "the desk did not start"
            yield f"http://127.0.0.1:{port}"
        finally:
            server.should_exit = True
            thread.join(WAIT_S)


@contextlib.contextmanager
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


class Line:
    """The way of a context's requests to the desk, which a test can cut and mend: `cut`; `n_lost` counts what met it.

    Made before the page is opened. Chromium does not wait until a page that stands has heard of a new route: a key that
    the page takes first goes to the server by the old way.
    """

    def __init__(self, context: BrowserContext, pattern: str) -> None:
        self.cut, self.n_lost = False, 0
        context.route(pattern, self._carry)

    def _carry(self, route: Route) -> None:
        if self.cut:
            self.n_lost += 1
            route.abort("connectionrefused")
        else:
            route.continue_()


def open_page(context: Browser | BrowserContext, address: str, **options: Any) -> Page:
    """Open a page and wait until it takes keys. Errors of our script fail the test."""
    page = context.new_page(**options)
    page.set_default_timeout(WAIT_S * 1000)
    page.on("pageerror", lambda error: pytest.fail(f"script error: {error}"))
    visit(page, address)
    return page


def visit(page: Page, address: str) -> None:
    page.goto(address)
    ready(page)


def ready(page: Page) -> None:
    page.wait_for_selector("html[data-ready]")


def press(page: Page, key: str) -> None:
    """Press a key that leads to another page, and wait until that one takes keys."""
    page.evaluate("document.documentElement.dataset.left = ''")
    page.keyboard.press(key)
    page.wait_for_selector("html[data-ready]:not([data-left])")
