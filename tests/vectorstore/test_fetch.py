"""One page from a local server that behaves in every way a server can; and addresses that are never asked."""

from __future__ import annotations

import gzip
import socket
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from factcheck.errors import SourceError
from vectorstore.addresses import is_public, resolve
from vectorstore.fetch import Limits, fetch

PAGE = b"<html><body><p>The treaty was signed in Moscow on Friday, it said.</p></body></html>"
LIMITS = Limits(max_mb=0.1, time_s=5.0, redirects=3)

Handler = Callable[["Server"], None]


class Server(BaseHTTPRequestHandler):
    """Answers by path; `seen` has every request's path and Host."""

    seen: list[tuple[str, str]] = []  # noqa: RUF012

    def do_GET(self) -> None:
        self.seen.append((self.path, self.headers["Host"]))
        with suppress(BrokenPipeError, ConnectionResetError):
            ROUTES.get(self.path.partition("?")[0], missing)(self)

    def log_message(self, *_: object) -> None:
        pass


def send(server: Server, body: bytes, status: int = 200, **headers: str) -> None:
    server.send_response(status)
    for name, value in {"Content_Type": "text/html; charset=utf-8", **headers}.items():
        server.send_header(name.replace("_", "-"), value)
    if "Content_Length" not in headers:
        server.send_header("Content-Length", str(len(body)))
    server.end_headers()
    server.wfile.write(body)


def missing(server: Server) -> None:
    send(server, b"no", 404)


def redirect(target: str, status: int = 302) -> Handler:
    return lambda server: send(server, b"", status, Location=target)


def drip(server: Server) -> None:
    server.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n")
    for _ in range(100):
        server.wfile.write(b"x")
        server.wfile.flush()
        time.sleep(0.05)


def drip_headers(server: Server) -> None:
    for i in range(100):
        server.wfile.write(b"HTTP/1.1 200 OK\r\n" if i == 0 else b"X")
        server.wfile.flush()
        time.sleep(0.05)


def endless(server: Server) -> None:
    server.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n")
    for _ in range(1000):
        server.wfile.write(b"x" * 10_000)


ROUTES: dict[str, Handler] = {
    "/page": lambda s: send(s, PAGE),
    "/text": lambda s: send(s, "Договор".encode("cp1251"), Content_Type='text/plain; charset="windows-1251"'),
    "/pdf": lambda s: send(s, b"%PDF-1.7", Content_Type="application/octet-stream"),
    "/png": lambda s: send(s, b"\x89PNG", Content_Type="image/png"),
    "/empty": lambda s: send(s, b""),
    "/gzip": lambda s: send(s, gzip.compress(PAGE), Content_Encoding="gzip"),
    "/deflate": lambda s: send(s, zlib.compress(PAGE)[2:-4], Content_Encoding="deflate"),
    "/bomb": lambda s: send(s, gzip.compress(b"x" * 50_000_000), Content_Encoding="gzip"),
    "/brotli": lambda s: send(s, PAGE, Content_Encoding="br"),
    "/torn": lambda s: send(s, gzip.compress(PAGE)[:-20], Content_Encoding="gzip"),
    "/short": lambda s: send(s, PAGE, Content_Length=str(len(PAGE) + 100)),
    "/large": lambda s: send(s, b"x" * 100_001),
    "/endless": endless,
    "/drip": drip,
    "/drip-headers": drip_headers,
    "/garbage": lambda s: s.wfile.write(b"\x00\x01 no HTTP\r\n\r\n"),
    "/moved": redirect("/page", 301),
    "/loop": redirect("/loop"),
    "/nowhere": lambda s: send(s, b"", 302),
    "/to-file": redirect("file:///etc/passwd"),
    "/to-metadata": redirect("http://169.254.169.254/latest/meta-data"),
    "/to-password": redirect("http://user:secret@127.0.0.1/"),
    "/forbidden": lambda s: send(s, b"no", 403),
}


@pytest.fixture(scope="module")
def base() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Server)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


def here(address: str) -> bool:
    """The seam: the test's own server is allowed, and nothing else."""
    return address == "127.0.0.1"


def test_a_page_with_its_address_type_and_encoding(base: str) -> None:
    found = fetch(f"{base}/page", LIMITS, allowed=here)
    assert (found.url, found.data, found.kind, found.encoding) == (f"{base}/page", PAGE, "html", "utf-8")
    text = fetch(f"{base}/text?q=Ä b#part".replace(" ", "%20"), LIMITS, allowed=here)
    assert (text.kind, text.encoding) == ("text", "windows-1251")
    assert Server.seen[-1][0] == "/text?q=%C3%84%20b"
    assert fetch(f"{base}/pdf", LIMITS, allowed=here).kind == "pdf"


@pytest.mark.parametrize("path", ["/gzip", "/deflate"])
def test_packed_pages_are_unpacked(base: str, path: str) -> None:
    assert fetch(f"{base}{path}", LIMITS, allowed=here).data == PAGE


def test_a_redirect_is_followed_and_the_final_address_is_told(base: str) -> None:
    assert fetch(f"{base}/moved", LIMITS, allowed=here).url == f"{base}/page"


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/missing", "answers '404 Not Found'"),
        ("/forbidden", "answers '403 Forbidden'"),
        ("/png", "is 'image/png', not a page"),
        ("/empty", "is empty"),
        ("/large", "has more than max_source_mb=0.1"),
        ("/endless", "has more than max_source_mb=0.1"),
        ("/bomb", "has more than max_source_mb=0.1"),
        ("/brotli", "is packed as 'br'"),
        ("/torn", "is damaged: it cannot be unpacked"),
        ("/short", "broke off"),
        ("/garbage", "cannot be fetched"),
        ("/loop", "redirects more than 3 times"),
        ("/nowhere", "redirects to nowhere"),
        ("/to-file", "file:///etc/passwd is not a web address"),
        ("/to-metadata", "169.254.169.254 is no public address"),
        ("/to-password", "http://…@127.0.0.1/ has a name or password in it"),
    ],
)
def test_what_a_server_can_do_ends_in_one_line(base: str, path: str, said: str) -> None:
    with pytest.raises(SourceError) as caught:
        fetch(f"{base}{path}", LIMITS, allowed=here)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("path", ["/drip", "/drip-headers"])
def test_a_server_that_drips_meets_the_deadline(base: str, path: str) -> None:
    started = time.monotonic()
    with pytest.raises(SourceError, match=r"took longer than 0\.4 s"):
        fetch(f"{base}{path}", Limits(time_s=0.4), allowed=here)
    assert time.monotonic() - started < 3


@pytest.mark.parametrize(
    "url",
    ["ftp://news.example/", "file:///etc/passwd", "http://", "news.example/a", "http://news.example:99999/", "http://[::1",
     "http://a b/", "http://news.example/\n", "javascript:alert(1)", "", "http://news.example:0/"],
)  # fmt: skip
def test_what_is_no_web_address_is_refused(url: str) -> None:
    with pytest.raises(SourceError, match="is not a web address"):
        fetch(url, LIMITS, allowed=here)


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "localhost", "0", "127.1", "0x7f000001", "2130706433", "[::1]", "[::ffff:127.0.0.1]", "10.0.0.1"],
)
def test_this_machine_and_its_network_are_never_asked(base: str, host: str) -> None:
    before = len(Server.seen)
    port = base.rpartition(":")[2]
    with pytest.raises(SourceError, match=r"is no public address|no such host"):
        fetch(f"http://{host}:{port}/page", LIMITS)
    assert len(Server.seen) == before


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("93.184.216.34", True), ("2606:2800:220:1::1", True), ("127.0.0.1", False), ("10.1.2.3", False),
        ("172.16.0.1", False), ("192.168.1.1", False), ("169.254.169.254", False), ("100.64.0.1", False),
        ("0.0.0.0", False), ("224.0.0.1", False), ("255.255.255.255", False), ("198.18.0.1", False), ("::1", False),
        ("::", False), ("fe80::1%eth0", False), ("fc00::1", False), ("fec0::1", False), ("ff02::1", False),
        ("::ffff:10.0.0.1", False), ("64:ff9b::a00:1", False), ("64:ff9b:1::5db8:d822", False),
        ("64:ff9b::5db8:d822", True), ("2002:a00:1::", False), ("::7f00:1", False), ("no address", False),
    ],
)  # fmt: skip
def test_public_addresses(address: str, public: bool) -> None:
    assert is_public(address) is public


def test_a_host_with_one_address_that_is_not_public_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    found = [(2, 1, 6, "", (address, 80)) for address in ("93.184.216.34", "10.0.0.1")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
    with pytest.raises(SourceError, match=r"news\.example is at 10\.0\.0\.1, which is no public address"):
        resolve("news.example", 80, timeout_s=5, allowed=is_public)


def test_a_name_that_answers_differently_the_second_time_gains_nothing(
    base: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rebinding: the name is asked once, and the connection goes to the address that was checked."""
    asked: list[str] = []

    def answers(host: str, port: int, *_: object, **__: object) -> list[object]:
        asked.append(host)
        return [(2, 1, 6, "", ("127.0.0.1" if len(asked) == 1 else "10.9.9.9", port))]

    real = socket.getaddrinfo
    monkeypatch.setattr(socket, "getaddrinfo", lambda h, *a, **k: (answers if "example" in h else real)(h, *a, **k))
    port = base.rpartition(":")[2]
    assert fetch(f"http://news.example:{port}/page", LIMITS, allowed=here).data == PAGE
    assert asked == ["news.example"]
    assert Server.seen[-1] == ("/page", f"news.example:{port}")


def test_a_name_server_that_hangs_meets_the_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    done = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: done.wait(20) and [])
    started = time.monotonic()
    with pytest.raises(SourceError, match="was not resolved in time"):
        fetch("http://news.example/", Limits(time_s=0.2), allowed=here)
    assert time.monotonic() - started < 3
    done.set()
