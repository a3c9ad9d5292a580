"""Weights between runs."""

from __future__ import annotations

import numpy as np
import pytest

from training.average import average

ONE = {"w": np.array([[0.0, 2.0]], np.float32), "b": np.array([1.0], np.float32)}
TWO = {"w": np.array([[1.0, 0.0]], np.float32), "b": np.array([3.0], np.float32)}


def test_the_mean_is_weighted_by_the_shares() -> None:
    mean = average([ONE, TWO], [0.25, 0.75])
    assert mean["w"].tolist() == [[0.75, 0.5]]
    assert mean["b"].tolist() == [2.5]
    assert mean["w"].dtype == np.float32


def test_all_of_one_run_is_that_run() -> None:
    mean = average([ONE, TWO], [1.0, 0.0])
    assert all(np.array_equal(mean[name], ONE[name]) for name in ONE)


@pytest.mark.parametrize(
    ("runs", "shares", "says"),
    [
        ([ONE, TWO], [0.5, 0.6], "1 in sum"),
        ([ONE, TWO], [1.0], "one share for each run"),
        ([ONE, {"w": TWO["w"]}], [0.5, 0.5], "same tensors"),
        ([ONE, {**TWO, "b": np.zeros(2, np.float32)}], [0.5, 0.5], "same tensors"),
    ],
)
def test_what_cannot_be_averaged_is_said(runs: list[dict[str, np.ndarray]], shares: list[float], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        average(runs, shares)
