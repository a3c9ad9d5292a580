"""The right answer, as the program gave it and as a reviewer names it: (answer, value), as gold labels have them.

Boolean questions are answered by yes, no, not_stated or conflicting, claims by a verdict; all else by text and a typed
value, and by (None, None) where the sources do not say.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, cast, get_args

from eval.normalise import words
from factcheck.errors import UserError
from factcheck.records import BOOLEAN_ANSWERS, Verdict
from pipeline.values import find_values

__all__ = [
    "Answer",
    "abstained",
    "answer_example",
    "claim_of",
    "given_answer",
    "is_yes_no",
    "named_answer",
    "read_as",
    "right_answers",
    "same_answer",
    "silent_answer",
]

Answer = tuple[str | None, Mapping[str, Any] | None]

_VERDICT_OF = {answer: verdict for verdict, answer in BOOLEAN_ANSWERS.items()}
_EXAMPLES = {
    "date": "3 June 2023", "number": "1240 metres", "duration": "20 years", "list": "first; second; third",
}  # fmt: skip
_BESIDE = frozenset(  # what may stand beside a value and leaves it what it is; "before" or "not" do not
    "a an the it is was were on in at about around approximately approx roughly some nearly almost circa ca exactly "
    "just monday tuesday wednesday thursday friday saturday sunday".split()
)


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
    if record["question"].get("type") == "boolean":
        return tuple(BOOLEAN_ANSWERS.values())
    return tuple(map(str, record["question"].get("choices") or ())) or None


def answer_example(record: Mapping[str, Any]) -> str | None:
    """Return how a right answer to this is written, where it is read as a value; None = any text, or a choice."""
    return _EXAMPLES.get(_type_of(record))


def _type_of(record: Mapping[str, Any]) -> str:
    return str((record.get("question") or {}).get("type"))


def is_yes_no(record: Mapping[str, Any]) -> bool:
    """Whether it is answered by a side (yes and no, a verdict), not by text with a value."""
    return "question" not in record or _type_of(record) == "boolean"


def given_answer(record: Mapping[str, Any]) -> Answer:
    """Return what the program answered; (None, None) or the verdict where it withheld that."""
    return (record["verdict"] if claim_of(record) is not None else record["answer"]), record.get("value")


def abstained(record: Mapping[str, Any]) -> bool:
    """Whether the program itself says that the sources do not give it; an answer that it withheld is none."""
    return not record.get("abstained") and same_answer(given_answer(record), silent_answer(record))


def silent_answer(record: Mapping[str, Any]) -> Answer:
    """Return the answer that says that the sources do not give it."""
    if not is_yes_no(record):
        return None, None
    return ("not_enough_evidence" if claim_of(record) is not None else "not_stated"), None


def named_answer(record: Mapping[str, Any], said: str, value: Mapping[str, Any] | None = None) -> Answer:
    """Return the answer that a reviewer named by its text, or by text and value.

    A date, number or duration is the one value that the text holds, with no more beside it than an article or a hedge:
    "between 310 and 355", "before 2020" and "not 20 years but 25" name none. Raises: UserError for what can never be
    a label.
    """
    allowed, kind = right_answers(record), _type_of(record)
    if allowed is not None and said not in allowed:
        raise UserError(f"corrected answer {said[:60]!r} is none of {', '.join(allowed)}; give one of them")
    if is_yes_no(record):
        return (_VERDICT_OF.get(said, said) if claim_of(record) is not None else said), None
    if value is not None:
        return said, value
    if kind in ("date", "number", "duration"):
        return said, _typed(said, kind)
    if kind == "list":
        items = [part.strip() for part in said.split(";") if part.strip()]
        if not items:
            raise UserError(f"{said[:60]!r} is no list; write e.g. {_EXAMPLES[kind]}")
        return said, {"items": items}
    return said, {"text": said}


def _typed(said: str, kind: str) -> Mapping[str, Any]:
    # Of a number asked for, 1995 is no year; with its comma it is read as what it is.
    text = re.sub(r"(?<![\d.,])([12])(\d{3})(?![\d.,]|-\d)", r"\1,\2", said) if kind == "number" else said
    found = find_values(text, cast("Any", kind))
    if len(found) > 1:
        shown = ", ".join(repr(value.text) for value in found)
        raise UserError(f"{said[:60]!r} holds {len(found)} values ({shown}); name the one that is right")
    if not found:
        raise UserError(f"{said[:60]!r} is no {kind}; write e.g. {_EXAMPLES[kind]}")
    beside = text[: found[0].span.start] + " " + text[found[0].span.end :]
    if set(re.findall(r"[^\s.,;:!'\"“”‘’()]+", beside.casefold())) - _BESIDE:
        raise UserError(
            f"{said[:60]!r} is more than a {kind}, of which a label holds {found[0].text!r} alone; write e.g. "
            f"{_EXAMPLES[kind]}, and the rest in the comment"
        )
    return found[0].value


def read_as(record: Mapping[str, Any], said: str) -> str | None:
    """Return the value a named answer was read as, in short (`2023-06-03`, `1240 m`); None where it is its text."""
    try:
        value = named_answer(record, said)[1] or {}
    except UserError:
        return "no value"
    if "number" in value:
        return f"{value['number']:,} {value['unit'] or ''}".strip()
    return " · ".join(value["items"]) if "items" in value else value.get("iso")


def same_answer(one: Answer, other: Answer) -> bool:
    """Whether two answers say the same: dates, numbers and durations by their value, all else by its words."""
    values = one[1], other[1]
    if all(value and not value.keys() & {"text", "items"} for value in values):
        return values[0] == values[1]
    if one[0] is None or other[0] is None:
        return one[0] is other[0]
    return words(one[0]) == words(other[0])
