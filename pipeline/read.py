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
from pipeline.models.reply import Usage
from pipeline.sentences import Sentence

MAX_CALLS = 3


@dataclass(frozen=True, slots=True)
class Quote:
    """A quote as a model proposed it: from which source ("" where it named none), for which stance, from where."""

    source: str
    exact: str
    stance: EvidenceStance
    passage: Span | None = None


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
    confidence: float | None = None  # 0..1, from logprobs where the server gives them


class Reader(Protocol):
    """What the chain asks of a model."""

    prompts: tuple[str, ...]

    @property
    def name(self) -> str: ...

    @property
    def usage(self) -> Usage: ...

    def begin(self) -> None:
        """Start a question: its budget of calls is counted from here."""

    def word_claim(self, question: str) -> str:
        """Return the declarative claim of a boolean question."""

    def judge(self, claim: str, sentences: Sequence[Sentence]) -> ClaimReading:
        """Judge the sentences, most telling first, against the claim."""

    def read_value(self, question: Question, sentences: Sequence[Sentence]) -> ValueReading:
        """Find the value that the question asks for."""
