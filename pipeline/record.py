"""Records as JSON, and back: an answer, and a question that failed. `docs/answer-record.md` describes them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from functools import cache
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from factcheck.errors import FactcheckError, UserError
from factcheck.records import Answer, CheckClaim, Question
from factcheck.redact import redact

ANSWER_SCHEMA = "factcheck/answer/1"
ERROR_SCHEMA = "factcheck/error/1"
CHECK_SCHEMA = "factcheck/check/1"
CHECK_CLAIM_SCHEMA = "factcheck/check-claim/1"

R = TypeVar("R", Answer, CheckClaim)


def answer_record(answer: Answer) -> dict[str, Any]:
    """Return the answer as a JSON object; its question keeps id, text, type and as_of, and what else was set."""
    record = {"schema": ANSWER_SCHEMA, **asdict(answer)}
    record["question"] = question_record(answer.question)
    return record


def answer_from_record(record: Mapping[str, Any], place: str = "the record") -> Answer:
    """Return the answer that a record describes; the inverse of `answer_record`. Fields it does not know are left out.

    Raises: UserError, beginning with `place`, for a part that is missing, of another type, or a stance that points at
    a citation that is not there.
    """
    return _read(Answer, record, place)


def check_claim_from_record(record: Mapping[str, Any], place: str = "the record") -> CheckClaim:
    """Return the checked claim that a record describes. Raises: UserError as `answer_from_record` does."""
    return _read(CheckClaim, record, place)


def _read(kind: type[R], record: Mapping[str, Any], place: str) -> R:
    try:
        read: R = _adapter(kind.__name__).validate_python(record)
    except ValidationError as error:
        first = error.errors()[0]
        raise UserError(f"{place}: {'.'.join(map(str, first['loc']))}: {first['msg']}; the record was edited") from None
    missing = next((i for s in read.sources for i in s.citations if not 0 <= i < len(read.citations)), None)
    if missing is not None:
        raise UserError(f"{place}: a source points at citation {missing}, which is not there; the record was edited")
    return read


@cache
def _adapter(name: str) -> TypeAdapter[Any]:
    return TypeAdapter({kind.__name__: kind for kind in (Answer, CheckClaim)}[name])


def error_record(question: Question | Exception, error: FactcheckError) -> dict[str, Any]:
    """Return the record of a question that has no answer, with the kind of its error and the message.

    Where the question was begun, `run` tells model, usage and cost: a reply that cannot be used is paid for.
    """
    asked = question_record(question) if isinstance(question, Question) else getattr(error, "question", None)
    told = {"kind": error.kind, "message": redact(str(error))}
    record: dict[str, Any] = {"schema": ERROR_SCHEMA, "question": asked, "error": told}
    return record if error.run is None else {**record, "run": dict(error.run)}


def check_claim_record(claim: CheckClaim) -> dict[str, Any]:
    """Return a checked claim as a JSON object; `docs/check.md` describes it."""
    return {"schema": CHECK_CLAIM_SCHEMA, **asdict(claim)}


def question_record(question: Question) -> dict[str, Any]:
    """Return a question as it stands in records."""
    record: dict[str, Any] = {"id": question.id, "text": question.text, "type": question.type, "as_of": question.as_of}
    if question.event_date:
        record["event_date"] = question.event_date
    if question.claim is not None:
        record["claim"] = question.claim
    for name in ("choices", "sources"):
        if getattr(question, name):
            record[name] = list(getattr(question, name))
    return record
