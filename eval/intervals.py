"""Intervals that know which samples belong together. `docs/statistics.md` gives the reasons.

Samples of one family are about one fact and fail together, so the bootstrap draws whole families. The same data give
the same interval.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from eval.score import Rows

__all__ = ["LEVEL", "family_numbers", "mean_interval", "paired_set_interval", "set_interval"]

N_RESAMPLES, N_SET_RESAMPLES = 2000, 1000  # means are cheap to draw
_CELLS = 1_000_000  # draws x families held at once
LEVEL = 0.95
_TAILS = ((1 - LEVEL) / 2, (1 + LEVEL) / 2)

Interval = tuple[float, float]


def mean_interval(
    values: Sequence[float], weights: Sequence[float], families: Sequence[str], *, signed: bool = False
) -> Interval | None:
    """Return the 95 % percentile interval of the weighted mean, resampling families.

    Families are drawn with replacement, as many as there are; each draw's value is the sum of weight x value over the
    sum of weights (Cameron, Gelbach, Miller 2008, pairs cluster bootstrap). `None` with one family or none. Where all
    are 0, or all 1, no draw differs, and the exact binomial bound over families is returned: ten of ten is not
    certainty. `signed` values (differences) that are all 0 have that bound on both sides.
    """
    total = np.asarray(weights, dtype=np.float64)
    family = family_numbers(families)
    n = int(family.max()) + 1 if len(family) else 0
    if n < 2:
        return None
    found = np.asarray(values, dtype=np.float64)
    if found.min() == found.max() and (bound := _bound_at_the_edge(float(found[0]), n)) is not None:
        return (-bound[1], bound[1]) if signed and not found[0] else bound
    sums = np.bincount(family, weights=total * found, minlength=n)
    mass = np.bincount(family, weights=total, minlength=n)
    ratios = np.concatenate([(draws @ sums) / (draws @ mass) for draws in _draws(n, N_RESAMPLES)])
    low, high = np.quantile(ratios, _TAILS)
    return float(low), float(high)


def set_interval(rows: Rows, families: Sequence[str], value: Callable[[Rows], float | None]) -> Interval | None:
    """Return the 95 % percentile interval of a figure of all rows, resampling families of rows.

    Draws for which the figure is not defined are left out. `None` with one family or none, or where fewer than half
    of the draws define it. At 0 or 1 without spread: the exact binomial bound over families.
    """
    family = family_numbers(families)
    n = int(family.max()) + 1 if len(family) else 0
    if n < 2:
        return None
    found = [value(np.repeat(rows, one[family], axis=0)) for one in _counts(n)]
    known = np.array([v for v in found if v is not None])
    if 2 * len(known) < len(found):
        return None
    if known.min() == known.max() and (bound := _bound_at_the_edge(float(known[0]), n)) is not None:
        return bound
    low, high = np.quantile(known, _TAILS)
    return float(low), float(high)


def paired_set_interval(
    a: tuple[Rows, NDArray[np.intp]], b: tuple[Rows, NDArray[np.intp]], value: Callable[[Rows], float | None]
) -> Interval | None:
    """Return the 95 % percentile interval of a figure of all rows of B less that of A; each with its families' numbers.

    A draw holds the same families of both. Left out and `None` as in `set_interval`. Where no draw differs, the exact
    binomial bound over families on both sides of 0.
    """
    (rows_a, family_a), (rows_b, family_b) = a, b
    n = int(max(family_a.max(initial=-1), family_b.max(initial=-1))) + 1
    if n < 2:
        return None
    found = [(value(np.repeat(rows_a, one[family_a], axis=0)), value(np.repeat(rows_b, one[family_b], axis=0)))
             for one in _counts(n)]  # fmt: skip
    known = np.array([y - x for x, y in found if x is not None and y is not None])
    if 2 * len(known) < len(found):
        return None
    if not known.any() and (bound := _bound_at_the_edge(0.0, n)) is not None:
        return -bound[1], bound[1]
    low, high = np.quantile(known, _TAILS)
    return float(low), float(high)


def _counts(n: int) -> Iterator[NDArray[np.intp]]:
    """Yield how often each of `n` families is drawn, draw by draw."""
    return (one for draws in _draws(n, N_SET_RESAMPLES) for one in draws.astype(np.intp))


def family_numbers(families: Sequence[str]) -> NDArray[np.intp]:
    """Family names as numbers from 0, in order of appearance."""
    seen: dict[str, int] = {}
    return np.array([seen.setdefault(name, len(seen)) for name in families], dtype=np.intp)


def _draws(n: int, times: int, seed: int = 0) -> Iterator[NDArray[np.float64]]:
    """Yield how often each of `n` families is drawn, (draws, n), `times` in all, in parts of bounded size."""
    random, left = np.random.default_rng(seed), times
    while left:
        size = min(left, max(1, _CELLS // n))
        flat = (random.integers(n, size=(size, n)) + n * np.arange(size)[:, None]).ravel()
        yield np.bincount(flat, minlength=n * size).reshape(size, n).astype(np.float64)
        left -= size


def _bound_at_the_edge(value: float, n: int) -> Interval | None:
    """Clopper-Pearson for n of n or 0 of n; `None` elsewhere."""
    reach = _TAILS[0] ** (1 / n)
    if value >= 1 - 1e-12:
        return (reach, 1.0) if value <= 1 + 1e-12 else None
    return (0.0, 1 - reach) if abs(value) < 1e-12 else None
