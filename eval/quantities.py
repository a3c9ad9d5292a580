"""Numbers with units, and durations: when two of them are the same."""

from __future__ import annotations

import math
import re

from pipeline.units import measure

__all__ = ["same_duration", "same_number", "same_unit"]

_DURATION = re.compile(
    "P{}{}{}{}(?:T{}{}{})?".format(*(rf"(?:(\d+(?:\.\d+)?){unit})?" for unit in "YMWDHMS")), re.ASCII
)


def same_number(said: object, unit: object, gold: float, gold_unit: str | None) -> bool:
    """Whether both name one quantity: equal within 1e-9 of it, after conversion.

    A gold unit that measures (m3/year, %, EUR, days) must be there, in any unit of its dimension: 5,000 kg are 5 t. One
    that counts things (`meetings`, `units`) is not compared, since everybody words it otherwise, but nothing measured
    counts them: 20 % are not 20 people. A label without unit leaves it open.
    """
    if isinstance(said, bool) or not isinstance(said, int | float):
        return False
    wanted, found = measure(gold_unit), measure(unit if isinstance(unit, str) else None)
    if wanted is None:
        return math.isclose(said, gold, rel_tol=1e-9) and (found is None or not gold_unit)
    if found is None or found.dimension != wanted.dimension:
        return False
    return math.isclose(said * found.factor, gold * wanted.factor, rel_tol=1e-9)


def same_unit(one: str, other: str | None) -> bool:
    """Whether both are one unit that measures, however it is written."""
    return (found := measure(one)) is not None and found == measure(other)


def same_duration(said: str, gold: str) -> bool:
    """Whether two ISO durations are as long as each other: 12 months are a year, 7 days a week, months are not days."""
    one, other = _length(said), _length(gold)
    return one is not None and one == other


def _length(iso: str) -> tuple[float, float] | None:
    """Months and seconds; `None` if `iso` is no duration."""
    found = _DURATION.fullmatch(iso)
    if found is None or not any(found.groups()):
        return None
    years, months, weeks, days, hours, minutes, seconds = (float(part or 0) for part in found.groups())
    in_seconds = ((weeks * 7 + days) * 24 + hours) * 3600 + minutes * 60 + seconds
    return round(years * 12 + months, 6), round(in_seconds, 6)
