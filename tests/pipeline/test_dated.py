"""A day without its year gets the one that the source's date proves."""

from datetime import date

import pytest

from pipeline.dated import with_years
from pipeline.values import Anchor


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("It was signed on January 17.", "It was signed on January 17, 2025."),
        (
            "On 17 January, and again on 3 March, they met.",
            "On 17 January, 2025, and again on 3 March, 2024, they met.",
        ),
        ("It was signed on January 17, 2024.", "It was signed on January 17, 2024."),
        ("The ballot closes on 3 March.", "The ballot closes on 3 March, 2025."),  # ahead of 20 January 2025
        ("They said it would close on 3 March.", "They said it would close on 3 March."),  # of which year, nobody knows
        ("It was signed on Friday.", "It was signed on Friday."),  # a weekday stays a weekday
        ("They met in January last year.", "They met in January last year."),
        ("May 2025 was warm; 🙂 nobody may go.", "May 2025 was warm; 🙂 nobody may go."),
    ],
)
def test_years(text: str, read: str) -> None:
    # read from 20 January 2025: 17 January is of that year, 3 March of the one before
    assert with_years(text, Anchor(date(2025, 1, 20))) == read


def test_without_an_anchor_nothing_is_known() -> None:
    assert with_years("It was signed on January 17.", Anchor()) == "It was signed on January 17."
