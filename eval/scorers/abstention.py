"""Whether it says nothing where there is nothing to say, and only there."""

from __future__ import annotations

from collections.abc import Sequence

from eval.gold import Sample
from eval.score import Record, Rows, ScoredSample, SetScorer

__all__ = ["abstention_precision", "abstention_recall", "gives_no_answer"]


def gives_no_answer(sample: Sample, record: Record) -> bool:
    """Whether the answer is withheld, or says that the sources do not answer: `not_stated`, no value, no evidence."""
    if record.get("abstained"):
        return True
    if sample.claim is not None:
        return record.get("verdict") in (None, "not_enough_evidence")
    if sample.type == "boolean":
        return record.get("answer") in (None, "not_stated")
    return record.get("answer") is None and record.get("value") is None


def _withheld(item: ScoredSample) -> Sequence[tuple[float, ...]]:
    """(sources do not answer,) where the record gives no answer."""
    if item.record is None or not gives_no_answer(item.sample, item.record):
        return ()
    return [(float(not item.sample.answerable),)]


def _unanswerable(item: ScoredSample) -> Sequence[tuple[float, ...]]:
    """(record gives no answer,) where the sources do not answer."""
    if item.record is None or item.sample.answerable:
        return ()
    return [(float(gives_no_answer(item.sample, item.record)),)]


def _share(rows: Rows) -> float | None:
    return float(rows.mean()) if len(rows) else None


abstention_precision = SetScorer(_withheld, _share)
"""Answers withheld where the sources do not answer, over all withheld. `None` if none was withheld."""
abstention_recall = SetScorer(_unanswerable, _share)
"""Answers withheld where the sources do not answer, over all samples that they do not answer."""
