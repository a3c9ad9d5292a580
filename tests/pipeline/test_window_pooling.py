"""Two readings, one judgement: values by hand, monotone, rows that sum to 1, nothing out of range."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from factcheck.records import Support
from pipeline.window_pooling import SLOPE, log_odds, pool_windows

SHARE = st.floats(0, 1)


def test_the_formula_by_hand() -> None:
    # log odds of 0.8 are log 4, of 0.5 nothing: the mean is log 2, whose probability is 2/3. The window has refutes to
    # neutral as 3 to 1, so the third that is left is 1/4 and 1/12.
    found = pool_windows(0.8, 0.5, Support(0.8, 0.15, 0.05), slope=1)
    assert (found.supports, found.refutes, found.neutral) == pytest.approx((2 / 3, 1 / 4, 1 / 12))
    # Log odds of 16/17 are log 16: the mean with nothing is log 4, half of that log 2.
    assert pool_windows(16 / 17, 0.5, Support(1, 0, 0), slope=0.5).supports == pytest.approx(2 / 3)


def test_certainty_has_an_end() -> None:
    assert log_odds(1.0) == pytest.approx(-log_odds(0.0)) == pytest.approx(math.log(10_000))
    sure = pool_windows(1.0, 1.0, Support(1.0, 0.0, 0.0))
    assert sure.supports < 1
    assert sure.refutes == sure.neutral == pytest.approx((1 - sure.supports) / 2)  # the window says nothing of the rest


def test_one_reading_is_decided_as_the_verifier_decides_with_less_certainty() -> None:
    assert 0 < SLOPE < 1
    assert pool_windows(0.5, 0.5, Support(0.5, 0.25, 0.25)).supports == pytest.approx(0.5)
    assert 0.5 < pool_windows(0.9, 0.9, Support(0.9, 0.05, 0.05)).supports < 0.9
    assert 0.1 < pool_windows(0.1, 0.1, Support(0.1, 0.45, 0.45)).supports < 0.5


@given(SHARE, SHARE, SHARE, SHARE)
def test_rows_sum_to_one_and_more_support_is_never_less(window: float, gathered: float, more: float, r: float) -> None:
    shown = Support(window, (1 - window) * r, (1 - window) * (1 - r))
    found = pool_windows(window, gathered, shown)
    assert found.supports + found.refutes + found.neutral == pytest.approx(1)
    assert min(found.supports, found.refutes, found.neutral) >= 0
    assert pool_windows(max(window, more), gathered, shown).supports >= found.supports
    assert pool_windows(window, max(gathered, more), shown).supports >= found.supports
