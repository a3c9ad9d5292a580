"""Durations: as long as each other, told as one, and the units they name."""

from __future__ import annotations

import pytest

from pipeline.durations import joined, same_duration, units_of


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("P1Y", "P12M"),
        ("P2W", "P14D"),
        ("P1D", "PT24H"),
        ("P18M", "P1Y6M"),
        ("PT90M", "PT1H30M"),
        ("PT1.5H", "PT90M"),
        ("PT72S", "PT1M12S"),
    ],
)
def test_durations_that_are_the_same(one: str, other: str) -> None:
    assert same_duration(one, other)


@pytest.mark.parametrize(
    ("one", "other"),
    [("P1M", "P30D"), ("P", "P"), ("20 years", "P20Y"), ("P20Y", "P2Y"), ("P3M", "PT3M"), ("P1.2.3Y", "P1.2.3Y")],
)
def test_durations_that_are_not(one: str, other: str) -> None:
    assert not same_duration(one, other)


@pytest.mark.parametrize(
    ("greater", "less", "whole"),
    [
        ("P1Y", "P6M", "P1Y6M"),
        ("PT1H", "PT30M", "PT1H30M"),
        ("PT2H27M", "PT41S", "PT2H27M41S"),
        ("P2D", "PT3H", "P2DT3H"),
        ("P1Y", "P12M", None),  # twelve months are a year of their own
        ("P18M", "P6W", None),
        ("PT30M", "PT1H", None),
        ("P1Y", "P1Y6M", None),
        ("x", "P6M", None),
    ],
)
def test_two_that_are_told_as_one(greater: str, less: str, whole: str | None) -> None:
    assert joined(greater, less) == whole


def test_months_are_no_minutes() -> None:
    assert units_of("P3M") == {"M"}
    assert units_of("PT5M") == {"TM"}
    assert units_of("P1Y6M") == {"Y", "M"}
    assert units_of("x") == frozenset()
