"""What every request passes before a page sees it: host, origin, size; and what every reply carries.

- **Host**: a name that a web page can make point at 127.0.0.1 (DNS rebinding) is refused. Addresses written as numbers,
  `localhost` and the names given are served.
- **Origin**: a form sent from another site is refused before its CSRF token is even read.
- **Size**: a body is read up to `MAX_BODY` and no further.
- **Policy**: scripts and styles come from this server's own files alone; nothing inline runs, nothing frames us.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

__all__ = ["MAX_BODY", "Guard", "host_is_served"]

MAX_BODY = 256 * 1024  # bytes; the longest form is a comment and a span
_SAFE = {"GET", "HEAD"}
_PORT = re.compile(r":\d{1,5}$")
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
        self.app, self.names = app, frozenset(name.lower() for name in names) | {"localhost"}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers, sending = Headers(scope=scope), _with_policy(send)
        refused = self._refusal(scope["method"], headers)
        if refused is None:
            body = await _read(receive, headers)
            if body is None:
                refused = (413, f"The request is larger than {MAX_BODY // 1024} KB; shorten the comment or the span.")
            else:
                await self.app(scope, _replay(body, receive), sending)
                return
        status, message = refused
        await PlainTextResponse(message, status, {"connection": "close"})(scope, receive, sending)

    def _refusal(self, method: str, headers: Headers) -> tuple[int, str] | None:
        hosts = headers.getlist("host")
        host = hosts[0] if len(hosts) == 1 else ""
        if not host_is_served(host, self.names):
            return 421, "This host name is not served here. Open the address that `factcheck review` printed."
        if method in _SAFE or _same_origin(host, headers):
            return None
        return 403, "The request comes from another site and was not carried out."


def host_is_served(host: str, names: Iterable[str]) -> bool:
    """Whether a Host header names us: one of `names`, or an address written as numbers, with or without a port."""
    bare = _PORT.sub("", host.strip().lower())
    if bare in names:
        return True
    try:
        ipaddress.ip_address(bare.removeprefix("[").removesuffix("]"))
    except ValueError:
        return False
    return True


def _same_origin(host: str, headers: Headers) -> bool:
    """A browser says where a form comes from: `Origin`, else `Sec-Fetch-Site`. Other programs say neither."""
    origin = headers.get("origin")
    if origin is not None:
        return origin.lower() in {f"http://{host.lower()}", f"https://{host.lower()}"}
    return headers.get("sec-fetch-site", "same-origin") == "same-origin"


async def _read(receive: Receive, headers: Headers) -> bytes | None:
    """The whole body, or None when it is too large."""
    length = headers.get("content-length", "0")
    if not length.isdigit() or int(length) > MAX_BODY:
        return None
    body = b""
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return body
        body += bytes(message.get("body", b""))
        if len(body) > MAX_BODY:
            return None
        if not message.get("more_body", False):
            return body


def _replay(body: bytes, receive: Receive) -> Receive:
    pending: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def replay() -> Message:
        return pending.pop() if pending else await receive()

    return replay


def _with_policy(send: Send) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in POLICY.items():
                headers[name] = value
            headers.setdefault("cache-control", "no-store")
        await send(message)

    return sending
