"""What is gained by answering only what it is sure of: the risk-coverage curve and the area under it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from eval.score import Rows, SetScorer
from eval.scorers.calibration import confidence_rows

__all__ = ["aurc", "risk_coverage"]


def risk_coverage(rows: Rows) -> NDArray[np.float64]:
    """Return (n, 2): coverage k / n, and the share of wrong answers among the k most probable, k = 1..n.

    Rows are (probability, right). Among equal probabilities the errors are spread evenly, which is their mean over all
    orders; so the curve does not depend on the order of the rows.
    """
    n = len(rows)
    probabilities, wrong = rows[:, 0], 1 - rows[:, 1]
    order = np.argsort(-probabilities, kind="stable")
    _, tie, size = np.unique(-probabilities[order], return_inverse=True, return_counts=True)
    share = np.bincount(tie, weights=wrong[order]) / size
    k = np.arange(1, n + 1)
    return np.column_stack([k / n, np.cumsum(share[tie]) / k]) if n else np.empty((0, 2))


def _aurc(rows: Rows) -> float | None:
    return float(risk_coverage(rows)[:, 1].mean()) if len(rows) else None


aurc = SetScorer(confidence_rows, _aurc)
"""The mean risk over k = 1..n, 0..1, 0 is best (Geifman, El-Yaniv 2019). The risk at full coverage if probabilities
say nothing."""
