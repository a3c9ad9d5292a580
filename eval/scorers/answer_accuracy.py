"""Whether a boolean question's answer, or a claim's verdict, is the gold label."""

from __future__ import annotations

from eval.corpus import Corpus
from eval.gold import Sample
from eval.score import Record, Score

__all__ = ["answer_accuracy"]


def answer_accuracy(sample: Sample, record: Record, corpus: Corpus) -> Score | None:
    """1 if the label is the gold label, else 0; `None` for value questions.

    A withheld answer (`abstained`) counts as not right: else silence would be the way to a perfect score.
    """
    del corpus
    if sample.allowed_answers is None:
        return None
    said = record.get("verdict") if sample.claim is not None else record.get("answer")
    if record.get("abstained"):
        return Score(0.0, "abstained")
    return Score(float(said == sample.answer), f"{said!r}, gold {sample.answer!r}")
