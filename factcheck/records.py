"""The shared nouns. They import nothing of ours.

Offsets are code points of the stored text, half open: `source.text[start:end] == exact` always.
`None` means not known or not found. Field names of the answer's parts are those of the JSON record
(`docs/answer-record.md`), so that a record is `dataclasses.asdict` of these and nothing more.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

QuestionType = Literal["boolean", "date", "number", "duration", "entity", "choice", "list", "text"]
Verdict = Literal["supported", "refuted", "not_enough_evidence", "conflicting_evidence"]
Stance = Literal["supports", "refutes", "mixed", "silent"]
EvidenceStance = Literal["supports", "refutes", "neutral"]
ProofStatus = Literal["exact", "normalised", "misattributed", "frankenquote", "not_found", "ambiguous"]
Modality = Literal["asserted", "reported", "speculated", "denied"]

QUESTION_TYPES: tuple[QuestionType, ...] = get_args(QuestionType)
PROOF_STATUSES: tuple[ProofStatus, ...] = get_args(ProofStatus)
BOOLEAN_ANSWERS: Mapping[Verdict, str] = {
    "supported": "yes",
    "refuted": "no",
    "not_enough_evidence": "not_stated",
    "conflicting_evidence": "conflicting",
}


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A half-open stretch of a stored text, in code points."""

    start: int
    end: int

    def of(self, text: str) -> str:
        return text[self.start : self.end]

    def overlaps(self, other: Span) -> bool:
        return self.start < other.end and other.start < self.end


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where a source comes from, as its owner states it. Dates are ISO days; `None` = not known."""

    title: str | None = None
    publisher: str | None = None
    author: str | None = None
    credited_from: str | None = None
    url: str | None = None
    published: str | None = None
    not_before: str | None = None
    not_after: str | None = None
    evidence: str | None = None  # the phrase that bounds the date


@dataclass(frozen=True, slots=True)
class Source:
    """A stored article: one version of its text, and its provenance."""

    id: str
    text: str
    source_sha256: str  # of `text` as UTF-8
    file_sha256: str  # of the original bytes
    version: int = 1
    path: str | None = None
    provenance: Provenance = field(default_factory=Provenance)
    pages: tuple[int, ...] = ()  # where each page begins in `text`, in order; () = the source has no pages

    def page_of(self, at: int) -> int | None:
        """Return the page, from 1, that holds the code point at `at`; None where there are no pages."""
        return bisect_right(self.pages, at) or None


@dataclass(frozen=True, slots=True)
class Filters:
    """Which sources may be read. `as_of` leaves out what cannot have been published by that day."""

    sources: tuple[str, ...] = ()
    since: str | None = None
    until: str | None = None
    as_of: str | None = None


@dataclass(frozen=True, slots=True)
class Passage:
    """A chunk as retrieved. `ranks` says which list found it and where: `{"dense": 1, "lexical": 4}` from 1."""

    source: str
    start: int
    end: int
    text: str
    score: float
    ranks: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Check:
    """One line of `factcheck doctor`; `todo` says what to do where it is not ok."""

    name: str
    ok: bool
    detail: str
    todo: str | None = None


@dataclass(frozen=True, slots=True)
class Question:
    """A typed question. `type` `None` = to be inferred from the wording.

    `claim` is the statement to judge where it is given: the question is boolean then, and nothing is worded from it.
    """

    text: str
    id: str | None = None
    type: QuestionType | None = None
    as_of: str | None = None
    event_date: str | None = None
    choices: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    claim: str | None = None


@dataclass(frozen=True, slots=True)
class Support:
    """How a passage bears on a claim: three probabilities that sum to 1."""

    supports: float
    refutes: float
    neutral: float


@dataclass(frozen=True, slots=True)
class Citation:
    """Evidence shown to a person, with its proof."""

    source: str
    source_sha256: str
    start: int
    end: int
    exact: str
    prefix: str
    suffix: str
    status: ProofStatus
    stance: EvidenceStance
    support: Support
    speaker: str | None
    modality: Modality
    published: str | None
    not_before: str | None
    not_after: str | None
    locator: Mapping[str, int | None]  # {"line": from 1, "page": from 1 or None}


@dataclass(frozen=True, slots=True)
class SourceStance:
    """What one source says on the claim. `citations` are indexes into the answer's citations."""

    source: str
    stance: Stance
    probability: float
    citations: tuple[int, ...] = ()
    duplicate_of: str | None = None
    superseded_by: str | None = None


@dataclass(frozen=True, slots=True)
class Nearest:
    """A passage that was read and did not carry the point; `score` in 0..1, higher is nearer."""

    source: str
    start: int
    end: int
    exact: str
    score: float


@dataclass(frozen=True, slots=True)
class Coverage:
    """What was read, and why nothing was found: `silent` (on topic, not on the point) or `off_topic`."""

    reason: Literal["silent", "off_topic"] | None
    n_sources: int
    n_passages_read: int
    nearest: tuple[Nearest, ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer record; see `docs/answer-record.md`. `value` is typed by the question's type."""

    question: Question
    answer: str | None
    value: Mapping[str, Any] | None
    verdict: Verdict
    probability: float
    abstained: bool
    claim: str
    citations: tuple[Citation, ...]
    sources: tuple[SourceStance, ...]
    coverage: Coverage
    quotes: Mapping[ProofStatus, int]
    explanation: str
    warnings: tuple[str, ...]
    run: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Mismatch:
    """A number or date of a claim where the evidence against it has another; both as written."""

    kind: Literal["number", "date"]  # durations are numbers
    claim: str
    evidence: str


@dataclass(frozen=True, slots=True)
class CheckClaim:
    """One claim of a draft, checked. Where it is not `checkable`, `reason` says why and the rest is empty.

    `start` and `end` are code points of the draft as it stands; several claims may share or overlap a span.
    """

    id: str
    start: int
    end: int
    exact: str
    checkable: bool
    reason: Literal["opinion", "forecast", "question", "heading", "other"] | None
    claim: str | None
    verdict: Verdict | None = None
    probability: float | None = None
    citations: tuple[Citation, ...] = ()
    sources: tuple[SourceStance, ...] = ()
    mismatch: tuple[Mismatch, ...] = ()
    coverage: Coverage | None = None
    quotes: Mapping[ProofStatus, int] = field(default_factory=dict)
    explanation: str | None = None
    warnings: tuple[str, ...] = ()
    run: Mapping[str, Any] = field(default_factory=dict)
