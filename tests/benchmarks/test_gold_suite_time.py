"""The timing of the gold suite, over three questions; `python -m benchmarks.gold_suite` takes them all."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.gold_suite import Timed, time_suite
from factcheck.settings import Settings


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_what_is_asked_is_timed(tmp_path: Path) -> None:
    found = time_suite(Settings(home=tmp_path / "home", model="none"), limit=3)
    assert (found.n, found.n_errors, found.proved) == (3, 0, 1.0)
    assert found.wall_s > 0
    assert found.cpu_s > 0


def test_the_bar_is_held_by_the_clock_or_by_two_cores() -> None:
    found = Timed(wall_s=59.0, cpu_s=200.0, n=2, n_errors=0, proved=1.0)
    assert found.holds(60.0)
    assert replace(found, wall_s=90.0, cpu_s=110.0).holds(60.0)
    assert not replace(found, wall_s=90.0).holds(60.0)
    assert not replace(found, n_errors=1).holds(60.0)
    assert not replace(found, proved=0.99).holds(60.0)
    assert not replace(found, proved=None).holds(60.0)
