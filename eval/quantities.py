"""Numbers with units: when two of them are the same."""

from __future__ import annotations

import math
import re

__all__ = ["same_number"]

_UNITS: dict[str, tuple[float, str]] = {
    "m3": (1.0, "m3"),
    "cubic meters": (1.0, "m3"),
    "cubic metres": (1.0, "m3"),
    "bcm": (1e9, "m3"),
    "billion cubic meters": (1e9, "m3"),
    "billion cubic metres": (1e9, "m3"),
    "%": (1.0, "%"),
    "percent": (1.0, "%"),
    "per cent": (1.0, "%"),
    "usd": (1.0, "USD"),
    "$": (1.0, "USD"),
    "dollars": (1.0, "USD"),
    "us dollars": (1.0, "USD"),
    "km": (1000.0, "m"),
    "kilometers": (1000.0, "m"),
    "kilometres": (1000.0, "m"),
    "m": (1.0, "m"),
    "meters": (1.0, "m"),
    "metres": (1.0, "m"),
    "years": (1.0, "year"),
    "year": (1.0, "year"),
}
_PER_YEAR = re.compile(r"\s*(/\s*(year|yr|a|y)|per (year|annum)|a year|annually|p\.a\.)$")


def same_number(said: object, unit: object, gold: float, gold_unit: str | None) -> bool:
    """Whether both name one quantity: equal within 1e-9 of it, after conversion.

    A gold unit that measures (m3/year, %, USD, m, years) must be there. One that counts things (`meetings`, `units`)
    is not compared: everybody words it otherwise.
    """
    if isinstance(said, bool) or not isinstance(said, int | float):
        return False
    factor, dimension = _unit(gold_unit)
    if dimension is None:
        return math.isclose(said, gold, rel_tol=1e-9)
    said_factor, said_dimension = _unit(unit if isinstance(unit, str) else None)
    return said_dimension == dimension and math.isclose(said * said_factor, gold * factor, rel_tol=1e-9)


def _unit(unit: str | None) -> tuple[float, str | None]:
    """Factor to the base unit, and its name; `(1.0, None)` for one that only counts."""
    text = " ".join((unit or "").casefold().replace("³", "3").replace("^3", "3").split())
    rate = _PER_YEAR.search(text)
    factor, base = _UNITS.get(text[: rate.start()] if rate else text, (1.0, ""))
    return (factor, f"{base}/year" if rate else base) if base else (1.0, None)
