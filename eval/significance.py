"""Paired tests between two runs, and the smallest drop they can show. `docs/statistics.md` gives the reasons.

A difference is that of one sample, B minus A, between -1 and 1. Families are flipped whole. The same data give the same
p-values.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil, log, sqrt

import numpy as np
from numpy.typing import NDArray

from eval.intervals import family_numbers

__all__ = ["POWER", "mcnemar_exact", "minimum_detectable_drop", "sign_flip_test"]

POWER = 0.8
N_FLIPS = 10_000
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
