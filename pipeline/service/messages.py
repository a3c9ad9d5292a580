"""What the service takes and gives, as the OpenAPI document states it; unknown fields and near-types are refused."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

from factcheck.days import Day
from factcheck.records import Question, QuestionType

MAX_QUESTION = 2000  # code points
MAX_TEXT = 100_000


def _has_words(text: str) -> str:
    if not text.strip():
        raise ValueError("must have more than white space")
    return text


def _whole(value: object) -> object:
    """JSON has one kind of number: 3.0 is the whole number 3."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


_WHOLE = BeforeValidator(_whole)  # after the bounds, or the document would not have them
# `\S` stands in the document; what is blank, Python's notion of white space decides.
_PATTERN = Field(json_schema_extra={"pattern": r"\S"})
Words = Annotated[
    str, StringConstraints(min_length=1, max_length=MAX_QUESTION), AfterValidator(_has_words), _PATTERN
]  # fmt: skip
Text = Annotated[str, StringConstraints(min_length=1, max_length=MAX_TEXT), AfterValidator(_has_words), _PATTERN]
SourceId = Annotated[str, StringConstraints(min_length=1, max_length=500)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class AskRequest(_Strict):
    """A question, or with `claim` a statement to judge."""

    model_config = ConfigDict(
        extra="forbid",
        strict=True,
        json_schema_extra={
            "allOf": [
                {"if": {"properties": {"type": {"const": "choice"}}, "required": ["type"]},
                 "then": {"required": ["choices"], "properties": {"choices": {"minItems": 2}}}},
                {"if": {"properties": {"claim": {"type": "string"}}, "required": ["claim"]},
                 "then": {"properties": {"type": {"enum": ["boolean", None]}}}},
            ],
            "examples": [{"question": "Does the treaty include a mutual defence clause?"}],
        },
    )  # fmt: skip

    question: Words
    id: Annotated[str, StringConstraints(max_length=500)] | None = None
    type: QuestionType | None = None
    as_of: Day | None = None
    event_date: Day | None = None
    choices: Annotated[list[Words], Field(max_length=50)] = []
    sources: Annotated[list[SourceId], Field(max_length=1000)] = []
    claim: Words | None = None

    def to_question(self) -> Question:
        return Question(
            self.question, id=self.id, type=self.type, as_of=self.as_of, event_date=self.event_date,
            choices=tuple(self.choices), sources=tuple(self.sources), claim=self.claim,
        )  # fmt: skip


class SearchRequest(_Strict):
    """A query for passages."""

    query: Words
    n: Annotated[int, Field(ge=1, le=100), _WHOLE] = 10
    by: Literal["hybrid", "dense", "lexical"] = "hybrid"
    sources: Annotated[list[SourceId], Field(max_length=1000)] = []
    since: Day | None = None
    until: Day | None = None
    as_of: Day | None = None


class PairRequest(_Strict):
    """A claim and the document that may support it."""

    id: Annotated[str, StringConstraints(max_length=500)] | None = None
    claim: Words
    document: Text


class ScoreRequest(_Strict):
    """Pairs to score."""

    pairs: Annotated[list[PairRequest], Field(min_length=1, max_length=64)]


class CitationRequest(BaseModel):
    """A citation as it stands in a record; fields that proof does not need are passed over."""

    model_config = ConfigDict(extra="ignore", strict=True)

    source: SourceId
    source_sha256: Annotated[str, StringConstraints(max_length=100)]
    start: Annotated[int, Field(ge=0, le=1_000_000_000), _WHOLE]
    end: Annotated[int, Field(ge=0, le=1_000_000_000), _WHOLE]
    exact: Annotated[str, StringConstraints(max_length=MAX_TEXT)]
    prefix: Annotated[str, StringConstraints(max_length=1000)] = ""
    suffix: Annotated[str, StringConstraints(max_length=1000)] = ""
    status: Annotated[str, StringConstraints(max_length=100)] = "exact"


class VerifyRequest(_Strict):
    """Citations to prove again: `citations` of a record, as it was given out."""

    citations: Annotated[list[CitationRequest], Field(min_length=1, max_length=1000)]


class Passages(BaseModel):
    """Passages, best first."""

    passages: list[dict[str, Any]]


class Scores(BaseModel):
    """A score a pair, in order: `supports`, `refutes`, `neutral`, and the `evidence` span in the document."""

    scores: list[dict[str, Any]]


class Checks(BaseModel):
    """A check a citation, in order; `n_failed` of them do not hold."""

    n: int
    n_failed: int
    checks: list[dict[str, Any]]


class Sources(BaseModel):
    """A part of the list of sources, by id, without their texts; `total` of all."""

    total: int
    sources: list[dict[str, Any]]


class Health(BaseModel):
    """What serves."""

    status: Literal["ok"]
    version: str
    model: str
    n_sources: int
    index: str
