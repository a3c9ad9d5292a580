"""The simulation behind the gate's promise, in small: false alarms are rare, a drop of 15 points is seen."""

from __future__ import annotations

import pytest

from benchmarks.gate_simulation import failures


@pytest.mark.parametrize(("drop", "low", "high"), [(0.0, 0, 3), (0.15, 26, 30)])
def test_the_gate_knows_its_noise(drop: float, low: int, high: int) -> None:
    # of 30 pairs at 2.3 % and 96.3 %: more than three false alarms in 0.5 % of seeds, fewer than 26 hits in 1 %
    assert low <= failures(30, n=120, size=1, repeats=1, churn=0.10, drop=drop, seed=1) <= high
