"""What is exported: answers, checked claims, and what has neither answer nor verdict, in the order of the file."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from factcheck.records import BOOLEAN_ANSWERS, Answer, CheckClaim, Coverage, Question
from pipeline.record import ANSWER_SCHEMA, CHECK_CLAIM_SCHEMA, ERROR_SCHEMA, answer_from_record, check_claim_from_record
from pipeline.record_files import ANSWERS, CHECKS, read_records


@dataclass(frozen=True, slots=True)
class Item:
    """One question or claim. Exactly one of `answer`, `error` (kind, message) and `not_checkable` (reason) is set."""

    id: str | None
    text: str
    answer: Answer | None = None
    error: tuple[str, str] | None = None
    not_checkable: str | None = None

    @property
    def is_claim(self) -> bool:
        """Was a statement checked, rather than a question asked? Then *refuted* is bad news."""
        return self.answer is not None and self.answer.question.claim is not None


def read_items(path: Path) -> list[Item]:
    """Return the items of a file of answers or of checked claims. Raises: UserError as `read_records` does."""
    found = []
    for line, record in read_records(path, ANSWERS | CHECKS):
        place = f"{path}:{line}"
        if record["schema"] == ANSWER_SCHEMA:
            answer = answer_from_record(record, place)
            found.append(Item(answer.question.id, answer.question.text, answer))
        elif record["schema"] == ERROR_SCHEMA:
            found.append(_failed(record))
        elif record["schema"] == CHECK_CLAIM_SCHEMA:
            found.append(_checked(check_claim_from_record(record, place)))
    return found


def _failed(record: dict[str, Any]) -> Item:
    asked = record.get("question") or {}
    error = record["error"]
    return Item(asked.get("id"), str(asked.get("text") or ""), error=(error["kind"], error["message"]))


def _checked(claim: CheckClaim) -> Item:
    if claim.verdict is None:
        return Item(claim.id, claim.exact, not_checkable=claim.reason or "other")
    return Item(
        claim.id,
        claim.exact,
        Answer(
            question=Question(claim.exact, id=claim.id, type="boolean", claim=claim.claim),
            answer=BOOLEAN_ANSWERS[claim.verdict],
            value=None,
            verdict=claim.verdict,
            probability=claim.probability or 0.0,
            abstained=False,
            claim=claim.claim or claim.exact,
            citations=claim.citations,
            sources=claim.sources,
            coverage=claim.coverage or Coverage(None, 0, 0),
            quotes=claim.quotes,
            explanation=claim.explanation or "",
            warnings=claim.warnings,
            run=claim.run,
        ),
    )
