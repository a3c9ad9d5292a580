"""The two readers of `pipeline.read`, over a chat model, and the choice between them."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping, Sequence
from typing import Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from factcheck.records import EvidenceStance, Passage, Question, Span, Support
from factcheck.settings import Settings
from pipeline.models.budget import Budget
from pipeline.models.chat import ChatModel, open_model
from pipeline.models.prices import Price
from pipeline.models.reply import Reply, Usage
from pipeline.read import ClaimReading, Quote, Reader, ValueReading
from pipeline.sentences import Sentence, instructs
from prompts.loader import RenderedPrompt, fence, load
from vectorstore.chunks import n_tokens
from vectorstore.segment import split_sentences

T = TypeVar("T", bound=BaseModel)
_WORDS: dict[str, int] = {"True": 0, "False": 1, "Unknown": 2}
_STANCES = ("supports", "refutes")
_MARGIN = 40  # tokens for the chat format and the breaks between the items


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


def open_reader(settings: Settings, *, resumed: bool = False) -> Reader | None:
    """Return the reader for the configured model; None for `none`. `resumed`: a recording is gone on with.

    Raises: ModelError, UsageError.
    """
    model = open_model(settings, resumed=resumed)
    return None if model is None else reader_over(model, settings)


def reader_over(model: ChatModel, settings: Settings) -> Reader:
    """Return the reader that fits a model: the local one points, all others quote."""
    reader = PointingReader if model.name.startswith("local:") else QuotingReader
    return reader(model, question_timeout_s=settings.question_timeout_s)


class _OverModel:
    """What both readers share: the model, and for each thread what its question may spend and has spent."""

    prompts: tuple[str, ...] = ()

    def __init__(self, model: ChatModel, *, question_timeout_s: float = float("inf")) -> None:
        self._model, self._question_timeout_s = model, question_timeout_s
        self._local = threading.local()

    @property
    def name(self) -> str:
        return self._model.name

    @property
    def price(self) -> Price | None:
        return self._model.price

    @property
    def usage(self) -> Usage:
        before: Usage = getattr(self._local, "before", Usage())
        return before + self._budget.usage

    @property
    def notes(self) -> tuple[str, ...]:
        return tuple(self._budget.notes)

    def begin(self, *, repeat: int = 0) -> None:
        """See `Reader.begin`."""
        self._local.before = self.usage
        self._local.budget = Budget(deadline=time.monotonic() + self._question_timeout_s, repeat=repeat)

    def close(self) -> None:
        self._model.close()

    @property
    def _budget(self) -> Budget:
        budget: Budget | None = getattr(self._local, "budget", None)
        if budget is None:
            budget = self._local.budget = Budget()
        return budget

    def word_claim(self, question: str) -> str:
        return self._ask(load("claim").render(question=question), Wording, 64).value.claim

    def _ask(self, prompt: RenderedPrompt, schema: type[T], max_tokens: int) -> Reply[T]:
        return self._model.ask(prompt, schema, max_tokens, self._budget)

    def _fitting(self, empty: RenderedPrompt, items: Sequence[str], max_tokens: int, what: str) -> int:
        """Return how many of `items`, the most telling first, fit the prompt that is `empty` of them; note the rest."""
        left = self._model.prompt_tokens(max_tokens) - n_tokens(empty.system) - n_tokens(empty.user) - _MARGIN
        for i, item in enumerate(items):
            left -= n_tokens(item) + 2
            if left < 0 and i > 0:
                self._budget.note(f"{len(items) - i} of {len(items)} {what} did not fit the prompt and were not read")
                return i
        return len(items)


class PointingReader(_OverModel):
    """Reads short texts with a small model: a judgement in one word, or a sentence by its number."""

    prompts: tuple[str, ...] = ("judge", "pick", "claim")
    pointing = True

    def judge(self, claim: str, sentences: Sequence[Sentence]) -> ClaimReading:
        """Judge as many of the first sentences as the budget of calls allows; the rest stays None."""
        supports: list[Support | None] = []
        for sentence in sentences:
            if self._budget.calls_left < 1:
                break
            reply = self._ask(load("judge").render(claim=claim, text=fence(_one_line(sentence.text))), Label, 12)
            supports.append(_support(reply))
        return ClaimReading((*supports, *[None] * (len(sentences) - len(supports))))

    def read_value(self, question: Question, sentences: Sequence[Sentence]) -> ValueReading:
        asked, lines = _asked(question), [f"[{i}] {_one_line(s.text)}" for i, s in enumerate(sentences, start=1)]
        empty = load("pick").render(question=asked, sentences=fence(""))
        sentences = sentences[: self._fitting(empty, lines, 64, "sentences")]
        text = fence("\n".join(lines[: len(sentences)]))
        reply = self._ask(load("pick").render(question=asked, sentences=text), Pick, 64)
        pick = reply.value
        if pick.sentence < 1 or pick.sentence > len(sentences) or not pick.answer.strip():
            return ValueReading(None)
        return ValueReading(pick.answer.strip(), pick.sentence - 1)


class QuotingReader(_OverModel):
    """Reads whole passages with a capable model and takes quotes, which are proved afterwards."""

    prompts: tuple[str, ...] = ("quote", "quote_value", "claim")
    pointing = False

    def judge(self, claim: str, sentences: Sequence[Sentence]) -> ClaimReading:
        blocks, ids = _passages(sentences)
        empty = load("quote").render(claim=claim, passages="")
        blocks = blocks[: self._fitting(empty, blocks, 1024, "passages")]
        reply = self._ask(load("quote").render(claim=claim, passages="\n\n".join(blocks)), Quotes, 1024)
        sure = [reply.choice_probabilities("stance", nth=i, words=_STANCES) for i in range(len(reply.value.quotes))]
        quotes = tuple(
            _quote(q.passage, q.quote, q.stance, ids, None if p is None else p[q.stance])
            for q, p in zip(reply.value.quotes, sure, strict=True)
        )
        return ClaimReading((None,) * len(sentences), quotes, quoting=True)

    def read_value(self, question: Question, sentences: Sequence[Sentence]) -> ValueReading:
        (blocks, ids), asked = _passages(sentences), _asked(question)
        empty = load("quote_value").render(question=asked, passages="")
        blocks = blocks[: self._fitting(empty, blocks, 1024, "passages")]
        prompt = load("quote_value").render(question=asked, passages="\n\n".join(blocks))
        reply = self._ask(prompt, QuotedValue, 1024)
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


def _quote(
    passage: str, exact: str, stance: EvidenceStance, ids: Mapping[str, Passage], confidence: float | None = None
) -> Quote:
    named = ids.get(passage.strip().strip("[]").lower())
    if named is None:
        return Quote("", exact, stance, confidence=confidence)
    return Quote(named.source, exact, stance, Span(named.start, named.end), confidence)


def _passages(sentences: Sequence[Sentence]) -> tuple[list[str], dict[str, Passage]]:
    """Return the passages that the sentences lie in, fenced and numbered, and the passage of each number.

    A sentence in them that tries to instruct is left out here too.
    """
    passages = {(s.source.id, s.passage.start, s.passage.end): s.passage for s in sentences}  # in order of sentences
    names = {f"p{i}": passage for i, passage in enumerate(passages.values(), start=1)}
    blocks = [f"{name} (source {p.source}):\n{fence(_without_instructions(p.text))}" for name, p in names.items()]
    return blocks, names


def _without_instructions(text: str) -> str:
    left_out = [span for span in split_sentences(text) if instructs(span.of(text))]
    for span in reversed(left_out):
        text = f"{text[: span.start]}[…]{text[span.end :]}"
    return text
