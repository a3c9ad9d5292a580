"""Paired tests between two runs, and the smallest drop they can show. `docs/statistics.md` gives the reasons.

A difference is that of one sample, B minus A, between -1 and 1. Families are flipped whole. The same data give the same
p-values.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import ceil, log, sqrt

import numpy as np
from numpy.typing import NDArray

from eval.intervals import family_numbers
from eval.score import Rows

__all__ = ["POWER", "mcnemar_exact", "minimum_detectable_drop", "sign_flip_test", "swap_test"]

POWER = 0.8
N_FLIPS, N_SWAPS = 10_000, 1_000  # a figure of all rows is made anew for each swap
_FINEST = 60  # differences in steps of 1/60 or coarser are tested exactly


def mcnemar_exact(only_a: int, only_b: int) -> float:
    """Return the two-sided exact p-value of McNemar's test: a fair coin tossed once for each sample that only one of
    the two got right. 1.0 without such samples."""
    from scipy.stats import binomtest  # noqa: PLC0415 (takes half a second)

    return float(binomtest(only_a, only_a + only_b).pvalue) if only_a + only_b else 1.0


def sign_flip_test(differences: Sequence[float], families: Sequence[str]) -> tuple[float, float]:
    """Return (p of a drop this large, p of a change this large) if A and B were interchangeable.

    The paired permutation test: the difference of each family, summed over its samples, may as well have had the other
    sign. Over all 2^families signs, exactly, where differences come in steps (right or wrong, means over repeats);
    for graded scores over `N_FLIPS` random ones with a fixed seed, p = (1 + as extreme) / (1 + drawn). With families of
    one and one repeat this is exact McNemar.
    """
    family = family_numbers(families)
    sums: NDArray[np.float64] = np.zeros(0)
    if len(family):
        sums = np.bincount(family, weights=np.asarray(differences, dtype=np.float64)).astype(np.float64)
    sums = sums[np.abs(sums) > 1e-12]
    if not len(sums):
        return 1.0, 1.0
    steps = next((k for k in range(1, _FINEST + 1) if np.allclose(sums * k, np.rint(sums * k), atol=1e-9)), None)
    if steps is None:
        return _flip_at_random(sums)
    whole = np.rint(sums * steps).astype(int)
    reach, observed = int(np.abs(whole).sum()), int(whole.sum())
    chance = np.zeros(2 * reach + 1)  # of each total, -reach..reach
    chance[reach] = 1.0
    for size in np.abs(whole):
        chance = (np.roll(chance, size) + np.roll(chance, -size)) / 2
    totals = np.arange(-reach, reach + 1)
    drop, change = chance[totals <= observed].sum(), chance[np.abs(totals) >= abs(observed)].sum()
    return min(1.0, float(drop)), min(1.0, float(change))


def swap_test(
    a: tuple[Rows, NDArray[np.intp]], b: tuple[Rows, NDArray[np.intp]], value: Callable[[Rows], float | None]
) -> tuple[float, float]:
    """Return `sign_flip_test`'s two p-values for a figure of all rows, B less A; each with its families' numbers.

    If A and B were interchangeable, all that they say of a family might as well be exchanged. Over `N_SWAPS` random
    exchanges with a fixed seed, p = (1 + as extreme) / (1 + drawn); an exchange that leaves the figure undefined counts
    as extreme. Where the figure of A or of B is not defined both are 1.
    """
    (rows_a, family_a), (rows_b, family_b) = a, b

    def difference(swapped: NDArray[np.bool_]) -> float | None:
        out_a, out_b = swapped[family_a], swapped[family_b]
        one = value(np.concatenate([rows_a[~out_a], rows_b[out_b]]))
        other = value(np.concatenate([rows_b[~out_b], rows_a[out_a]]))
        return None if one is None or other is None else other - one

    n = int(max(family_a.max(initial=-1), family_b.max(initial=-1))) + 1
    observed = difference(np.zeros(n, dtype=bool))
    if observed is None:
        return 1.0, 1.0
    random = np.random.default_rng(0)
    found = [difference(random.random(n) < 0.5) for _ in range(N_SWAPS)]
    drop = 1 + sum(d is None or d <= observed + 1e-9 for d in found)
    change = 1 + sum(d is None or abs(d) >= abs(observed) - 1e-9 for d in found)
    return drop / (N_SWAPS + 1), change / (N_SWAPS + 1)


def minimum_detectable_drop(
    differences: Sequence[float], families: Sequence[str], *, alpha: float = 0.05, power: float = POWER
) -> float | None:
    """Return the smallest true drop (0..1) that a one-sided test at `alpha` finds with `power`; `None` without samples.

    Solves d = (z_a sqrt(c + d) + z_b sqrt(c + d - d²)) sqrt(deff / n): Connor 1987 for McNemar's test, with a share
    c + d of samples that change. c is the churn seen here without the net change, (changed - |net| + 1) / (n + 2), so
    that no change among n is not taken for none possible. deff is the variance by families over the variance as if
    samples were independent, at least 1. Never less than what the exact test can show at all: five families of five
    down at 5 %.
    """
    from scipy.optimize import brentq  # noqa: PLC0415
    from scipy.stats import norm  # noqa: PLC0415

    n = len(differences)
    if not n:
        return None
    d, family = np.asarray(differences, dtype=np.float64), family_numbers(families)
    churn = max(0.0, float(np.abs(d).sum() - abs(d.sum()))) + 1
    share, deff = churn / (n + 2), _design_effect(d, family)
    z_alpha, z_power = float(norm.isf(alpha)), float(norm.ppf(power))

    def short(drop: float) -> float:
        changed = min(1.0, share + drop)
        return drop - (z_alpha * sqrt(changed) + z_power * sqrt(max(0.0, changed - drop**2))) * sqrt(deff / n)

    floor = ceil(log(alpha) / log(0.5)) / (int(family.max()) + 1)
    return min(1.0, max(floor, float(brentq(short, 0.0, 1.0)) if short(1.0) > 0 else 1.0))


def _flip_at_random(sums: NDArray[np.float64]) -> tuple[float, float]:
    random = np.random.default_rng(0)
    totals = np.concatenate([random.choice((-1.0, 1.0), size=(N_FLIPS // 10, len(sums))) @ sums for _ in range(10)])
    observed = sums.sum()
    drop = 1 + int((totals <= observed + 1e-9).sum())
    change = 1 + int((np.abs(totals) >= abs(observed) - 1e-9).sum())
    return drop / (N_FLIPS + 1), change / (N_FLIPS + 1)


def _design_effect(d: NDArray[np.float64], family: NDArray[np.intp]) -> float:
    centred = d - d.mean()
    alone = float((centred**2).sum())
    together = float((np.bincount(family, weights=centred) ** 2).sum())
    return max(1.0, together / alone) if alone > 0 else 1.0
