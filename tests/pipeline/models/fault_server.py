"""A server on loopback that speaks OpenAI's protocol badly, in the ways of `fault_table`.

It works on the socket, so that it can stop anywhere.
"""

from __future__ import annotations

import json
import re
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from tests.pipeline.models.fake_openai import completion

QUOTE = "does not provide for a clause on mutual military assistance"
DRIP_S, SLOW_S = 0.05, 100.0
Body = bytes | dict[str, Any] | list[Any] | None
Respond = Callable[["Exchange"], None]


@dataclass
class Exchange:
    """One request, and the socket to answer on. `n` counts the requests of this server, from 0."""

    connection: socket.socket
    n: int
    head: str
    body: dict[str, Any]
    stopped: threading.Event

    def send(
        self, status: int, body: bytes | dict[str, Any] | list[Any] | None, *head: str, kind: str = "application/json"
    ) -> None:
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        lengths = (
            []
            if any(line.lower().startswith(("content-length", "transfer")) for line in head)
            else [f"Content-Length: {len(data)}"]
        )
        lines = [f"HTTP/1.1 {status} X", f"Content-Type: {kind}", "Connection: close", *lengths, *head, "", ""]
        self.connection.sendall("\r\n".join(lines).encode() + data)

    def good(self) -> None:
        """Quote what stands in the passage that holds it."""
        self.send(200, completion(json.dumps(self.reply())))

    def reply(self) -> dict[str, Any]:
        blocks = re.split(r"^(p\d+) \(source ", self.body["messages"][1]["content"], flags=re.MULTILINE)
        name = next((n for n, text in zip(blocks[1::2], blocks[2::2], strict=True) if QUOTE in text), "p1")
        return {"quotes": [{"passage": name, "quote": QUOTE, "stance": "refutes"}]}

    def reset(self) -> None:
        """Close with RST."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    def wait(self, seconds: float) -> None:
        self.stopped.wait(seconds)

    def drip(self, data: bytes, after: bytes = b"") -> None:
        self.connection.sendall(after)
        for byte in data:
            if self.stopped.wait(DRIP_S):
                return
            self.connection.sendall(bytes([byte]))


@dataclass(frozen=True)
class Fault:
    """What the server does, and what has to come of it: `kind` None is an answer, with `warning` in its warnings."""

    respond: Respond
    kind: str | None
    message: str = ""
    timeout_s: float = 60.0
    warning: str = ""
    most_requests: int = 2
    retries: int = 0


@dataclass
class FaultServer:
    """`fault` is what the next requests meet; `requests` are their bodies."""

    base_url: str
    fault: Fault | None = None
    requests: list[dict[str, Any]] = field(default_factory=list)
    heads: list[str] = field(default_factory=list)
    stopped: threading.Event = field(default_factory=threading.Event)

    def meet(self, fault: Fault) -> None:
        self.requests.clear()
        self.heads.clear()
        self.fault = fault

    def serve(self, connection: socket.socket) -> None:
        with connection:
            connection.settimeout(SLOW_S)
            try:
                head, content = _request(connection)
                exchange = Exchange(connection, len(self.requests), head, json.loads(content), self.stopped)
                self.requests.append(exchange.body)
                self.heads.append(head)
                assert self.fault is not None
                self.fault.respond(exchange)
                connection.shutdown(socket.SHUT_WR)
            except (OSError, ValueError):  # the client has gone
                return


def _request(connection: socket.socket) -> tuple[str, bytes]:
    data = b""
    while b"\r\n\r\n" not in data:
        more = connection.recv(65536)
        if not more:
            raise ConnectionError
        data += more
    head, _, content = data.partition(b"\r\n\r\n")
    length = re.search(rb"content-length: *(\d+)", head, re.IGNORECASE)
    while length and len(content) < int(length[1]):
        content += connection.recv(65536)
    return head.decode("latin-1"), content


@contextmanager
def fault_server() -> Iterator[FaultServer]:
    """Run the server in threads of this process."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        server = FaultServer(f"http://127.0.0.1:{listening.getsockname()[1]}/v1")
        listening.settimeout(0.05)

        def accept() -> None:
            while not server.stopped.is_set():
                try:
                    connection, _ = listening.accept()
                except TimeoutError:
                    continue
                except OSError:
                    return
                threading.Thread(target=server.serve, args=(connection,), daemon=True).start()

        thread = threading.Thread(target=accept, daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.stopped.set()
            thread.join()
