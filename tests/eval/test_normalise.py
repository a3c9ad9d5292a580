"""What counts as the same wording."""

from __future__ import annotations

import pytest

from eval.normalise import holds, same_marks, words


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


@pytest.mark.parametrize(("one", "other"), [("Su-35", "Su-34"), ("2 bcm", "55 bcm"), ("Khomeini", "Khamenei")])
def test_not_the_same(one: str, other: str) -> None:
    assert words(one) != words(other)


def test_holds_looks_for_whole_words_side_by_side() -> None:
    assert holds("President Mohammad Khatami, in 2001", "Mohammad Khatami")
    assert not holds("Mohammad Reza Khatami", "Mohammad Khatami")
    assert not holds("Iranian", "Iran")
    assert not holds("anything", "the")


def test_same_marks_keeps_the_letters() -> None:
    assert same_marks("“A”\n– b’s") == '"A" - b\'s'
