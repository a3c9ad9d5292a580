"""Typed values in text: dates, durations and numbers with units, found at their offsets and normalised.

Dates become ISO 8601 with a precision, durations ISO 8601 (`P20Y`), numbers a float or int with a unit in short form
(`m3/year`, `USD`, `%`; a counted noun stays the noun). A date without a year takes the year that makes it the latest
one not after the source's own date, where that is known; else it stays out.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Literal

from factcheck.records import Span

ValueKind = Literal["date", "duration", "number"]

_MONTHS = {name.lower(): i for i, name in enumerate(calendar.month_name) if name} | {
    name.lower(): i for i, name in enumerate(calendar.month_abbr) if name
} | {"sept": 9}
_WEEKDAYS = {name.lower(): i for i, name in enumerate(calendar.day_name)}
_ONES = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen"
).split()
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
_SCALES = {"hundred": 100, "thousand": 10**3, "million": 10**6, "billion": 10**9, "trillion": 10**12, "bn": 10**9, "mn": 10**6, "m": 10**6}
_WORD_NUMBERS: dict[str, int] = {w: i for i, w in enumerate(_ONES)} | {w: 10 * (i + 2) for i, w in enumerate(_TENS)} | {
    "dozen": 12, "hundred": 100, "thousand": 1000, "a hundred": 100, "a thousand": 1000,
}  # fmt: skip
_UNITS = {
    "cubic meters": "m3", "cubic metres": "m3", "cubic meter": "m3", "cubic metre": "m3", "m3": "m3", "bcm": "m3",
    "square kilometers": "km2", "square kilometres": "km2", "kilometers": "km", "kilometres": "km", "km": "km",
    "meters": "m", "metres": "m", "miles": "mi", "tons": "t", "tonnes": "t", "barrels": "bbl", "kilograms": "kg", "kg": "kg",
    "percent": "%", "per cent": "%", "%": "%", "percentage points": "pp", "dollars": "USD", "us dollars": "USD",
    "euros": "EUR", "rubles": "RUB", "roubles": "RUB", "pounds": "GBP", "megawatts": "MW", "mw": "MW", "gigawatts": "GW",
    "gw": "GW", "kilowatt-hours": "kWh", "degrees": "deg",
}  # fmt: skip
_CURRENCY = {"$": "USD", "US$": "USD", "€": "EUR", "£": "GBP"}
_RATES = {"year": "year", "annum": "year", "annually": "year", "month": "month", "day": "day", "week": "week", "hour": "hour", "second": "second"}
_PERIODS = {"year": "Y", "month": "M", "week": "W", "day": "D", "decade": "Y", "hour": "H", "minute": "M", "century": "Y"}

_MONTH = rf"(?P<month>{'|'.join(sorted(_MONTHS, key=len, reverse=True))})\.?"
_DATES = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"\b(?P<year>\d{4})-(?P<monthno>\d{2})-(?P<day>\d{2})\b",
        rf"\b{_MONTH} (?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?:,? (?P<year>\d{{4}}))?\b(?! ?(?:billion|million|percent|%))",
        rf"\b(?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?: of)? {_MONTH}(?:,? (?P<year>\d{{4}}))?\b",
        rf"\b{_MONTH},? (?:of )?(?P<year>\d{{4}})\b",
        rf"\b{_MONTH} (?:of )?(?P<relative>(?:last|next|this) year)\b",
        r"\b(?P<year>1[5-9]\d\d|20\d\d)\b(?!-)",
        rf"\b(?:on |last )(?P<weekday>{'|'.join(_WEEKDAYS)})\b",
    )
)
_WORDS = "|".join(sorted(_WORD_NUMBERS, key=len, reverse=True))
_NUMBER = re.compile(
    rf"(?P<currency>US\$|[$€£])? ?(?<![\w.,-])(?P<figure>\d{{1,3}}(?:,\d{{3}})+(?:\.\d+)?|\d+(?:\.\d+)?|\b(?:{_WORDS})\b(?:-(?:{_WORDS})\b)?)"
    r"(?: ?(?P<scale>hundred|thousand|million|billion|trillion|bn|mn|bcm)\b)?"
    r"(?P<ordinal>st\b|nd\b|rd\b|th\b)?(?P<gap>[ -]?)(?P<after>%|[A-Za-z][\w-]*(?: [a-z][\w-]*){0,2})?"
    r"(?P<rate> (?:per|a|an|each) (?:year|annum|month|day|week|hour|second)| annually)?",
    re.IGNORECASE,
)
_DURATION = re.compile(
    rf"\b(?P<figure>\d+(?:\.\d+)?|(?:{_WORDS})(?:-(?:{_WORDS}))?)[ -](?:more )?(?P<period>year|month|week|day|decade|hour|minute|centur(?:y|ies))s?\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Value:
    """A typed value at its place in a text. `value` has the shape of the answer record's `value`."""

    kind: ValueKind
    span: Span
    text: str
    value: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Anchor:
    """The day a source was published on, or can first have been; None where nothing is known."""

    day: date | None = None


def find_values(text: str, kind: ValueKind, *, anchor: Anchor = Anchor()) -> tuple[Value, ...]:
    """Return the values of one kind in `text`, in order, with offsets into `text`."""
    finder = {"date": _dates, "duration": _durations, "number": _numbers}[kind]
    return tuple(finder(text, anchor))


def parse_value(text: str, kind: ValueKind, *, anchor: Anchor = Anchor()) -> Mapping[str, Any] | None:
    """Return the typed value of a short answer, or None if it holds none."""
    found = find_values(text, kind, anchor=anchor)
    return found[0].value if found else None


def parse_number(word: str) -> float | None:
    """Return the number a figure or number word stands for; None if it is neither."""
    lowered = word.lower().strip()
    if lowered in _WORD_NUMBERS:
        return _WORD_NUMBERS[lowered]
    if "-" in lowered:
        parts = [_WORD_NUMBERS.get(part) for part in lowered.split("-")]
        return float(sum(part for part in parts if part is not None)) if all(p is not None for p in parts) else None
    try:
        return float(lowered.replace(",", ""))
    except ValueError:
        return None


def _dates(text: str, anchor: Anchor) -> Iterator[Value]:
    taken: list[Span] = []
    found: list[Value] = []
    for pattern in _DATES:
        for match in pattern.finditer(text):
            span = Span(*match.span())
            value = _date_value(match.groupdict(), anchor)
            if value and not any(span.overlaps(other) for other in taken) and not _is_may_verb(match):
                taken.append(span)
                found.append(Value("date", span, match.group(), value))
    yield from sorted(found, key=lambda v: v.span)


def _is_may_verb(match: re.Match[str]) -> bool:
    month = match.groupdict().get("month")
    return month == "may" or (month is not None and month.islower() and month in {"mar", "march"})


def _date_value(parts: Mapping[str, str | None], anchor: Anchor) -> Mapping[str, Any] | None:
    if parts.get("weekday"):
        return _weekday_value(str(parts["weekday"]).lower(), anchor)
    month = _MONTHS[str(parts["month"]).lower()] if parts.get("month") else int(parts["monthno"]) if parts.get("monthno") else None
    year = int(parts["year"]) if parts.get("year") else None
    day = int(parts["day"]) if parts.get("day") else None
    if parts.get("relative") and anchor.day and month:
        year = anchor.day.year + {"last": -1, "next": 1, "this": 0}[str(parts["relative"]).split()[0].lower()]
    if year is None and month and anchor.day:
        year = anchor.day.year if (month, day or 1) <= (anchor.day.month, anchor.day.day) else anchor.day.year - 1
    if year is None:
        return None
    if month is None:
        return {"iso": f"{year:04d}", "precision": "year"}
    if day is None:
        return {"iso": f"{year:04d}-{month:02d}", "precision": "month"}
    if not (1 <= month <= 12 and 1 <= day <= calendar.monthrange(year, month)[1]):
        return None
    return {"iso": f"{year:04d}-{month:02d}-{day:02d}", "precision": "day"}


def _weekday_value(name: str, anchor: Anchor) -> Mapping[str, Any] | None:
    if not anchor.day:
        return None
    back = (anchor.day.weekday() - _WEEKDAYS[name]) % 7
    return {"iso": (anchor.day - timedelta(days=back)).isoformat(), "precision": "day"}


def _durations(text: str, anchor: Anchor) -> Iterator[Value]:
    for match in _DURATION.finditer(text):
        number = parse_number(match["figure"])
        if number is None:
            continue
        period = match["period"].lower().replace("centuries", "century")
        number *= {"decade": 10, "century": 100}.get(period, 1)
        clock = "T" if period in {"hour", "minute"} else ""
        yield Value("duration", Span(*match.span()), match.group(), {"iso": f"P{clock}{_short(number)}{_PERIODS[period]}"})


def _numbers(text: str, anchor: Anchor) -> Iterator[Value]:
    dates = [value.span for value in _dates(text, Anchor(date(2000, 12, 31)))]
    rates: dict[str, str] = {}
    found: list[tuple[Span, float, str | None, str | None]] = []
    for match in _NUMBER.finditer(text):
        number = parse_number(match["figure"])
        alone = not (match["after"] or match["currency"] or match["scale"])
        if number is None or match["ordinal"] or (match["figure"].lower() == "one" and (alone or _unit(match["after"])[0] is None)):
            continue
        figure = Span(match.start("figure"), match.end("figure"))
        if any(figure.overlaps(other) for other in dates):
            continue
        unit, used = _unit(match["after"] or "")
        scale = (match["scale"] or "").lower()
        if scale == "bcm":
            number, unit = number * 10**9, "m3"
        number *= _SCALES.get(scale, 1)
        end = match.end("scale") if scale else match.end("figure")
        if match["currency"]:
            unit = _CURRENCY[match["currency"]]
        elif unit and used:
            end = match.start("after") + used
        rate = _RATE_AFTER.match(text[end:])
        if rate and unit:
            rates[unit] = _RATES[rate["per"].lower()]
            end += rate.end()
        start = match.start("currency") if match["currency"] else match.start("figure")
        found.append((Span(start, end), number, unit, _RATES[rate["per"].lower()] if rate and unit else None))
    for span, number, unit, rate_name in found:
        per = rate_name or (rates.get(unit) if unit in set(_UNITS.values()) else None)  # "from 2 bcm per year to 55 bcm"
        yield Value("number", span, span.of(text), {"number": _plain(number), "unit": f"{unit}/{per}" if unit and per else unit})


_RATE_AFTER = re.compile(r",? ?(?:per |a |an |each )?(?P<per>year|annum|annually|month|day|week|hour|second)\b", re.IGNORECASE)


def _unit(after: str) -> tuple[str | None, int]:
    """Return (unit, characters used) from the words after a figure; a counted noun is its own unit."""
    lowered = after.lower()
    for name in sorted(_UNITS, key=len, reverse=True):
        if lowered == name or lowered.startswith((name + " ", name + "-")):
            return _UNITS[name], len(name)
    words = [w for w in lowered.split() if w not in {"new", "more", "other", "different", "additional"}]
    if not words or words[0] in _STOP:
        return None, 0
    return words[0], len(after.split(" ")[0]) if words[0] == lowered.split()[0] else lowered.index(words[0]) + len(words[0])


_STOP = frozenset(
    "of in on at by for with from to and or the a an is are was were that which who as than into has have had per s "
    "times after before ago when while but since".split()
)


def _plain(number: float) -> int | float:
    return int(number) if number == int(number) else round(number, 9)


def _short(number: float) -> str:
    return str(_plain(number))
