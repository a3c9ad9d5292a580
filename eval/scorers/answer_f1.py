"""Macro F1 and recall of each class over the four boolean answers, or the four verdicts of claims."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from eval.score import ScoredSample, SetScorer
from eval.scorers.macro_f1 import class_recall, macro_f1
from factcheck.records import BOOLEAN_ANSWERS

__all__ = ["ANSWERS", "answer_f1", "answer_pairs", "answer_recall", "claim_f1"]

ANSWERS = tuple(BOOLEAN_ANSWERS.values())  # yes, no, not_stated, conflicting
_CLASS = {name: i for i, pair in enumerate(BOOLEAN_ANSWERS.items()) for name in pair}  # a verdict, or its other name
_NONE = len(ANSWERS)


def answer_pairs(item: ScoredSample) -> Sequence[tuple[float, ...]]:
    """(gold, said) as class numbers in the order of `ANSWERS`; a withheld answer is a class of its own, never right."""
    sample, record = item.sample, item.record
    if record is None or sample.allowed_answers is None or sample.answer not in _CLASS:
        return ()
    said = record.get("verdict") if sample.claim is not None else record.get("answer")
    known = _CLASS.get(said, _NONE) if isinstance(said, str) and not record.get("abstained") else _NONE
    return [(_CLASS[sample.answer], known)]


def _questions(item: ScoredSample) -> Sequence[tuple[float, ...]]:
    return answer_pairs(item) if item.sample.claim is None else ()


def _claims(item: ScoredSample) -> Sequence[tuple[float, ...]]:
    return answer_pairs(item) if item.sample.claim is not None else ()


answer_f1 = SetScorer(_questions, partial(macro_f1, n_classes=_NONE))
claim_f1 = SetScorer(_claims, partial(macro_f1, n_classes=_NONE))


def _recall(which: int) -> SetScorer:
    return SetScorer(
        lambda item: [row for row in _questions(item) if row[0] == which],
        partial(class_recall, n_classes=_NONE, which=which),
    )


answer_recall = {name: _recall(i) for i, name in enumerate(ANSWERS)}
"""Right of the questions whose gold answer it is; n counts these."""
