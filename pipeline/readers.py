"""The two readers of `pipeline.read`, over a chat model, and the choice between them."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from factcheck.records import EvidenceStance, Passage, Question, Span, Support
from factcheck.settings import Settings
from pipeline.models.chat import ChatModel, open_model
from pipeline.models.reply import Reply, Usage
from pipeline.read import MAX_CALLS, ClaimReading, Quote, Reader, ValueReading
from pipeline.sentences import Sentence, instructs
from prompts.loader import fence, load
from vectorstore.segment import split_sentences

_WORDS: dict[str, int] = {"True": 0, "False": 1, "Unknown": 2}


class _Reply(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Label(_Reply):
    """A one-word judgement; its probabilities come from logprobs."""

    label: Literal["True", "False", "Unknown"]


class Pick(_Reply):
    """A sentence by number (0: none) and the answer copied from it."""

    sentence: int
    answer: str


class Wording(_Reply):
    """A question as a statement."""

    claim: str


class StancedQuote(_Reply):
    """A quote from a passage, by the passage's id, with its stance."""

    passage: str
    quote: str
    stance: Literal["supports", "refutes"]


class Quotes(_Reply):
    """All quotes that bear on a claim."""

    quotes: list[StancedQuote] = Field(max_length=24)


class PlainQuote(_Reply):
    """A quote from a passage, by the passage's id."""

    passage: str
    quote: str


class QuotedValue(_Reply):
    """A value and the quotes that state it; an empty answer when no passage states it."""

    answer: str
    quotes: list[PlainQuote] = Field(max_length=24)


def open_reader(settings: Settings) -> Reader | None:
    """Return the reader for the configured model; None for `none`. Raises: ModelError, UsageError."""
    model = open_model(settings)
    if model is None:
        return None
    return PointingReader(model) if model.name.startswith("local:") else QuotingReader(model)


class _OverModel:
    """What both readers share: the model's name, usage, the prompts used, and the budget of calls of one question."""

    def __init__(self, model: ChatModel) -> None:
        self._model = model
        self._budget = threading.local()

    @property
    def name(self) -> str:
        return self._model.name

    @property
    def usage(self) -> Usage:
        return self._model.usage

    def begin(self) -> None:
        """Start a question: its calls are counted from here, per thread."""
        self._budget.calls = 0

    def _left(self) -> int:
        return MAX_CALLS - getattr(self._budget, "calls", 0)

    def _count(self) -> None:
        self._budget.calls = getattr(self._budget, "calls", 0) + 1

    def word_claim(self, question: str) -> str:
        self._count()
        return self._model.ask(load("claim").render(question=question), Wording, 64).value.claim


class PointingReader(_OverModel):
    """Reads short texts with a small model: a judgement in one word, or a sentence by its number."""

    prompts: tuple[str, ...] = ("judge", "pick", "claim")

    def judge(self, claim: str, sentences: Sequence[Sentence]) -> ClaimReading:
        """Judge as many of the first sentences as the budget of calls allows; the rest stays None."""
        supports: list[Support | None] = []
        for sentence in sentences[: self._left()]:
            self._count()
            reply = self._model.ask(load("judge").render(claim=claim, text=fence(_one_line(sentence.text))), Label, 12)
            supports.append(_support(reply))
        return ClaimReading((*supports, *[None] * (len(sentences) - len(supports))))

    def read_value(self, question: Question, sentences: Sequence[Sentence]) -> ValueReading:
        lines = "\n".join(f"[{i}] {_one_line(s.text)}" for i, s in enumerate(sentences, start=1))
        self._count()
        reply = self._model.ask(load("pick").render(question=_asked(question), sentences=fence(lines)), Pick, 64)
        pick = reply.value
        if pick.sentence < 1 or pick.sentence > len(sentences) or not pick.answer.strip():
            return ValueReading(None)
        return ValueReading(pick.answer.strip(), pick.sentence - 1)


class QuotingReader(_OverModel):
    """Reads whole passages with a capable model and takes quotes, which are proved afterwards."""

    prompts: tuple[str, ...] = ("quote", "quote_value", "claim")

    def judge(self, claim: str, sentences: Sequence[Sentence]) -> ClaimReading:
        blocks, ids = _passages(sentences)
        self._count()
        reply = self._model.ask(load("quote").render(claim=claim, passages=blocks), Quotes, 1024)
        quotes = tuple(_quote(q.passage, q.quote, q.stance, ids) for q in reply.value.quotes)
        return ClaimReading((None,) * len(sentences), quotes, quoting=True)

    def read_value(self, question: Question, sentences: Sequence[Sentence]) -> ValueReading:
        blocks, ids = _passages(sentences)
        self._count()
        reply = self._model.ask(
            load("quote_value").render(question=_asked(question), passages=blocks), QuotedValue, 1024
        )
        quotes = tuple(_quote(q.passage, q.quote, "supports", ids) for q in reply.value.quotes)
        answer = reply.value.answer.strip() or None
        return ValueReading(answer, quotes=quotes, quoting=True)


def _support(reply: Reply[Label]) -> Support:
    """Return the model's judgement from its logprobs; without them, its word at nine tenths."""
    p = reply.choice_probabilities("label")
    if p is None:
        p = {word: 0.9 if word == reply.value.label else 0.05 for word in _WORDS}
    return Support(p["True"], p["False"], p["Unknown"])


def _asked(question: Question) -> str:
    choices = f" (one of: {', '.join(question.choices)})" if question.choices else ""
    return question.text + choices


def _one_line(text: str) -> str:
    """Return the text on one line: a line break inside it could pass for the next part of the prompt."""
    return " ".join(text.split())


def _quote(passage: str, exact: str, stance: EvidenceStance, ids: Mapping[str, Passage]) -> Quote:
    named = ids.get(passage.strip().strip("[]").lower())
    if named is None:
        return Quote("", exact, stance)
    return Quote(named.source, exact, stance, Span(named.start, named.end))


def _passages(sentences: Sequence[Sentence]) -> tuple[str, dict[str, Passage]]:
    """Return the passages that the sentences lie in, fenced and numbered, and the passage of each number.

    A sentence in them that tries to instruct is left out here too.
    """
    passages = {(s.source.id, s.passage.start, s.passage.end): s.passage for s in sentences}  # in order of sentences
    names = {f"p{i}": passage for i, passage in enumerate(passages.values(), start=1)}
    blocks = [f"{name} (source {p.source}):\n{fence(_without_instructions(p.text))}" for name, p in names.items()]
    return "\n\n".join(blocks), names


def _without_instructions(text: str) -> str:
    left_out = [span for span in split_sentences(text) if instructs(span.of(text))]
    for span in reversed(left_out):
        text = f"{text[: span.start]}[…]{text[span.end :]}"
    return text
