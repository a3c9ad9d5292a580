"""What a model gives back: the parsed object, the raw text, the cost, and how sure it was of a choice."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import astuple, dataclass
from itertools import islice
from typing import Any, Generic, Literal, TypeVar, get_args, get_origin

from pydantic import BaseModel

T = TypeVar("T", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Usage:
    """What calls cost. `cached_tokens` are those of the input that the server had read before.

    `retries` are further tries after a transient fault; `cached_calls` were answered from the response cache and cost
    nothing.
    """

    calls: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    cached_tokens: int = 0
    retries: int = 0
    cached_calls: int = 0

    def __add__(self, other: Usage) -> Usage:
        return Usage(*(a + b for a, b in zip(astuple(self), astuple(other), strict=True)))

    def __sub__(self, other: Usage) -> Usage:
        return Usage(*(a - b for a, b in zip(astuple(self), astuple(other), strict=True)))


@dataclass(frozen=True, slots=True)
class Token:
    """A token of the reply and the likeliest tokens at its place, with their log probabilities (base e)."""

    text: str
    alternatives: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Reply(Generic[T]):
    """An answer that fits its schema. `tokens` is empty where the server gives no log probabilities.

    `notes` say what the model did not offer, for the record's warnings.
    """

    value: T
    text: str
    usage: Usage
    latency_s: float
    tokens: tuple[Token, ...] = ()
    notes: tuple[str, ...] = ()

    def choice_probabilities(
        self, field: str, *, nth: int = 0, words: tuple[str, ...] | None = None
    ) -> Mapping[str, float] | None:
        """Return the probability of each word that `field` may have (they sum to 1), or None without logprobs.

        For a field further inside, `words` are its words and `nth` says which of its places in the text, from 0.

        llama.cpp and OpenAI give log probabilities *before* the schema's mask: they say what the model wanted
        to write, over its whole vocabulary. We keep the tokens that begin an allowed word and renormalise. Words
        should differ in their first letters; those that share a token are told apart where the reply goes on.
        """
        words = words or choices(type(self.value), field)
        steps = _steps(self.tokens, self.text, field, nth)
        if words is None or steps is None:
            return None
        return _distribution(words, steps)


def choices(schema: type[BaseModel], field: str) -> tuple[str, ...] | None:
    """Return the words allowed for a `Literal[…]` field of strings, else None."""
    info = schema.model_fields.get(field)
    annotation = info.annotation if info else None
    words = get_args(annotation) if get_origin(annotation) is Literal else ()
    return words if words and all(isinstance(word, str) for word in words) else None


def has_choices(schema: type[BaseModel]) -> bool:
    """Say whether the schema has a `Literal` of strings anywhere: then log probabilities tell how sure it was."""
    return any("enum" in part for part in _parts(schema.model_json_schema()))


def _parts(form: Any) -> Iterator[Mapping[str, Any]]:
    if isinstance(form, Mapping):
        yield form
        form = list(form.values())
    if isinstance(form, list):
        for part in form:
            yield from _parts(part)


def _steps(tokens: tuple[Token, ...], text: str, field: str, nth: int) -> list[tuple[str, Mapping[str, float]]] | None:
    """Return (written so far of the value, alternatives for what comes next) for each token of the value."""
    places = re.finditer(rf'"{re.escape(field)}"\s*:\s*"', text)
    match = next(islice(places, nth, None), None)
    at = -"".join(token.text for token in tokens).find(text)  # servers strip white space around the reply
    if match is None or not tokens or at > 0:
        return None
    start, end = match.end(), text.find('"', match.end())
    steps: list[tuple[str, Mapping[str, float]]] = []
    for token in tokens:
        lead = text[max(at, 0) : start] if at < start < at + len(token.text) else ""  # a token such as `"yes`
        if start < at + len(token.text) and at <= end:
            kept = {t.removeprefix(lead): p for t, p in token.alternatives.items() if t.startswith(lead) and t != lead}
            steps.append((text[start : max(at, start)], kept))
        at += len(token.text)
    return steps or None


def _distribution(words: tuple[str, ...], steps: list[tuple[str, Mapping[str, float]]]) -> dict[str, float] | None:
    probability = dict.fromkeys(words, 0.0)
    here = 1.0  # the probability of what is written so far
    for (written, alternatives), following in zip(steps, [*(s for s, _ in steps[1:]), None], strict=True):
        fitting = {t: (math.exp(p), f) for t, p in alternatives.items() if (f := _fitting(words, written, t))}
        total = sum(p for p, _ in fitting.values())
        if total <= 0.0:
            return None
        carried = None
        for text, (p, fits) in fitting.items():
            if len(fits) > 1 and written + text == following:
                carried = here * p / total  # the next token tells these words apart
                continue
            owners = [w for w in fits if w == written + text] or fits
            for word in owners:
                probability[word] += here * p / total / len(owners)
        if carried is None:
            return probability
        here = carried
    return None


def _fitting(words: tuple[str, ...], written: str, token: str) -> list[str]:
    """Return the words that may still follow if `token` comes after `written`; a quotation mark ends a word."""
    head, mark, _ = (written + token).partition('"')
    return [word for word in words if token and (word + '"').startswith(head + mark)]
