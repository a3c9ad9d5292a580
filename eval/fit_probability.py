"""The fit of a calibration: which map from probability to share of right answers, and what risk it can promise.

For each kind of model and of answer three maps compete: none, Platt's logistic one, isotonic regression. Each is judged
on answers that it was not fitted on (five folds of whole clusters), by log loss; the winner is fitted again on all.
The risk curve is made from other answers than the maps, so that its bounds hold.
"""

from __future__ import annotations

import math
import random
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from pipeline.calibration import Fit, ModelKind, RiskCurve, RiskPoint

__all__ = ["MIN_FIT", "MIN_RISK", "Observation", "fit_maps", "risk_curve", "split"]

N_FOLDS = 5
MIN_FIT = 60  # answers of a kind; fewer are left as they are
MIN_ISOTONIC = 200  # isotonic regression follows fewer too closely: 72 answers once made a step up to 0.99
MIN_CLASS = 8  # of them right, and wrong
MIN_RISK = 1000  # questions behind a curve
CURVE_SHARE = 0.6  # of the texts; bounds need more questions than maps
CONFIDENCE = 0.95
COVERAGES = tuple(round(0.10 + 0.05 * i, 2) for i in range(19))  # of the given answers; the strictest first
_CLIP = 1e-4

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Observation:
    """One labelled answer. `raw` is the probability before any calibration; `kind` as in `pipeline.calibration`."""

    model: ModelKind
    kind: str
    given: bool
    raw: float
    right: bool
    cluster: str
    weight: float = 1.0


def split(observations: Sequence[Observation], *, seed: int = 0) -> tuple[list[Observation], list[Observation]]:
    """Split whole clusters by a fixed seed: those for the maps, and `CURVE_SHARE` of them for the curve."""
    names = sorted({o.cluster for o in observations})
    random.Random(seed).shuffle(names)  # noqa: S311
    first = set(names[: round((1 - CURVE_SHARE) * len(names))])
    return [o for o in observations if o.cluster in first], [o for o in observations if o.cluster not in first]


def fit_maps(observations: Sequence[Observation]) -> dict[ModelKind, dict[str, Fit]]:
    """Return the best map for every kind with enough answers; `value` is that of all given values together.

    An answer counts by its weight; how many there are is counted without.
    """
    kinds: dict[tuple[ModelKind, str], list[Observation]] = defaultdict(list)
    for o in observations:
        kinds[o.model, o.kind].append(o)
        if o.given and o.kind != "boolean":
            kinds[o.model, "value"].append(o)
    fits: dict[ModelKind, dict[str, Fit]] = defaultdict(dict)
    for (model, kind), found in sorted(kinds.items()):
        n_right = sum(o.right for o in found)
        if len(found) >= MIN_FIT and min(n_right, len(found) - n_right) >= MIN_CLASS:
            fits[model][kind] = _best(found)
    return dict(fits)


def risk_curve(observations: Sequence[Observation], fits: Mapping[str, Fit], grid: Sequence[Observation]) -> RiskCurve:
    """Return the curve of one kind of model. `grid`: the answers whose calibrated probabilities give the thresholds;
    they are not among `observations`, so the order of the tests is set before these are looked at.

    `upper` is Clopper and Pearson's one-sided bound on the share of wrong among the answered. Questions about one text
    fail together, so counts are first divided by the design effect of their clusters (Kish), never less than 1.
    """
    ours = _scored(observations, fits)
    thresholds: list[float] = []
    theirs = sorted((p for p, o in _scored(grid, fits) if o.given), reverse=True)
    for coverage in COVERAGES if theirs else ():
        threshold = theirs[min(len(theirs) - 1, math.ceil(coverage * len(theirs)) - 1)]
        if not thresholds or threshold < thresholds[-1]:
            thresholds.append(threshold)
    points = []
    for threshold in thresholds:
        kept = [o for p, o in ours if o.given and p >= threshold]
        n_wrong = sum(not o.right for o in kept)
        points.append(RiskPoint(threshold, len(kept), n_wrong, _upper(kept)))
    return RiskCurve(len(observations), CONFIDENCE, tuple(points))


def _scored(observations: Sequence[Observation], fits: Mapping[str, Fit]) -> list[tuple[float, Observation]]:
    scored = []
    for o in observations:
        fit = fits.get(o.kind) or (fits.get("value") if o.given and o.kind != "boolean" else None)
        scored.append((round(fit(o.raw) if fit else o.raw, 4), o))  # as records have it
    return scored


def _upper(kept: Sequence[Observation]) -> float:
    from scipy.stats import beta  # noqa: PLC0415 (takes half a second)

    n = len(kept)
    if not n:
        return 1.0
    wrong = np.array([not o.right for o in kept], dtype=float)
    effect = _design_effect(wrong, [o.cluster for o in kept])
    fewer, wrongs = n / effect, wrong.sum() / effect
    return 1.0 if wrongs >= fewer else round(float(beta.ppf(CONFIDENCE, wrongs + 1, fewer - wrongs)), 4)


def _design_effect(wrong: Array, clusters: Sequence[str]) -> float:
    """Variance of the mean with clusters over that without, at least 1."""
    mean = float(wrong.mean())
    if not 0 < mean < 1:
        sizes = np.array(list(_sums(np.ones_like(wrong), clusters).values()))
        return float((sizes**2).sum() / sizes.sum())  # as if whole clusters failed together
    sums = np.array(list(_sums(wrong - mean, clusters).values()))
    return max(1.0, float((sums**2).sum()) / (len(wrong) * mean * (1 - mean)))


def _sums(values: Array, clusters: Sequence[str]) -> dict[str, float]:
    sums: dict[str, float] = defaultdict(float)
    for value, cluster in zip(values, clusters, strict=True):
        sums[cluster] += float(value)
    return sums


Method = Literal["identity", "platt", "isotonic"]
_Fitter = Callable[[Array, Array, Array], Fit]


def _best(observations: Sequence[Observation]) -> Fit:
    raw = np.array([o.raw for o in observations])
    right = np.array([o.right for o in observations], dtype=float)
    weight = np.array([o.weight for o in observations])
    fold = _folds([o.cluster for o in observations])
    fitters = {name: f for name, f in _FITTERS.items() if name != "isotonic" or len(raw) >= MIN_ISOTONIC}
    losses = {name: _cross_fitted(fitter, raw, right, weight, fold=fold) for name, fitter in fitters.items()}
    best = min(losses, key=lambda name: losses[name])  # of equal ones the simplest, which stands first
    fit = _FITTERS[best](raw, right, weight)
    return Fit(fit.method, fit.n, fit.a, fit.b, fit.x, fit.y, {name: round(loss, 4) for name, loss in losses.items()})


def _cross_fitted(fitter: _Fitter, raw: Array, right: Array, weight: Array, *, fold: NDArray[np.intp]) -> float:
    """Log loss over answers that the map has not seen."""
    p = np.empty_like(raw)
    for k in np.unique(fold):
        fit = fitter(raw[fold != k], right[fold != k], weight[fold != k])
        p[fold == k] = [fit(x) for x in raw[fold == k]]
    p = np.clip(p, _CLIP, 1 - _CLIP)
    return float(-np.average(right * np.log(p) + (1 - right) * np.log(1 - p), weights=weight))


def _folds(clusters: Sequence[str]) -> NDArray[np.intp]:
    names = sorted(set(clusters))
    random.Random(0).shuffle(names)  # noqa: S311
    number = {name: i % N_FOLDS for i, name in enumerate(names)}
    return np.array([number[c] for c in clusters])


def _identity(raw: Array, right: Array, weight: Array) -> Fit:
    del right, weight
    return Fit("identity", len(raw))


def _platt(raw: Array, right: Array, weight: Array) -> Fit:
    """Logistic regression on the logit; the identity where it would turn the order round, or one class is missing."""
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415

    if right.min() == right.max():
        return Fit("identity", len(raw))
    clipped = np.clip(raw, _CLIP, 1 - _CLIP)
    logit = np.log(clipped / (1 - clipped)).reshape(-1, 1)
    found = LogisticRegression(C=1e4).fit(logit, right, sample_weight=weight)
    a, b = float(found.coef_[0, 0]), float(found.intercept_[0])
    return Fit("platt", len(raw), round(a, 6), round(b, 6)) if a > 0 else Fit("identity", len(raw))


def _isotonic(raw: Array, right: Array, weight: Array) -> Fit:
    """Isotonic regression; its ends are drawn in by one right and one wrong answer, so that nothing is certain."""
    from sklearn.isotonic import IsotonicRegression  # noqa: PLC0415

    edge = 1 / (len(raw) + 2)
    found = IsotonicRegression(y_min=edge, y_max=1 - edge, out_of_bounds="clip").fit(raw, right, weight)
    x, y = ([round(float(v), 6) for v in values] for values in (found.X_thresholds_, found.y_thresholds_))
    return Fit("isotonic", len(raw), x=tuple(x), y=tuple(y))


_FITTERS: Mapping[Method, _Fitter] = {"identity": _identity, "platt": _platt, "isotonic": _isotonic}
