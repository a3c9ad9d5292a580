"""Records as JSON: an answer, and a question that failed. `docs/answer-record.md` describes them."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from factcheck.errors import FactcheckError
from factcheck.records import Answer, Question

ANSWER_SCHEMA = "factcheck/answer/1"
ERROR_SCHEMA = "factcheck/error/1"


def answer_record(answer: Answer) -> dict[str, Any]:
    """Return the answer as a JSON object; its question keeps id, text, type and as_of, and what else was set."""
    record = {"schema": ANSWER_SCHEMA, **asdict(answer)}
    record["question"] = question_record(answer.question)
    return record


def error_record(question: Question | Exception, error: FactcheckError) -> dict[str, Any]:
    """Return the record of a question that has no answer, with the kind of its error and the message."""
    asked = question_record(question) if isinstance(question, Question) else getattr(error, "question", None)
    return {"schema": ERROR_SCHEMA, "question": asked, "error": {"kind": error.kind, "message": str(error)}}


def question_record(question: Question) -> dict[str, Any]:
    """Return a question as it stands in records."""
    record: dict[str, Any] = {"id": question.id, "text": question.text, "type": question.type, "as_of": question.as_of}
    if question.event_date:
        record["event_date"] = question.event_date
    for name in ("choices", "sources"):
        if getattr(question, name):
            record[name] = list(getattr(question, name))
    return record
