"""A server on loopback that speaks OpenAI's protocol and says what the test tells it to."""

from __future__ import annotations

import json
import threading
import time
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest


@dataclass
class FakeOpenAI:
    """`answers` are used in order, the last one for ever: a text, a body, a (status, body), or a number of seconds."""

    base_url: str = ""
    answers: deque[Any] = field(default_factory=deque)
    requests: list[dict[str, Any]] = field(default_factory=list)
    keys: list[str | None] = field(default_factory=list)
    heads: list[Any] = field(default_factory=list)

    def next(self) -> Any:
        return self.answers.popleft() if len(self.answers) > 1 else self.answers[0]


def completion(text: str | None, **message: Any) -> dict[str, Any]:
    finish, logprobs = message.pop("finish_reason", "stop"), message.pop("logprobs", None)
    choice = {"index": 0, "finish_reason": finish, "logprobs": logprobs}
    choice["message"] = {"role": "assistant", "content": text, **message}
    usage = {"prompt_tokens": 10, "completion_tokens": 4, "total_tokens": 14}
    return {"id": "c", "object": "chat.completion", "created": 1, "model": "m", "choices": [choice], "usage": usage}


@pytest.fixture
def server() -> Iterator[FakeOpenAI]:
    fake = FakeOpenAI()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            fake.requests.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            fake.heads.append(self.headers)
            fake.keys.append(self.headers["Authorization"])
            answer = fake.next()
            if isinstance(answer, float):
                time.sleep(answer)
                answer = "late"
            if answer is None:  # hang up
                self.connection.close()
                return
            status, body = answer if isinstance(answer, tuple) else (200, answer)
            content = (
                body if isinstance(body, bytes) else json.dumps(completion(body) if isinstance(body, str) else body)
            )
            data = content if isinstance(content, bytes) else content.encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.send_header("Retry-After", "0")
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *args: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        request_queue_size = 64

    http = Server(("127.0.0.1", 0), Handler)
    http.handle_error = lambda *args: None  # type: ignore[method-assign]  # a client that hangs up
    threading.Thread(target=http.serve_forever, args=(0.02,), daemon=True).start()
    fake.base_url = f"http://127.0.0.1:{http.server_address[1]}/v1"
    yield fake
    http.shutdown()
    http.server_close()
