"""Candidates in a sentence: where each choice of a question stands."""

from __future__ import annotations

import pytest

from factcheck.records import Passage, Question, Source, Span
from pipeline.extract import find_candidates
from pipeline.sentences import Sentence


@pytest.mark.parametrize(
    ("choices", "text", "found"),
    [
        (("10%", "12%"), "It grew by 10% in May.", {"10%": (11, 14)}),
        (("$5 million", "$6 million"), "It cost $5 million.", {"$5 million": (8, 18)}),
        (("C++", "Rust"), "It is written in C++, not in rust.", {"C++": (17, 20), "Rust": (29, 33)}),
        (("Wham!", "Queen"), "A song of Wham! was played.", {"Wham!": (10, 15)}),
        # no longer choice holds it: its first place
        (("10", "12"), "It grew by 10%, then 10 more.", {"10": (11, 13)}),
        # what lies inside a longer choice is that one's
        (("10", "10%"), "It grew by 10% in May.", {"10%": (11, 14)}),
        (("C", "C++"), "It is written in C++.", {"C++": (17, 20)}),
        (("C", "C++"), "It is written in C++ and C.", {"C": (25, 26), "C++": (17, 20)}),
        # nothing stands inside a word or a number
        (("5", "7"), "It rose from 1.5 to 7,000 by 7.", {"7": (29, 30)}),
        (("$5", "art"), "It cost US$5 at the party.", {}),
    ],
)
def test_choices_stand_whole_where_they_begin_or_end_in_a_sign_too(
    choices: tuple[str, ...], text: str, found: dict[str, tuple[int, int]]
) -> None:
    source = Source("a", text, "", "")
    sentence = Sentence(source, Span(0, len(text)), "", Passage("a", 0, len(text), text, 1.0))
    candidates = find_candidates(Question("Which?", type="choice", choices=choices), (sentence,), (0.5,))
    assert {c.answer: (c.span.start, c.span.end) for c in candidates if c.span} == found
