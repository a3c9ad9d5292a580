"""Candidates for a value, judged by the verifier: each is put into the question, and its sentence must carry that.

    score = sigmoid(bias + w1 logit(by words and relevance) + w2 logit(supports of the best of its wordings))

`by words and relevance` is the score of `pipeline.extract`. The verifier reads the sentence with the one before it. Two
logistic weights and a bias, fitted on the development half of the gold labels by `python -m training.value_ranking`.
Text questions keep their order: a whole sentence put into the question supports itself.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from factcheck.records import Question
from pipeline.extract import ValueCandidate
from pipeline.statement import state_value
from pipeline.support import Scorer

__all__ = ["N_JUDGED", "Weights", "judge_values", "rank_values"]

N_JUDGED = 16  # candidates that the verifier reads, best by words first
_LEAST = 1e-3


@dataclass(frozen=True, slots=True)
class Weights:
    """Of the logistic regression; see the module."""

    bias: float
    words: float
    supports: float


WEIGHTS = Weights(bias=-0.32, words=0.09, supports=1.59)


def rank_values(
    question: Question, candidates: Sequence[ValueCandidate], scorer: Scorer, *, weights: Weights = WEIGHTS
) -> tuple[ValueCandidate, ...]:
    """Return the candidates with their joint scores, best first; those that were not judged are left out."""
    if question.type == "text":
        return tuple(candidates)
    judged = list(candidates[:N_JUDGED])
    supports = judge_values(question, judged, scorer)
    ranked = [
        replace(c, score=_sigmoid(weights.bias + weights.words * logit(c.score) + weights.supports * logit(s)))
        for c, s in zip(judged, supports, strict=True)
    ]
    return tuple(sorted(ranked, key=lambda c: -c.score))


def judge_values(question: Question, candidates: Sequence[ValueCandidate], scorer: Scorer) -> list[float]:
    """Return the probability 0..1 that each candidate's sentence, in its context, carries it as the answer."""
    pairs = [(state_value(question.text, c.answer), c.sentence.in_context) for c in candidates]
    return [float(row[0]) for row in scorer.score_pairs(pairs)] if pairs else []


def logit(p: float) -> float:
    """Return log(p / (1 - p)), with p kept within 0.001 of both ends."""
    p = min(1 - _LEAST, max(_LEAST, p))
    return math.log(p / (1 - p))


def _sigmoid(x: float) -> float:
    return 1 / (1 + math.exp(-x))
