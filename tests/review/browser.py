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
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from review.app import create_app
from review.serve import listen
from review.store import ReviewStore

CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"
AXE = Path(__file__).parents[2] / "build" / "axe" / "node_modules" / "axe-core" / "axe.min.js"
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
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
        deadline = time.monotonic() + 30
        while not server.started and time.monotonic() < deadline:
            time.sleep(0.02)
        yield f"http://127.0.0.1:{port}"
        server.should_exit = True
        thread.join(10)


@contextlib.contextmanager
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


def open_page(context: Browser | BrowserContext, address: str, **options: Any) -> Page:
    """Open a page and wait until it takes keys. Errors of our script fail the test."""
    page = context.new_page(**options)
    page.set_default_timeout(30_000)
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
