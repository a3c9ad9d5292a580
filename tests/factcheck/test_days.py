"""What is a day, and what a reader of files says of what is none."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from pydantic import TypeAdapter, ValidationError

from factcheck.days import Day, check_day, is_day
from factcheck.errors import UsageError

DAYS = TypeAdapter(Day)


@pytest.mark.parametrize("text", ["2025-01-17", "2024-02-29", "0001-01-01"])
def test_days(text: str) -> None:
    assert is_day(text)
    assert DAYS.validate_python(text) == text
    check_day("as_of", text)


@pytest.mark.parametrize("text", ["2025-02-30", "2023-02-29", "20250117", "2025-W03-5", "2025-1-7", "2025", "soon", ""])
def test_no_days(text: str) -> None:
    assert not is_day(text)
    with pytest.raises(ValidationError, match="is not a day; write it as YYYY-MM-DD"):
        DAYS.validate_python(text)
    with pytest.raises(UsageError, match=r"as-of .* is not a day"):
        check_day("as_of", text)


def test_a_date_of_yaml_is_its_text_and_other_things_are_no_day() -> None:
    assert DAYS.validate_python(date(2025, 1, 17)) == "2025-01-17"
    for value in (2025, True, ["2025-01-17"], datetime(2025, 1, 17)):
        with pytest.raises(ValidationError, match="is not a day"):
            DAYS.validate_python(value)
