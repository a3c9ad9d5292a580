"""Balanced accuracy of yes-no decisions, as LLM-AggreFact reports it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["balanced_accuracy"]


def balanced_accuracy(said: NDArray[np.bool_], truth: NDArray[np.bool_]) -> tuple[float, float]:
    """Return (recall of True + recall of False) / 2 and half its 95 % interval (normal, rows independent).

    Raises: ValueError if a class is empty.
    """
    if truth.all() or not truth.any():
        raise ValueError("balanced accuracy needs both classes")
    yes, no = said[truth].mean(), (~said[~truth]).mean()
    variance = (yes * (1 - yes) / truth.sum() + no * (1 - no) / (~truth).sum()) / 4
    return float((yes + no) / 2), float(1.96 * np.sqrt(variance))
