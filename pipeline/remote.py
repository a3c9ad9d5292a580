"""Asking a `factcheck serve` process: light, so that a question costs no start of models and indexes.

The standard library's HTTP client over one kept connection. An overloaded server (503 with Retry-After) is asked again
a few times; a problem document becomes the error that it names; whatever else comes back is no answer.
"""

from __future__ import annotations

import http.client
import json
import ssl
import time
from collections.abc import Mapping
from dataclasses import fields
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from factcheck import __version__, errors
from factcheck.errors import FactcheckError, ModelReplyError, ModelUnavailableError, UsageError
from factcheck.records import Answer, Provenance, Question, Source
from pipeline.questions import parse_question
from pipeline.record import answer_from_record, question_record

_TRIES = 4
_LONGEST_WAIT_S = 5.0
_MOST_BYTES = 100_000_000
_CLASSES: tuple[type[FactcheckError], ...] = tuple(getattr(errors, name) for name in errors.__all__)
_KINDS = {kind("").kind: kind for kind in _CLASSES if kind.__init__ is FactcheckError.__init__}


class RemoteAnswerer:
    """Answers questions as `Answerer` does, at a server. Use it as a context manager."""

    def __init__(self, url: str, *, token: str | None = None, timeout_s: float = 120.0) -> None:
        """Raises: UsageError for what is no http(s) address."""
        try:
            parts = urlsplit(url)
            host, port = parts.hostname, parts.port
        except ValueError:
            host = port = None
        if not host or parts.scheme not in {"http", "https"} or parts.username or parts.query or parts.fragment:
            raise UsageError(f"--server {url!r} is no address of a server; give http://host:port")
        self._url, self._prefix = f"{parts.scheme}://{parts.netloc}", parts.path.rstrip("/")
        self._headers = {"Accept": "application/json", "User-Agent": f"factcheck/{__version__}"}
        if token is not None:
            self._headers["Authorization"] = f"Bearer {token}"
        self._connection: http.client.HTTPConnection
        if parts.scheme == "https":
            self._connection = http.client.HTTPSConnection(
                host, port, timeout=timeout_s, context=ssl.create_default_context()
            )
        else:
            self._connection = http.client.HTTPConnection(host, port, timeout=timeout_s)

    def __enter__(self) -> RemoteAnswerer:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    def answer(self, question: Question) -> tuple[Answer, None]:
        """Return the server's answer. Raises: FactcheckError as the server names it; ModelError where there is none."""
        question = parse_question(question)
        asked = {name: value for name, value in question_record(question).items() if value is not None}
        asked["question"] = asked.pop("text")
        return answer_from_record(self._call("POST", "/ask", asked), f"the answer of {self._url}"), None

    def find_version(self, source_id: str, sha256: str | None = None) -> Source | None:
        """Return a source as `Store.find_version` does; None where the server does not have that text."""
        query = f"?{urlencode({'sha256': sha256})}" if sha256 else ""
        try:
            found = self._call("GET", f"/sources/{quote(source_id, safe='/')}{query}")
        except errors.SourceError:
            return None
        known = {f.name: found.get("provenance", {}).get(f.name) for f in fields(Provenance)}
        try:
            return Source(
                found["id"], found["text"], found["source_sha256"], found["file_sha256"], found["version"],
                provenance=Provenance(**known), pages=tuple(found.get("pages", ())),
            )  # fmt: skip
        except (KeyError, TypeError):
            raise ModelReplyError(f"{self._url} gave no source for {source_id!r}; is it `factcheck serve`?") from None

    def _call(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> dict[str, Any]:
        for attempt in range(1, _TRIES + 1):
            status, headers, data = self._exchange(method, path, body)
            if status != 503 or "Retry-After" not in headers or attempt == _TRIES:
                break
            time.sleep(_wait_s(headers["Retry-After"], attempt))
        try:
            value = json.loads(data)
        except (ValueError, RecursionError):
            value = None
        if status == 200 and isinstance(value, dict):
            return value
        raise self._error(status, value)

    def _exchange(
        self, method: str, path: str, body: Mapping[str, Any] | None
    ) -> tuple[int, http.client.HTTPMessage, bytes]:
        payload = None if body is None else json.dumps(body).encode("ascii")
        headers = self._headers | ({} if payload is None else {"Content-Type": "application/json"})
        kept = self._connection.sock is not None
        try:
            return self._once(method, path, payload, headers)
        except (http.client.RemoteDisconnected, ConnectionResetError, BrokenPipeError) as error:
            self._connection.close()
            if not kept:
                raise self._unreachable(error) from error
        except (OSError, http.client.HTTPException) as error:
            self._connection.close()
            raise self._unreachable(error) from error
        try:  # the kept connection had been closed meanwhile: once more over a new one
            return self._once(method, path, payload, headers)
        except (OSError, http.client.HTTPException) as error:
            self._connection.close()
            raise self._unreachable(error) from error

    def _once(
        self, method: str, path: str, payload: bytes | None, headers: Mapping[str, str]
    ) -> tuple[int, http.client.HTTPMessage, bytes]:
        self._connection.request(method, self._prefix + path, payload, headers)
        response = self._connection.getresponse()
        data = response.read(_MOST_BYTES + 1)
        if len(data) > _MOST_BYTES:
            raise http.client.HTTPException(f"more than {_MOST_BYTES:,} bytes")
        if response.length:  # cut off: a read with a limit does not say so itself
            raise http.client.IncompleteRead(data, response.length)
        return response.status, response.headers, data

    def _unreachable(self, error: Exception) -> ModelUnavailableError:
        why = (
            "no answer in time"
            if isinstance(error, TimeoutError)
            else " ".join(str(error).split()) or type(error).__name__
        )
        return ModelUnavailableError(
            f"the server {self._url} cannot be asked ({why[:200]}); start it with `factcheck serve`"
        )

    def _error(self, status: int, problem: object) -> FactcheckError:
        if not isinstance(problem, dict) or not isinstance(problem.get("detail"), str):
            return ModelReplyError(
                f"{self._url} answered {status} with what is no problem document; is it `factcheck serve`?"
            )
        detail = f"{self._url}: {problem['detail']}"
        kind = _KINDS.get(str(problem.get("kind")))
        if kind is not None:
            return kind(detail)
        if status == 401:
            return UsageError(f"{detail}; with --token-file")
        return ModelUnavailableError(detail) if status >= 500 else errors.UserError(detail)


def _wait_s(retry_after: str, attempt: int) -> float:
    stated = float(retry_after) if retry_after.isdigit() else 1.0
    return min(_LONGEST_WAIT_S, stated * attempt)
