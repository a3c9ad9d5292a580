"""What a request must pass before any of it is read as JSON: host, token, type, size, and time to arrive.

- Host, size, time: see `pipeline.service.incoming`. A request with a body must be `application/json`, which no web page
  may send across origins without asking first, and nobody is told yes.
- Token: compared in constant time. Where one is set, everything but `/health` needs it.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass, field

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from pipeline.service.incoming import BodyTooLargeError, host_of, is_served, read_body, replayed
from pipeline.service.problems import ProblemResponse

_LEAVE = {"Connection": "close"}


@dataclass(frozen=True, slots=True)
class Limits:
    """What is accepted. `hosts` are names served besides `localhost` and addresses written as numbers."""

    max_body_bytes: int = 2_000_000
    body_timeout_s: float = 10.0
    token: str | None = field(default=None, repr=False)
    hosts: tuple[str, ...] = ()


class Guard:
    """ASGI middleware that answers with a problem document what may not come in."""

    def __init__(self, app: ASGIApp, limits: Limits) -> None:
        self._app, self._limits = app, limits

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        found = self._refused(scope, headers) or await self._body(receive, headers)
        if isinstance(found, ProblemResponse):
            await found(scope, receive, send)
        elif found is not None:  # else the client is gone
            await self._app(scope, replayed(found, receive), send)

    def _refused(self, scope: Scope, headers: Headers) -> ProblemResponse | None:
        if not is_served(host_of(headers), self._limits.hosts):
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

    async def _body(self, receive: Receive, headers: Headers) -> bytes | ProblemResponse | None:
        most, within_s = self._limits.max_body_bytes, self._limits.body_timeout_s
        try:
            return await read_body(receive, headers, most=most, within_s=within_s)
        except BodyTooLargeError:
            detail = f"the body has more than {most:,} bytes; send less at once"
            return ProblemResponse(413, "too_large", detail, _LEAVE)
        except TimeoutError:
            return ProblemResponse(408, "timeout", f"the body did not arrive within {within_s:g} s", _LEAVE)
