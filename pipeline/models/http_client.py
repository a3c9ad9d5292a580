"""An HTTP client with bounds that the OpenAI client lacks: on the whole body's time, on its size, on redirects."""

from __future__ import annotations

import time
from typing import Any

import openai

__all__ = ["BodyError", "bounded_client"]

MAX_BODY_BYTES = 8_000_000  # a reply of 1,000 tokens with 20 alternatives each has 2 MB


class BodyError(openai.OpenAIError):
    """A body that is too large."""


class SlowBodyError(openai.OpenAIError, TimeoutError):
    """A body that came in pieces, each in time, and all together too late."""


class _BoundedClient(openai.DefaultHttpxClient):
    """Reads a body itself, so that a server which sends a byte a second cannot hold us for ever."""

    def send(self, request: Any, *, stream: bool = False, **options: Any) -> Any:
        limit: float = (request.extensions.get("timeout") or {}).get("read") or float("inf")
        deadline = time.monotonic() + limit
        response = super().send(request, stream=True, **options)
        if stream:
            return response
        try:
            body = bytearray()
            for piece in response.iter_bytes():
                body += piece
                if len(body) > MAX_BODY_BYTES:
                    raise BodyError(f"the body has more than {MAX_BODY_BYTES / 1e6:g} MB")
                if time.monotonic() > deadline:
                    raise SlowBodyError("the body came too slowly")
        finally:
            response.close()
        decoded = {"content-encoding", "content-length", "transfer-encoding"}
        headers = [(key, value) for key, value in response.headers.multi_items() if key.lower() not in decoded]
        return type(response)(response.status_code, headers=headers, content=bytes(body), request=request)


def bounded_client() -> Any:
    """Return a client for `ChatOpenAI(http_client=…)`. It follows no redirect: a key goes where it was sent."""
    return _BoundedClient(follow_redirects=False)
