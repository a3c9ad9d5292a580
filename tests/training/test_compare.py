"""Runs compared: the best window speaks for its pair, the mean is over sets, and the interval is paired."""

from __future__ import annotations

import numpy as np
import pytest

from training.compare import Windows, best_of_windows, difference, mean_accuracy
from training.encoding import Encoded

ROW = Encoded(np.zeros(2, np.uint16), 1, 2, (-1, -1), "x")


def test_the_window_that_supports_most_speaks_for_its_pair() -> None:
    pairs = (("a", 0, True), ("a", 0, True), ("a", 1, False), ("b", 0, True))
    logits = np.log(np.array([[0.2, 0.5, 0.3], [0.7, 0.2, 0.1], [0.4, 0.3, 0.3], [0.1, 0.8, 0.1]], np.float32))
    found = best_of_windows(Windows((ROW,) * 4, pairs), logits)
    np.testing.assert_allclose(found["a"], [[0.7, 1], [0.4, 0]], atol=1e-6)
    np.testing.assert_allclose(found["b"], [[0.1, 1]], atol=1e-6)


def test_the_mean_is_over_sets_and_one_without_both_classes_is_left_out() -> None:
    sets = {
        "a": np.array([[0.9, 1], [0.2, 1], [0.3, 0], [0.4, 0]]),  # half of the supported, all of the others: 75
        "b": np.array([[0.9, 1], [0.8, 0]]),  # 50
        "c": np.array([[0.1, 1], [0.2, 1]]),
    }
    assert mean_accuracy(sets) == pytest.approx(62.5)


def test_the_interval_is_of_paired_rows() -> None:
    draw = np.random.default_rng(2)
    truth = (draw.random(400) < 0.5).astype(float)
    one = {"a": np.column_stack([draw.random(400), truth])}
    assert difference(one, one) == (0.0, 0.0)
    better = {"a": np.column_stack([np.where(draw.random(400) < 0.3, truth, one["a"][:, 0]), truth])}
    low, high = difference(one, better)
    assert 0 < low < mean_accuracy(better) - mean_accuracy(one) < high
