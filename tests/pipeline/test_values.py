"""Typed values in text: dates, durations, numbers, each with its offsets; and what is none."""

from __future__ import annotations

import itertools
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from factcheck.records import Source
from pipeline.values import Anchor, find_values, parse_number, parse_value, same_date

PUBLISHED = Anchor(date(2025, 1, 28))  # a Tuesday


def found(text: str, kind: Any) -> list[tuple[str, dict[str, Any]]]:
    values = find_values(text, kind, anchor=PUBLISHED)
    assert all(v.span.of(text) == v.text for v in values)
    return [(v.text, dict(v.value)) for v in values]


DATES: dict[str, list[tuple[str, str, str]]] = {
    "signed on January 17, 2025": [("January 17, 2025", "2025-01-17", "day")],
    "signed on 17 January 2025": [("17 January 2025", "2025-01-17", "day")],
    "Signed on June 19, 2024, during Putin's visit": [("June 19, 2024", "2024-06-19", "day")],
    "the 3rd of March 2020": [("3rd of March 2020", "2020-03-03", "day")],
    "September 2nd, 2019": [("September 2nd, 2019", "2019-09-02", "day")],
    "on 2025-01-17": [("2025-01-17", "2025-01-17", "day")],
    "Sept 11, 2001": [("Sept 11, 2001", "2001-09-11", "day")],
    "in February 2022": [("February 2022", "2022-02", "month")],
    "in 1991": [("1991", "1991", "year")],
    "between 2015 and 2018": [("2015", "2015", "year"), ("2018", "2018", "year")],
    # no year, told as past: the latest one not after 28 January 2025
    "signed on January 17": [("January 17", "2025-01-17", "day")],
    "signed on January 28": [("January 28", "2025-01-28", "day")],
    "signed on January 29": [("January 29", "2024-01-29", "day")],
    "signed on December 31": [("December 31", "2024-12-31", "day")],
    # told as ahead: the first one not before it
    "It closes on January 29": [("January 29", "2025-01-29", "day")],
    "It will close on January 28": [("January 28", "2025-01-28", "day")],
    "It is to close on January 17": [("January 17", "2026-01-17", "day")],
    "Fares rise on 29 February": [],  # the next one is of 2025, which has none
    # no tense that decides: the year stays open
    "on January 17": [("January 17", "--01-17", "day")],
    "It would close on 29 February": [("29 February", "--02-29", "day")],
    "It would close on 30 February": [],
    "died in May of last year": [("May of last year", "2024-05", "month")],
    "as early as January next year": [("January next year", "2026-01", "month")],
    "signed on Friday": [("on Friday", "2025-01-24", "day")],  # the Friday before that Tuesday
    "signed on Tuesday": [("on Tuesday", "2025-01-28", "day")],
    "opens on Friday": [("on Friday", "2025-01-31", "day")],
    "opens on Tuesday": [("on Tuesday", "2025-01-28", "day")],
    "last Friday": [("last Friday", "2025-01-24", "day")],
    "the mood on Friday": [],
    # the month May, and the verb
    "On May 1 they met": [("May 1", "2024-05-01", "day")],
    "5 million in May 2020": [("May 2020", "2020-05", "month")],
    "He may 5 times ask, and may 2020 people come": [("2020", "2020", "year")],
    "It may rain": [],
    "they march 5 miles": [],
    # none
    "2025-13-45": [],
    "the 18th and 19th centuries": [],
    "in the 1990s": [],
    "the S-400 system": [],
}


@pytest.mark.parametrize(("text", "expected"), DATES.items())
def test_dates(text: str, expected: list[tuple[str, str, str]]) -> None:
    assert found(text, "date") == [(said, {"iso": iso, "precision": p}) for said, iso, p in expected]


def test_without_a_day_to_count_from_a_date_without_a_year_stays_out() -> None:
    assert find_values("on January 17, on Friday, in May of last year", "date") == ()


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("2025-06-10", "2025-06-10", True),
        ("2025-06-10", "2024-06-10", False),
        ("--06-10", "2024-06-10", True),
        ("2024-06-10", "--06-10", True),
        ("--06-10", "2024-06-11", False),
        ("--12-06", "2012-06", False),  # a month
        ("--12-06", "2012", False),
    ],
)
def test_a_day_whose_year_is_open_is_that_of_any_year(one: str, other: str, same: bool) -> None:
    assert same_date(one, other) is same


DURATIONS = {
    "valid for 20 years": [("20 years", "P20Y")],
    "for twenty years": [("twenty years", "P20Y")],
    "a 20-year treaty": [("20-year", "P20Y")],
    "five-year periods": [("five-year", "P5Y")],
    "two decades": [("two decades", "P20Y")],
    "3 centuries": [("3 centuries", "P300Y")],
    "18 months and six weeks": [("18 months", "P18M"), ("six weeks", "P6W")],
    "48 hours, then 30 minutes": [("48 hours", "PT48H"), ("30 minutes", "PT30M")],
    "twenty-five years": [("twenty-five years", "P25Y")],
    "1.5 hours": [("1.5 hours", "PT1.5H")],
    "3,000 years": [("3,000 years", "P3000Y")],
    "two hundred years": [("two hundred years", "P200Y")],
    "5 hours and 52 minutes": [("5 hours and 52 minutes", "PT5H52M")],
    "2 hours 27 minutes, and 41 seconds": [("2 hours 27 minutes, and 41 seconds", "PT2H27M41S")],
    "one year and six months": [("one year and six months", "P1Y6M")],
    "two days, three hours": [("two days, three hours", "P2DT3H")],
    "two years or six months": [("two years", "P2Y"), ("six months", "P6M")],
    "72 seconds, a 30-second spot": [("72 seconds", "PT72S"), ("30-second", "PT30S")],
    "in two second-hand shops": [],
    "several years of a year": [],
}


@pytest.mark.parametrize(("text", "expected"), DURATIONS.items())
def test_durations(text: str, expected: list[tuple[str, str]]) -> None:
    assert found(text, "duration") == [(said, {"iso": iso}) for said, iso in expected]


NUMBERS: dict[str, list[tuple[str, float, str | None]]] = {
    "55 billion cubic meters": [("55 billion cubic meters", 55e9, "m3")],
    "from an initial 2 billion cubic meters per year to 55 billion cubic meters": [
        ("2 billion cubic meters per year", 2e9, "m3/year"),
        ("55 billion cubic meters", 55e9, "m3/year"),
    ],
    "$5 million per year and $20 million once": [("$5 million per year", 5e6, "USD/year"), ("$20 million", 20e6, "USD")],
    "$5.5 billion": [("$5.5 billion", 5.5e9, "USD")],
    "$5m": [("$5m", 5e6, "USD")],
    "5m dollars, 5 m long": [("5m dollars", 5e6, "USD"), ("5 m", 5, "m")],
    "€1,000.50": [("€1,000.50", 1000.5, "EUR")],
    "1,234,567 people": [("1,234,567 people", 1234567, "people")],
    "12\u00a0500 people": [("12\u00a0500 people", 12500, "people")],
    "1 000 people": [("1 000 people", 1000, "people")],
    "ten percent, 10%, 16 per cent": [("ten percent", 10, "%"), ("10%", 10, "%"), ("16 per cent", 16, "%")],
    "0.5 percent": [("0.5 percent", 0.5, "%")],
    "two new units": [("two new units", 2, "units")],
    "twenty-five ships": [("twenty-five ships", 25, "ships")],
    "two hundred and six ships": [("two hundred and six ships", 206, "ships")],
    "two hundred thousand men": [("two hundred thousand men", 200000, "men")],
    "a dozen ships, two dozen ships": [("a dozen ships", 12, "ships"), ("two dozen ships", 24, "ships")],
    "1.2 million barrels per day": [("1.2 million barrels per day", 1.2e6, "bbl/day")],
    "3 bcm": [("3 bcm", 3e9, "m3")],
    "100 billion rubles annually": [("100 billion rubles annually", 100e9, "RUB/year")],
    "the 92-metre vessel, a 5-mile run": [("92-metre", 92, "m"), ("5-mile", 5, "mi")],
    "two nautical miles, 30 feet, winds of 19 metres per second": [
        ("two nautical miles", 2, "nmi"),
        ("30 feet", 30, "ft"),
        ("19 metres per second", 19, "m/second"),
    ],
    # ranges lend unit and scale
    "10-15 billion tons": [("10", 10e9, "t"), ("15 billion tons", 15e9, "t")],
    "from 5 to 10 percent": [("5", 5, "%"), ("10 percent", 10, "%")],
    # signs
    "minus 5 degrees, -5 degrees": [("minus 5 degrees", -5, "deg"), ("-5 degrees", -5, "deg")],
    # no numbers of anything
    "Su-35 fighters, S-400, Fath-360, COVID-19": [],
    "the 16th meeting, 1st place": [],
    "one of them": [],
    "one ship": [("one ship", 1, "ship")],
    "June 19, 2024": [],
    "in 2024": [],
    # times of day, and on a stop watch
    "at 4:17 a.m., 1 a.m., 11 pm, 6.40 a.m.": [],
    "at one o'clock, in 2:27:41": [],
    "3 amphibians, 5 promises": [("3 amphibians", 3, "amphibians"), ("5 promises", 5, "promises")],
    # a verb is no unit
    "an earthquake of magnitude 6.4 struck": [("6.4", 6.4, None)],
    "the index, at 54.3, fell; flight 317 crashed": [("54.3", 54.3, None), ("317", 317, None)],
    "the 54.3 fell, the 12 rose, the 9 would": [("54.3", 54.3, None), ("12", 12, None), ("9", 9, None)],
    "400 injured, 12 beds": [("400 injured", 400, "injured"), ("12 beds", 12, "beds")],
    "version 1.2.3": [],
    "3,5 percent": [],  # a decimal comma: better nothing than 3
    "Article 51 of the Charter": [("51", 51, None)],
}  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), NUMBERS.items())
def test_numbers(text: str, expected: list[tuple[str, float, str | None]]) -> None:
    assert found(text, "number") == [(said, {"number": n, "unit": unit}) for said, n, unit in expected]


@pytest.mark.parametrize(
    ("text", "english", "german"),
    [
        ("94.000 Menschen", 94, 94000),
        ("11.240 Unterschriften", 11.24, 11240),
        ("1.234.567,89 Euro", None, 1234567.89),
        ("46,5 Millionen Euro", None, 46.5e6),
        ("2,14 Euro", None, 2.14),
        ("14 000 signatures", 14000, 14000),
        ("17.01.2025", None, None),
    ],
)
def test_points_and_commas_of_another_language(text: str, english: float | None, german: float | None) -> None:
    read = [find_values(text, "number", anchor=Anchor(english=known)) for known in (True, False)]
    assert [values[0].value["number"] if values else None for values in read] == [english, german]
    assert all(value.span.of(text) == value.text for values in read for value in values)


@pytest.mark.parametrize(
    ("word", "number"),
    [("7", 7), ("1,000", 1000), ("3.5", 3.5), ("seven", 7), ("Twenty-five", 25), ("a hundred", 100), ("two hundred and six", 206),
     ("five thousand", 5000), ("a", None), ("ship", None), ("", None), ("twenty-ship", None), ("3.5.1", None)],
)  # fmt: skip
def test_parse_number(word: str, number: float | None) -> None:
    assert parse_number(word) == number


def test_the_first_value_of_a_short_answer() -> None:
    assert parse_value("about 20 years, or 30 years", "duration") == {"iso": "P20Y"}
    assert parse_value("nobody knows", "number") is None


def test_the_values_of_the_seed_articles(seeds: dict[str, Source]) -> None:
    text = seeds["nazimoghlu-not-an-alliance"].text
    assert {"P20Y", "P5Y"} <= {v["iso"] for _, v in found(text, "duration")}
    assert {"2025-01-17", "2024-06-19", "2022-02", "2025-01-22"} <= {v["iso"] for _, v in found(text, "date")}
    assert {(2e9, "m3/year"), (55e9, "m3/year"), (2, "units")} <= {
        (v["number"], v["unit"]) for _, v in found(text, "number")
    }


@given(st.text(max_size=80), st.sampled_from(["date", "duration", "number"]))
def test_any_text_is_read_without_a_crash_and_in_order(text: str, kind: Any) -> None:
    spans = [v.span for v in find_values(text, kind, anchor=PUBLISHED)]
    assert spans == sorted(spans)
    assert all(not a.overlaps(b) for a, b in itertools.pairwise(spans))


@given(
    st.lists(
        st.sampled_from(
            "5 0 17 2024 . , - – – $ € % May may March year years m bn million ten hundred and a th / : \u00a0 ²".split(
                " "
            )
        ),
        max_size=12,
    )
)
def test_any_order_of_figures_and_signs_is_read_without_a_crash(pieces: list[str]) -> None:
    for joiner in ("", " "):
        text = joiner.join(pieces)
        for kind in ("date", "duration", "number"):
            assert all(v.span.of(text) == v.text for v in find_values(text, kind, anchor=PUBLISHED))


@given(st.integers(1, 999_999_999), st.sampled_from(["tons", "percent", "kilometers"]))
def test_thousands_separators_change_nothing(number: int, unit: str) -> None:
    plain = parse_value(f"about {number} {unit}", "number") if not 1500 <= number < 2100 else None
    separated = parse_value(f"about {number:,} {unit}", "number")
    assert separated is not None
    assert separated["number"] == number
    assert plain in (None, separated)
