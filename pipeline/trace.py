"""What a question went through, for `--trace`: passages, sentences read with their judgement, and what was rejected."""

from __future__ import annotations

from dataclasses import dataclass

from factcheck.records import Passage
from pipeline.judge import Evidence
from pipeline.sentences import Sentence


@dataclass(frozen=True, slots=True)
class Rejected:
    """A quote that was proposed and not shown, with its proof status or the reason."""

    source: str | None
    quote: str
    reason: str


@dataclass(frozen=True, slots=True)
class Trace:
    """The passages, the judged sentences (most relevant first), the rejected quotes and the sentences left out."""

    query: str
    passages: tuple[Passage, ...]
    evidence: tuple[Evidence, ...]
    rejected: tuple[Rejected, ...]
    instructing: tuple[Sentence, ...]
