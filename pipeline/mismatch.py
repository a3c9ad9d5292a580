"""Numbers and dates of a claim that its evidence has otherwise: what an editor would put a ring around.

A value of the claim is a mismatch where the texts have values of its kind that can be compared, and none that is equal:
numbers of one unit or counted noun, durations that share a unit, dates of one precision. A bare figure ("a magnitude of
6.4") has nothing to be compared with. Durations count as numbers. The value shown is the one of the first such text.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Literal

from factcheck.records import Citation, Mismatch
from pipeline.durations import same_duration, units_of
from pipeline.values import Anchor, Value, find_values, same_date

_KINDS: tuple[Literal["duration", "number", "date"], ...] = ("duration", "number", "date")


def find_mismatches(claim: str, citations: Sequence[Citation]) -> tuple[Mismatch, ...]:
    """Return the claim's values that the citations, strongest first, have otherwise."""
    return tuple(_mismatches(claim, [(c.exact, _anchor(c)) for c in citations]))


def mismatch_in(claim: str, text: str, anchor: Anchor) -> Mismatch | None:
    """Return the first of the claim's values that `text` has otherwise; None where it has any of them as claimed.

    `anchor` dates what the text says. Of a claim with two figures a sentence may well state one alone. The points and
    commas of a claim about a text in another language may be English or of that language: either will do.
    """
    readings = dict.fromkeys((Anchor(), Anchor(english=anchor.english)))
    for kind in _KINDS:
        said = find_values(text, kind, anchor=anchor)
        claimed = [value for reading in readings for value in find_values(claim, kind, anchor=reading)]
        if any(_same(mine, value) for mine in claimed for value in said):
            return None
    return next(_mismatches(claim, [(text, anchor)]), None)


def _mismatches(claim: str, texts: Sequence[tuple[str, Anchor]]) -> Iterator[Mismatch]:
    durations = find_values(claim, "duration")
    for kind in _KINDS:
        for mine in find_values(claim, kind):
            if kind == "number" and any(mine.span.overlaps(other.span) for other in durations):
                continue
            theirs = [value for text, anchor in texts for value in find_values(text, kind, anchor=anchor)]
            other = next((value for value in theirs if _comparable(mine, value)), None)
            if other and not any(_same(mine, value) for value in theirs):
                yield Mismatch("date" if kind == "date" else "number", mine.text.strip(), other.text.strip())


def _anchor(citation: Citation) -> Anchor:
    day = citation.published or citation.not_before
    try:
        return Anchor(date.fromisoformat(day) if day else None)
    except ValueError:
        return Anchor()


def _comparable(mine: Value, other: Value) -> bool:
    """Whether two values of a kind speak of one measure; numbers without a unit or counted noun speak of any."""
    if mine.kind == "duration":
        return bool(units_of(mine.value["iso"]) & units_of(other.value["iso"]))
    if mine.kind == "date":
        return bool(mine.value["precision"] == other.value["precision"])
    return mine.value["unit"] is not None and bool(mine.value["unit"] == other.value["unit"])


def _same(mine: Value, other: Value) -> bool:
    if mine.kind == "duration":
        return same_duration(mine.value["iso"], other.value["iso"])
    if mine.kind == "date":
        return same_date(mine.value["iso"], other.value["iso"])
    return bool(mine.value["number"] == other.value["number"] and mine.value["unit"] in (None, other.value["unit"]))
