"""Kappa and alpha on tables worked out by hand, by the libraries, and on what is independent."""

from __future__ import annotations

import krippendorff
import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from sklearn.metrics import cohen_kappa_score

from review.agreement import agreement, alpha_of_counts, kappa_of_pairs
from review.decisions import Withdrawal
from review.listing import Viewer
from review.store import ReviewStore
from tests.review.test_store import ADA, BOB, judge, judge_answer

PAIRS = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=2, max_size=30)


@given(PAIRS)
def test_the_formulas_of_the_draws_are_those_of_the_libraries(pairs: list[tuple[int, int]]) -> None:
    rows = np.array(pairs)
    assume(len(set(rows.ravel())) > 1)
    expected = cohen_kappa_score(rows[:, 0], rows[:, 1])
    assert kappa_of_pairs(rows) == pytest.approx(expected)
    counts = np.array([[list(pair).count(label) for label in range(4)] for pair in pairs])
    used = counts[:, counts.sum(axis=0) > 0]
    assert alpha_of_counts(counts) == pytest.approx(
        krippendorff.alpha(value_counts=used, level_of_measurement="nominal")
    )


def test_units_judged_once_do_not_move_alpha() -> None:
    counts = np.array([[2, 0], [1, 1], [0, 2]])
    assert alpha_of_counts(np.vstack([counts, [[1, 0]]])) == alpha_of_counts(counts)


def test_kappa_by_hand(desk: ReviewStore) -> None:
    # Answers: Ada right, right, wrong, wrong; Bob right, wrong, wrong, wrong. Observed 3/4.
    # Chance: 2/4 * 1/4 + 2/4 * 3/4 = 1/2. Kappa = (3/4 - 1/2) / (1 - 1/2) = 1/2.
    for item, ada, bob in ((1, "right", "right"), (2, "right", "wrong"), (3, "wrong", "wrong"), (4, "wrong", "wrong")):
        judge_answer(desk, item, ada, Viewer("Ada", sees_all=False))
        judge_answer(desk, item, bob, Viewer("Bob", sees_all=False))
    found = {(one.coefficient, one.label): one for one in agreement(desk)}
    kappa = found["kappa", None]
    assert kappa.value == pytest.approx(0.5)
    assert kappa.pair == ("Ada", "Bob")
    assert (kappa.n_units, kappa.n_items, kappa.observed) == (4, 4, 0.75)
    assert kappa.low is not None
    assert kappa.high is not None
    assert kappa.low <= 0.5 <= kappa.high
    # Alpha: 8 values, 3 right and 5 wrong. Within units: one unit of two differs, 2 / (2 - 1) = 2 ordered pairs.
    # Expected: 64 - 9 - 25 = 30. 1 - 7 * 2 / 30 = 0.5333.
    assert found["alpha", None].value == pytest.approx(1 - 14 / 30)
    assert found["alpha", "right"].value == pytest.approx(1 - 14 / 30)


def test_only_independent_judgements_are_compared(desk: ReviewStore) -> None:
    judge(desk, 2, "refutes")
    assert agreement(desk) == []
    judge(desk, 2, "refutes", who=BOB)  # not blind: Bob saw Ada's
    judge(desk, 2, "refutes", who=Viewer("Eve"), final=True)
    assert agreement(desk) == []
    cy = Viewer("Cy", sees_all=False)
    other = judge(desk, 2, "irrelevant", who=cy)
    assert [one.pair for one in agreement(desk) if one.coefficient == "kappa"] == [("Ada", "Cy")] * 3
    row = desk.item(2).row
    desk.decide(Withdrawal(item=row.key, version=row.version, decision=other.id), author=cy)
    assert agreement(desk) == []


def test_one_label_alone_is_not_defined(desk: ReviewStore) -> None:
    for item in (1, 2):
        for name in ("Ada", "Bob"):
            judge(desk, item, "supports", who=Viewer(name, sees_all=False))
    assert {(one.value, one.low, one.observed) for one in agreement(desk)} == {(None, None, 1.0)}
    assert ADA.name == "Ada"
