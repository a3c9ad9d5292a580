"""Days as users write them."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import BeforeValidator, Field

from factcheck.errors import UsageError

__all__ = ["Day", "check_day", "is_day"]


def is_day(text: str) -> bool:
    """Whether it is an ISO day of the calendar, written in full: `2025-01-17`."""
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def check_day(name: str, day: str | None) -> None:
    """Raise UsageError unless `day` is an ISO day (`2025-01-17`) or None; `name` is what the user gave it as."""
    if day is not None and not is_day(day):
        raise UsageError(f"{name.replace('_', '-')} {day!r} is not a day; write it as YYYY-MM-DD")


def _day(value: object) -> str:
    text = value.isoformat() if type(value) is date else value  # YAML reads `2025-02-01` as a date
    if not isinstance(text, str) or not is_day(text):
        raise ValueError(f"{value!r:.100} is not a day; write it as YYYY-MM-DD")
    return text


Day = Annotated[
    str,
    BeforeValidator(_day),
    Field(json_schema_extra={"format": "date", "pattern": r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"}, description="YYYY-MM-DD"),
]
"""A day as a field of what is read: text, and a day of the calendar."""
