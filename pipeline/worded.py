"""A sentence as the verifier should read it: a duration of the claim's length takes the claim's words for it.

A reader that cannot calculate holds "1 hour and 30 minutes" for a denial of "90 minutes". What is read is a copy;
citations are made of the stored text.
"""

from __future__ import annotations

import re

from pipeline.durations import same_duration
from pipeline.values import find_values

__all__ = ["with_claimed_durations"]

_BEFORE_NOUN = re.compile(r"-[a-z]+$", re.IGNORECASE)  # "a 90-minute film" would not take "1 hour and 30 minutes"


def with_claimed_durations(text: str, claim: str) -> str:
    """Return `text` with the claim's words for each duration that it tells in other units; unchanged without any."""
    claimed = [value for value in find_values(claim, "duration") if not _BEFORE_NOUN.search(value.text)]
    if not claimed:
        return text
    for value in reversed(find_values(text, "duration")):
        iso = value.value["iso"]
        same = next((mine for mine in claimed if same_duration(mine.value["iso"], iso)), None)
        if same and same.value["iso"] != iso and not _BEFORE_NOUN.search(value.text):
            text = f"{text[: value.span.start]}{same.text}{text[value.span.end :]}"
    return text
