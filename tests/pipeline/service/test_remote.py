"""Asking a server: the same answers and errors as here, and nothing but a whole answer is one."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any, ClassVar

import pytest

from factcheck.errors import (
    FactcheckError,
    ModelReplyError,
    ModelUnavailableError,
    SourceError,
    StoreLockedError,
    UsageError,
)
from factcheck.records import Question
from pipeline.record import answer_record
from pipeline.remote import RemoteAnswerer
from tests.pipeline.service.conftest import TOKEN

TREATY = "Does the treaty include a mutual defence clause?"


def test_answers_and_sources_are_those_of_the_store(
    address: str, seed_records: tuple[dict[str, Any], ...], hashed_store: Any
) -> None:
    with RemoteAnswerer(address, token=TOKEN) as remote:
        answer, _ = remote.answer(Question(TREATY, id="defence"))
        source = remote.find_version(answer.citations[0].source, answer.citations[0].source_sha256)
        assert remote.find_version("nobody") is None
        with pytest.raises(SourceError, match="nobody"):
            remote.answer(Question(TREATY, sources=("nobody",)))
        with pytest.raises(UsageError, match="empty"):
            remote.answer(Question(" "))
    record = json.loads(json.dumps(answer_record(answer)))
    expected = dict(seed_records[0])
    assert {k: v for k, v in record.items() if k != "run"} == {k: v for k, v in expected.items() if k != "run"}
    stored = hashed_store.source(answer.citations[0].source)
    assert source is not None
    assert (source.text, source.provenance) == (stored.text, stored.provenance)


def test_without_the_token_the_error_says_what_to_give(address: str) -> None:
    with RemoteAnswerer(address) as remote, pytest.raises(UsageError, match="--token-file"):
        remote.answer(Question(TREATY))


class _Scripted(BaseHTTPRequestHandler):
    """Gives what is in `script`, in order: (status, headers, body); None closes the connection."""

    protocol_version = "HTTP/1.1"
    script: ClassVar[list[tuple[int, dict[str, str], bytes] | None]] = []

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        next_ = type(self).script.pop(0)
        if next_ is None:
            self.close_connection = True
            return
        status, headers, body = next_
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def scripted(*script: tuple[int, dict[str, str], bytes] | None) -> Iterator[str]:
    handler = type("Handler", (_Scripted,), {"script": list(script)})
    with HTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        assert handler.script == []


def problem(kind: str, detail: str = "why") -> bytes:
    return json.dumps({"kind": kind, "detail": detail, "status": 503, "title": "t", "type": "urn:x"}).encode()


@pytest.mark.parametrize(
    ("reply", "kind", "said"),
    [
        ((503, {}, problem("store_locked")), StoreLockedError, "why"),
        ((503, {}, problem("model_unavailable")), ModelUnavailableError, "why"),
        ((502, {}, problem("model_reply")), ModelReplyError, "why"),
        ((500, {}, problem("internal")), ModelUnavailableError, "why"),
        ((200, {}, b"<html>"), ModelReplyError, "no problem document"),
        ((200, {}, b"[1]"), ModelReplyError, "no problem document"),
        ((200, {}, b'{"answer": "yes"}'), FactcheckError, "edited"),
        ((404, {}, b"Not here"), ModelReplyError, "404"),
        ((302, {"Location": "http://127.0.0.1:9/"}, b""), ModelReplyError, "302"),
        ((200, {"Content-Length": "999", "Connection": "close"}, b"{"), ModelUnavailableError, "cannot be asked"),
        (None, ModelUnavailableError, "cannot be asked"),
    ],
)
def test_faults_are_errors_and_no_answers(reply: Any, kind: type[FactcheckError], said: str) -> None:
    with scripted(reply) as url, RemoteAnswerer(url, timeout_s=30) as remote, pytest.raises(kind, match=said):
        remote.answer(Question(TREATY))


def test_an_overloaded_server_is_asked_again(seed_records: tuple[dict[str, Any], ...]) -> None:
    busy = (503, {"Retry-After": "0"}, problem("too_busy"))
    with scripted(busy, busy, (200, {}, json.dumps(seed_records[0]).encode())) as url, RemoteAnswerer(url) as remote:
        assert remote.answer(Question(TREATY))[0].answer == seed_records[0]["answer"]
    with scripted(busy, busy, busy, busy) as url, RemoteAnswerer(url) as remote, pytest.raises(ModelUnavailableError):
        remote.answer(Question(TREATY))


def test_a_server_that_is_silent_or_not_there() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        with (
            RemoteAnswerer(url, timeout_s=0.2) as remote,
            pytest.raises(ModelUnavailableError, match="no answer in time"),
        ):
            remote.answer(Question(TREATY))
    with RemoteAnswerer(url) as remote, pytest.raises(ModelUnavailableError, match="factcheck serve"):
        remote.answer(Question(TREATY))


@pytest.mark.parametrize(
    "url", ["", "localhost:8765", "ftp://x", "http://", "http://u:p@x", "http://x:port", "http://x?y"]
)
def test_what_is_no_address(url: str) -> None:
    with pytest.raises(UsageError, match="no address"):
        RemoteAnswerer(url)


def test_the_client_is_light(address: str, tmp_path: Any) -> None:
    """No model, index or framework is imported to ask a server."""
    (tmp_path / "token").write_text(TOKEN)
    script = (
        "import sys\nfrom factcheck.cli.main import main\n"
        f"try: main(['ask', {TREATY!r}, '--json', '--server', {address!r}, '--token-file', 'token'])\n"
        "except SystemExit as done: assert not done.code, done.code\n"
        "heavy = {'chromadb', 'onnxruntime', 'numpy', 'tokenizers', 'fastapi', 'langchain_core', 'httpx', 'openai'}\n"
        "print(sorted(heavy & set(sys.modules)))\n"
    )
    env = {"PYTHONPATH": ":".join(p for p in sys.path if p), "PATH": "/usr/bin:/bin"}
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, env=env, cwd=tmp_path, check=True, timeout=60
    )
    record, heavy = done.stdout.splitlines()
    assert json.loads(record)["schema"] == "factcheck/answer/1"
    assert heavy == "[]"
