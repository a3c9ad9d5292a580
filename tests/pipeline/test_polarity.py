"""A negated claim has an affirmative twin where exactly one of the two can hold, and only there."""

from __future__ import annotations

import numpy as np
import pytest

from pipeline.polarity import affirm
from pipeline.support import judge_sentences

TWINS = {
    "The new treaty lacks a mutual defence clause.": "The new treaty has a mutual defence clause.",
    "The pact provides for no mutual military assistance.": "The pact provides for mutual military assistance.",
    "Iran does not recognise Crimea as Russian.": "Iran recognises Crimea as Russian.",
    "Iran did not sign it.": "Iran signed it.",
    "They don't trade in dollars.": "They trade in dollars.",
    "The bridge isn’t old.": "The bridge is old.",
    "The deal won't be ratified.": "The deal will be ratified.",
    "It cannot be extended.": "It can be extended.",
    "Iran never recognised Crimea.": "Iran recognised Crimea.",
    "There is no clause on defence in the pact.": "There is clause on defence in the pact.",
}
TWINS |= {
    "The treaty does not explicitly mention Israel.": "The treaty explicitly mentions Israel.",
    "Iran did not formally join the bloc.": "Iran formally joined the bloc.",
    "The treaty signed in Moscow does not include a date.": "The treaty signed in Moscow includes a date.",
}
LEFT_ALONE = [
    "Several members did not sign.",  # others may have
    "Russia might not help Iran.",
    "The parties must not use force.",
    "Iran did not sign or ratify it.",
    "Iran signed the treaty and did not attack.",
    "The minister said Iran would not sign.",
    "Russia is the country Iran does not trust.",
    "Iran signed a treaty Russia had not signed.",
    "Iran has not exported oil since 2018.",
    "The report omitted to mention the clause.",
    "The lack is severe.",
    "Iran made no secret of its plans.",
    "Iran said no clause exists.",
    "The pact is no secret.",
    "The treaty includes a defence clause.",
    "The deal does not cover all sectors.",  # may cover some
    "He is not a doctor but a nurse.",
    "They plan payment systems that do not depend on third countries.",  # the negation is not the claim's own
    "Russia has promised not to help the attacker.",  # to promise nothing is another thing
    "The treaty is no longer in force.",
    "The treaty was not signed until January.",
    "No clause covers defence.",
    "It does not lack funds.",
    "The annex is not public, and the treaty is.",
    "",
]


@pytest.mark.parametrize(("claim", "twin"), TWINS.items())
def test_the_twin_says_the_opposite(claim: str, twin: str) -> None:
    assert affirm(claim) == twin


@pytest.mark.parametrize("claim", LEFT_ALONE)
def test_other_claims_are_left_alone(claim: str) -> None:
    assert affirm(claim) is None


class ByTheWord:
    """Supports what it finds word for word, and remembers what it was asked."""

    name = "by the word"

    def __init__(self) -> None:
        self.asked: list[str] = []

    def score_support(self, claim: str, passages: list[str]) -> np.ndarray:
        self.asked.append(claim)
        return np.array([[0.7, 0.2, 0.1] if claim in p else [0.1, 0.2, 0.7] for p in passages], np.float32)

    def score_pairs(self, pairs: list[tuple[str, str]]) -> np.ndarray:
        return np.concatenate([self.score_support(claim, [passage]) for claim, passage in pairs])


def test_a_negated_claim_is_refuted_by_what_supports_its_twin() -> None:
    scorer = ByTheWord()
    said, other = judge_sentences("Iran did not sign it.", ["Iran signed it.", "It rained."], scorer)
    assert scorer.asked == ["Iran signed it."]
    assert (said.supports, said.refutes) == pytest.approx((0.2, 0.7))
    assert (other.supports, other.refutes, other.neutral) == pytest.approx((0.2, 0.1, 0.7))
    (plain,) = judge_sentences("Iran signed it.", ["Iran signed it."], scorer)
    assert plain.supports == pytest.approx(0.7)
