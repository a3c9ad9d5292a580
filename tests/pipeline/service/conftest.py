"""A service over the seed articles, in process, and one over a socket."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from typing import Any

import httpx
import pytest
import uvicorn

from factcheck.settings import Settings
from pipeline.answerer import Answerer
from pipeline.lexical import LexicalScorer
from pipeline.service.app import create_app
from pipeline.service.guard import Limits
from pipeline.service.library import Library

MakeApp = Callable[..., Any]


@pytest.fixture(scope="session")
def make_app(hashed_settings: Settings, hashing: Any) -> Iterator[MakeApp]:
    """Make an app over the seed articles; keywords as for `create_app`."""
    from vectorstore.store import Store

    with Store.open(hashed_settings, hashing) as store:
        answerer = Answerer(store, hashed_settings, embedder=hashing, scorer=LexicalScorer())
        library = Library(answerer)
        yield lambda **options: create_app(library, **options)


@pytest.fixture
async def client(make_app: MakeApp) -> AsyncIterator[httpx.AsyncClient]:
    async with connect(make_app()) as client:
        yield client


def connect(app: Any, host: str = "127.0.0.1") -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=f"http://{host}:8765", timeout=60)


class SlowScorer(LexicalScorer):
    """A scorer that waits until it is let go; `n` counts its calls."""

    def __init__(self) -> None:
        self.begun, self.go = threading.Event(), threading.Event()
        self.n = 0

    def score_pairs(self, pairs: Sequence[tuple[str, str]]) -> Any:
        self.n += 1
        self.begun.set()
        assert self.go.wait(60)
        return super().score_pairs(pairs)


class _Quiet(uvicorn.Server):
    def capture_signals(self) -> Any:
        return contextlib.nullcontext()


@pytest.fixture(scope="session")
def serve_app() -> Callable[[Any], Any]:
    """Serve an ASGI app on a free port in a thread: a context manager that gives the address."""

    @contextlib.contextmanager
    def serving(app: Any) -> Iterator[str]:
        config = uvicorn.Config(app, port=0, log_config=None, lifespan="off", ws="none", loop="asyncio", http="h11")
        server = _Quiet(config)
        thread = threading.Thread(target=server.run, daemon=True)
        thread.start()
        try:
            until = time.monotonic() + 60
            while not server.started and thread.is_alive() and time.monotonic() < until:
                time.sleep(0.02)
            assert server.started
            yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(60)

    return serving


@pytest.fixture(scope="session")
def address(make_app: MakeApp, serve_app: Callable[[Any], Any]) -> Iterator[str]:
    with serve_app(make_app(limits=Limits(token=TOKEN))) as url:
        yield url


TOKEN = "a-token-of-the-tests"
