"""Days as users write them."""

from __future__ import annotations

from datetime import date

from factcheck.errors import UsageError

__all__ = ["check_day"]


def check_day(name: str, day: str | None) -> None:
    """Raise UsageError unless `day` is an ISO day (`2025-01-17`) or None; `name` is what the user gave it as."""
    try:
        good = day is None or date.fromisoformat(day).isoformat() == day
    except ValueError:
        good = False
    if not good:
        raise UsageError(f"{name.replace('_', '-')} {day!r} is not a day; write it as YYYY-MM-DD")
