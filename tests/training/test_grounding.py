"""The fit of the pooled judgement: it finds the slope that made the labels, and leaves families out."""

from __future__ import annotations

import numpy as np
import pytest

from training.grounding import Readings, balanced, fit, left_out, table


def made(seed: int, *, slope: float, n: int = 3000) -> Readings:
    """Two readings that agree, and labels drawn from slope times their log odds."""
    draw = np.random.default_rng(seed)
    odds = draw.normal(0, 2, n)
    truth = draw.random(n) < 1 / (1 + np.exp(-slope * odds))
    p = 1 / (1 + np.exp(-odds))
    return [(float(a), float(a), bool(t)) for a, t in zip(p, truth, strict=True)]


def test_the_slope_that_made_the_labels_is_found() -> None:
    sets = {"a_1": made(1, slope=0.6), "b": made(2, slope=0.6, n=1000)}
    assert fit(sets) == pytest.approx(0.6, abs=0.06)


def test_a_set_is_judged_by_a_fit_without_its_family() -> None:
    sets = {"a_1": made(1, slope=0.5), "a_2": made(2, slope=0.5), "b": made(3, slope=1.0)}
    slopes = left_out(sets)
    assert slopes["a_1"] == slopes["a_2"] == pytest.approx(1.0, abs=0.1)
    assert slopes["b"] == pytest.approx(0.5, abs=0.06)
    lines = table(sets, slopes).splitlines()
    assert len(lines) == 2 + 3 + 2
    assert len({line.count("|") for line in lines}) == 1


def test_classes_weigh_the_same_and_both_are_needed() -> None:
    rows = made(1, slope=1.0)
    many = [row for row in rows if row[2]] * 5 + [row for row in rows if not row[2]]
    assert fit({"a": many}) == pytest.approx(fit({"a": rows}), abs=0.02)
    even = balanced(np.array([[p, t] for p, _, t in many], dtype=np.float64))
    assert even[:, 1].mean() == pytest.approx(0.5)
    with pytest.raises(ValueError, match="both classes"):
        fit({"a": [row for row in rows if row[2]]})
