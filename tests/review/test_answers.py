"""Right answers as reviewers write them: one value and what may stand beside it, or a line that says what to write."""

from __future__ import annotations

from typing import Any

import pytest

from factcheck.errors import UserError
from review.answers import named_answer, read_as, same_answer


def asked(kind: str, **more: Any) -> dict[str, Any]:
    return {"question": {"text": "Which?", "type": kind, **more}}


@pytest.mark.parametrize(
    ("kind", "said", "value", "shown"),
    [
        ("date", "on Sunday, 4 June 2023", {"iso": "2023-06-04", "precision": "day"}, "2023-06-04"),
        ("date", "in June 2023", {"iso": "2023-06", "precision": "month"}, "2023-06"),
        ("number", "about 310 million euros", {"number": 310_000_000, "unit": "EUR"}, "310,000,000 EUR"),
        ("number", "1995 tanks", {"number": 1995, "unit": "tanks"}, "1,995 tanks"),
        ("number", "1240", {"number": 1240, "unit": None}, "1,240"),
        ("duration", "the twenty years", {"iso": "P20Y"}, "P20Y"),
        ("list", "Iran; Russia;", {"items": ["Iran", "Russia"]}, "Iran · Russia"),
        ("text", "before 2020", {"text": "before 2020"}, None),
    ],
)
def test_an_answer_is_read_as_the_one_value_it_holds(kind: str, said: str, value: Any, shown: str | None) -> None:
    assert named_answer(asked(kind), said) == (said, value)
    assert read_as(asked(kind), said) == shown


@pytest.mark.parametrize(
    ("kind", "said", "why"),
    [
        ("number", "between 310 and 355 million euros", "holds 2 values ('310', '355 million euros')"),
        ("number", "at least 12", "is more than a number, of which a label holds '12' alone"),
        ("duration", "not 20 years but 25 years", "holds 2 values ('20 years', '25 years')"),
        ("date", "before 2020", "is more than a date, of which a label holds '2020' alone"),
        ("date", "not 2020", "is more than a date"),
        ("date", "4/6/2023", "is more than a date"),
        ("date", "4 June", "is no date; write e.g. 3 June 2023"),  # of no year
        ("date", "sometime", "is no date; write e.g. 3 June 2023"),
        ("list", " ; ", "is no list; write e.g. first; second; third"),
    ],
)
def test_what_is_no_one_value_says_what_to_write(kind: str, said: str, why: str) -> None:
    with pytest.raises(UserError) as caught:
        named_answer(asked(kind), said)
    assert why in str(caught.value)
    assert read_as(asked(kind), said) == "no value"


def test_a_choice_is_one_of_the_choices() -> None:
    question = asked("choice", choices=["Iran", "Russia"])
    assert named_answer(question, "Iran") == ("Iran", {"text": "Iran"})
    with pytest.raises(UserError, match="'China' is none of Iran, Russia"):
        named_answer(question, "China")


def test_values_are_the_same_by_value_and_words_by_words() -> None:
    years = asked("duration")
    assert same_answer(named_answer(years, "20 years"), named_answer(years, "about two decades"))
    assert not same_answer(named_answer(years, "20 years"), named_answer(years, "25 years"))
    assert same_answer(("The Kremlin", {"text": "The Kremlin"}), ("kremlin.", {"text": "kremlin."}))
    assert not same_answer((None, None), ("not_stated", None))
