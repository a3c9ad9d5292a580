"""Lengths of time in ISO 8601: how long they are, which units they name, and two that are told as one."""

from __future__ import annotations

import re

__all__ = ["joined", "same_duration", "units_of"]

_DURATION = re.compile(
    r"P(?:(?P<Y>\d+(?:\.\d+)?)Y)?(?:(?P<M>\d+(?:\.\d+)?)M)?(?:(?P<W>\d+(?:\.\d+)?)W)?(?:(?P<D>\d+(?:\.\d+)?)D)?"
    r"(?:T(?:(?P<TH>\d+(?:\.\d+)?)H)?(?:(?P<TM>\d+(?:\.\d+)?)M)?(?:(?P<TS>\d+(?:\.\d+)?)S)?)?",
    re.ASCII,
)
_MONTHS = {"Y": 12, "M": 1}
_SECONDS = {"W": 604_800, "D": 86_400, "TH": 3600, "TM": 60, "TS": 1}
_WITHIN = {("Y", "M"): 12, ("W", "D"): 7, ("D", "TH"): 24, ("TH", "TM"): 60, ("TM", "TS"): 60}


def same_duration(one: str, other: str) -> bool:
    """Whether two durations are as long as each other: 12 months are a year, 7 days a week, months are not days."""
    length = _length(one)
    return length is not None and length == _length(other)


def units_of(iso: str) -> frozenset[str]:
    """Return the units that a duration names: Y, M, W, D, TH, TM, TS; none where it is no duration."""
    return frozenset(_parts(iso))


def joined(greater: str, less: str) -> str | None:
    """Return the sum of two that are told as one ("1 hour and 30 minutes"); None where they are not.

    The second is of the next smaller unit, and less than one of the first: 18 months and 30 days are two durations.
    """
    parts, rest = _parts(greater), _parts(less)
    if not parts or len(rest) != 1:
        return None
    last, (unit, number) = list(parts)[-1], next(iter(rest.items()))
    if number >= _WITHIN.get((last, unit), 0):
        return None
    return greater + less.removeprefix("PT" if "T" in greater else "P")


def _parts(iso: str) -> dict[str, float]:
    found = _DURATION.fullmatch(iso)
    return {unit: float(number) for unit, number in found.groupdict().items() if number} if found else {}


def _length(iso: str) -> tuple[float, float] | None:
    """Months and seconds; None if `iso` is no duration."""
    parts = _parts(iso)
    if not parts:
        return None
    return sum(_MONTHS.get(u, 0) * n for u, n in parts.items()), sum(_SECONDS.get(u, 0) * n for u, n in parts.items())
