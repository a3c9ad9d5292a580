"""Claims against documents: the verifier over sentence windows, decided at 0.5, nothing fitted to one set.

What `factcheck score` says: its two readings are pooled by one slope, fitted over fifteen development sets at once.

*Supports* of an item is that of its weakest claim, each claim taking its best document; *refutes* is the largest.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import Any

import numpy as np
from numpy.typing import NDArray

from eval.benchmarks.items import PairItem
from eval.benchmarks.result import Figure, set_figure
from eval.score import Rows
from eval.scorers.balanced_accuracy import balanced_accuracy
from eval.scorers.macro_f1 import macro_f1
from factcheck.errors import UserError
from pipeline.grounding import ground
from pipeline.lexical import content_set
from pipeline.support import Scorer

__all__ = ["Judged", "hallucination_figures", "judge_pairs", "label_figures", "support_figures"]

THRESHOLD = 0.5
BLOCK = 32  # items whose windows are batched by length together

Judged = tuple[PairItem, float, float]
"""An item with its supports and refutes, 0..1."""


def judge_pairs(items: Sequence[PairItem], scorer: Scorer, *, progress: Callable[[int], None]) -> Iterator[Judged]:
    """Yield each item that can be judged; one that the verifier refuses (a claim too long for it) is left out."""
    waiting = iter(items)
    while block := list(islice(waiting, BLOCK)):
        yield from _block(block, scorer)
        progress(len(block))


def _block(block: Sequence[PairItem], scorer: Scorer) -> list[Judged]:
    pairs = [(claim, document) for item in block for claim in item.claims for document in item.documents]
    try:
        found = ground(pairs, scorer)
    except UserError:
        return [] if len(block) == 1 else [row for item in block for row in _block([item], scorer)]
    rows = np.array([(g.support.supports, g.support.refutes) for g in found])
    judged: list[Judged] = []
    start = 0
    for item in block:
        n = len(item.claims) * len(item.documents)
        grid = rows[start : start + n].reshape(len(item.claims), len(item.documents), 2)
        judged.append((item, float(grid[:, :, 0].max(axis=1).min()), float(grid[:, :, 1].max())))
        start += n
    return judged


def support_figures(judged: Sequence[Judged]) -> list[Figure]:
    """Supported or not: balanced accuracy at 0.5, AUC, and the AUC of word overlap, which is the probe beside it."""
    table = np.array([(item.gold == "supported", s, _overlap(item)) for item, s, _ in judged], dtype=np.float64)
    clusters = [item.cluster for item, _, _ in judged]
    return _known(
        set_figure("balanced accuracy", table, clusters, _balanced),
        set_figure("AUC", table, clusters, lambda rows: _auc(rows, 1)),
        set_figure("AUC of word overlap", table, clusters, lambda rows: _auc(rows, 2)),
    )


def hallucination_figures(judged: Sequence[Judged]) -> list[Figure]:
    """F1, precision and recall of finding the answers that hold something unsupported (any sentence under 0.5)."""
    table = np.array([(item.gold != "supported", s < THRESHOLD) for item, s, _ in judged], dtype=np.float64)
    clusters = [item.cluster for item, _, _ in judged]
    return _known(
        set_figure("F1", table, clusters, lambda rows: _f1(rows[:, 0], rows[:, 1])),
        set_figure("precision", table, clusters, lambda rows: _share(rows[:, 0], rows[:, 1] == 1)),
        set_figure("recall", table, clusters, lambda rows: _share(rows[:, 1], rows[:, 0] == 1)),
    )


def label_figures(labels: Sequence[str], judged: Sequence[Judged]) -> list[Figure]:
    """Accuracy and macro F1 over `labels`, which say which decisions there are to choose from."""
    table = np.array([(labels.index(i.gold), labels.index(_decide(labels, s, r))) for i, s, r in judged], np.float64)
    clusters = [item.cluster for item, _, _ in judged]

    return _known(
        set_figure("accuracy", table, clusters, lambda rows: float((rows[:, 0] == rows[:, 1]).mean())),
        set_figure("macro F1", table, clusters, lambda rows: macro_f1(rows, len(labels))),
    )


def _decide(labels: Sequence[str], s: float, r: float) -> str:
    """The side over 0.5; the larger one where nei is no choice; conflicting where it is one and both are over 0.5."""
    if "nei" not in labels:
        return "supported" if s >= r else "refuted"
    if "conflicting" in labels and min(s, r) > THRESHOLD:
        return "conflicting"
    if max(s, r) <= THRESHOLD:
        return "nei"
    return "supported" if s >= r else "refuted"


def _overlap(item: PairItem) -> float:
    """The share of the claims' content words that stand in the documents."""
    wanted = set().union(*(content_set(claim) for claim in item.claims))
    found = set().union(*(content_set(document) for document in item.documents))
    return len(wanted & found) / len(wanted) if wanted else 0.0


def _balanced(rows: Rows) -> float | None:
    truth = rows[:, 0] == 1
    if truth.all() or not truth.any():
        return None
    return balanced_accuracy(rows[:, 1] > THRESHOLD, truth)[0]


def _auc(rows: Rows, column: int) -> float | None:
    """Share of (true, false) pairs in the right order, ties half: Mann-Whitney's U over the number of pairs."""
    truth = rows[:, 0] == 1
    n, m = int(truth.sum()), int((~truth).sum())
    if not n or not m:
        return None
    _, place, size = np.unique(rows[:, column], return_inverse=True, return_counts=True)
    ranks = (np.cumsum(size) - (size - 1) / 2)[place]
    return float((ranks[truth].sum() - n * (n + 1) / 2) / (n * m))


def _f1(gold: NDArray[Any], said: NDArray[Any]) -> float | None:
    both, either = float((gold * said).sum()), float(gold.sum() + said.sum())
    return 2 * both / either if either else None


def _share(column: NDArray[Any], where: NDArray[np.bool_]) -> float | None:
    return float(column[where].mean()) if where.any() else None


def _known(*figures: Figure | None) -> list[Figure]:
    return [figure for figure in figures if figure is not None]
