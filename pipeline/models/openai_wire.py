"""OpenAI, the embedded server, and every server that speaks their protocol.

What a model does not take is left out from then on, one thing at a time: a parameter that it refuses, then the strict
form of the reply (`json_schema`, `json_object`, no form at all with the schema in the prompt). Each is said in `notes`.
"""

from __future__ import annotations

import json
import math
import re
import threading
import warnings
from collections.abc import Iterable, Mapping
from typing import Any, Literal

import openai
from langchain_core.messages import AIMessage
from langchain_core.utils.function_calling import convert_to_openai_function
from langchain_openai import ChatOpenAI
from pydantic import BaseModel, SecretStr

from factcheck.errors import ModelReplyError
from pipeline.models.choice import Choice, choice_of
from pipeline.models.faults import CallError, explain, short
from pipeline.models.http_client import BodyError, bounded_client
from pipeline.models.messages import to_messages, usage_of, with_schema
from pipeline.models.reply import Token, Usage
from pipeline.models.wire import Raw, Request

Form = Literal["json_schema", "json_object", "plain"]
_DOWN: Mapping[Form, Form] = {"json_schema": "json_object", "json_object": "plain"}
OPENAI_URL = "https://api.openai.com/v1"
# LangChain's advice on its own structured output, for a refusal that is mended here. Set once: threads share filters.
warnings.filterwarnings("ignore", "This model does not support OpenAI's|Invalid schema for OpenAI's", UserWarning)

_TOP, _TOP_EMBEDDED = 20, 100  # alternatives a token; 20 is the most that OpenAI gives
_OPTIONAL = {
    "top_logprobs": "logprobs", "logprobs": "logprobs", "temperature": "temperature", "seed": "seed",
    "max_completion_tokens": "limit", "max_tokens": "limit",
}  # fmt: skip
_REFUSED = re.compile(
    r"un(?:supported|known|recogni[sz]ed|expected)|not (?:be )?(?:support|recogni[sz]|permit|allow|implement|accept)|"
    r"(?:does|do)(?: not|n't) (?:support|accept|take)|extra|forbidden|instead|deprecated",
    re.IGNORECASE,
)
_FORM_WORDS = re.compile(r"response_format|json_schema|json_object|structured|guided|grammar", re.IGNORECASE)
_REASONING = re.compile(r"(o\d|gpt-5)")
ROOM_TO_THINK = 8192  # tokens that a reasoning model may write before its reply


def thinks(model: str, base_url: str | None) -> bool:
    """Whether this is a reasoning model by its name, which tells at OpenAI's own address alone."""
    return _REASONING.match(model) is not None and base_url is None


class OpenAIWire:
    """One model on one server. Sends once; retries are the caller's."""

    def __init__(
        self, name: str, model: str, *, base_url: str | None, api_key: str, embedded: bool = False
    ) -> None:  # fmt: skip
        self._name, self._embedded = name, embedded
        self._lock = threading.Lock()
        self._form: Form = "json_schema"
        self._left_out: dict[str, str] = {}  # parameter -> note
        self._form_note: str | None = None
        self._thinks = thinks(model, base_url)
        if self._thinks:
            self._left_out["temperature"] = ""
        # `max_tokens` is what every server knows; OpenAI's own has it under a new name.
        self._limit_name = "max_completion_tokens" if base_url is None else "max_tokens"
        self._client = bounded_client()
        self._chat = ChatOpenAI(
            model=model,
            base_url=base_url or OPENAI_URL,
            api_key=SecretStr(api_key),
            max_retries=0,
            http_client=self._client,
        )

    def send(self, request: Request) -> Raw:
        """See `Wire.send`. A request refused for its form is sent again in a weaker one, within the same time."""
        while True:
            options, form = self._options(request), self._form
            messages = request.messages if form == "json_schema" else with_schema(request.messages, request.schema)
            if choice := self._choice(request):
                messages = (*messages, ("assistant", choice.opening))
            try:
                return self._read(self._invoke(messages, options, request.timeout_s), request)
            except openai.LengthFinishReasonError as error:  # the client's own check; the usage still counts
                used = error.completion.usage
                usage = Usage(1, used.prompt_tokens, used.completion_tokens) if used else Usage(1)
                return self._cut(usage, str(error.completion.choices[0].message.content or ""))
            except (openai.BadRequestError, openai.UnprocessableEntityError) as error:
                if not self._leave_out(error, options, form):
                    raise explain(self._name, error, request.timeout_s) from error
            except (BodyError, openai.APIConnectionError) as error:
                cause = error if isinstance(error, BodyError) else error.__cause__
                if isinstance(cause, BodyError):
                    told = f"{self._name}: the reply cannot be read: {cause}. Check the server"
                    raise CallError(ModelReplyError(told)) from error
                raise explain(self._name, error, request.timeout_s) from error
            except ModelReplyError:
                raise
            except Exception as error:
                raise explain(self._name, error, request.timeout_s) from error

    def most_tokens(self, max_tokens: int) -> int:
        """See `Wire.most_tokens`."""
        return max_tokens + (ROOM_TO_THINK if self._thinks else 0)

    def close(self) -> None:
        self._client.close()

    def step_down(self, why: str) -> None:
        """The server takes the form and does not keep to it: the schema goes into the prompt."""
        with self._lock:
            if not self._embedded and self._form != "plain":
                self._form, self._form_note = "plain", f"{self._name} {why}; {_FORM_SAID['plain']}"

    def _invoke(self, messages: Iterable[tuple[str, str]], options: Mapping[str, Any], timeout_s: float) -> AIMessage:
        bound = self._chat.bind(**options, timeout=timeout_s)
        return bound.invoke(to_messages(messages))

    def _options(self, request: Request) -> dict[str, Any]:
        body: dict[str, Any] = {}
        options: dict[str, Any] = {"temperature": 0, "seed": request.seed}
        if request.logprobs:
            options |= {"logprobs": True, "top_logprobs": _TOP_EMBEDDED if self._embedded else _TOP}
        options = {key: value for key, value in options.items() if key not in self._left_out}
        if self._limit_name not in self._left_out:
            body[self._limit_name] = self.most_tokens(request.max_tokens)
        if choice := self._choice(request):
            body |= {"grammar": choice.grammar, self._limit_name: 1}
        elif self._embedded:
            body["grammar"] = _grammar(request.schema)
        elif self._form == "json_schema":
            options["response_format"] = _json_schema(request.schema)
        elif self._form == "json_object":
            options["response_format"] = {"type": "json_object"}
        return options | {"extra_body": body}

    def _leave_out(self, error: openai.APIStatusError, sent: Mapping[str, Any], form: Form) -> bool:
        """Leave out what the server complains of; False where it is nothing that can be left out."""
        text = f"{error.param} {error.message}"
        given = sent.keys() | sent["extra_body"].keys()
        refused = _REFUSED.search(text) is not None and error.code != "context_length_exceeded"
        names = [key for key in _OPTIONAL if refused and key in given and re.search(rf"\b{key}\b", text)]
        with self._lock:
            if names and _OPTIONAL[names[0]] == "limit":
                return self._other_limit(names[0])
            if names:
                for key in ("logprobs", "top_logprobs") if _OPTIONAL[names[0]] == "logprobs" else names[:1]:
                    self._left_out[key] = f"{self._name} does not take {_OPTIONAL[names[0]]}"
                return True
            if form in _DOWN and _FORM_WORDS.search(text):
                if self._form == form:
                    self._form = _DOWN[form]
                    self._form_note = f"{self._name} does not take response_format {form}; {_FORM_SAID[self._form]}"
                return True
        return False

    def _other_limit(self, refused: str) -> bool:
        other = {"max_tokens": "max_completion_tokens", "max_completion_tokens": "max_tokens"}[refused]
        if self._limit_name == refused and f"tried {other}" not in self._left_out:
            self._left_out[f"tried {refused}"] = ""
            self._limit_name = other
            return True
        if self._limit_name == refused:
            self._left_out[refused] = f"{self._name} takes no limit of tokens"
            return True
        return self._limit_name == other  # another thread was first

    def _notes(self) -> tuple[str, ...]:
        return tuple(note for note in (*self._left_out.values(), self._form_note) if note)

    def _cut(self, usage: Usage, text: str = "") -> Raw:
        if not text.strip():  # all of its room went into thinking
            self._thinks = True
        return Raw(text or "{", usage, cut=True, notes=self._notes())

    def _read(self, message: AIMessage, request: Request) -> Raw:
        meta = message.response_metadata
        refusal, finish = message.additional_kwargs.get("refusal"), meta.get("finish_reason")
        if refusal:
            raise ModelReplyError(
                f"{self._name} refused: {short(Exception(str(refusal)))!r}. "
                "Ask in other words, or another model (`--model`)"
            )
        if finish == "content_filter":
            raise ModelReplyError(
                f"{self._name}: the provider's content filter withheld the reply. Try another model (`--model`)"
            )
        choice = self._choice(request)
        if finish == "length" and choice is None:
            return self._cut(usage_of(message), str(message.text))
        if message.tool_calls or message.invalid_tool_calls:
            raise ModelReplyError(
                f"{self._name}: the reply is a call of a tool, and none was offered. Check the server's chat template"
            )
        tokens, notes = _tokens((meta.get("logprobs") or {}).get("content") or ()), self._notes()
        if request.logprobs and not tokens and not any("logprobs" in note for note in notes):
            notes += (f"{self._name} gives no logprobs; its words count with a fixed probability",)
        text = str(message.text)
        if choice is not None:
            text, tokens = choice.complete(text, tokens)
        return Raw(text, usage_of(message), tokens, notes=notes)

    def _choice(self, request: Request) -> Choice | None:
        return choice_of(request.schema) if self._embedded else None


_FORM_SAID = {
    "json_object": "any JSON object is asked for, with the schema in words",
    "plain": "the form of its replies is asked for in words",
}


def _json_schema(schema: type[BaseModel]) -> dict[str, Any]:
    function = convert_to_openai_function(schema, strict=True)
    form = {"name": schema.__name__, "strict": True, "schema": function["parameters"]}
    return {"type": "json_schema", "json_schema": form}


def _grammar(schema: type[BaseModel]) -> str:
    """Return the schema as llama.cpp's own grammar.

    With `response_format` llama.cpp also allows a Markdown fence and line breaks around the members: twice the tokens
    to write for a one-word answer.
    """
    parameters = convert_to_openai_function(schema, strict=True)["parameters"]
    compact = {"x-guidance": {"whitespace_flexible": False, "key_separator": ": ", "item_separator": ", "}}
    return f"%llguidance {{}}\nstart: %json {json.dumps(parameters | compact)}"


def _tokens(content: Any) -> tuple[Token, ...]:
    """Return the tokens with their log probabilities; none at all where one is no log probability (NaN, above 0)."""
    found = []
    for token in content:
        alternatives = {a["token"]: a["logprob"] for a in [*reversed(token.get("top_logprobs") or ()), token]}
        if any(not isinstance(p, int | float) or math.isnan(p) or p > 1e-3 for p in alternatives.values()):
            return ()
        found.append(Token(token["token"], alternatives))
    return tuple(found)
