"""The right answer, as the program gave it and as a reviewer names it: (answer, value), as gold labels have them.

Boolean questions are answered by yes, no, not_stated or conflicting, claims by a verdict; all else by text and a typed
value, and by (None, None) where the sources do not say.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, get_args

from eval.normalise import words
from factcheck.records import BOOLEAN_ANSWERS, Verdict
from pipeline.values import parse_value

__all__ = [
    "Answer",
    "abstained",
    "claim_of",
    "given_answer",
    "named_answer",
    "right_answers",
    "same_answer",
    "silent_answer",
]

Answer = tuple[str | None, Mapping[str, Any] | None]

_VERDICT_OF = {answer: verdict for verdict, answer in BOOLEAN_ANSWERS.items()}


def claim_of(record: Mapping[str, Any]) -> str | None:
    """The claim of a record that states one rather than asks: a checked claim, or a claim sample of a run."""
    if "question" not in record:
        return str(record["claim"])
    claim = record["question"].get("claim")
    return str(claim) if claim is not None and claim == record["question"]["text"] else None


def right_answers(record: Mapping[str, Any]) -> tuple[str, ...] | None:
    """Return the answers that a correction of this record may name; None = any text."""
    if "question" not in record:
        return get_args(Verdict)
    return tuple(BOOLEAN_ANSWERS.values()) if record["question"].get("type") == "boolean" else None


def given_answer(record: Mapping[str, Any]) -> Answer:
    """Return what the program answered; (None, None) or the verdict where it withheld that."""
    return (record["verdict"] if claim_of(record) is not None else record["answer"]), record.get("value")


def abstained(record: Mapping[str, Any]) -> bool:
    """Whether the program itself says that the sources do not give it; an answer that it withheld is none."""
    return not record.get("abstained") and same_answer(given_answer(record), silent_answer(record))


def silent_answer(record: Mapping[str, Any]) -> Answer:
    """Return the answer that says that the sources do not give it."""
    if right_answers(record) is None:
        return None, None
    return ("not_enough_evidence" if claim_of(record) is not None else "not_stated"), None


def named_answer(record: Mapping[str, Any], said: str, value: Mapping[str, Any] | None = None) -> Answer:
    """Return the answer that a reviewer named by its text, or by text and value."""
    if right_answers(record) is not None:
        return (_VERDICT_OF.get(said, said) if claim_of(record) is not None else said), None
    return said, value or _value(said, str(record["question"].get("type")))


def _value(said: str, kind: str) -> Mapping[str, Any] | None:
    """The typed value of an answer given as text; None where it cannot be read, which `lint` then says."""
    if kind in ("date", "number", "duration"):
        return parse_value(said, kind)  # type: ignore[arg-type]
    if kind == "list":
        return {"items": [part.strip() for part in said.split(";") if part.strip()]}
    return {"text": said}


def same_answer(one: Answer, other: Answer) -> bool:
    """Whether two answers say the same: dates, numbers and durations by their value, all else by its words."""
    values = one[1], other[1]
    if all(value and not value.keys() & {"text", "items"} for value in values):
        return values[0] == values[1]
    if one[0] is None or other[0] is None:
        return one[0] is other[0]
    return words(one[0]) == words(other[0])
