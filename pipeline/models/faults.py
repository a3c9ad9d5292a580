"""What goes wrong between us and a model, in our own errors: one line, with what to do, and no key in it."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from email.utils import parsedate_to_datetime
from typing import Any

from factcheck.errors import FactcheckError, ModelError, ModelReplyError, ModelUnavailableError
from factcheck.redact import redact

__all__ = ["CallError", "explain", "retry_after_s", "short", "translated"]

_LATE = frozenset({"APITimeoutError", "TimeoutException", "Timeout", "TimeoutError"})
_UNREACHABLE = frozenset({"APIConnectionError", "ConnectError", "ConnectionError", "NetworkError", "TransportError"})
_TRANSIENT = frozenset({408, 409, 425, 429, 500, 502, 503, 504, 520, 521, 522, 523, 524, 529})


class CallError(Exception):
    """A request that failed: the error to raise for it.

    `transient`: the same request may do better soon. `outage`: the model serves nobody, or not us; another question
    would fail as well.
    """

    def __init__(
        self,
        error: FactcheckError,
        *,
        transient: bool = False,
        outage: bool = False,
        retry_after_s: float | None = None,
    ) -> None:
        super().__init__(str(error))
        self.error, self.transient, self.outage, self.retry_after_s = error, transient, outage, retry_after_s


@contextmanager
def translated(name: str, timeout_s: float) -> Iterator[None]:
    """Turn what a client library raises into a CallError; our own errors pass."""
    try:
        yield
    except (CallError, ModelError):
        raise
    except Exception as error:  # every provider and every client has errors of its own
        raise explain(name, error, timeout_s) from error


def explain(name: str, error: Exception, timeout_s: float) -> CallError:
    """Return the CallError for an error of an HTTP client, OpenAI's or another provider's."""
    response = getattr(error, "response", None)
    status = getattr(error, "status_code", None) or getattr(response, "status_code", None)
    if isinstance(status, int) and status >= 300:  # with 200 it is the body that cannot be read
        return _of_status(name, status, error)
    causes = list(_causes(error))
    kinds = {cls.__name__ for one in causes for cls in type(one).__mro__}
    if kinds & _LATE:
        return _unavailable(name, f"no answer in {timeout_s:g} s. Set FACTCHECK_TIMEOUT_S higher", transient=True)
    if kinds & _UNREACHABLE and "DecodingError" not in kinds:
        told = f"not reachable: {short(causes[-1])}. Check the network, OPENAI_BASE_URL"
        return _unavailable(name, told, transient=True)
    if "ContentFilterFinishReasonError" in kinds:
        return CallError(
            ModelReplyError(f"{name}: the provider's content filter withheld the reply. Try another model (`--model`)")
        )
    # no choices, no message, a body that is not JSON: clients stumble in many ways
    told = f"{name}: the reply cannot be read: {short(error)}. Check the server"
    return CallError(ModelReplyError(told), transient=True)


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """Yield the error, what it came from, and so on."""
    while error is not None:
        yield error
        error = error.__cause__


_TOLD = {
    401: "the key was not accepted (401). Check OPENAI_API_KEY, or the variable of the provider",
    402: "no credit or quota is left. Check the account's billing",
    403: "this key may not use the model (403). Check its rights",
    404: "no such model or address (404): {text}. Check --model, OPENAI_BASE_URL",
    429: "over its limit (429): {text}. Wait, or raise the limit",
}


def _of_status(name: str, status: int, error: Exception) -> CallError:
    text, wait = short(error), retry_after_s(getattr(getattr(error, "response", None), "headers", None) or {})
    if "insufficient_quota" in f"{getattr(error, 'code', '')} {text}":  # a 429 that no waiting mends
        status = 402
    if status in _TOLD:
        told = _TOLD[status].format(text=text)
    elif 300 <= status < 400:
        told = f"status {status}: the server sends elsewhere. Set OPENAI_BASE_URL to that address"
    else:
        todo = "Try again later" if status >= 500 else "Check the model's name and what it can do"
        told = f"status {status}: {text}. {todo}"
    outage = status >= 500 or status in _TOLD or status < 400
    return CallError(
        ModelUnavailableError(f"{name}: {told}"), transient=status in _TRANSIENT, outage=outage, retry_after_s=wait
    )


def _unavailable(name: str, told: str, *, transient: bool = False) -> CallError:
    return CallError(ModelUnavailableError(f"{name}: {told}"), transient=transient, outage=True)


def retry_after_s(headers: Mapping[str, Any]) -> float | None:
    """Return the seconds that a server asks us to wait (`retry-after-ms`, `Retry-After` in seconds or as a date)."""
    for key, scale in (("retry-after-ms", 0.001), ("retry-after", 1.0)):
        text = str(headers.get(key, "")).strip()
        if not text:
            continue
        try:
            wait = float(text) * scale
        except ValueError:
            try:
                wait = parsedate_to_datetime(text).timestamp() - time.time()
            except (ValueError, TypeError, OverflowError):
                continue
        if wait >= 0:  # and not NaN
            return wait
    return None


def short(error: BaseException) -> str:
    """Return what the error says on one line of at most 200 characters, without keys."""
    body = getattr(error, "body", None)
    if isinstance(body, Mapping):
        inner = body.get("error", body)
        told = inner.get("message") if isinstance(inner, Mapping) else inner
        text = str(told) if told else json.dumps(body, ensure_ascii=False, default=str)
    else:
        text = str(error) or type(error).__name__
    return redact(" ".join(text.split()))[:200].rstrip(". ")
