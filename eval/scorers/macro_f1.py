"""F1 and recall of each class, and their macro means, from (gold, said) pairs of class numbers."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from eval.score import Rows

__all__ = ["class_f1", "class_recall", "confusion_matrix", "macro_f1"]


def confusion_matrix(rows: Rows, n_classes: int) -> NDArray[np.float64]:
    """Counts, (n_classes, n_classes + 1): gold down, said across; the last column is what is none of the classes."""
    gold, said = rows[:, 0].astype(int), rows[:, 1].astype(int)
    said = np.where((said < 0) | (said >= n_classes), n_classes, said)
    counts = np.zeros((n_classes, n_classes + 1))
    np.add.at(counts, (gold, said), 1)
    return counts


def class_f1(rows: Rows, n_classes: int) -> list[float | None]:
    """2 TP / (2 TP + FP + FN) of each class; `None` for a class without gold label."""
    counts = confusion_matrix(rows, n_classes)
    hits, gold, said = np.diag(counts), counts.sum(axis=1), counts[:, :n_classes].sum(axis=0)
    return [float(2 * h / (g + s)) if g else None for h, g, s in zip(hits, gold, said, strict=True)]


def class_recall(rows: Rows, n_classes: int, which: int) -> float | None:
    """TP / (TP + FN) of one class; `None` without gold label."""
    mine = rows[rows[:, 0] == which]
    return float((mine[:, 1] == which).mean()) if len(mine) and which < n_classes else None


def macro_f1(rows: Rows, n_classes: int) -> float | None:
    """The mean of F1 over the classes that have a gold label: scikit-learn's `f1_score(average="macro")` with these as
    `labels`. `None` without rows."""
    known = [f1 for f1 in class_f1(rows, n_classes) if f1 is not None] if len(rows) else []
    return float(np.mean(known)) if known else None
