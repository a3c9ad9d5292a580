"""Typed values in text: dates, durations and numbers with units, found at their offsets and normalised.

Dates become ISO 8601 with a precision, durations ISO 8601 (`P20Y`; "1 hour and 30 minutes" is one), numbers a float or int with a unit in short form
(`m3/year`, `USD`, `%`; a counted noun stays the noun). A date without a year is counted from the source's own date, and
stays out where that is not known: told as past it is the latest one not after it, told as ahead the first one not
before it (`pipeline.tense`). Where the tense does not decide, a day keeps its year open (`--06-10`), and a weekday stays
out.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import Any, Literal

from factcheck.records import Span
from pipeline.durations import joined
from pipeline.lexicon import is_participle, look_up
from pipeline.tense import time_of
from pipeline.units import CURRENCIES, PERIODS, UNIT_NAMES

ValueKind = Literal["date", "duration", "number"]

_MONTHS = (
    {name.lower(): i for i, name in enumerate(calendar.month_name) if name}
    | {name.lower(): i for i, name in enumerate(calendar.month_abbr) if name}
    | {"sept": 9}
)
_WEEKDAYS = {name.lower(): i for i, name in enumerate(calendar.day_name)}
_LEAP = 2000  # a year that has every day
_ONES = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen"
).split()
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
_SCALES = {
    "hundred": 100,
    "thousand": 10**3,
    "million": 10**6,
    "billion": 10**9,
    "trillion": 10**12,
    "millionen": 10**6,
    "millions": 10**6,
    "milliarde": 10**9,
    "milliarden": 10**9,
    "milliard": 10**9,
    "milliards": 10**9,
    "bn": 10**9,
    "mn": 10**6,
}
_LETTER_SCALES = {"k": 10**3, "m": 10**6, "b": 10**9}  # only of money: "$5m"
_WORD_NUMBERS: dict[str, int] = (
    {w: i for i, w in enumerate(_ONES)} | {w: 10 * (i + 2) for i, w in enumerate(_TENS)} | {"a": 1}
)
_MULTIPLES = {"dozen": 12, "hundred": 100, "thousand": 1000}
_PERIODS = {
    "second": "S",
    "year": "Y",
    "month": "M",
    "week": "W",
    "day": "D",
    "decade": "Y",
    "hour": "H",
    "minute": "M",
    "century": "Y",
}

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
_SMALL = (
    rf"(?:(?:{'|'.join(_TENS)})(?:[ -](?:{'|'.join(_ONES[1:10])}))?|{'|'.join(sorted(_ONES, key=len, reverse=True))})"
)
_WORD_FIGURE = rf"\b(?:(?:(?:{_SMALL}|a)[ -])?(?:hundred|thousand|dozen)(?:[ -](?:hundred|thousand))?(?:(?: and)? {_SMALL})?|{_SMALL})\b"
_GROUPED = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d{1,3}(?:[\u00a0\u2009\u202f]\d{3})+|\d{1,3}(?: 000)+"
_FIGURE = rf"(?:{_GROUPED}|\d+(?:\.\d+)?|{_WORD_FIGURE})(?![.,]?\d)"
_NUMBER = re.compile(
    rf"(?P<currency>US\$|[$€£])? ?(?<![\w.,])(?<![^\W\d]-)(?P<figure>{_FIGURE})"
    r"(?: ?(?P<scale>hundred|thousand|million(?:en|s)?|milliard(?:en?|s)?|billion|trillion|bn|mn|bcm)\b)?"
    r"(?P<ordinal>st\b|nd\b|rd\b|th\b)?(?P<gap>[ -]?)(?P<after>%|[A-Za-z][\w-]*(?: [a-z][\w-]*){0,2})?",
    re.IGNORECASE,
)
_CLOCK = re.compile(  # "4:17", "2:27:41", "6.40 a.m.", "11 pm", "one o'clock"
    rf"\b\d{{1,2}}(?::\d\d)+(?![\d:])|\b\d{{1,2}}(?:\.\d\d)? ?[ap](?:\.m\.|m\b)|\b(?:\d{{1,2}}|{_SMALL}) o['’]clock\b",
    re.IGNORECASE,
)
_DURATION = re.compile(
    rf"(?<![\w.,])(?P<figure>{_FIGURE})[ -](?:more )?(?P<period>(?:year|month|week|day|decade|hour|minute|centur(?:y|ies))s?|seconds|(?<=-)second)\b",
    re.IGNORECASE,
)
_POINT = re.compile(r"(?<=\d)[.,](?=\d)")
_ADDED = re.compile(r",? (?:and )?")  # between the parts of one duration
_JOINS = re.compile(r"\s*(?:-|–|\bto\b)\s*(?:about |some |nearly |over )?")  # between the ends of a range


@dataclass(frozen=True, slots=True)
class Value:
    """A typed value at its place in a text. `value` has the shape of the answer record's `value`."""

    kind: ValueKind
    span: Span
    text: str
    value: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Anchor:
    """What a source's dates and figures are read by.

    `day`: the one it was published on, or can first have been; None where nothing is known. `english`: False where its
    language is another, in which "94.000" are thousands and "46,5" has a decimal.
    """

    day: date | None = None
    english: bool = True


def find_values(text: str, kind: ValueKind, *, anchor: Anchor = Anchor()) -> tuple[Value, ...]:
    """Return the values of one kind in `text`, in order, with offsets into `text`."""
    finder = {"date": _dates, "duration": _durations, "number": _numbers}[kind]
    return tuple(finder(text, anchor))


def parse_value(text: str, kind: ValueKind, *, anchor: Anchor = Anchor()) -> Mapping[str, Any] | None:
    """Return the typed value of a short answer, or None if it holds none."""
    found = find_values(text, kind, anchor=anchor)
    return found[0].value if found else None


def parse_number(word: str) -> float | None:
    """Return the number a figure or number words stand for ("twenty-five", "two hundred and six"); None if neither."""
    lowered = word.lower().strip()
    if not lowered[:1].isdigit():
        return _parse_words(re.split(r"[ -]", lowered))
    try:
        return float(re.sub(r"[,\s]", "", lowered))
    except ValueError:
        return None


def _parse_words(words: list[str]) -> float | None:
    total = 0
    for word in words:
        if word in _MULTIPLES:
            total = max(1, total) * _MULTIPLES[word]
        elif word in _WORD_NUMBERS:
            total += _WORD_NUMBERS[word]
        elif word != "and":
            return None
    return float(total) if words and words != ["a"] else None


def _dates(text: str, anchor: Anchor) -> Iterator[Value]:
    taken: list[Span] = []
    found: list[Value] = []
    for pattern in _DATES:
        for match in pattern.finditer(text):
            span = Span(*match.span())
            value = _date_value(match, anchor)
            if value and not any(span.overlaps(other) for other in taken) and not _is_may_verb(match):
                taken.append(span)
                found.append(Value("date", span, match.group(), value))
    yield from sorted(found, key=lambda v: v.span)


def _is_may_verb(match: re.Match[str]) -> bool:
    month = match.groupdict().get("month")
    return month == "may" or (month is not None and month.islower() and month in {"mar", "march"})


def _int(digits: str | None) -> int | None:
    return int(digits) if digits else None


def same_date(iso: str, other: str) -> bool:
    """Whether two dates are the same; a day whose year is open (`--06-10`) is that of any year."""
    open_ = iso.startswith("--") or other.startswith("--")
    return iso[-6:] == other[-6:] if open_ else iso == other


def _date_value(match: re.Match[str], anchor: Anchor) -> Mapping[str, Any] | None:
    parts = match.groupdict()
    if parts.get("weekday"):
        return _weekday_value(match, anchor)
    month = _MONTHS[name.lower()] if (name := parts.get("month")) else _int(parts.get("monthno"))
    year = _int(parts.get("year"))
    day = _int(parts.get("day"))
    if parts.get("relative") and anchor.day and month:
        year = anchor.day.year + {"last": -1, "next": 1, "this": 0}[str(parts["relative"]).split()[0].lower()]
    if year is None and month and day:
        return _day_value(month, day, match, anchor)
    if year is None:
        return None
    if month is None:
        return {"iso": f"{year:04d}", "precision": "year"}
    if day is None:
        return {"iso": f"{year:04d}-{month:02d}", "precision": "month"}
    return {"iso": f"{year:04d}-{month:02d}-{day:02d}", "precision": "day"} if _exists(year, month, day) else None


def _exists(year: int, month: int, day: int) -> bool:
    return 1 <= month <= 12 and 1 <= day <= calendar.monthrange(year, month)[1]


def _day_value(month: int, day: int, match: re.Match[str], anchor: Anchor) -> Mapping[str, Any] | None:
    """Return a day that has no year, in the year that its tense tells, else with the year left open."""
    if not anchor.day or not _exists(_LEAP, month, day):
        return None
    time = time_of(match.string, Span(*match.span()))
    if time is None:
        return {"iso": f"--{month:02d}-{day:02d}", "precision": "day"}
    here, there = (anchor.day.month, anchor.day.day), (month, day)
    year = anchor.day.year + (there < here if time == "ahead" else -(there > here))
    return {"iso": f"{year:04d}-{month:02d}-{day:02d}", "precision": "day"} if _exists(year, month, day) else None


def _weekday_value(match: re.Match[str], anchor: Anchor) -> Mapping[str, Any] | None:
    last = match.group().lower().startswith("last ")
    time = "past" if last else time_of(match.string, Span(*match.span("weekday")))
    if not anchor.day or time is None:
        return None
    back = (anchor.day.weekday() - _WEEKDAYS[match["weekday"].lower()]) % 7
    return {
        "iso": (anchor.day - timedelta(days=back - 7 * (time == "ahead" and back > 0))).isoformat(),
        "precision": "day",
    }


def _durations(text: str, anchor: Anchor) -> Iterator[Value]:
    found: list[tuple[Span, str]] = []
    for match in _DURATION.finditer(text):
        number = parse_number(match["figure"])
        if number is None:
            continue
        period = match["period"].lower().replace("centuries", "century").removesuffix("s")
        number *= {"decade": 10, "century": 100}.get(period, 1)
        clock = "T" if period in {"hour", "minute", "second"} else ""
        span, iso = Span(*match.span()), f"P{clock}{_short(number)}{_PERIODS[period]}"
        if found and _ADDED.fullmatch(text[found[-1][0].end : span.start]) and (whole := joined(found[-1][1], iso)):
            span, iso = Span(found.pop()[0].start, span.end), whole
        found.append((span, iso))
    yield from (Value("duration", span, span.of(text), {"iso": iso}) for span, iso in found)


@dataclass(slots=True)
class _Found:
    """A number as it is read, before its neighbour in a range lends it unit, scale or rate."""

    span: Span
    number: float
    scale: float
    unit: str | None
    per: str | None


def _numbers(text: str, anchor: Anchor) -> Iterator[Value]:
    written = text
    if not anchor.english:
        text = _POINT.sub(lambda point: "," if point.group() == "." else ".", text)
    dates = [value.span for value in _dates(text, Anchor(date(2000, 12, 31)))]
    matches = _NUMBER.finditer(text)
    times = [Span(*match.span()) for match in _CLOCK.finditer(text)]
    apart = [m for m in matches if not any(Span(*m.span("figure")).overlaps(other) for other in (*dates, *times))]
    found = [number for match in apart if (number := _number(match, text))]
    for left, right in pairwise(found):
        if not _JOINS.fullmatch(text[left.span.end : right.span.start]):
            continue
        if left.unit is None and left.scale == 1:  # "10-15 billion tons"
            left.scale, left.unit = right.scale, right.unit
        if left.unit == right.unit:  # "from 2 bcm per year to 55 bcm"
            left.per, right.per = left.per or right.per, right.per or left.per
    for n in found:
        unit = f"{n.unit}/{n.per}" if n.unit and n.per else n.unit
        yield Value("number", n.span, n.span.of(written), {"number": _plain(n.number * n.scale), "unit": unit})


def _number(match: re.Match[str], text: str) -> _Found | None:
    number = parse_number(match["figure"])
    after: str = match["after"] or ""
    unit, used = _unit(after)
    counted = after or match["currency"] or match["scale"]
    if (
        number is None
        or match["ordinal"]
        or (match["figure"].lower() == "one" and not (counted and (unit or match["scale"])))
    ):
        return None
    start, end = match.start("figure"), match.end("scale") if match["scale"] else match.end("figure")
    scale_name = (match["scale"] or "").lower()
    scale = 10**9 if scale_name == "bcm" else _SCALES.get(scale_name, 1)
    letter, _, counted_in = after.lower().partition(" ")
    of_money = match["currency"] or UNIT_NAMES.get(counted_in.split(" ")[0]) in {*CURRENCIES.values(), "RUB"}
    if letter in _LETTER_SCALES and not match["gap"] and of_money:
        scale, end = _LETTER_SCALES[letter], match.start("after") + 1
        unit, used = _unit(after[2:])
        used += 2
    if scale_name == "bcm":
        unit = "m3"
    elif match["currency"]:
        unit, start = CURRENCIES[match["currency"]], match.start("currency")
    elif unit and used:
        end = match.start("after") + used
    if _is_negative(text, start):
        number, start = -number, start - (1 if text[start - 1] in "-−" else len("minus "))
    rate = _RATE_AFTER.match(text[end:])
    if rate and unit:
        end += rate.end()
    return _Found(Span(start, end), number, scale, unit, PERIODS[rate["per"].lower()] if rate and unit else None)


def _is_negative(text: str, start: int) -> bool:
    before = text[:start]
    return before.lower().endswith("minus ") or (before.endswith(("-", "−")) and not before[-2:-1].isalnum())


_RATE_AFTER = re.compile(
    r",? ?(?:per |a |an |each )?(?P<per>year|annum|annually|month|day|week|hour|second)\b", re.IGNORECASE
)


def _unit(after: str) -> tuple[str | None, int]:
    """Return (unit, characters used) from the words after a figure; a counted noun is its own unit."""
    lowered = after.lower()
    for name in sorted(UNIT_NAMES, key=len, reverse=True):
        if lowered == name or lowered.startswith((name + " ", name + "-")):
            return UNIT_NAMES[name], len(name)
    words = [w for w in lowered.split() if w not in {"new", "more", "other", "different", "additional"}]
    if not words or words[0] in _STOP or _is_past(words[0]):
        return None, 0
    return words[0], len(after.split(" ", maxsplit=1)[0]) if words[0] == lowered.split()[0] else lowered.index(
        words[0]
    ) + len(words[0])


def _is_past(word: str) -> bool:
    """Whether a word is a verb in the past, which is no unit ("of magnitude 6.4 struck"); "400 injured" counts people."""
    if word.endswith("ing") or not is_participle(word):
        return False
    known = look_up(word)
    return word in _VERBS or known is None or known.verb >= known.noun + known.adjective


_VERBS = frozenset("rose said left found led felt".split())  # what the lexicon knows better as nouns or adjectives
_STOP = frozenset(
    "of in on at by for with from to and or the a an is are was were be been that which who as than into has have had "
    "do does did will would shall should can could may might must per s times after before ago when while but "
    "since".split()
)


def _plain(number: float) -> int | float:
    return int(number) if number == int(number) else round(number, 9)


def _short(number: float) -> str:
    return str(_plain(number))
