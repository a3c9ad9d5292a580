"""Every way in which a server fails that the tests know, and what has to come of it; `docs/models.md` lists them.

An error of a kind, or an answer in spite of it: `then_good` faults happen once and are mended by a retry, others by
asking in a weaker way.
"""

from __future__ import annotations

import gzip
import json
import time
from collections.abc import Callable
from typing import Any

from tests.pipeline.models.fake_openai import completion
from tests.pipeline.models.fault_server import QUOTE, Exchange, Fault, Respond


def status(http: int, told: str, n: int = 1, /, **error: Any) -> Fault:
    def respond(e: Exchange) -> None:
        e.send(http, {"error": {"message": "told why", "type": "x", **error}}, "Retry-After: 0")

    return Fault(respond, "model_unavailable", told, most_requests=n)


def body(
    data: bytes | dict[str, Any] | list[Any] | None,
    message: str,
    *head: str,
    kind: str = "application/json",
    n: int = 2,
) -> Fault:
    return Fault(lambda e: e.send(200, data, *head, kind=kind), "model_reply", message, most_requests=n)


def content(text: str | None, message: str, **choice: Any) -> Fault:
    """A completion with this text; a reply that does not fit gets one repair, so there may be two requests."""
    return Fault(lambda e: e.send(200, completion(text, **choice)), "model_reply", message)


def refused(parameter: str, warning: str, note: str = "") -> Fault:
    """A model that does not take a parameter, as OpenAI tells it."""

    def respond(e: Exchange) -> None:
        if parameter in e.body:
            told = f"Unsupported parameter: '{parameter}' is not supported with this model. {note}"
            e.send(400, {"error": {"message": told, "param": parameter, "type": "invalid_request_error"}})
        else:
            e.good()

    return Fault(respond, None, warning=warning)


def forms(*taken: str | None) -> Respond:
    """A server that takes only these types of response_format."""

    def respond(e: Exchange) -> None:
        form = (e.body.get("response_format") or {}).get("type")
        if form in taken:
            return e.good()
        return e.send(422, {"error": {"message": f"response_format {form} is not implemented", "param": None}})

    return respond


def then_good(first: Respond, n: int = 1) -> Respond:
    return lambda e: first(e) if e.n < n else e.good()


def _raw(data: bytes) -> Respond:
    return lambda e: e.connection.sendall(data)


def _reset(data: bytes = b"") -> Respond:
    def respond(e: Exchange) -> None:
        if data:
            e.connection.sendall(data)
            time.sleep(0.05)  # so that it arrives before the reset
        e.reset()

    return respond


def _slow(e: Exchange) -> None:
    e.wait(2.0)
    e.good()


def _echo_key(e: Exchange) -> None:
    key = next(line for line in e.head.splitlines() if line.lower().startswith("authorization"))
    e.send(401, {"error": {"message": f"Incorrect API key provided: {key}", "code": "invalid_api_key"}})


def _quotes(**change: Any) -> str:
    return json.dumps({"quotes": [{"passage": "p1", "quote": QUOTE, "stance": "refutes", **change}]})


def _completion_bytes(**choice: Any) -> bytes:
    return json.dumps(completion(_quotes(), **choice)).encode()


def _with_choices(choices: Any) -> dict[str, Any]:
    return {**completion(""), "choices": choices}


def _nan_logprobs(e: Exchange) -> None:
    text = json.dumps(e.reply())
    top = [{"token": text, "logprob": float("nan"), "bytes": None}]
    e.send(200, completion(text, logprobs={"content": [{**top[0], "top_logprobs": top}]}))


def _no_usage(e: Exchange) -> None:
    e.send(200, {key: value for key, value in completion(json.dumps(e.reply())).items() if key != "usage"})


def _said(text: Callable[[str], str]) -> Respond:
    return lambda e: e.send(200, completion(text(json.dumps(e.reply()))))


_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
_BOMB = gzip.compress(b"[" + b"0," * 10_000_000 + b"0]")
_INVENTED = _quotes(quote="The parties shall defend each other by all means.", stance="supports")

FAULTS: dict[str, Fault] = {
    # statuses
    "400 bad request": status(400, "status 400: told why"),
    "401 wrong key, sent back": Fault(_echo_key, "model_unavailable", r"key was not accepted \(401\)", most_requests=1),
    "402 no credit": status(402, "no credit"),
    "403 forbidden": status(403, r"\(403\)"),
    "404 wrong model name": status(404, r"no such model or address \(404\): told why"),
    "400 longer than its context": status(
        400, "maximum context length", code="context_length_exceeded", param="messages",
        message="5000 tokens, 1024 in max_tokens, are not supported: the maximum context length is 4097 tokens.",
    ),
    "400 max_tokens too large": status(
        400, "max_tokens is too large", param="max_tokens", message="max_tokens is too large: 1024. At most 512."
    ),
    "409 conflict": status(409, "status 409", 2),
    "413 too large": status(413, "status 413"),
    "422 unprocessable": status(422, "status 422"),
    "429 over the limit": Fault(
        lambda e: e.send(429, {"error": {"message": "slow down"}}),
        "model_unavailable", r"over its limit \(429\): slow down",
    ),
    "429 with Retry-After past the deadline": Fault(
        lambda e: e.send(429, {"error": {"message": "slow down"}}, "Retry-After: 3600"),
        "model_unavailable", r"\(429\)", most_requests=1,
    ),
    "429 out of quota": status(429, "no credit or quota", code="insufficient_quota"),
    "500 server error": status(500, "status 500", 2),
    "501 not implemented": status(501, "status 501"),
    "502 bad gateway, HTML": Fault(
        lambda e: e.send(502, b"<html><h1>Bad gateway</h1></html>", kind="text/html"), "model_unavailable", "status 502"
    ),
    "503 overloaded": status(503, "status 503", 2),
    "504 gateway timeout": status(504, "status 504", 2),
    "redirect loop": Fault(
        lambda e: e.send(302, b"", "Location: /v1/chat/completions"),
        "model_unavailable", "sends elsewhere", most_requests=1,
    ),
    "redirect to another host": Fault(
        lambda e: e.send(307, b"", "Location: http://elsewhere.invalid/"),
        "model_unavailable", "sends elsewhere", most_requests=1,
    ),
    # connections
    "closed without a reply": Fault(lambda e: None, "model_unavailable", "not reachable"),
    "reset before the reply": Fault(_reset(), "model_unavailable", "not reachable"),
    "reset in the headers": Fault(_reset(_HEAD), "model_unavailable", "not reachable"),
    "reset in the body": Fault(
        _reset(_HEAD + b'Content-Length: 500\r\n\r\n{"id":'), "model_unavailable", "not reachable"
    ),
    "not HTTP": Fault(_raw(b"SSH-2.0-OpenSSH_9.2\r\n"), "model_unavailable", "not reachable"),
    "never a reply": Fault(lambda e: e.wait(100), "model_unavailable", "no answer in", 0.4),
    "100 times slower": Fault(_slow, "model_unavailable", "no answer in", 0.4),
    "headers a byte at a time": Fault(lambda e: e.drip(_HEAD * 40), "model_unavailable", "no answer in", 0.4),
    "body a byte at a time": Fault(
        lambda e: e.drip(b" " * 1999, after=_HEAD + b"Content-Length: 1999\r\n\r\n"),
        "model_unavailable", "no answer in", 0.4,
    ),
    "content length too long": Fault(
        lambda e: e.send(200, _completion_bytes(), "Content-Length: 99999"), "model_unavailable", "not reachable"
    ),
    "broken chunks": Fault(
        _raw(_HEAD + b"Transfer-Encoding: chunked\r\n\r\nZZ\r\n{}"), "model_unavailable", "not reachable"
    ),
    "broken gzip": body(b"not gzip", "cannot be read", "Content-Encoding: gzip"),
    # bodies
    "empty body": body(b"", "cannot be read"),
    "content length too short": body(_completion_bytes(), "cannot be read", "Content-Length: 40"),
    "truncated JSON": body(b'{"id": "c", "choi', "cannot be read"),
    "malformed JSON": body(b"{'id': c}", "cannot be read"),
    "HTML with 200": body(b"<html>Log in to the network</html>", "cannot be read", kind="text/html"),
    "huge body": body(b'{"id": "' + b"x" * 9_000_000 + b'"}', "more than 8 MB", n=1),
    "gzip bomb": body(_BOMB, "more than 8 MB", "Content-Encoding: gzip", n=1),
    "invalid UTF-8": body(b'{"id": "\xff\xfe", "choices": []}', "cannot be read|empty"),
    "deep nesting": body(b"[" * 100_000, "cannot be read"),
    "a list, no object": body([1], "cannot be read"),
    "null": body(None, "cannot be read"),
    "an error with 200": body({"error": {"message": "odd"}}, "cannot be read"),
    "an event stream": body(b"data: {}\n\ndata: [DONE]\n\n", "cannot be read", kind="text/event-stream"),
    # completions
    "no choices": body({"id": "c", "object": "chat.completion"}, "cannot be read"),
    "empty choices": body(_with_choices([]), "cannot be read|empty"),
    "null choices": body(_with_choices(None), "cannot be read"),
    "null message": body(_with_choices([{"index": 0, "finish_reason": "stop", "message": None}]), "cannot be read"),
    "null content": content(None, "empty"),
    "empty content": content("", "empty"),
    "blank content": content(" \n ", "empty"),
    "refusal": content(None, "refused: 'I will not'", refusal="I will not"),
    "content filter": content("", "content filter", finish_reason="content_filter"),
    "cut at the limit": content('{"quotes": [{"passage": "p1", "quote": "The', "cut off", finish_reason="length"),
    "tool call": content(
        None, "call of a tool", finish_reason="tool_calls",
        tool_calls=[{"id": "t", "type": "function", "function": {"name": "answer", "arguments": _quotes()}}],
    ),
    "prose": content("The treaty has no such clause.", "not one JSON object"),
    "wrong schema": content('{"verdict": "refuted", "probability": 0.99}', "does not fit Quotes"),
    "a list for an object": content(f"[{_quotes()}, {_quotes(stance='supports')}]", "not one JSON object"),
    "extra fields": content(_quotes(verdict="supported"), "does not fit Quotes"),
    "missing field": content('{"quotes": [{"passage": "p1", "stance": "refutes"}]}', "does not fit Quotes"),
    "stance unknown": content(_quotes(stance="perhaps"), "does not fit Quotes"),
    "a number for a text": content(_quotes(quote=7), "does not fit Quotes"),
    "NaN for a text": content(_quotes(quote=float("nan")), "does not fit Quotes"),
    "NaN for the list": content('{"quotes": NaN}', "does not fit Quotes"),
    "two objects that differ": content('{"quotes": []} ' + _quotes(), "not one JSON object"),
    "a member twice": content(_quotes()[:-1] + ', "quotes": []}', "not one JSON object"),
    "half an object in another": content('{"note": {"quotes": []}', "not one JSON object"),
    "10,000 quotes": content(json.dumps({"quotes": json.loads(_quotes())["quotes"] * 10_000}), "does not fit Quotes"),
    # answered all the same
    "one 500, then well": Fault(then_good(status(500, "").respond), None, retries=1),
    "one 429 with Retry-After, then well": Fault(
        then_good(lambda e: e.send(429, {"error": {}}, "Retry-After: 0.1")), None, retries=1
    ),
    "one reset, then well": Fault(then_good(_reset()), None, retries=1),
    "one reply that does not fit, then well": Fault(then_good(_said(lambda text: '{"quote": []}')), None),
    "one cut reply, then well": Fault(then_good(content('{"quo', "", finish_reason="length").respond), None),
    "absent logprobs": Fault(lambda e: e.good(), None, warning="gives no logprobs"),
    "NaN logprobs": Fault(_nan_logprobs, None, warning="gives no logprobs"),
    "the object twice": Fault(_said(lambda text: text + "\n" + text), None),
    "a Markdown fence": Fault(_said(lambda text: f"Here it is:\n```json\n{text}\n```"), None),
    "thinking aloud first": Fault(_said(lambda text: f'<think>{{"quotes": []}}?</think>{text}'), None),
    "wrong content type": Fault(lambda e: e.send(200, completion(json.dumps(e.reply())), kind="text/plain"), None),
    "no json_schema": Fault(forms("json_object"), None, warning="does not take response_format json_schema"),
    "no response_format": Fault(
        forms(None), None, warning="does not take response_format json_object", most_requests=3
    ),
    "no temperature": refused("temperature", "does not take temperature"),
    "no logprobs": refused("logprobs", "does not take logprobs"),
    "no seed": refused("seed", "does not take seed"),
    "no max_tokens": refused("max_tokens", "", "Use 'max_completion_tokens' instead."),
    "no usage": Fault(_no_usage, None, warning="does not count its tokens"),
    "quotes invented": Fault(lambda e: e.send(200, completion(_INVENTED)), None),
}  # fmt: skip
