"""The one table of units: whatever is found in a text has a worth, and only what is of one dimension is compared."""

from __future__ import annotations

import pytest

from pipeline.units import CURRENCIES, PERIODS, UNIT_NAMES, measure
from pipeline.values import find_values


@pytest.mark.parametrize("name", UNIT_NAMES)
def test_every_unit_that_is_found_has_a_dimension(name: str) -> None:
    (found,) = find_values(f"about 7 {name}", "number")
    assert found.value["unit"] == UNIT_NAMES[name]
    assert measure(found.value["unit"]) is not None


@pytest.mark.parametrize("mark", CURRENCIES)
@pytest.mark.parametrize("period", PERIODS)
def test_every_rate_that_is_found_has_a_dimension(mark: str, period: str) -> None:
    per = period if period == "annually" else f"per {period}"
    (found,) = find_values(f"{mark}7 {per}", "number")
    unit = str(found.value["unit"])
    assert unit == f"{CURRENCIES[mark]}/{PERIODS[period]}"
    assert (worth := measure(unit)) is not None
    assert worth.dimension in (f"{CURRENCIES[mark]}/month", f"{CURRENCIES[mark]}/second")


@pytest.mark.parametrize(
    ("n", "unit", "m", "other"),
    [
        (5000, "kg", 5, "t"), (1, "mile", 1.609344, "km"), (120, "MW", 0.12, "gigawatts"), (2, "weeks", 14, "days"),
        (1, "decade", 120, "months"), (55, "bcm/year", 55e9, "cubic metres a year"), (24, "t/day", 1, "t per hour"),
        (7, "m³", 7, "cubic meters"), (5, "€", 5, "EUR"), (5, "US$", 5, "dollars"), (3, "barrels of oil", 3, "bbl"),
        (5, "million euros", 5_000_000, "euro"), (1, "ha", 10_000, "m²"), (90, "USD p.a.", 90, "USD annually"),
        (36, "km/h", 10, "m/s"), (1, "MWh", 1000, "kilowatt-hours"), (5, "USD per head", 5, "$/head"),
    ],
)  # fmt: skip
def test_units_of_one_dimension_are_converted(n: float, unit: str, m: float, other: str) -> None:
    one, two = measure(unit), measure(other)
    assert one is not None
    assert two is not None
    assert one.dimension == two.dimension
    assert n * one.factor == pytest.approx(m * two.factor, rel=1e-9)


@pytest.mark.parametrize(
    ("unit", "other"),
    [
        ("kg", "km"), ("EUR", "USD"), ("pounds", "euros"), ("MW", "MWh"), ("%", "pp"), ("day", "month"), ("m3", "m3/year"),
        ("m3/day", "m3/month"), ("USD per head", "EUR per head"), ("m2", "m3"), ("USD/t", "USD/MWh"),
    ],
)  # fmt: skip
def test_units_of_two_dimensions_are_not(unit: str, other: str) -> None:
    one, two = measure(unit), measure(other)
    assert one is not None
    assert two is not None
    assert one.dimension != two.dimension


@pytest.mark.parametrize("unit", [None, "", "people", "meetings", "units", "article", "ships per day"])
def test_what_only_counts_has_none(unit: str | None) -> None:
    assert measure(unit) is None
