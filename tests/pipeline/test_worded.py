"""A duration of the claim's length takes the claim's words."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from pipeline.support import judge_sentences
from pipeline.worded import with_claimed_durations


@pytest.mark.parametrize(
    ("text", "claim", "read"),
    [
        ("He needed 1 hour and 30 minutes.", "He needed 90 minutes.", "He needed 90 minutes."),
        ("It lasts one year and six months.", "It lasts 18 months.", "It lasts 18 months."),
        ("First 72 hours, then 2 days.", "It took three days or 48 hours.", "First three days, then 48 hours."),
        ("He needed 95 minutes.", "He needed 90 minutes.", "He needed 95 minutes."),
        ("It lasts twenty years.", "It lasts 20 years.", "It lasts twenty years."),  # the same unit, already alike
        ("It lasts 24 months.", "It is a two-year term.", "It lasts 24 months."),
        ("It is a 24-month term.", "It lasts two years.", "It is a 24-month term."),
        ("Nothing is timed.", "It lasts 20 years.", "Nothing is timed."),
    ],
)
def test_durations_in_the_words_of_the_claim(text: str, claim: str, read: str) -> None:
    assert with_claimed_durations(text, claim) == read


class Keeping:
    """Keeps what it was given to judge."""

    name = "keeping"

    def __init__(self) -> None:
        self.passages: list[str] = []

    def score_support(self, claim: str, passages: Sequence[str]) -> NDArray[np.float32]:
        self.passages += passages
        return np.full((len(passages), 3), 1 / 3, dtype=np.float32)

    def score_pairs(self, pairs: Sequence[tuple[str, str]]) -> NDArray[np.float32]:
        raise AssertionError


def test_the_scorer_reads_them_so() -> None:
    scorer = Keeping()
    judge_sentences("He needed 90 minutes.", ["He needed 1 hour and 30 minutes."], scorer)
    assert scorer.passages == ["He needed 90 minutes."]
