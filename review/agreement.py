"""How far reviewers agree: Cohen's kappa for each pair, Krippendorff's alpha over all, for all labels and for each.

Only independent judgements are compared: a reviewer's last one on a target before the others' could be seen, not taken
back, no adjudication. A unit is one citation (or one answer) of one version of a record and of its source. The
coefficients are scikit-learn's and the package krippendorff's; intervals resample whole items, since the citations of
one answer are judged in one go. `None` = not defined: with one label alone in use there is nothing to agree on.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import krippendorff
import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import cohen_kappa_score

from eval.intervals import set_interval
from review.counting import COLUMNS, decision_of
from review.decisions import ANSWER_LABELS, CITATION_LABELS, Decision
from review.store import ReviewStore

__all__ = ["Agreement", "agreement", "alpha_of_counts", "independent", "kappa_of_pairs"]

Unit = tuple[str, str, str]
"""(item, target, version of the source that was judged)"""
Judged = Mapping[Unit, Mapping[str, str]]
"""Unit -> reviewer -> label."""
Counts = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Agreement:
    """One figure. `label` None = all labels; else that label against the rest. `pair` None = alpha over all."""

    target: str  # citation | answer
    coefficient: str  # kappa | alpha
    label: str | None
    pair: tuple[str, str] | None
    value: float | None  # -1..1; 1 = full agreement, 0 = as by chance
    low: float | None  # 95 %
    high: float | None
    n_units: int  # judged by two or more
    n_items: int
    observed: float  # share of pairs of judgements that are the same


def agreement(store: ReviewStore) -> list[Agreement]:
    """Return the figures for citations, then for answers; none where no two reviewers judged the same unit."""
    with store.transaction(write=False) as db:
        rows = db.execute(
            f"""SELECT {", ".join(f"l.{name}" for name in COLUMNS.split(", "))} FROM log l
            JOIN items i ON i.key = l.item AND i.version = l.version ORDER BY l.seq"""
        ).fetchall()
    judged = independent(map(decision_of, rows))
    found: list[Agreement] = []
    for target, labels in (("citation", CITATION_LABELS), ("answer", ANSWER_LABELS)):
        units = {unit: by for unit, by in judged.items() if unit[1].startswith(target) and len(by) > 1}
        found += _figures(target, units, labels)
    return found


def independent(log: Iterable[Decision]) -> Judged:
    """Return the independent judgements of a log, in its order."""
    rows = list(log)
    withdrawn = {row.payload["decision"] for row in rows if row.kind == "withdraw"}
    judged: dict[Unit, dict[str, str]] = {}
    for row in rows:
        if row.kind in ("citation", "answer") and not (row.final or row.id in withdrawn or row.payload.get("informed")):
            unit = (row.item, row.target, str(row.payload.get("source_seen")))
            judged.setdefault(unit, {})[row.author] = str(row.label)
    return judged


def _figures(target: str, units: Judged, labels: Sequence[str]) -> Iterator[Agreement]:
    if not units:
        return
    used = {label for by in units.values() for label in by.values()}
    for label in (None, *(label for label in labels if label in used)):
        yield _alpha(target, _against_rest(units, label), label)
    reviewers = sorted({name for by in units.values() for name in by})
    for pair in combinations(reviewers, 2):
        both = {unit: by for unit, by in units.items() if pair[0] in by and pair[1] in by}
        in_use = {both[unit][name] for unit in both for name in pair}
        for label in (None, *(label for label in labels if label in in_use)) if both else ():
            yield _kappa(target, _against_rest(both, label), label, pair)


def _against_rest(units: Judged, label: str | None) -> Judged:
    if label is None:
        return units
    return {u: {name: "yes" if given == label else "no" for name, given in by.items()} for u, by in units.items()}


def _alpha(target: str, units: Judged, label: str | None) -> Agreement:
    known = sorted({given for by in units.values() for given in by.values()})
    counts = np.array([[list(by.values()).count(k) for k in known] for by in units.values()], dtype=np.float64)
    value = (
        None
        if len(known) < 2
        else float(krippendorff.alpha(value_counts=counts.astype(int), level_of_measurement="nominal"))
    )
    interval = _interval(value, counts, units, alpha_of_counts)
    return _figure(target, units, label, value=value, interval=interval)


def _kappa(target: str, units: Judged, label: str | None, pair: tuple[str, str]) -> Agreement:
    known = sorted({units[unit][name] for unit in units for name in pair})
    number = {given: at for at, given in enumerate(known)}
    rows = np.array([[number[by[pair[0]]], number[by[pair[1]]]] for by in units.values()], dtype=np.float64)
    value = None if len(known) < 2 else float(cohen_kappa_score(rows[:, 0], rows[:, 1]))
    pairs = {unit: {name: by[name] for name in pair} for unit, by in units.items()}
    interval = _interval(value, rows, units, kappa_of_pairs)
    return _figure(target, pairs, label, value=value, interval=interval, pair=pair)


def _interval(value: float | None, rows: Counts, units: Judged, formula: Any) -> tuple[float, float] | None:
    """None where every draw agrees in full: ten of ten is no certainty, and the draws cannot tell how much less."""
    if value is None or value == 1:
        return None
    return set_interval(rows, [unit[0] for unit in units], formula)


def _figure(
    target: str, units: Judged, label: str | None, *, value: float | None, interval: tuple[float, float] | None,
    pair: tuple[str, str] | None = None,
) -> Agreement:  # fmt: skip
    same = [a == b for by in units.values() for a, b in combinations(by.values(), 2)]
    low, high = interval or (None, None)
    return Agreement(
        target=target, coefficient="kappa" if pair else "alpha", label=label, pair=pair, value=value, low=low,
        high=high, n_units=len(units), n_items=len({unit[0] for unit in units}), observed=sum(same) / len(same),
    )  # fmt: skip


def alpha_of_counts(counts: Counts) -> float | None:
    """Krippendorff's nominal alpha of (units, labels) counts, for the draws; None with one label in use.

    1 - (n - 1) * disagreeing pairs within units / disagreeing pairs over all values (Krippendorff 2011, section C).
    """
    per_unit = counts.sum(axis=1)
    kept = counts[per_unit > 1]
    totals = kept.sum(axis=0)
    n = int(totals.sum())
    expected = n * n - float((totals.astype(float) ** 2).sum())
    if expected == 0:
        return None
    m = kept.sum(axis=1)
    within = ((m * m - (kept * kept).sum(axis=1)) / (m - 1)).sum()
    return float(1 - (n - 1) * within / expected)


def kappa_of_pairs(rows: Counts) -> float | None:
    """Cohen's kappa of (units, 2) label numbers, for the draws; None where chance alone would agree in full."""
    given = rows.astype(np.intp)
    n = int(given.max()) + 1 if len(given) else 0
    table = np.bincount(given[:, 0] * n + given[:, 1], minlength=n * n).reshape(n, n) / max(1, len(rows))
    chance = float(table.sum(axis=1) @ table.sum(axis=0))
    return None if chance == 1 else float((np.trace(table) - chance) / (1 - chance))
