"""A sentence as the verifier should read it: a day without its year gets the one that the source's date and the tense
prove.

"Signed on January 17" refutes "signed on 17 January 2025" for a reader that knows nothing of the source's date. What is
read is a copy; citations are made of the stored text.
"""

from __future__ import annotations

import re

from pipeline.values import Anchor, find_values

__all__ = ["with_years"]

_YEAR = re.compile(r"\d{4}|year", re.IGNORECASE)
_MONTH_AND_DAY = re.compile(r"[A-Za-z]{3,}\.? \d|\d(?:st|nd|rd|th)?(?: of)? [A-Za-z]{3,}")


def with_years(text: str, anchor: Anchor) -> str:
    """Return `text` with ", YYYY" after each month and day that has no year; unchanged where nothing tells it."""
    for value in reversed(find_values(text, "date", anchor=anchor)):
        year = value.value["iso"][:4]
        bare = _MONTH_AND_DAY.search(value.text) and not _YEAR.search(value.text)
        if value.value["precision"] == "day" and bare and year.isdigit():
            text = f"{text[: value.span.end]}, {year}{text[value.span.end :]}"
    return text
