"""A chat model as the readers ask it: budget, cache, retries, one repair, faults as our errors."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, replace
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from factcheck.errors import FactcheckError, ModelReplyError, ModelUnavailableError
from factcheck.redact import redact
from pipeline.models.breaker import Breaker
from pipeline.models.budget import Budget
from pipeline.models.cache import ResponseCache, request_key
from pipeline.models.deadline import within
from pipeline.models.extract import extract_json
from pipeline.models.faults import CallError
from pipeline.models.prices import Price, Purse
from pipeline.models.recording import RecordedModel, Recording, Replay
from pipeline.models.reply import Reply, Usage, has_choices
from pipeline.models.retry import RetryPolicy, with_retries
from pipeline.models.stored import from_json, to_json
from pipeline.models.wire import Raw, Request, Wire
from prompts.loader import RenderedPrompt
from vectorstore.chunks import n_tokens

__all__ = ["Limits", "LiveModel", "ReplayedModel"]

T = TypeVar("T", bound=BaseModel)
_CHAT_TOKENS = 12  # what a chat format puts around two messages, about
_LONGEST_SHOWN = 2000  # characters of a reply that a repair shows again
_GRACE_S = 0.5  # a client's own timeout, which closes its connection, goes before ours


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of one model. Prompt and reply share `context_tokens`, where it is known."""

    timeout_s: float
    retry: RetryPolicy
    max_prompt_tokens: int
    context_tokens: int | None = None

    def prompt_tokens(self, max_tokens: int) -> int:
        """Return the longest prompt for a reply of up to `max_tokens`; a tenth of the context is left as margin."""
        if self.context_tokens is None:
            return self.max_prompt_tokens
        return min(self.max_prompt_tokens, int(self.context_tokens * 0.9) - max_tokens)


def model_key(
    head: RecordedModel, prompt: RenderedPrompt, schema: type[BaseModel], max_tokens: int, repeat: int
) -> str:
    """Return the key of a question to a model, for cache and recording alike."""
    return request_key(
        model=head.model,
        base_url=head.base_url,
        messages=(("system", prompt.system), ("user", prompt.user)),
        parameters={"temperature": 0, "seed": repeat, "max_tokens": max_tokens, "logprobs": has_choices(schema)},
        schema=schema.model_json_schema(),
        repeat=repeat,
    )


class _Counting:
    """The usage over all threads."""

    def __init__(self, head: RecordedModel, price: Price | None) -> None:
        self._head, self.price = head, price
        self._lock = threading.Lock()
        self._usage = Usage()

    @property
    def name(self) -> str:
        return self._head.model

    @property
    def usage(self) -> Usage:
        return self._usage

    def _spend(self, usage: Usage, budget: Budget) -> None:
        budget.spend(usage)
        with self._lock:
            self._usage += usage


class ReplayedModel(_Counting):
    """A recording in the place of its model."""

    def __init__(self, replay: Replay, price: Price | None, limits: Limits) -> None:
        super().__init__(replay.head, price)
        self._replay, self._limits = replay, limits

    def prompt_tokens(self, max_tokens: int = 512) -> int:
        return self._limits.prompt_tokens(max_tokens)

    def ask(
        self, prompt: RenderedPrompt, schema: type[T], max_tokens: int = 512, budget: Budget | None = None
    ) -> Reply[T]:
        """See `ChatModel.ask`."""
        budget = budget or Budget()
        key = model_key(self._head, prompt, schema, max_tokens, budget.repeat)
        reply = self._replay.next(key, prompt.name, schema, spend=lambda usage: self._spend(usage, budget))
        budget.note(*reply.notes)
        return reply

    def close(self) -> None:
        """Nothing is open."""


class LiveModel(_Counting):
    """A model behind a wire."""

    def __init__(
        self, head: RecordedModel, wire: Wire, limits: Limits, *, breaker: Breaker, purse: Purse, price: Price | None,
        cache: ResponseCache | None = None, recording: Recording | None = None,
    ) -> None:  # fmt: skip
        super().__init__(head, price)
        self._wire, self._limits, self._breaker, self._purse = wire, limits, breaker, purse
        self._cache, self._recording = cache, recording

    def prompt_tokens(self, max_tokens: int = 512) -> int:
        """Return the longest prompt, in tiktoken tokens, for a reply of up to `max_tokens`."""
        return self._limits.prompt_tokens(max_tokens)

    def ask(
        self, prompt: RenderedPrompt, schema: type[T], max_tokens: int = 512, budget: Budget | None = None
    ) -> Reply[T]:
        """See `ChatModel.ask`."""
        budget = budget or Budget()
        before = budget.usage
        key = model_key(self._head, prompt, schema, max_tokens, budget.repeat)
        try:
            reply = self._kept(key, schema, budget) or self._asked(key, prompt, schema, max_tokens, budget)
        except FactcheckError as error:
            if self._recording is not None:
                self._recording.error(key, prompt.name, error, budget.usage - before)
            raise
        budget.note(*reply.notes)
        if self._recording is not None:
            self._recording.reply(key, prompt.name, reply)
        return reply

    def close(self) -> None:
        """Close the connections and the response cache; nothing is asked after that."""
        self._wire.close()
        if self._cache is not None:
            self._cache.close()

    def _kept(self, key: str, schema: type[T], budget: Budget) -> Reply[T] | None:
        kept = self._cache.get(key) if self._cache is not None else None
        reply = from_json(kept, schema) if kept is not None else None
        if reply is None:
            return None
        usage = Usage(cached_calls=reply.usage.calls)
        self._spend(usage, budget)
        return replace(reply, usage=usage)

    def _asked(self, key: str, prompt: RenderedPrompt, schema: type[T], max_tokens: int, budget: Budget) -> Reply[T]:
        started, spent = time.monotonic(), Usage()
        first = (("system", prompt.system), ("user", prompt.user))
        request = Request(first, schema, max_tokens, has_choices(schema), budget.repeat, self._limits.timeout_s)
        while True:
            raw = self._sent(request, budget)
            spent += raw.usage
            text = extract_json(raw.text)
            value, problem = _parsed(text, schema, cut=raw.cut)
            if value is not None and text is not None:
                reply = Reply(value, text, spent, time.monotonic() - started, raw.tokens, raw.notes)
                if self._cache is not None:
                    self._cache.put(key, self.name, to_json(reply))
                return reply
            if request.messages != first or request.max_tokens != max_tokens or budget.calls_left < 1:
                raise ModelReplyError(
                    f"{self.name}: the reply to prompt {prompt.name!r} does not fit {schema.__name__}: {problem}. "
                    "Try again, or another model (`--model`)"
                )
            if text is None and not raw.cut:
                self._wire.step_down("does not keep to the form it is given")
            request = _repair(request, raw, problem)

    def _sent(self, request: Request, budget: Budget) -> Raw:
        """Send with retries, through the breaker, within budget, purse and deadline."""
        n_prompt = _CHAT_TOKENS + sum(n_tokens(text) for _, text in request.messages)
        most = self._limits.prompt_tokens(request.max_tokens)
        if n_prompt > most:
            raise ModelUnavailableError(
                f"{self.name}: the prompt has {n_prompt} tokens, more than the {most} that the context or "
                "FACTCHECK_MAX_PROMPT_TOKENS allow. Ask a shorter question"
            )
        reserved, usage = self._purse.reserve(n_prompt, self._wire.most_tokens(request.max_tokens)), Usage(1)
        try:
            raw, n_retries = self._through_breaker(request, budget)
            usage = replace(raw.usage, retries=n_retries)
            if not usage.input_tokens:  # what is not counted is not free
                usage = replace(usage, input_tokens=n_prompt, output_tokens=n_tokens(raw.text))
                raw = replace(raw, notes=(*raw.notes, f"{self.name} does not count its tokens; they are estimated"))
        finally:
            self._purse.settle(reserved, usage)
            self._spend(usage, budget)
        text = redact(raw.text)
        if not text.strip():
            raise ModelReplyError(f"{self.name}: the reply is empty. Try again, or another model (`--model`)")
        return replace(raw, text=text, usage=usage)

    def _through_breaker(self, request: Request, budget: Budget) -> tuple[Raw, int]:
        """Return the reply and the number of further tries."""
        self._breaker.enter()
        try:
            raw, n_retries = with_retries(
                lambda seconds: self._in_time(replace(request, timeout_s=seconds)),
                budget, self._limits.retry, timeout_s=self._limits.timeout_s,
            )  # fmt: skip
        except CallError as fault:
            if fault.outage:
                self._breaker.failed(str(fault.error), lasting=not fault.transient)
            else:
                self._breaker.answered()
            raise fault.error from fault
        except ModelReplyError:
            self._breaker.answered()
            raise
        except BaseException:
            self._breaker.left()
            raise
        self._breaker.answered()
        return raw, n_retries

    def _in_time(self, request: Request) -> Raw:
        try:
            return within(request.timeout_s + _GRACE_S, lambda: self._wire.send(request))
        except TimeoutError as error:
            told = f"{self.name}: no answer in {request.timeout_s:g} s. Set FACTCHECK_TIMEOUT_S higher"
            raise CallError(ModelUnavailableError(told), transient=True, outage=True) from error


def _parsed(text: str | None, schema: type[T], *, cut: bool) -> tuple[T | None, str]:
    """Return the value, or None and why there is none."""
    if cut:
        return None, "it was cut off"
    if text is None:
        return None, "it is not one JSON object"
    try:
        return schema.model_validate_json(text), ""
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(map(str, first["loc"]))
        return None, f"{place}: {first['msg']}" if place else str(first["msg"])


def _repair(request: Request, raw: Raw, problem: str) -> Request:
    """Return the second request: twice the room for a cut reply, what was wrong for any other."""
    if raw.cut:  # the cut text would only fill the prompt
        return replace(request, max_tokens=2 * request.max_tokens)
    told = (("assistant", raw.text[:_LONGEST_SHOWN]), ("user", f"That reply cannot be used: {problem}. Reply again."))
    return replace(request, messages=(*request.messages, *told))
