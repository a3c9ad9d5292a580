"""LangChain chat models behind our interface: structured output, one repair, faults as our errors.

A transient fault (429, 5xx, a dropped connection) is retried by the client of the provider, a bounded number of times.
"""

from __future__ import annotations

import json
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

import openai
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, SystemMessage
from langchain_core.utils.function_calling import convert_to_openai_function
from langchain_openai import ChatOpenAI
from pydantic import BaseModel, SecretStr, ValidationError

from factcheck.errors import ModelReplyError, ModelUnavailableError
from pipeline.models.reply import Reply, Token, Usage, choices
from prompts.loader import RenderedPrompt

T = TypeVar("T", bound=BaseModel)
_TOP, _TOP_EMBEDDED = 20, 100  # alternatives a token; 20 is the most that OpenAI gives
_OPTIONAL = ("logprobs", "top_logprobs", "temperature", "seed")  # left out for a model that refuses them


@dataclass(frozen=True, slots=True)
class _Raw:
    text: str
    usage: Usage
    tokens: tuple[Token, ...] = ()
    cut: bool = False


class _Model(ABC):
    """The repair and the counting, the same for all."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._lock = threading.Lock()
        self._usage = Usage()

    @property
    def usage(self) -> Usage:
        return self._usage

    def ask(self, prompt: RenderedPrompt, schema: type[T], max_tokens: int = 512) -> Reply[T]:
        """See `ChatModel.ask`."""
        messages: list[BaseMessage] = [SystemMessage(prompt.system), HumanMessage(prompt.user)]
        started, spent, problem = time.monotonic(), Usage(), ""
        for attempt in (1, 2):
            raw = self._counted(messages, schema, max_tokens * attempt)
            spent += raw.usage
            try:
                value = schema.model_validate_json(raw.text)
            except ValidationError as error:
                problem = "it was cut off" if raw.cut else _why(error)
                messages += [AIMessage(raw.text), HumanMessage(f"That reply cannot be used: {problem}. Reply again.")]
                messages = messages[:2] if raw.cut else messages  # the cut text would only fill the prompt
                continue
            return Reply(value, raw.text, spent, time.monotonic() - started, raw.tokens)
        raise ModelReplyError(
            f"{self.name}: two replies to prompt {prompt.name!r} do not fit {schema.__name__}: {problem}. "
            "Try again, or another model (`--model`)"
        )

    def _counted(self, messages: Sequence[BaseMessage], schema: type[BaseModel], max_tokens: int) -> _Raw:
        usage = Usage(calls=1)
        try:
            raw = self._call(messages, schema, max_tokens)
            usage = raw.usage
        finally:
            with self._lock:
                self._usage += usage
        if not raw.text.strip():
            raise ModelReplyError(f"{self.name}: the reply is empty. Try again, or another model (`--model`)")
        return raw

    @abstractmethod
    def _call(self, messages: Sequence[BaseMessage], schema: type[BaseModel], max_tokens: int) -> _Raw:
        """Send one request and return what came, valid or not."""


class OpenAIModel(_Model):
    """OpenAI, the embedded server, and every server that speaks their protocol."""

    def __init__(
        self, name: str, model: str, *, base_url: str | None, api_key: str, timeout_s: float,
        max_retries: int = 2, embedded: bool = False,
    ) -> None:  # fmt: skip
        super().__init__(name)
        self._embedded = embedded
        self._refused: frozenset[str] = frozenset()
        self._timeout_s = timeout_s
        self._chat = ChatOpenAI(
            model=model, base_url=base_url, api_key=SecretStr(api_key), timeout=timeout_s, max_retries=max_retries
        )

    def _call(self, messages: Sequence[BaseMessage], schema: type[BaseModel], max_tokens: int) -> _Raw:
        options: dict[str, Any] = {"temperature": 0, "seed": 0, "max_tokens": max_tokens}
        options |= _constraint(schema, embedded=self._embedded)
        if any(choices(schema, field) for field in schema.model_fields):
            options |= {"logprobs": True, "top_logprobs": _TOP_EMBEDDED if self._embedded else _TOP}
        with _translated(self.name, self._timeout_s):
            try:
                return _read(self._send(messages, options), self.name)
            except openai.LengthFinishReasonError as error:  # the client's own check; the usage still counts
                used = error.completion.usage
                return _Raw("{", Usage(1, used.prompt_tokens, used.completion_tokens) if used else Usage(1), cut=True)

    def _send(self, messages: Sequence[BaseMessage], options: Mapping[str, Any]) -> AIMessage:
        """Send; a parameter that this model does not take is left out from then on."""
        while True:
            try:
                kept = {key: value for key, value in options.items() if key not in self._refused}
                return self._chat.bind(**kept).invoke(list(messages))
            except openai.BadRequestError as error:
                text = f"{error.param} {error.message}"
                refused = {key for key in _OPTIONAL if key in kept and key in text}
                if not refused:
                    raise
                self._refused |= refused | ({"top_logprobs"} if "logprobs" in refused else set())


class LangChainModel(_Model):
    """Any other provider, with the structured output that its LangChain package offers. No logprobs."""

    def __init__(self, name: str, chat: BaseChatModel) -> None:
        super().__init__(name)
        self._chat = chat

    def _call(self, messages: Sequence[BaseMessage], schema: type[BaseModel], max_tokens: int) -> _Raw:
        try:
            answer: Any = self._chat.with_structured_output(schema, include_raw=True).invoke(list(messages))
        except Exception as error:  # every provider has its own errors
            raise ModelUnavailableError(f"{self.name} did not answer: {_short(error)}. Try again later") from error
        raw, parsed = answer["raw"], answer["parsed"]
        text = parsed.model_dump_json() if isinstance(parsed, BaseModel) else str(raw.text)
        return _Raw(text, _usage(raw))


def _constraint(schema: type[BaseModel], *, embedded: bool) -> dict[str, Any]:
    """Return the request's part that holds the reply to the schema.

    OpenAI's `response_format`; for the embedded llama.cpp its grammar directly, because with `response_format` it also
    allows a Markdown fence and line breaks around the members: twice the tokens to write for a one-word answer.
    """
    function = convert_to_openai_function(schema, strict=True)
    parameters = function["parameters"]
    if embedded:
        compact = {"x-guidance": {"whitespace_flexible": False, "key_separator": ": ", "item_separator": ", "}}
        return {"extra_body": {"grammar": f"%llguidance {{}}\nstart: %json {json.dumps(parameters | compact)}"}}
    form = {"name": schema.__name__, "strict": True, "schema": parameters}
    return {"response_format": {"type": "json_schema", "json_schema": form}}


def _read(message: AIMessage, name: str) -> _Raw:
    meta = message.response_metadata
    refusal, finish = message.additional_kwargs.get("refusal"), meta.get("finish_reason")
    if refusal:
        raise ModelReplyError(
            f"{name} refused: {str(refusal)[:200]!r}. Ask in other words, or another model (`--model`)"
        )
    if finish == "content_filter":
        raise ModelReplyError(
            f"{name}: the provider's content filter withheld the reply. Try another model (`--model`)"
        )
    logprobs = (meta.get("logprobs") or {}).get("content") or ()
    tokens = tuple(
        Token(t["token"], {a["token"]: a["logprob"] for a in [*reversed(t.get("top_logprobs") or ()), t]})
        for t in logprobs
    )
    return _Raw(str(message.text), _usage(message), tokens, finish == "length")


def _usage(message: AIMessage) -> Usage:
    used: Any = message.usage_metadata or {}
    cached = (used.get("input_token_details") or {}).get("cache_read") or 0
    return Usage(1, used.get("input_tokens", 0), used.get("output_tokens", 0), cached)


@contextmanager
def _translated(name: str, timeout_s: float) -> Iterator[None]:
    """Turn the faults of an OpenAI client into ours, each with what to do."""
    try:
        yield
    except (ModelReplyError, ModelUnavailableError):
        raise
    except openai.AuthenticationError as error:
        raise ModelUnavailableError(f"{name}: the key was not accepted (401). Check OPENAI_API_KEY") from error
    except openai.PermissionDeniedError as error:
        raise ModelUnavailableError(f"{name}: this key may not use the model (403). Check its rights") from error
    except openai.NotFoundError as error:
        raise ModelUnavailableError(
            f"{name}: no such model or address (404). Check --model, OPENAI_BASE_URL"
        ) from error
    except openai.RateLimitError as error:
        raise ModelUnavailableError(f"{name}: over its limit or quota (429). Wait, or raise the limit") from error
    except openai.APITimeoutError as error:
        raise ModelUnavailableError(f"{name}: no answer in {timeout_s:g} s. Set FACTCHECK_TIMEOUT_S higher") from error
    except openai.APIConnectionError as error:
        raise ModelUnavailableError(
            f"{name}: not reachable: {_short(error)}. Check the network, OPENAI_BASE_URL"
        ) from error
    except openai.ContentFilterFinishReasonError as error:
        raise ModelReplyError(f"{name}: the provider's content filter withheld the reply. Try another model") from error
    except openai.APIStatusError as error:
        raise ModelUnavailableError(f"{name}: status {error.status_code}: {_short(error)}. Try again later") from error
    except (openai.OpenAIError, ValueError, TypeError, KeyError, IndexError, AttributeError) as error:
        # no choices, no message, a body that is not JSON: the client and LangChain stumble in many ways
        raise ModelReplyError(f"{name}: the reply cannot be read: {_short(error)}. Check the server") from error


def _why(error: ValidationError) -> str:
    first = error.errors(include_url=False, include_input=False)[0]
    place = ".".join(map(str, first["loc"]))
    return f"{place}: {first['msg']}" if place else str(first["msg"])


def _short(error: Exception) -> str:
    body = getattr(error, "body", None)
    text = json.dumps(body, ensure_ascii=False) if isinstance(body, Mapping) else str(error)
    return " ".join((text or type(error).__name__).split())[:200]
