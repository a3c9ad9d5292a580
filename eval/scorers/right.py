"""Whether the answer is right, whatever its type: what runs are compared by."""

from __future__ import annotations

from eval.corpus import Corpus
from eval.gold import Sample
from eval.score import Record, Score
from eval.scorers.answer_accuracy import answer_accuracy
from eval.scorers.value_match import value_match

__all__ = ["right"]


def right(sample: Sample, record: Record, corpus: Corpus) -> Score | None:
    """`answer_accuracy` of a boolean question or a claim, `value_match` of any other question: 1 or 0."""
    return answer_accuracy(sample, record, corpus) or value_match(sample, record, corpus)
