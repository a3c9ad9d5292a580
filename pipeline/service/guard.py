"""What a request must pass before any of it is read as JSON: host, token, type, size, and time to arrive.

- Host: a web page that a person visits may send requests to a loopback address under a name of its own (DNS rebinding);
  only names of this service are answered. A request with a body must be `application/json`, which no web page may send
  across origins without asking first, and nobody is told yes.
- Token: compared in constant time. Where one is set, everything but `/health` needs it.
"""

from __future__ import annotations

import asyncio
import hmac
import ipaddress
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass, field
from typing import Any

from pipeline.service.problems import ProblemResponse

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Limits:
    """What is accepted. `hosts` are names served besides `localhost` and addresses written as numbers."""

    max_body_bytes: int = 2_000_000
    body_timeout_s: float = 10.0
    token: str | None = field(default=None, repr=False)
    hosts: tuple[str, ...] = ()


class Guard:
    """ASGI middleware that answers with a problem document what may not come in."""

    def __init__(self, app: App, limits: Limits) -> None:
        self._app, self._limits = app, limits

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
        problem = self._refused(scope, headers)
        body = b""
        if problem is None:
            read = await self._body(headers, receive)
            if read is None:
                return  # the client is gone
            problem, body = (read, b"") if isinstance(read, ProblemResponse) else (None, read)
        if problem is not None:
            await problem(scope, receive, send)
            return
        await self._app(scope, _replayed(body, receive), send)

    def _refused(self, scope: Scope, headers: dict[str, str]) -> ProblemResponse | None:
        if not _is_served(headers.get("host", ""), self._limits.hosts):
            return ProblemResponse(421, "misdirected", "this host name is not served here; use the address it printed")
        token = self._limits.token
        if token is not None and scope["path"] != "/health":
            scheme, _, given = headers.get("authorization", "").partition(" ")
            if scheme.lower() != "bearer" or not hmac.compare_digest(given.strip().encode(), token.encode()):
                detail = "give the token of this server as `Authorization: Bearer …`"
                return ProblemResponse(401, "unauthorised", detail, {"WWW-Authenticate": 'Bearer realm="factcheck"'})
        if (
            scope["method"] == "POST"
            and headers.get("content-type", "").split(";")[0].strip().lower() != "application/json"
        ):
            return ProblemResponse(415, "unsupported_media_type", "send the body as application/json")
        return None

    async def _body(self, headers: dict[str, str], receive: Receive) -> bytes | ProblemResponse | None:
        most = self._limits.max_body_bytes
        too_large = f"the body has more than {most:,} bytes; send less at once"
        stated = headers.get("content-length", "0")
        if stated.isdigit() and int(stated) > most:
            return ProblemResponse(413, "too_large", too_large, {"Connection": "close"})
        parts: list[bytes] = []
        size = 0
        try:
            async with asyncio.timeout(self._limits.body_timeout_s):
                while True:
                    message = await receive()
                    if message["type"] == "http.disconnect":
                        return None
                    parts.append(message.get("body", b""))
                    size += len(parts[-1])
                    if size > most:
                        return ProblemResponse(413, "too_large", too_large, {"Connection": "close"})
                    if not message.get("more_body", False):
                        return b"".join(parts)
        except TimeoutError:
            detail = f"the body did not arrive within {self._limits.body_timeout_s:g} s"
            return ProblemResponse(408, "timeout", detail, {"Connection": "close"})


def _is_served(host: str, names: tuple[str, ...]) -> bool:
    name = host.rsplit(":", 1)[0] if not host.endswith("]") else host
    name = name.strip("[]").lower().rstrip(".")
    if name == "localhost" or name in names:
        return True
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True  # an address cannot be rebound


def _replayed(body: bytes, receive: Receive) -> Receive:
    sent = False

    async def again() -> MutableMapping[str, Any]:
        nonlocal sent
        if sent:
            return await receive()
        sent = True
        return {"type": "http.request", "body": body, "more_body": False}

    return again
