"""Intervals by families: against the textbook, and at the edges."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import binomtest

from eval.intervals import mean_interval, paired_set_interval, set_interval
from eval.score import Rows


def mean(rows: Rows) -> float | None:
    return float(rows[:, 0].mean())


def test_a_mean_and_a_set_figure_that_is_a_mean_have_the_same_interval() -> None:
    values = [float(i % 3 == 0) for i in range(60)]
    families = [f"f{i // 2}" for i in range(60)]
    one = mean_interval(values, [1.0] * 60, families)
    other = set_interval(np.array(values)[:, None], families, mean)
    assert one == pytest.approx(other, abs=0.03)  # half as many draws


def test_the_interval_of_independent_samples_is_the_normal_one() -> None:
    # p = .3, n = 400: .3 +- 1.96 sqrt(.21 / 400) = .3 +- .045
    values = [float(i < 120) for i in range(400)]
    found = mean_interval(values, [1.0] * 400, [str(i) for i in range(400)])
    assert found == pytest.approx((0.255, 0.345), abs=0.008)


@pytest.mark.parametrize(("value", "bound"), [(1.0, 0), (0.0, 1)])
def test_all_right_is_not_certainty(value: float, bound: int) -> None:
    families = [f"f{i // 4}" for i in range(40)]
    exact = binomtest(10 if value else 0, 10).proportion_ci(method="exact")
    for found in (
        mean_interval([value] * 40, [1.0] * 40, families),
        set_interval(np.full((40, 1), value), families, mean),
    ):
        assert found == pytest.approx((exact.low, exact.high), abs=1e-9)
        assert found is not None
        assert 0 < found[bound] < 1


def test_one_family_says_nothing_of_others() -> None:
    assert mean_interval([1.0, 0.0], [1.0, 1.0], ["f", "f"]) is None
    assert mean_interval([], [], []) is None
    assert set_interval(np.ones((2, 1)), ["f", "f"], mean) is None


def test_a_figure_that_most_draws_do_not_define_has_no_interval() -> None:
    def only_whole(rows: Rows) -> float | None:
        return 0.5 if len(set(rows[:, 0])) == 5 else None  # of 5 families all are drawn 5!/5^5 = 4 % of the time

    assert set_interval(np.arange(5.0)[:, None], list("abcde"), only_whole) is None


def test_coverage_of_families_that_stand_or_fall_together() -> None:
    """Of 95 % intervals about 95 % hold the truth; those that take samples for independent would hold far less."""
    random, hits = np.random.default_rng(5), 0
    families = [f"f{i // 5}" for i in range(300)]
    for _ in range(200):
        values = np.repeat(random.random(60) < 0.7, 5).astype(float)
        found = mean_interval(values.tolist(), [1.0] * 300, families)
        assert found is not None
        hits += found[0] <= 0.7 <= found[1]
    assert 180 <= hits <= 198


def test_differences_that_cancel_have_a_spread_and_those_that_are_none_a_bound_on_both_sides() -> None:
    ones, families = [1.0] * 20, [str(i) for i in range(20)]
    low, high = mean_interval([1.0, -1.0] * 10, ones, families, signed=True) or (0, 0)
    # standard error 1 / sqrt(20) = .22
    assert (low, high) == pytest.approx((-0.44, 0.44), abs=0.07)
    bound = 1 - 0.025 ** (1 / 20)
    assert mean_interval([0.0] * 20, ones, families, signed=True) == pytest.approx((-bound, bound))


def test_a_paired_figure_that_is_a_mean_has_the_interval_of_the_mean_difference() -> None:
    a = np.array([float(i % 3 == 0) for i in range(60)])
    b = np.array([float(i % 2 == 0) for i in range(60)])
    family = np.arange(60) // 2
    paired = paired_set_interval((a[:, None], family), (b[:, None], family), mean)
    assert paired == pytest.approx(mean_interval(list(b - a), [1.0] * 60, list(map(str, family))), abs=0.04)


def test_a_paired_figure_without_a_difference_has_the_binomial_bound_on_both_sides() -> None:
    rows, family = np.array([[1.0], [0.0], [1.0], [1.0]]), np.arange(4)
    bound = 1 - 0.025 ** (1 / 4)
    assert paired_set_interval((rows, family), (rows, family), mean) == pytest.approx((-bound, bound))
    one = (rows[:1], family[:1])
    assert paired_set_interval(one, one, mean) is None
