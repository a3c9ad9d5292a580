"""Whether `probability` is the share of right answers: ECE, Brier score and its skill, the reliability curve.

A row is (probability, right). Withheld answers have no row: there is no answer that could be right.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from eval.score import Rows, ScoredSample, SetScorer

__all__ = [
    "ReliabilityBin",
    "brier",
    "brier_skill",
    "confidence_rows",
    "ece",
    "expected_calibration_error",
    "reliability",
]

N_BINS = 10


@dataclass(frozen=True, slots=True)
class ReliabilityBin:
    """`confidence` and `accuracy` are means over the `n` answers of a bin, 0..1; `low`, `high` are Wilson's 95 %."""

    n: int
    confidence: float
    accuracy: float
    low: float
    high: float


def confidence_rows(item: ScoredSample) -> Sequence[tuple[float, ...]]:
    """(probability, right) of an answer that was given with a probability in 0..1."""
    record, score = item.record, item.scores.get("right")
    probability = record.get("probability") if record is not None else None
    if record is None or score is None or record.get("abstained"):
        return ()
    if isinstance(probability, bool) or not isinstance(probability, int | float) or not 0 <= probability <= 1:
        return ()
    return [(float(probability), score.value)]


def expected_calibration_error(
    probabilities: NDArray[np.floating], truth: NDArray[np.generic], *, bins: int = N_BINS
) -> float:
    """Return the sum over bins of (n / all) |mean probability - share of true|, 0..1.

    Bins of equal mass (their sizes differ by one at most), cut along the sorted probabilities; ties keep their order,
    so equal probabilities may fall into two bins. Nixon et al. 2019, ACE without the classes.
    """
    parts = _equal_mass(probabilities, bins)
    gaps = [len(p) * abs(float(probabilities[p].mean()) - float(truth[p].astype(float).mean())) for p in parts]
    return float(sum(gaps) / len(probabilities))


def reliability(rows: Rows, *, bins: int = N_BINS) -> list[ReliabilityBin]:
    """Return the bins of `expected_calibration_error`, from the lowest probability up; empty without rows."""
    from scipy.stats import binomtest  # noqa: PLC0415 (takes half a second)

    found = []
    for part in _equal_mass(rows[:, 0], bins) if len(rows) else []:
        hits = rows[part, 1].sum()
        low, high = binomtest(round(float(hits)), len(part)).proportion_ci(method="wilson")
        found.append(
            ReliabilityBin(len(part), float(rows[part, 0].mean()), float(hits / len(part)), float(low), float(high))
        )
    return found


def _equal_mass(probabilities: NDArray[np.floating], bins: int) -> list[NDArray[np.intp]]:
    order = np.argsort(probabilities, kind="stable")
    return [part for part in np.array_split(order, bins) if len(part)]


def _ece(rows: Rows) -> float | None:
    return expected_calibration_error(rows[:, 0], rows[:, 1]) if len(rows) else None


def _brier(rows: Rows) -> float | None:
    return float(((rows[:, 0] - rows[:, 1]) ** 2).mean()) if len(rows) else None


def _brier_skill(rows: Rows) -> float | None:
    if not len(rows):
        return None
    base = rows[:, 1].mean()
    spread = float(((base - rows[:, 1]) ** 2).mean())
    return 1 - float(((rows[:, 0] - rows[:, 1]) ** 2).mean()) / spread if spread else None


ece = SetScorer(confidence_rows, _ece)
"""`expected_calibration_error` over ten bins. 0 is best; a few hundredths remain by chance alone."""
brier = SetScorer(confidence_rows, _brier)
"""Mean of (probability - right)², 0..1, 0 is best."""
brier_skill = SetScorer(confidence_rows, _brier_skill)
"""1 - Brier / Brier of always saying the share of right answers. 1 is best, under 0 is worse than saying that share;
`None` where all or none are right."""
