"""An answer given as text alone, typed as the question's type asks: what another system's line does not say itself."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from factcheck.records import QuestionType
from pipeline.durations import same_duration
from pipeline.extract import split_items
from pipeline.values import parse_number, parse_value

__all__ = ["typed_answer"]

_ISO_DATE = re.compile(r"\d{4}(?:-\d{2}){0,2}", re.ASCII)
_SIGNED = re.compile(r"([-−+]?)\s*(.+)")
_PRECISION = ("year", "month", "day")


def typed_answer(answer: str, kind: QuestionType | None) -> Mapping[str, Any] | None:
    """Return the value that an answer states; None where it states none of its kind, or the kind is compared as text.

    A date and a duration may be ISO (`2024-03`, `P20Y`); a figure by itself has no unit; of several values the first
    counts. A list is split at commas and `and`.
    """
    text = answer.strip()
    if kind == "list":
        return {"items": split_items(text)}
    if kind == "date":
        iso = _ISO_DATE.fullmatch(text)
        return {"iso": text, "precision": _PRECISION[text.count("-")]} if iso else parse_value(text, "date")
    if kind == "duration":
        return {"iso": text} if same_duration(text, text) else parse_value(text, "duration")
    if kind == "number":
        bare = _bare_number(text)
        return parse_value(text, "number") if bare is None else {"number": bare, "unit": None}
    return None


def _bare_number(text: str) -> float | None:
    """The number where nothing stands beside it: `find_values` would take 2000 for a year."""
    found = _SIGNED.fullmatch(text)
    number = parse_number(found[2]) if found else None
    return -number if found and number is not None and found[1] in ("-", "−") else number
