"""What the wording of a question asks of its value."""

from __future__ import annotations

from typing import Any

import pytest

from factcheck.records import QuestionType
from pipeline.asked import asks_for_names, asks_for_place, asks_for_two, asks_length, fit
from pipeline.names import is_demonym


@pytest.mark.parametrize(
    ("question", "kind", "answer", "value", "after", "wanted"),
    [
        ("How many bridges were built?", "number", "12", {"number": 12, "unit": "bridges"}, " bridges in May.", 1),
        ("How many bridges were built?", "number", "two", {"number": 2, "unit": "parties"}, " parties met.", -1),
        ("How many new bridges does the plan add?", "number", "7", {"number": 7, "unit": None}, " large bridges.", 1),
        ("How high is the tower?", "number", "7", {"number": 7, "unit": "m"}, " metres.", 0),
        ("Which power plant will get a new unit?", "entity", "Varna Power Plant", {"text": "x"}, "", 1),
        ("Which power plant will get a new unit?", "entity", "Ortega", {"text": "x"}, "", 0),
        ("In which city was it signed?", "entity", "Russian", {"text": "x"}, " capital", -1),
        ("In which city was it signed?", "entity", "President Ortega", {"text": "x"}, "", -1),
        ("In which city was it signed?", "entity", "Varna", {"text": "x"}, "", 0),
        ("In which city was it signed?", "entity", "Tehran", {"text": "x"}, " on Friday", 0),
        ("Who won?", "entity", "Maria Ortega", {"text": "x"}, "", 1),
        ("Who won?", "entity", "Bulgarian", {"text": "x"}, " voters", -1),
        ("How long was the tear?", "duration", "eleven metres", {"number": 11, "unit": "m"}, " long in the hull", 1),
        ("How long was the tear?", "duration", "eleven metres", {"number": 11, "unit": "m"}, " wide", -1),
        ("How long was the tear?", "duration", "92-metre", {"number": 92, "unit": "m"}, " vessel", 0),
        ("How long was the tear?", "duration", "two hours", {"iso": "PT2H"}, " long", 0),
        ("When was it signed?", "date", "May 1998", {"iso": "1998-05"}, "", 0),
    ],
)
def test_fit(*, question: str, kind: QuestionType, answer: str, value: dict[str, Any], after: str, wanted: int) -> None:
    assert fit(question, kind, answer, value, after) == wanted


def test_lists_of_names_and_of_two() -> None:
    assert asks_for_names("Which countries signed?")
    assert asks_for_names("List the countries that signed.")
    assert not asks_for_names("Which sectors does the plan cover?")
    assert asks_for_two("Which two seas does the canal link?")
    assert not asks_for_two("Which seas does the canal link?")


@pytest.mark.parametrize(
    ("question", "wanted"),
    [
        ("How long is the MV Solveig?", True),
        ("How long was the tear in the hull?", True),
        ("How long are the new cycle lanes in Calder?", True),
        ("How long is the treaty valid?", False),
        ("How long is the prison sentence of the architect?", False),
        ("How long was the port closed for?", False),
        ("How long did the strike last?", False),
        ("How long will it take?", False),
        ("How wide is the road?", False),
    ],
)
def test_how_long_a_thing_is(question: str, wanted: bool) -> None:
    assert asks_length(question) is wanted


@pytest.mark.parametrize("name", ["Russian", "Iranians", "Chinese", "Irish", "North Korean", "Azerbaijani", "Swiss"])
def test_names_of_peoples(name: str) -> None:
    assert is_demonym(name)


@pytest.mark.parametrize("name", ["Iran", "Tehran", "Japan", "Sudan", "Kazan", "Kazakhstan", "Brian", "Pezeshkian", "Dalian", "Erdogan", "Kish", "Lebanon"])  # fmt: skip
def test_places_and_persons_that_end_alike(name: str) -> None:
    assert not is_demonym(name)


def test_places_are_asked_for_anywhere_in_a_question() -> None:
    for question in (
        "Where was it signed?",
        "In which West African country is it?",
        "She died. In what city did she live?",
    ):
        assert asks_for_place(question)
    for question in ("Which party won state elections?", "Which leader visited country homes?"):
        assert not asks_for_place(question)
    for question in ("Which state's governor signed it?", "Who signed it?", "What did the country say?"):
        assert not asks_for_place(question)
