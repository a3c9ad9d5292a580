"""Two runs over the same samples: what changed, by how much, and how sure that is.

Paired by sample: a hard question is hard for both, and only what differs says anything. A sample counts once, with the
mean over its repeats. Errors are apart: a sample that one of the two could not answer is not compared, and is counted.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from eval.gold import Sample
from eval.intervals import family_numbers, mean_interval, paired_set_interval
from eval.score import ScoredSample
from eval.scorers import SCORERS, SET_SCORERS
from eval.significance import mcnemar_exact, minimum_detectable_drop, sign_flip_test, swap_test
from factcheck.errors import UsageError, UserError

__all__ = ["Comparison", "McNemar", "Pair", "compare", "compare_all", "pair_samples"]


@dataclass(frozen=True, slots=True)
class Pair:
    """One sample in both runs; `a` and `b` are its mean scores over repeats, and `items_*` the scored repeats."""

    sample: Sample
    a: float
    b: float
    items_a: tuple[ScoredSample, ...]
    items_b: tuple[ScoredSample, ...]

    @property
    def difference(self) -> float:
        return self.b - self.a


@dataclass(frozen=True, slots=True)
class McNemar:
    """Samples that only one of two runs got right, and the two-sided exact p. With repeats right is more than half."""

    only_a: int
    only_b: int
    p: float


@dataclass(frozen=True, slots=True)
class Comparison:
    """One scorer in two runs. Values are 0..1; `difference` is B minus A, with its 95 % interval by families.

    `p_drop` is one-sided, `p_change` two-sided, both by flipping families. `detectable` is the smallest drop that a
    one-sided 5 % test sees four times out of five. `mcnemar` is `None` for graded scores. A figure of a whole set (ECE,
    an F1) is of no sample: it has neither of these, and no pairs.
    """

    scorer: str
    n: int
    n_families: int
    a: float
    b: float
    difference: float
    low: float | None
    high: float | None
    p_drop: float
    p_change: float
    detectable: float | None
    mcnemar: McNemar | None
    pairs: tuple[Pair, ...]
    n_unscored_a: int  # of repeats, whatever the scorer
    n_unscored_b: int

    @property
    def changed(self) -> list[Pair]:
        """Samples whose score differs, the largest drops first."""
        return sorted((p for p in self.pairs if abs(p.difference) > 1e-12), key=lambda p: (p.difference, p.sample.id))


def pair_samples(a: Iterable[ScoredSample], b: Iterable[ScoredSample], scorer: str) -> list[Pair]:
    """Return the samples that have a score in both, in the order of `a`."""
    scores_a, scores_b = _by_sample(a, scorer), _by_sample(b, scorer)
    return [
        Pair(one[0].sample, _mean(one, scorer), _mean(scores_b[id_], scorer), tuple(one), tuple(scores_b[id_]))
        for id_, one in scores_a.items()
        if id_ in scores_b
    ]


def compare(a: Sequence[ScoredSample], b: Sequence[ScoredSample], scorer: str = "right") -> Comparison:
    """Compare two runs by one scorer.

    Raises: UsageError for an unknown scorer; UserError where no sample has a score in both.
    """
    if scorer in SET_SCORERS:
        return _compare_sets(a, b, scorer)
    if scorer not in SCORERS:
        raise UsageError(f"cannot compare by {scorer!r}; give one of {', '.join((*SCORERS, *SET_SCORERS))}")
    pairs = pair_samples(a, b, scorer)
    if not pairs:
        raise UserError(f"no sample has a score for {scorer!r} in both runs; nothing can be compared")
    differences, families = [p.difference for p in pairs], [p.sample.cluster for p in pairs]
    low, high = mean_interval(differences, [1.0] * len(pairs), families, signed=True) or (None, None)
    p_drop, p_change = sign_flip_test(differences, families)
    mean_a, mean_b = (sum(values) / len(pairs) for values in ([p.a for p in pairs], [p.b for p in pairs]))
    return Comparison(
        scorer=scorer, n=len(pairs), n_families=len(set(families)), a=mean_a, b=mean_b,
        difference=sum(differences) / len(pairs), low=low, high=high, p_drop=p_drop, p_change=p_change,
        detectable=minimum_detectable_drop(differences, families), mcnemar=_mcnemar(pairs, scorer), pairs=tuple(pairs),
        n_unscored_a=sum(i.unscored is not None for i in a), n_unscored_b=sum(i.unscored is not None for i in b),
    )  # fmt: skip


def compare_all(a: Sequence[ScoredSample], b: Sequence[ScoredSample]) -> list[Comparison]:
    """Compare by every scorer of samples that some sample has in both runs, `right` first; figures of whole sets are
    compared where they are asked for. Raises: UserError if there is none."""
    found = [compare(a, b, scorer) for scorer in SCORERS if pair_samples(a, b, scorer)]
    return found or [compare(a, b)]


def _compare_sets(a: Sequence[ScoredSample], b: Sequence[ScoredSample], scorer: str) -> Comparison:
    """Compare by a figure of a whole set, over the samples that both runs have a record of."""
    answered = [{item.sample.id for item in items if item.record is not None} for items in (a, b)]
    both = answered[0] & answered[1]
    rows = SET_SCORERS[scorer].rows
    of_a, of_b = ([(row, i.sample) for i in items if i.sample.id in both for row in rows(i)] for items in (a, b))
    value = SET_SCORERS[scorer].value
    table_a, table_b = (np.array([row for row, _ in one], dtype=np.float64) for one in (of_a, of_b))
    found_a, found_b = (value(table) if len(table) else None for table in (table_a, table_b))
    if found_a is None or found_b is None:
        raise UserError(f"{scorer!r} is not defined in both runs over the samples that both answer; nothing to compare")
    family = family_numbers([sample.cluster for _, sample in (*of_a, *of_b)])
    one, other = (table_a, family[: len(of_a)]), (table_b, family[len(of_a) :])
    low, high = paired_set_interval(one, other, value) or (None, None)
    p_drop, p_change = swap_test(one, other, value)
    return Comparison(
        scorer=scorer, n=len({sample.id for _, sample in (*of_a, *of_b)}), n_families=int(family.max()) + 1,
        a=found_a, b=found_b, difference=found_b - found_a, low=low, high=high, p_drop=p_drop, p_change=p_change,
        detectable=None, mcnemar=None, pairs=(),
        n_unscored_a=sum(i.unscored is not None for i in a), n_unscored_b=sum(i.unscored is not None for i in b),
    )  # fmt: skip


def _by_sample(items: Iterable[ScoredSample], scorer: str) -> Mapping[str, list[ScoredSample]]:
    found: dict[str, list[ScoredSample]] = {}
    for item in items:
        if scorer in item.scores:
            found.setdefault(item.sample.id, []).append(item)
    return found


def _mean(items: Sequence[ScoredSample], scorer: str) -> float:
    return sum(item.scores[scorer].value for item in items) / len(items)


def _mcnemar(pairs: Sequence[Pair], scorer: str) -> McNemar | None:
    if any(item.scores[scorer].value not in (0.0, 1.0) for p in pairs for item in (*p.items_a, *p.items_b)):
        return None
    only_a = sum(p.a > 0.5 >= p.b for p in pairs)
    only_b = sum(p.b > 0.5 >= p.a for p in pairs)
    return McNemar(only_a, only_b, mcnemar_exact(only_a, only_b))
