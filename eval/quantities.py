"""Numbers with units: when two of them are the same."""

from __future__ import annotations

import math

from pipeline.units import measure

__all__ = ["same_number", "same_unit"]


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
