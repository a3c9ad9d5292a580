"""Reading with an LLM. It proposes; what it proposes is proved and scored before anything is shown.

Two ways of reading, by what a model can do:

- `PointingReader` (the local model): short texts, one-word constrained answers, logprobs. It never writes a quote: it
  judges sentences one at a time, or picks one by number. At most `MAX_CALLS` calls a question.
- `QuotingReader` (hosted models): the passages with their ids in one call; it returns quotes with a stance, and each
  quote is proved in its source.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from factcheck.records import EvidenceStance, Question, Span, Support
from pipeline.models.budget import MAX_CALLS
from pipeline.models.prices import Price
from pipeline.models.reply import Usage
from pipeline.sentences import Sentence

__all__ = ["MAX_CALLS", "ClaimReading", "Quote", "Reader", "ValueReading"]


@dataclass(frozen=True, slots=True)
class Quote:
    """A quote as a model proposed it: from which source ("" where it named none), for which stance, from where."""

    source: str
    exact: str
    stance: EvidenceStance
    passage: Span | None = None
    confidence: float | None = None  # 0..1, of the stance, from logprobs where the server gives them


@dataclass(frozen=True, slots=True)
class ClaimReading:
    """What a model says of a claim: a judgement for some of the sentences offered (None: not read), and its quotes."""

    supports: tuple[Support | None, ...]
    quotes: tuple[Quote, ...] = ()
    quoting: bool = False  # whether the evidence is the quotes, not the judgements


@dataclass(frozen=True, slots=True)
class ValueReading:
    """A value as a model read it: the answer's words, and either the sentence's index or a quote that states it.

    `answer` None: the sources do not say.
    """

    answer: str | None
    sentence: int | None = None
    quotes: tuple[Quote, ...] = ()
    quoting: bool = False


class Reader(Protocol):
    """What the chain asks of a model."""

    prompts: tuple[str, ...]
    pointing: bool  # it judges sentences by themselves; else it quotes

    @property
    def name(self) -> str: ...

    @property
    def usage(self) -> Usage:
        """What this thread has used so far; the difference over a question is the question's."""

    @property
    def price(self) -> Price | None: ...

    @property
    def notes(self) -> tuple[str, ...]:
        """What the model did not offer for the question begun last in this thread; for the record's warnings."""

    def begin(self, *, repeat: int = 0) -> None:
        """Start a question in this thread: its calls and its time are counted from here.

        `repeat` counts the times the same question is asked anew: each is another request, with another seed.
        """

    def close(self) -> None:
        """Close what the model holds open."""

    def word_claim(self, question: str) -> str:
        """Return the declarative claim of a boolean question."""

    def judge(self, claim: str, sentences: Sequence[Sentence]) -> ClaimReading:
        """Judge the sentences, most telling first, against the claim."""

    def read_value(self, question: Question, sentences: Sequence[Sentence]) -> ValueReading:
        """Find the value that the question asks for."""
