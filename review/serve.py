"""Serving the desk: who may reach it, the socket, the server. One process, so that one store holds the file."""

from __future__ import annotations

import contextlib
import getpass
import socket
from collections.abc import Iterable

import uvicorn

from factcheck.errors import UsageError
from pipeline.service.incoming import is_loopback
from review.app import create_app
from review.deciding import check_name
from review.reviewers import list_reviewers
from review.sessions import desk_key
from review.store import ReviewStore

__all__ = ["check_access", "listen", "serve"]


def check_access(store: ReviewStore, host: str, reviewer: str | None) -> str | None:
    """Return the name under which everybody judges, or None where each visitor signs in.

    Raises: UsageError for an address that others can reach where no reviewer has a token, or with a name for all.
    """
    registered = [one for one in list_reviewers(store) if one.revoked is None]
    if not is_loopback(host):
        if reviewer is not None:
            raise UsageError(f"--reviewer {reviewer!r} needs no token, so it is not for {host}; leave one of them out")
        if not registered:
            raise UsageError(f"{host} can be reached by others, and no reviewer has a token; make one first: "
                             "`factcheck review add-reviewer NAME`")  # fmt: skip
        return None
    if reviewer is not None:
        return check_name(reviewer)
    return None if registered else _own_name()


def _own_name() -> str:
    try:
        return check_name(getpass.getuser())
    except (OSError, KeyError, ImportError):
        return "reviewer"  # a container without a user of that number


def listen(host: str, port: int) -> socket.socket:
    """Return a bound socket. Raises: UsageError for a port that is taken or an address that is not ours."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    bound = socket.socket(family, socket.SOCK_STREAM)
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind((host, port))
        bound.listen(128)
    except OSError as error:
        bound.close()
        raise UsageError(f"cannot serve {host}:{port} ({error.strerror or error}); give another --port (0 = any free) "
                         "or --host") from None  # fmt: skip
    return bound


def serve(
    store: ReviewStore, bound: socket.socket, *, reviewer: str | None, judge_first: bool, hosts: Iterable[str]
) -> None:
    """Serve until interrupted. Requests that are being answered are finished first."""
    app = create_app(
        store, key=desk_key(store.path.parent), reviewer=reviewer, judge_first=judge_first, hosts=hosts,
        port=bound.getsockname()[1],
    )  # fmt: skip
    # Behind a proxy the address of a visitor would come from a header that anyone can write; the brake on tokens needs
    # the real one.
    config = uvicorn.Config(
        app,
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=3,
    )
    server = uvicorn.Server(config)
    with contextlib.suppress(KeyboardInterrupt):  # uvicorn raises it again once it has stopped
        server.run(sockets=[bound])
