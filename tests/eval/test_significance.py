"""Paired tests against exact enumeration and the textbook."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from scipy.stats import binomtest, permutation_test

from eval.score import Rows
from eval.significance import mcnemar_exact, minimum_detectable_drop, sign_flip_test, swap_test


@pytest.mark.parametrize(
    ("only_a", "only_b", "p"),
    [(0, 0, 1.0), (5, 0, 2 / 32), (4, 1, 2 * 6 / 32), (1, 4, 2 * 6 / 32), (3, 3, 1.0)],
)
def test_mcnemar_is_a_fair_coin(only_a: int, only_b: int, p: float) -> None:
    assert mcnemar_exact(only_a, only_b) == pytest.approx(p, abs=1e-12)


def test_families_of_one_make_it_mcnemar() -> None:
    differences = [-1.0] * 9 + [1.0] * 3 + [0.0] * 100
    drop, change = sign_flip_test(differences, [str(i) for i in range(112)])
    assert drop == pytest.approx(binomtest(3, 12, alternative="less").pvalue, abs=1e-12)
    assert change == pytest.approx(mcnemar_exact(9, 3), abs=1e-12)


def test_a_family_counts_once() -> None:
    # ten samples down in two families: 2 of 4 sign patterns are as extreme, 1 as low
    assert sign_flip_test([-1.0] * 10, ["a"] * 5 + ["b"] * 5) == (0.25, 0.5)


def test_repeats_in_steps_are_tested_exactly() -> None:
    differences, families = [-1 / 3, -2 / 3, 1.0, -1.0, 1 / 3, -0.5], list("aabcde")
    sums = [-1.0, 1.0, -1.0, 1 / 3, -0.5]
    totals = [sum(s * d for s, d in zip(signs, sums, strict=True)) for signs in itertools.product((1, -1), repeat=5)]
    drop = sum(t <= sum(sums) + 1e-9 for t in totals) / 32
    change = sum(abs(t) >= abs(sum(sums)) - 1e-9 for t in totals) / 32
    assert sign_flip_test(differences, families) == pytest.approx((drop, change), abs=1e-12)


def test_graded_scores_are_flipped_at_random_and_agree_with_scipy() -> None:
    random = np.random.default_rng(1)
    differences = random.normal(-0.12, 0.4, size=12)
    drop, change = sign_flip_test(differences.tolist(), [str(i) for i in range(12)])
    theirs = permutation_test(
        (differences,), np.sum, permutation_type="samples", alternative="less", n_resamples=np.inf
    )
    assert drop == pytest.approx(theirs.pvalue, abs=0.015)
    assert 0 < drop < change <= 1
    assert sign_flip_test(differences.tolist(), [str(i) for i in range(12)]) == (drop, change)


def test_no_difference_is_no_evidence() -> None:
    assert sign_flip_test([0.0] * 5, list("abcde")) == (1.0, 1.0)
    assert sign_flip_test([], []) == (1.0, 1.0)


def test_the_detectable_drop_is_found_as_often_as_it_says() -> None:
    """120 samples, 10 % churn: simulate the drop that it names, and count how often a one-sided 5 % test sees it."""
    random = np.random.default_rng(2)
    families = [str(i) for i in range(120)]
    noise = [-1.0] * 6 + [1.0] * 6 + [0.0] * 108
    drop = minimum_detectable_drop(noise, families)
    assert drop == pytest.approx(0.10, abs=0.015)
    seen = 0
    for _ in range(400):
        u = random.random(120)
        d = np.where(u < 0.05, 1.0, np.where(u < 0.05 + 0.05 + drop, -1.0, 0.0))
        seen += sign_flip_test(d.tolist(), families)[0] <= 0.05
    assert 0.72 <= seen / 400 <= 0.9


def test_fewer_samples_and_larger_families_see_less() -> None:
    noise = [-1.0, 1.0] * 6 + [0.0] * 108
    alone = minimum_detectable_drop(noise, [str(i) for i in range(120)])
    half = minimum_detectable_drop(noise[:60], [str(i) for i in range(60)])
    together = [-1.0] * 6 + [1.0] * 6 + [0.0] * 108  # whole families move
    families = minimum_detectable_drop(together, [str(i // 6) for i in range(120)])
    assert alone is not None
    assert half is not None
    assert families is not None
    assert alone < half
    assert alone < families


def test_no_change_is_not_taken_for_none_possible() -> None:
    found = minimum_detectable_drop([0.0] * 120, [str(i) for i in range(120)])
    assert found is not None
    assert found >= 5 / 120  # five down of five: (1/2)^5 = 3 %; four would be 6 %
    assert minimum_detectable_drop([], []) is None
    assert minimum_detectable_drop([0.0] * 3, list("abc")) == 1.0


def column(*values: float, families: int | None = None) -> tuple[Rows, np.ndarray]:
    """Rows of one column, of a family each, or of as many families in turn."""
    return np.array(values)[:, None], np.arange(len(values)) % (families or len(values))


def mean(rows: Rows) -> float | None:
    return float(rows.mean()) if len(rows) else None


def test_swapping_families_is_flipping_them_where_the_figure_is_a_mean() -> None:
    a, b = column(*[1.0] * 10, families=5), column(*[0.0] * 8, 1.0, 1.0, families=5)
    flipped = sign_flip_test(list(b[0][:, 0] - a[0][:, 0]), [str(i) for i in a[1]])
    assert swap_test(a, b, mean) == pytest.approx(flipped, abs=0.04)


def test_all_down_in_three_families_is_one_of_eight() -> None:
    drop, change = swap_test(column(1.0, 1.0, 1.0), column(0.0, 0.0, 0.0), mean)
    assert (drop, change) == (pytest.approx(1 / 8, abs=0.03), pytest.approx(2 / 8, abs=0.03))


def test_what_is_the_same_or_not_defined_is_no_change() -> None:
    assert swap_test(column(1.0, 0.0), column(1.0, 0.0), mean) == (1.0, 1.0)
    assert swap_test(column(1.0), column(), mean) == (1.0, 1.0)
