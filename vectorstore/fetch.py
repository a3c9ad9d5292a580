"""One page from the web, with limits: on its size, on the time from the look-up of its name to its last byte, on
redirects (each checked as the first address was), on addresses (`addresses`) and on types of content.

The standard library's client, because the connection must go to an address that was checked. Proxies of the environment
are not used: behind one nothing could be checked. Compressed pages are asked for and unpacked up to the same size.
"""

from __future__ import annotations

import http.client
import re
import socket
import ssl
import time
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from threading import Timer
from urllib.parse import SplitResult, urljoin, urlsplit

from factcheck import __version__
from factcheck.errors import SourceError
from vectorstore.addresses import AddressCheck, is_public, resolve
from vectorstore.formats.kinds import Format, format_of_bytes

__all__ = ["Fetched", "Limits", "fetch"]

_TYPES: dict[str, Format] = {
    "text/html": "html",
    "application/xhtml+xml": "html",
    "text/plain": "text",
    "text/markdown": "text",
    "application/pdf": "pdf",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
}
_UNNAMED = {"", "application/octet-stream", "binary/octet-stream"}  # then the first bytes tell
_REDIRECTS = {301, 302, 303, 307, 308}
_CHARSET = re.compile(r"""charset\s*=\s*["']?([\w.:-]{1,40})""", re.IGNORECASE)
_STEP = 65_536


@dataclass(frozen=True, slots=True)
class Limits:
    """`time_s` is for all redirects together."""

    max_mb: float = 50.0
    time_s: float = 30.0
    redirects: int = 5


@dataclass(frozen=True, slots=True)
class Fetched:
    """What came: the address it came from at last, its bytes, their format, and the encoding that the server named."""

    url: str
    data: bytes
    kind: Format
    encoding: str | None


def fetch(url: str, limits: Limits | None = None, *, allowed: AddressCheck | None = None) -> Fetched:
    """Return the page at `url`. `allowed` decides which addresses may be connected to (default: public ones).

    Raises: SourceError, one line that says which limit or which answer ended it.
    """
    limits = limits or Limits()
    deadline = time.monotonic() + limits.time_s
    seen = url
    for _ in range(limits.redirects + 1):
        with _request(seen, deadline, limits, allowed or is_public) as answer:
            if answer.status not in _REDIRECTS:
                return _page(seen, answer, limits, deadline)
            target = answer.headers.get("Location")
        if not target:
            raise SourceError(f"{_short(seen)} redirects to nowhere; open it in a browser and give the final address")
        seen = urljoin(seen, target)
    raise SourceError(f"{_short(url)} redirects more than {limits.redirects} times; give the final address")


def _split(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        fits = parts.port is None or parts.port > 0
    except ValueError:
        parts, fits = urlsplit(""), False
    if not fits or parts.scheme not in {"http", "https"} or not parts.hostname or not url.isprintable() or " " in url:
        raise SourceError(f"{_short(url)} is not a web address; give http://… or https://…")
    if parts.username is not None or parts.password is not None:
        raise SourceError(f"{_short(url)} has a name or password in it, which would be stored; leave it out")
    return parts


@contextmanager
def _request(url: str, deadline: float, limits: Limits, allowed: AddressCheck) -> Iterator[http.client.HTTPResponse]:
    parts = _split(url)
    host, secure = str(parts.hostname), parts.scheme == "https"
    port = parts.port or (443 if secure else 80)
    addresses = resolve(host, port, timeout_s=deadline - time.monotonic(), allowed=allowed)
    connection = _Connection(host, port, addresses, deadline, secure=secure)
    # A server that sends a byte now and then never meets the socket's own timeout: this ends it.
    timer = Timer(max(0.0, deadline - time.monotonic()), connection.cut)
    timer.daemon = True
    timer.start()
    answer = None
    try:
        connection.request("GET", _target(parts), headers=_HEADERS)
        answer = connection.getresponse()
        yield answer
    except (OSError, http.client.HTTPException, UnicodeError, ValueError, SourceError) as error:
        # Once cut, whatever came looks complete, empty or broken: that is not what happened.
        if connection.late or time.monotonic() >= deadline or isinstance(error, TimeoutError):
            raise SourceError(f"{_short(url)} took longer than {limits.time_s:g} s; try again later") from None
        if isinstance(error, SourceError):
            raise
        said = " ".join(str(error).split()) or type(error).__name__
        raise SourceError(f"{_short(url)} cannot be fetched: {said[:200]}; check the address, and try again") from None
    finally:
        timer.cancel()
        if answer is not None:
            answer.close()
        connection.close()


def _target(parts: SplitResult) -> str:
    """Path and query, as ASCII."""
    said = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return "".join(chr(b) if 0x21 <= b <= 0x7E else f"%{b:02X}" for b in said.encode())


_HEADERS = {
    "User-Agent": f"factcheck/{__version__}",
    "Accept": ", ".join(_TYPES),
    "Accept-Encoding": "gzip, deflate",
    "Connection": "close",
}


class _Connection(http.client.HTTPConnection):
    """A connection to one of the addresses that were checked, whatever the name means by now."""

    def __init__(self, host: str, port: int, addresses: list[str], deadline: float, *, secure: bool) -> None:
        super().__init__(host, port)
        self.default_port = 443 if secure else 80  # for the Host header
        self._addresses, self._deadline, self._secure = addresses, deadline, secure
        self._wire: socket.socket | None = None  # ours: http.client forgets its own once an answer has begun
        self.late = False

    def connect(self) -> None:
        last: OSError | None = None
        for address in self._addresses:
            try:
                self.sock = socket.create_connection((address, self.port), self._left())
                break
            except OSError as error:
                last = error
        else:
            raise last or OSError("no address")
        if self._secure:
            self._wire = self.sock
            self.sock = _trust().wrap_socket(self.sock, server_hostname=self.host)
        self._wire = self.sock

    def _left(self) -> float:
        return max(0.01, self._deadline - time.monotonic())

    def cut(self) -> None:
        """End whatever is going on; called by another thread when the time is up."""
        self.late = True
        wire = self._wire or self.sock
        if wire is not None:
            with suppress(OSError):
                wire.shutdown(socket.SHUT_RDWR)


def _trust() -> ssl.SSLContext:
    import httpx  # noqa: PLC0415 - brings the certificates that a slim system lacks; only for https

    return httpx.create_ssl_context()


def _page(url: str, answer: http.client.HTTPResponse, limits: Limits, deadline: float) -> Fetched:
    if answer.status != 200:
        said = f"{answer.status} {answer.reason}".strip()[:80]
        raise SourceError(f"{_short(url)} answers {said!r}; open it in a browser, and save the page if it shows")
    declared = answer.headers.get("Content-Type", "")
    named = declared.partition(";")[0].strip().lower()
    if named not in _TYPES and named not in _UNNAMED:
        raise SourceError(f"{_short(url)} is {named[:60]!r}, not a page, text, PDF or Word file; give another address")
    data = _unpacked(url, _body(url, answer, limits), answer.headers.get("Content-Encoding", ""), limits)
    if not data:
        raise SourceError(f"{_short(url)} is empty; open it in a browser, and save the page if it shows")
    if time.monotonic() > deadline:
        raise SourceError(f"{_short(url)} took longer than {limits.time_s:g} s; try again later")
    charset = _CHARSET.search(declared)
    kind = format_of_bytes(data) if named in _UNNAMED else _TYPES[named]
    return Fetched(url, data, kind, charset[1] if charset else None)


def _body(url: str, answer: http.client.HTTPResponse, limits: Limits) -> bytes:
    limit = int(limits.max_mb * 1_000_000)
    parts: list[bytes] = []
    size = 0
    while part := answer.read(_STEP):
        parts.append(part)
        size += len(part)
        if size > limit:
            raise SourceError(_too_large(url, limits))
    if answer.length:  # what Content-Length promised and did not come
        raise SourceError(f"{_short(url)} broke off after {size:,} bytes; try again")
    return b"".join(parts)


def _unpacked(url: str, data: bytes, encoding: str, limits: Limits) -> bytes:
    """Return the data unpacked, up to the limit: 1 MB of gzip can hold 1 GB."""
    encoding = encoding.strip().lower()
    if encoding in {"", "identity"}:
        return data
    if encoding not in {"gzip", "x-gzip", "deflate"}:
        raise SourceError(f"{_short(url)} is packed as {encoding[:40]!r}, which was not asked for; save it yourself")
    limit = int(limits.max_mb * 1_000_000)
    for window in (47, -15):  # gzip or zlib by its head; some servers call raw deflate so
        unpacker = zlib.decompressobj(window)
        try:
            found = unpacker.decompress(data, limit + 1)
        except zlib.error:
            continue
        if len(found) > limit:
            raise SourceError(_too_large(url, limits))
        if unpacker.eof:
            return found
    raise SourceError(f"{_short(url)} is damaged: it cannot be unpacked; try again")


def _too_large(url: str, limits: Limits) -> str:
    return f"{_short(url)} has more than max_source_mb={limits.max_mb:g}; raise the setting, or give a part of it"


def _short(url: str) -> str:
    """The address in a message: without a password, and not longer than a line."""
    shown = re.sub(r"//[^/@]*@", "//…@", url, count=1)
    return shown if len(shown) <= 200 else f"{shown[:200]}…"
