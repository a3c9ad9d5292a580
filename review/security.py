"""What every request passes before a page sees it: host, origin, size, time; and what every reply carries.

- **Origin**: a form sent from another site is refused before its CSRF token is even read.
- **Host, size, time**: see `pipeline.service.incoming`.
- **Policy**: scripts and styles come from this server's own files alone; nothing inline runs, nothing frames us.
"""

from __future__ import annotations

from collections.abc import Iterable

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pipeline.service.incoming import BodyTooLargeError, host_of, is_served, read_body, replayed

__all__ = ["MAX_BODY", "Guard"]

MAX_BODY = 256 * 1024  # bytes; the longest form is a comment and a span
BODY_S = 10.0
_SAFE = {"GET", "HEAD"}
POLICY = {
    "content-security-policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'",
    "x-content-type-options": "nosniff",
    # Not `no-referrer`: with it a browser sends `Origin: null` for our own forms.
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=()",
    "x-frame-options": "DENY",
}


class Guard:
    """ASGI middleware; `names` are host names served besides `localhost` and addresses written as numbers."""

    def __init__(self, app: ASGIApp, names: Iterable[str] = ()) -> None:
        self.app, self.names = app, frozenset(name.lower() for name in names)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        found = self._refusal(scope["method"], headers) or await _body(receive, headers)
        if isinstance(found, tuple):
            status, message = found
            await PlainTextResponse(message, status, {"connection": "close"})(scope, receive, _with_policy(send))
        elif found is not None:  # else the visitor is gone
            await self.app(scope, replayed(found, receive), _with_policy(send))

    def _refusal(self, method: str, headers: Headers) -> tuple[int, str] | None:
        host = host_of(headers)
        if not is_served(host, self.names):
            return 421, "This host name is not served here. Open the address that `factcheck review` printed."
        if method in _SAFE or _same_origin(host, headers):
            return None
        return 403, "The request comes from another site and was not carried out."


async def _body(receive: Receive, headers: Headers) -> bytes | tuple[int, str] | None:
    """The whole body, or why it is refused; None where the visitor is gone."""
    try:
        return await read_body(receive, headers, most=MAX_BODY, within_s=BODY_S)
    except BodyTooLargeError:
        return 413, f"The request is larger than {MAX_BODY // 1024} KB; shorten the comment or the span."
    except TimeoutError:
        return 408, f"The request did not arrive within {BODY_S:g} s; send it again."


def _same_origin(host: str, headers: Headers) -> bool:
    """A browser says where a form comes from: `Origin`, else `Sec-Fetch-Site`. Other programs say neither."""
    origin = headers.get("origin")
    if origin is not None:
        return origin.lower() in {f"http://{host.lower()}", f"https://{host.lower()}"}
    return headers.get("sec-fetch-site", "same-origin") == "same-origin"


def _with_policy(send: Send) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in POLICY.items():
                headers[name] = value
            headers.setdefault("cache-control", "no-store")
        await send(message)

    return sending
