"""Figures on the sentences of held-out stories."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from training.pairs import Pair
from training.story_figures import row, single_sentences


class Told:
    """A verifier that gives each pair the row it is told."""

    def __init__(self, rows: Sequence[Sequence[float]]) -> None:
        self.rows = np.array(rows, np.float32)

    def score_pairs(self, pairs: Sequence[tuple[str, str]]) -> NDArray[np.float32]:
        assert [claim for claim, _ in pairs] == ["c"] * len(self.rows)
        return self.rows


def test_recall_of_each_label_the_side_and_the_loss() -> None:
    pairs = [Pair("c", "p", label, "stories") for label in ("supports", "supports", "refutes", "neutral")]
    told = Told([[0.8, 0.1, 0.1], [0.3, 0.2, 0.5], [0.5, 0.25, 0.25], [0.1, 0.1, 0.8]])
    # supports 1 of 2, refutes 0 of 1, neutral 1 of 1; the side of two of the three settling ones
    loss = -np.mean(np.log([0.8, 0.3, 0.25, 0.8]))
    assert row("v", told, pairs) == f"| v | 4 | 50.0 | 0.0 | 100.0 | 50.0 | 66.7 (3) | {loss:.3f} |"  # type: ignore[arg-type]


def test_the_pairs_are_single_sentences_of_stories_that_are_held_out() -> None:
    pairs = single_sentences()
    assert len(pairs) > 1000
    assert {pair.label for pair in pairs} == {"supports", "refutes", "neutral"}
    assert {pair.origin for pair in pairs} == {"stories"}
