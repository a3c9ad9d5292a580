"""The server process: bound before anything is loaded, stopped with grace."""

from __future__ import annotations

import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType

import uvicorn

from factcheck.errors import UsageError, UserError
from factcheck.settings import Settings
from pipeline.answerer import open_answerer
from pipeline.service.app import create_app
from pipeline.service.guard import Limits
from pipeline.service.incoming import is_loopback
from pipeline.service.library import Library

SHORTEST_TOKEN = 16


@dataclass(frozen=True, slots=True)
class Serving:
    """Where and how to serve. `n` requests work at once and `waiting` may wait, each up to `deadline_s`."""

    host: str = "127.0.0.1"
    port: int = 8765
    token: str | None = None
    n: int = 2
    waiting: int = 32
    deadline_s: float = 60.0
    grace_s: float = 10.0
    max_body_bytes: int = 2_000_000
    names: tuple[str, ...] = ()


def serve(settings: Settings, serving: Serving, ready: Callable[[str], None]) -> None:
    """Serve until SIGINT or SIGTERM; then take no more, and give those under way `grace_s` seconds.

    A second signal ends it at once.

    `ready` is told the address once questions are answered.
    Raises: UsageError for an address that needs a token; UserError for one that cannot be bound; what opening raises.
    """
    check_token(serving)
    with _bound(serving) as listening, open_answerer(settings) as answerer:
        library = Library(answerer)
        limits = Limits(
            max_body_bytes=serving.max_body_bytes, token=serving.token,
            hosts=tuple(name.lower() for name in (serving.host, *serving.names)),
        )  # fmt: skip
        with library.reading():
            answerer.warm_up()
        app = create_app(library, limits=limits, n=serving.n, waiting=serving.waiting, deadline_s=serving.deadline_s)
        config = uvicorn.Config(
            app, log_config=None, access_log=False, server_header=False, lifespan="off", ws="none",
            timeout_graceful_shutdown=max(1, round(serving.grace_s)), timeout_keep_alive=30, loop="asyncio", http="h11",
        )  # fmt: skip
        host = f"[{serving.host}]" if ":" in serving.host else serving.host
        ready(f"http://{host}:{listening.getsockname()[1]}")
        _Server(config).run(sockets=[listening])


def check_token(serving: Serving) -> None:
    """Loopback may go without a token; every other address lets strangers in. Raises: UsageError."""
    if serving.token is not None and (len(serving.token) < SHORTEST_TOKEN or not serving.token.isascii()):
        raise UsageError(
            f"the token must be at least {SHORTEST_TOKEN} ASCII characters; make one with `openssl rand -hex 24`"
        )
    if serving.token is None and not is_loopback(serving.host):
        raise UsageError(
            f"serving on {serving.host} lets others in, which needs a token: `openssl rand -hex 24 > token`, then "
            "--token-file token"
        )


class _Server(uvicorn.Server):
    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """As uvicorn does, without raising the signal again at the end: a graceful stop is exit code 0."""
        signals = (signal.SIGINT, signal.SIGTERM)
        before = {number: signal.signal(number, self._stop) for number in signals}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def _stop(self, number: int, frame: FrameType | None) -> None:
        self.force_exit = self.should_exit
        self.should_exit = True


@contextmanager
def _bound(serving: Serving) -> Iterator[socket.socket]:
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(serving.host, serving.port, type=socket.SOCK_STREAM)[0]
        listening = socket.socket(family, kind, protocol)
    except (OSError, UnicodeError, OverflowError) as error:
        raise UserError(f"{serving.host} is no address of this machine ({error}); give another --host") from None
    with listening:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listening.bind(address)
            listening.listen(128)
        except OSError as error:
            said = f"{serving.host}:{serving.port} cannot be served ({error.strerror}); give another --port or --host"
            raise UserError(said) from None
        yield listening
