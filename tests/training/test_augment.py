"""Each rule on a pair it should change, and on one it should leave alone."""

import random

import pytest

from training import augment as rules
from training.pairs import Label, Pair

PASSAGE = "The bridge was opened in 1998 by Anna Berg in Oslo ."


def pair(claim: str, label: Label = "supports", passage: str = PASSAGE) -> Pair:
    return Pair(claim, passage, label, "fm2")


@pytest.fixture
def rng() -> random.Random:
    return random.Random(3)


def test_swapped_number_refutes(rng: random.Random) -> None:
    made = rules.swap_number(pair("The bridge was opened in 1998."), rng)
    assert made is not None
    assert (made.label, made.passage) == ("refutes", PASSAGE)
    assert "1998" not in made.claim
    assert rules.swap_number(pair("At least 1998 people came, at least 1998."), rng) is None  # a bound
    assert rules.swap_number(pair("The bridge was opened in 1998.", "neutral"), rng) is None
    assert rules.swap_number(pair("The bridge is old."), rng) is None


def test_swapped_name_is_unsupported(rng: random.Random) -> None:
    made = rules.swap_name(pair("The bridge is the work of Anna Berg."), rng)
    assert made is not None
    assert (made.claim, made.label) == ("The bridge is the work of Oslo.", "unsupported")


@pytest.mark.parametrize(
    ("label", "flipped"), [("supports", "refutes"), ("refutes", "supports"), ("neutral", "neutral")]
)
def test_negation_flips_the_claim(rng: random.Random, label: Label, flipped: Label) -> None:
    made = rules.negate_claim(pair("The bridge was opened in 1998.", label), rng)
    assert made is not None
    assert made.claim in ("The bridge was not opened in 1998.", "The bridge wasn't opened in 1998.")
    assert made.label == flipped
    back = rules.negate_claim(pair("The bridge was not opened in 1998.", flipped), rng)
    assert back is not None
    assert (back.claim, back.label) == ("The bridge was opened in 1998.", label)


@pytest.mark.parametrize(
    "claim", ["Only one bridge was opened.", "No bridge was opened.", "It was opened, and it is old."]
)
def test_negation_keeps_off_quantifiers_and_two_clauses(rng: random.Random, claim: str) -> None:
    assert rules.negate_claim(pair(claim), rng) is None


def test_binary_unsupported_is_never_negated(rng: random.Random) -> None:
    assert rules.negate_claim(pair("The bridge was opened.", "unsupported"), rng) is None


def test_negated_passage_refutes_what_it_negates(rng: random.Random) -> None:
    made = rules.negate_passage(pair("Anna Berg opened the bridge."), rng)
    assert made is not None
    assert made.label == "refutes"
    assert made.passage.startswith(("The bridge was not", "The bridge was never", "The bridge was no longer"))
    assert rules.negate_passage(pair("Anna Berg works in Oslo."), rng) is None  # another predicate


def test_forecast_is_neutral(rng: random.Random) -> None:
    made = rules.forecast_passage(pair("The bridge was opened in 1998."), rng)
    assert made is not None
    assert made.label == "neutral"
    assert " was opened" not in made.passage
    assert made.passage.endswith("opened in 1998 by Anna Berg in Oslo .")


def test_report_keeps_the_label_and_hedge_does_not(rng: random.Random) -> None:
    for label in ("supports", "refutes", "neutral"):
        reported = rules.report_passage(pair("It is open.", label), rng)
        assert reported is not None
        assert reported.label == label
        assert "he bridge was opened in 1998" in reported.passage
    hedged = rules.hedge_passage(pair("It is open."), rng)
    assert hedged is not None
    assert hedged.label == "neutral"
    assert rules.hedge_passage(pair("It is open.", "neutral"), rng) is None


def test_drowned_evidence_is_still_there(rng: random.Random) -> None:
    made = rules.drown(
        pair("The bridge was opened."), ["Cats sleep.", "Dogs bark.", "Birds sing.", "Fish swim.", "Cows moo."], rng
    )
    assert "The bridge was opened in 1998 by Anna Berg in Oslo ." in made.passage
    assert len(made.passage) > len(PASSAGE)
    assert made.label == "supports"


def test_contrast_labels_follow_from_the_sentence() -> None:
    rng = random.Random(0)
    for _ in range(300):
        made = rules.contrast(rng)
        if made.passage.startswith("Neither") and made.label == "supports":
            assert any(word in made.claim for word in ("not", "lacks"))
        if made.passage.startswith("Both") and made.label == "supports":
            assert not any(word in made.claim for word in ("not", "lacks"))


def test_every_rule_that_can_be_left_out_is_one_that_origins_name() -> None:
    mix = [
        pair("The bridge was opened in 1998."),
        pair("The bridge is the work of Anna Berg."),
        pair("The bridge was opened in 1998.", "refutes"),
        pair("The bridge was not opened.", "neutral"),
        pair("The bridge is old.", passage="The bridge is old ."),
        pair("It rained.", passage="It rained all day. The mayor stayed at home with a book. Nobody came. " * 5),
    ]
    made = rules.augment(mix * 20, {"": 1.0}, random.Random(1))
    named = {rule for p in made for rule in p.origin.split("+")[1:]}
    assert named <= rules.RULES
    assert len(named) >= 8
