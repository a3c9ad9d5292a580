"""What counts as the same wording."""

from __future__ import annotations

import pytest

from eval.normalise import affirms, holds, same_marks, words


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("The Great Satan.", "“great satan”"),
        ("U.S.", "US"),
        ("Su‑35", "su-35"),
        ("55,000", "55000"),
        ("Iran’s  plan", "iran's plan"),
        ("Café", "Cafe\u0301"),
    ],
)
def test_the_same(one: str, other: str) -> None:
    assert words(one) == words(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Su-35", "Su-34"), ("2 bcm", "55 bcm"), ("Khomeini", "Khamenei"), ("+5", "-5"), ("< 10 %", "> 10 %"),
        ("€1 billion", "$1 billion"), ("C++", "C#"), ("-3.2 %", "3.2 %"), ("≥ $5", "≤ $5"),
    ],
)  # fmt: skip
def test_not_the_same(one: str, other: str) -> None:
    assert words(one) != words(other)


def test_holds_looks_for_whole_words_side_by_side() -> None:
    assert holds("President Mohammad Khatami, in 2001", "Mohammad Khatami")
    assert not holds("Mohammad Reza Khatami", "Mohammad Khatami")
    assert not holds("Iranian", "Iran")
    assert not holds("anything", "the")


def test_a_hyphen_is_no_sign() -> None:
    assert words("Su-35 cost 5-10 – no – 2015–2018") == ("su-35", "cost", "5-10", "no", "2015-2018")


@pytest.mark.parametrize(
    ("text", "affirmed"),
    [
        ("Verde Holding, not the state", True),
        ("the state, not Verde Holding", False),
        ("It wasn’t Verde Holding", False),
        ("not by the state but by Verde Holding", True),
        ("It was not delayed; Verde Holding built it", True),
        ("not to Mr. Verde Holding", False),  # "Mr." ends no clause
        ("not Verde Holding. Verde Holding it was", True),
        ("Verde", False),
    ],
)
def test_affirms_refuses_a_negation_before_it_in_its_clause(text: str, affirmed: bool) -> None:
    assert affirms(text, "Verde Holding") is affirmed


def test_a_wording_may_be_negative_itself() -> None:
    assert affirms("They pledged not to help the aggressor", "not to help")
    assert not affirms("not", "the")


def test_same_marks_keeps_the_letters() -> None:
    assert same_marks("“A”\n– b’s") == '"A" - b\'s'
