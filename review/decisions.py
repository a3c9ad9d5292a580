"""What a reviewer can decide: the forms that come in (from the browser, from a bundle), and a decision as stored.

A draft names the item and the version of the record that the reviewer saw. Its `id` is made by the client, so that the
same draft sent twice, after a lost connection or in a second import, is stored once.
"""

from __future__ import annotations

import unicodedata
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from factcheck.errors import UserError

__all__ = [
    "AnswerJudgement",
    "AnyDraft",
    "CitationJudgement",
    "Decision",
    "MissedEvidence",
    "SpanRef",
    "Withdrawal",
    "read_draft",
]

CitationLabel = Literal["supports", "partly", "refutes", "wrong_span", "out_of_context", "irrelevant"]
AnswerLabel = Literal["right", "wrong", "should_abstain"]
MissedLabel = Literal["supports", "refutes"]
Kind = Literal["citation", "missed", "answer", "withdraw"]

CITATION_LABELS: tuple[CitationLabel, ...] = (
    "supports", "partly", "refutes", "wrong_span", "out_of_context", "irrelevant",
)  # fmt: skip
ANSWER_LABELS: tuple[AnswerLabel, ...] = ("right", "wrong", "should_abstain")
CARRIES: frozenset[str] = frozenset({"supports", "partly", "refutes"})
"""The labels that say the span (as corrected) bears on the claim; the others say that it does not."""

MAX_COMMENT = 4000  # code points
MAX_ANSWER = 2000


def _clean(text: str) -> str:
    """Refuse what cannot be stored as UTF-8 or shown: lone surrogates, NUL."""
    if any(unicodedata.category(char) == "Cs" or char == "\0" for char in text):
        raise ValueError("holds a lone surrogate or NUL, which is no text")
    return text


Text = Annotated[str, AfterValidator(_clean)]
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class SpanRef(_Strict):
    """A span of one version of a source, in code points, with its text as proof."""

    source: Annotated[Text, Field(min_length=1, max_length=500)]
    source_sha256: Sha256
    start: int = Field(ge=0)
    end: int = Field(gt=0)
    exact: Annotated[Text, Field(min_length=1, max_length=100_000)]


class _Draft(_Strict):
    id: Annotated[str, Field(pattern=r"^[0-9a-f]{32}$")] = Field(default_factory=lambda: uuid.uuid4().hex)
    item: Annotated[Text, Field(min_length=1, max_length=2000)]
    version: Sha256
    comment: Annotated[Text, Field(max_length=MAX_COMMENT)] = ""
    final: bool = Field(False, description="an adjudication: it settles what the reviewers disagree on")
    made: Annotated[str, Field(pattern=r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?Z$")] | None = Field(
        None, description="when it was made, where that was not when it was stored (a bundle)"
    )


class CitationJudgement(_Draft):
    """Whether one cited span bears on the claim. With `span`: the span it should have been."""

    kind: Literal["citation"] = "citation"
    citation: int = Field(ge=0, description="index into the record's citations")
    label: CitationLabel
    span: SpanRef | None = None


class MissedEvidence(_Draft):
    """A span of any source that bears on the claim and is not cited."""

    kind: Literal["missed"] = "missed"
    label: MissedLabel
    span: SpanRef


class AnswerJudgement(_Draft):
    """Whether the answer is right. `answer` and `value`: what it should have been, typed as in the answer record."""

    kind: Literal["answer"] = "answer"
    label: AnswerLabel
    answer: Annotated[Text, Field(max_length=MAX_ANSWER)] | None = None
    value: dict[str, Any] | None = None


class Withdrawal(_Draft):
    """Undo: takes one of the author's own decisions back; the one before it, if any, counts again."""

    kind: Literal["withdraw"] = "withdraw"
    decision: Annotated[str, Field(pattern=r"^[0-9a-f]{32}$")]


AnyDraft = CitationJudgement | MissedEvidence | AnswerJudgement | Withdrawal
_DRAFT: TypeAdapter[AnyDraft] = TypeAdapter(Annotated[AnyDraft, Field(discriminator="kind")])


def read_draft(data: object) -> AnyDraft:
    """Return the draft in a parsed JSON object. Raises: UserError, one line, with the field that is wrong."""
    try:
        return _DRAFT.validate_python(data)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"][1:]) or "decision"
        shown = "" if isinstance(first["input"], dict | list) else f" ({str(first['input'])[:60]!r})"
        raise UserError(f"{place}: {first['msg'].removeprefix('Value error, ')}{shown}; see docs/review.md") from None


@dataclass(frozen=True, slots=True)
class Decision:
    """One row of the log, as stored. `payload` is what the draft said beyond item, version and comment."""

    seq: int
    id: str
    time: str
    author: str
    kind: Kind
    item: str
    version: str
    payload: Mapping[str, Any]
    comment: str
    prev: str
    hash: str

    @property
    def label(self) -> str | None:
        return self.payload.get("label")

    @property
    def final(self) -> bool:
        return bool(self.payload.get("final"))

    @property
    def target(self) -> str:
        """What it decides on, within the item's version: `answer`, `citation:2`, `missed:<id>`, `withdraw:<id>`."""
        if self.kind == "citation":
            return f"citation:{self.payload['citation']}"
        if self.kind == "missed":
            return f"missed:{self.id}"
        return "answer" if self.kind == "answer" else f"withdraw:{self.payload['decision']}"

    def as_json(self) -> dict[str, Any]:
        return {
            "seq": self.seq, "id": self.id, "time": self.time, "author": self.author, "kind": self.kind,
            "item": self.item, "version": self.version, "payload": dict(self.payload), "comment": self.comment,
            "prev": self.prev, "hash": self.hash,
        }  # fmt: skip
