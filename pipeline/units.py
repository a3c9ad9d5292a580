"""Units of measure: how they are written, and what each is worth. The one table of them.

`UNIT_NAMES` are the names that `find_values` looks for in a text, each with its short form; `measure` reads a unit as
a label or a record writes it. Two quantities are the same only where their dimensions are: every currency is one of its
own, and so is a month, which has no length in days.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

__all__ = ["CURRENCIES", "LENGTHS", "PERIODS", "UNIT_NAMES", "Measure", "measure"]


@dataclass(frozen=True, slots=True)
class Measure:
    """What one of a unit is worth: `factor` of the base unit of its dimension."""

    dimension: str
    factor: float


UNIT_NAMES: Mapping[str, str] = {
    "cubic meters": "m3", "cubic metres": "m3", "cubic meter": "m3", "cubic metre": "m3", "m3": "m3", "bcm": "m3",
    "square kilometers": "km2", "square kilometres": "km2", "kilometers": "km", "kilometres": "km", "kilometer": "km",
    "kilometre": "km", "km": "km", "meters": "m", "metres": "m", "meter": "m", "metre": "m", "centimeters": "cm",
    "centimetres": "cm", "cm": "cm", "nautical miles": "nmi", "nautical mile": "nmi", "miles": "mi", "mile": "mi",
    "feet": "ft", "foot": "ft", "ft": "ft", "tons": "t", "tonnes": "t", "barrels": "bbl", "kilograms": "kg", "kg": "kg",
    "percent": "%", "per cent": "%", "prozent": "%", "%": "%", "percentage points": "pp", "dollars": "USD",
    "us dollars": "USD", "euros": "EUR", "euro": "EUR", "rubles": "RUB", "roubles": "RUB", "pounds": "GBP",
    "megawatts": "MW", "mw": "MW", "gigawatts": "GW", "gw": "GW", "kilowatt-hours": "kWh", "degrees": "deg",
}  # fmt: skip
CURRENCIES: Mapping[str, str] = {"$": "USD", "us$": "USD", "US$": "USD", "€": "EUR", "£": "GBP"}
PERIODS: Mapping[str, str] = {  # of a rate: "per annum"
    "year": "year", "annum": "year", "annually": "year", "month": "month", "day": "day", "week": "week", "hour": "hour",
    "second": "second",
}  # fmt: skip
_MEASURES: Mapping[str, Measure] = {
    **{code: Measure(code, 1) for code in ("USD", "EUR", "GBP", "RUB", "CHF", "CNY", "INR", "JPY", "TRY", "UAH")},
    **{code: Measure(code, 1) for code in ("%", "pp", "deg")},
    "mm": Measure("m", 0.001), "cm": Measure("m", 0.01), "m": Measure("m", 1), "km": Measure("m", 1000),
    "ft": Measure("m", 0.3048), "yd": Measure("m", 0.9144), "mi": Measure("m", 1609.344), "nmi": Measure("m", 1852),
    "m2": Measure("m2", 1), "ha": Measure("m2", 1e4), "acre": Measure("m2", 4046.8564224), "km2": Measure("m2", 1e6),
    "mi2": Measure("m2", 1609.344**2),
    "l": Measure("m3", 0.001), "bbl": Measure("m3", 0.158987294928), "m3": Measure("m3", 1), "bcm": Measure("m3", 1e9),
    "mg": Measure("kg", 1e-6), "g": Measure("kg", 0.001), "lb": Measure("kg", 0.45359237), "kg": Measure("kg", 1),
    "t": Measure("kg", 1000),
    "W": Measure("W", 1), "kW": Measure("W", 1e3), "MW": Measure("W", 1e6), "GW": Measure("W", 1e9),
    "kWh": Measure("Wh", 1e3), "MWh": Measure("Wh", 1e6), "GWh": Measure("Wh", 1e9), "TWh": Measure("Wh", 1e12),
    "second": Measure("second", 1), "minute": Measure("second", 60), "hour": Measure("second", 3600),
    "day": Measure("second", 86_400), "week": Measure("second", 604_800),
    "month": Measure("month", 1), "year": Measure("month", 12), "decade": Measure("month", 120),
    "century": Measure("month", 1200),
}  # fmt: skip
LENGTHS = frozenset(short for short, worth in _MEASURES.items() if worth.dimension == "m")  # how long a thing is
_SPELLINGS: Mapping[str, str] = {  # of a unit that is given as such: running text does not say "5 yr"
    "yard": "yd", "millimeter": "mm", "millimetre": "mm", "square meter": "m2", "square metre": "m2",
    "square mile": "mi2", "hectare": "ha", "liter": "l", "litre": "l", "gram": "g", "metric ton": "t",
    "metric tonne": "t", "watt": "W", "kilowatt": "kW", "kilowatt hour": "kWh", "megawatt hour": "MWh",
    "megawatt-hour": "MWh", "gigawatt hour": "GWh", "gigawatt-hour": "GWh", "terawatt hour": "TWh",
    "terawatt-hour": "TWh", "us dollar": "USD", "pound sterling": "GBP", "yuan": "CNY", "yen": "JPY", "°": "deg",
    "°c": "deg", "degrees celsius": "deg", "percentage point": "pp", "pct": "%", "centuries": "century", "yr": "year",
    "y": "year", "a": "year", "p.a.": "year", "h": "hour", "hr": "hour", "min": "minute", "s": "second",
    "sec": "second",
}  # fmt: skip
_SCALES = {"thousand": 1e3, "million": 1e6, "mn": 1e6, "billion": 1e9, "bn": 1e9, "trillion": 1e12}
_PER = re.compile(r"\s*(?:/\s*|\bper\s+|\b(?:a|an|each)\s+|\b(?=annually$)|\s(?=p\.a\.$))")
_OF = re.compile(r" of .*")  # "tonnes of waste"
_POWERS = str.maketrans({"²": "2", "³": "3", "^": None})


def _known() -> dict[str, Measure]:
    named = {**UNIT_NAMES, **{mark.casefold(): code for mark, code in CURRENCIES.items()}, **_SPELLINGS}
    spelt = {name: _MEASURES[short] for name, short in named.items()}
    return {**{short.casefold(): found for short, found in _MEASURES.items()}, **spelt, "bcm": _MEASURES["bcm"]}


_KNOWN = _known()


def measure(unit: str | None) -> Measure | None:
    """Return what a unit is worth; None for one that only counts (`people`, `units`), and for none.

    Read are short forms, names in either number, a scale before them and a rate after: `GW`, `tonnes of waste`,
    `million euros`, `bcm/year`, `m³ per day`, `USD a year`. A rate by what only counts is of its own dimension: `USD
    per head`.
    """
    text = " ".join((unit or "").translate(_POWERS).casefold().split())
    whole = _one(text)
    if whole is not None:
        return whole
    what, *per = _PER.split(text, maxsplit=1)
    base = _one(_OF.sub("", what))
    if base is None or not per:
        return base
    by = _one(PERIODS.get(per[0], per[0])) or Measure(per[0], 1)
    return Measure(f"{base.dimension}/{by.dimension}", base.factor / by.factor)


def _one(text: str) -> Measure | None:
    """Return what a unit without a rate is worth; it is in small letters."""
    scale, _, rest = text.partition(" ")
    if rest and scale in _SCALES:
        found = _one(rest)
        return found and Measure(found.dimension, found.factor * _SCALES[scale])
    if len(text) < 3:
        return _KNOWN.get(text)
    return _KNOWN.get(text) or _KNOWN.get(text.removesuffix("s")) or _KNOWN.get(f"{text}s")
