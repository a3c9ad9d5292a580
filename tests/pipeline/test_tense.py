"""Whether a day is told as past or as ahead."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from factcheck.records import Span
from pipeline.tense import time_of

AHEAD = """
The ballot closes on {10 June}.
It will last 72 hours and end at midnight on {Wednesday} unless it is extended.
It isn't expected to open on {10 June}.
The ballot is to close on {10 June}.
The hearing is on {16 June}.
Fares rise by 4.5 percent on {1 September}.
On {1 September} fares rise by 4.5 percent.
The law takes effect on {1 July}.
The trial, which began in May, ends on {10 June}.
She said that the ballot closes on {10 June}.
The court has ruled that the airport must close on {10 June}.
The office does not open on {10 June}.
He'll sing on {10 June}.
She hopes to return to work on {10 June}.
""".strip().splitlines()
PAST = """
The agreement signed on {17 January} is restrained.
The signing of the treaty on {17 January} was an event.
The captain was not on the bridge when the ship ran aground on {4 March}.
On {4 March} the ship ran aground; it will sail again.
It will sail again. On {4 March} it ran aground.
The rise on {10 June} was steep.
They had to leave on {10 June}.
He may have died on {10 June}.
The company announced on {10 June} that it would close.
It will host the games after beating its rival on {Wednesday}.
The fire burned in the U.S. embassy until noon on {10 June}.
Nobody has been seen there since {4 March}.
Those whom we let go on {Friday} came home.
""".strip().splitlines()
UNDECIDED = """
on {January 17}
They said that they would come back on {1 June}.
Ships that were due to call between 12 and {14 May} have been offered berths.
They have been offered berths from {15 May}.
The office was closed until {10 June}.
They agreed to meet on {10 June}.
The company announced a strike on {10 June}.
Ferry runs aground on {4 March}
""".strip().splitlines()


@pytest.mark.parametrize(
    ("marked", "time"),
    [*((text, "ahead") for text in AHEAD), *((text, "past") for text in PAST), *((text, None) for text in UNDECIDED)],
)
def test_the_verb_that_governs_the_day(marked: str, time: str | None) -> None:
    before, day, after = marked.replace("}", "{").split("{")
    assert time_of(before + day + after, Span(len(before), len(before + day))) == time


@given(st.text(max_size=60), st.text(max_size=60))
def test_any_text_is_read_without_a_crash(before: str, after: str) -> None:
    assert time_of(before + "10 June" + after, Span(len(before), len(before) + 7)) in ("past", "ahead", None)
