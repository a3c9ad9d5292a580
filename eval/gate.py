"""The regression gate: red only on a drop that is larger than allowed and that chance does not explain.

The rule, for each figure: fail if drop > `max_drop` and p <= alpha, where p is the one-sided paired permutation test by
families (`eval.significance`), adjusted over the figures of one gate by Holm's method. Drops that are too small to tell
from noise pass, and the gate says how small that is. What could not be scored is no drop: it makes the gate *partial*,
as does what the run was not asked, and what is left to compare where that is too little to judge by.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from eval.compare import Comparison, compare
from eval.score import ScoredSample
from eval.scorers import SCORERS, SET_SCORERS
from eval.significance import minimum_detectable_drop
from factcheck.errors import UsageError

__all__ = ["ALPHA", "Gate", "GateCheck", "holm", "judge_gate"]

ALPHA = 0.05


@dataclass(frozen=True, slots=True)
class GateCheck:
    """One figure. `p` is adjusted; `drop` is baseline minus run, so a gain is negative.

    `level` is what p must reach before it is adjusted, by Holm's strictest step: alpha over the number of figures.
    `detectable` is the smallest drop that a test at `level` sees four times out of five.
    """

    comparison: Comparison
    p: float
    max_drop: float
    alpha: float
    level: float

    @property
    def detectable(self) -> float | None:
        pairs = self.comparison.pairs
        differences, families = [p.difference for p in pairs], [p.sample.cluster for p in pairs]
        return minimum_detectable_drop(differences, families, alpha=self.level)

    @property
    def drop(self) -> float:
        return -self.comparison.difference

    @property
    def larger(self) -> bool:
        return self.drop > self.max_drop + 1e-12

    @property
    def significant(self) -> bool:
        return self.p <= self.alpha

    @property
    def passed(self) -> bool:
        return not (self.larger and self.significant)

    @property
    def reason(self) -> str:
        """Why it passed or failed, in words."""
        if self.drop <= 1e-12:
            return "no drop"
        if not self.larger:
            return f"a drop of {100 * self.drop:.1f} points, not more than the {100 * self.max_drop:g} allowed"
        if not self.significant:
            return f"a drop of {100 * self.drop:.1f} points that may be chance (p {self.p:.3f})"
        return f"a drop of {100 * self.drop:.1f} points, more than the {100 * self.max_drop:g} allowed (p {self.p:.2g})"


@dataclass(frozen=True, slots=True)
class Gate:
    """The checks, and what there was to check.

    `n_unscored` counts errors and missing records of the run, `n_not_asked` the samples of the baseline that the run
    was not asked; `n_unscored_baseline` is of the baseline. `n_compared` of `n_samples` (of the larger of the two) were
    answered in both.
    """

    checks: tuple[GateCheck, ...]
    n_unscored: int
    n_not_asked: int
    n_unscored_baseline: int
    n_compared: int
    n_samples: int

    @property
    def passed(self) -> bool:
        return all(check.passed for check in self.checks)

    @property
    def gaps(self) -> tuple[str, ...]:
        """Why nothing fell is not yet a pass, in words; empty where it is one."""
        found = []
        if self.n_unscored:
            found.append(f"errors and missing records of the run: {self.n_unscored}")
        if self.n_not_asked:
            found.append(f"samples of the baseline that the run was not asked: {self.n_not_asked}")
        if 2 * self.n_compared < self.n_samples:
            found.append(f"only {self.n_compared} of {self.n_samples} samples are answered in both, too few to judge")
        return tuple(found)


def judge_gate(
    baseline: Sequence[ScoredSample],
    run: Sequence[ScoredSample],
    *,
    scorers: Sequence[str] = ("right",),
    max_drop: float = 0.0,
    alpha: float = ALPHA,
) -> Gate:
    """Judge a run against its baseline; `max_drop` is in 0..1.

    Raises: UserError for a scorer that has no paired sample; UsageError for an unknown one, and for a `max_drop` or
    `alpha` outside of its range.
    """
    if not 0 <= max_drop < 1:
        raise UsageError(f"a largest allowed drop of {100 * max_drop:g} points makes no sense; give 0 to 99")
    if not 0 < alpha < 0.5:
        raise UsageError(f"a significance level of {alpha:g} makes no sense; give one between 0 and 0.5")
    if of_sets := [scorer for scorer in scorers if scorer in SET_SCORERS]:
        raise UsageError(f"cannot judge by {of_sets[0]!r}, which is of no sample; give one of {', '.join(SCORERS)}")
    found = [compare(baseline, run, scorer) for scorer in dict.fromkeys(scorers)]
    adjusted = holm([comparison.p_drop for comparison in found])
    checks = tuple(GateCheck(c, p, max_drop, alpha, alpha / len(found)) for c, p in zip(found, adjusted, strict=True))
    asked, wanted = ({item.sample.id for item in one} for one in (run, baseline))
    answered, known = ({item.sample.id for item in one if item.unscored is None} for one in (run, baseline))
    return Gate(
        checks, _n_unscored(run), n_not_asked=len(wanted - asked), n_unscored_baseline=_n_unscored(baseline),
        n_compared=len(answered & known), n_samples=max(len(asked), len(wanted)),
    )  # fmt: skip


def _n_unscored(scored: Sequence[ScoredSample]) -> int:
    return sum(item.unscored is not None for item in scored)


def holm(p_values: Sequence[float]) -> list[float]:
    """Return p-values adjusted so that the chance of any false alarm among them stays at the level (Holm 1979)."""
    adjusted, worst = [0.0] * len(p_values), 0.0
    for rank, i in enumerate(sorted(range(len(p_values)), key=p_values.__getitem__)):
        worst = max(worst, min(1.0, (len(p_values) - rank) * p_values[i]))
        adjusted[i] = worst
    return adjusted
