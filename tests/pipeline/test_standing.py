"""Values that a text takes back, wants or puts right, and those that are told beside the answer."""

from __future__ import annotations

import pytest

from factcheck.records import Passage, Source, Span
from pipeline.extract import ValueCandidate
from pipeline.sentences import Sentence
from pipeline.standing import WISHED, WITHDRAWN, as_it_stands, rivals

WAS = "How many people were aboard?"


def candidate(
    text: str,
    answer: str,
    *,
    number: int,
    before: str = "",
    score: float = 0.5,
    source: str = "s",
    unit: str = "people",
) -> ValueCandidate:
    at = text.index(answer)
    sentence = Sentence(
        Source(source, text, "", ""), Span(0, len(text)), before, Passage(source, 0, len(text), text, 1.0)
    )
    return ValueCandidate(answer, {"number": number, "unit": unit}, sentence, score, Span(at, at + len(answer)))


def scores(question: str, *candidates: ValueCandidate) -> list[float]:
    return [c.score for c in as_it_stands(question, candidates, lambda same: 0.1 + max(c.score for c in same))]


@pytest.mark.parametrize(
    ("question", "text", "share"),
    [
        (WAS, "The coast guard counted 214 people.", 1.0),
        (WAS, "In our report we wrote that 214 people were aboard.", WITHDRAWN),
        (WAS, "An earlier version of the article gave 214 people.", WITHDRAWN),
        (WAS, "It is not true that 214 people were aboard.", WITHDRAWN),
        (WAS, "The company denied that 214 people were aboard.", WITHDRAWN),
        (WAS, "The figure was revised down from 214 people to 12.", WITHDRAWN),
        (WAS, "There were not 214 people aboard but 12.", WITHDRAWN),
        (WAS, "She did not count, but 214 people were aboard.", 1.0),
        (WAS, "It is not true that it sank; 214 people were aboard.", 1.0),  # another clause
        (WAS, "He called for an end of the trips, which had 214 people aboard.", 1.0),
        (WAS, "“It is not true that 214 people were aboard”, the owner said.", 1.0),  # a dispute, not a correction
        (WAS, "The union demands room for 214 people.", WISHED),
        (WAS, "It was meant to carry 214 people, but did not.", WISHED),
        (WAS, "It will carry 214 people.", WISHED),
        ("How many people does it carry?", "It will carry 214 people.", 1.0),
        ("For how many does the union demand room?", "The union demands room for 214 people.", 1.0),
        ("How many people was it meant to carry?", "It was meant to carry 214 people, but did not.", 1.0),
    ],
)
def test_what_is_taken_back_or_wished_keeps_a_share(question: str, text: str, share: float) -> None:
    assert scores(question, candidate(text, "214 people", number=214)) == [pytest.approx(share * 0.5)]


@pytest.mark.parametrize(
    ("first", "second", "right"),
    [
        ("We wrote that 214 people were aboard.", "There were 221 people.", True),
        ("The report said that 214 people were aboard.", "In fact 221 people were.", True),
        ("The report said that 214 people were aboard.", "Later it carried 221 people.", False),
    ],
)
def test_the_next_sentence_puts_a_value_right_wherever_it_stands(first: str, second: str, right: bool) -> None:
    found = scores(
        WAS,
        candidate(first, "214 people", number=214, score=0.5),
        candidate(second, "221 people", number=221, before=first, score=0.4),
        candidate("The ferry had 214 people aboard.", "214 people", number=214, source="other", score=0.6),
    )
    kept = 0.6 * WITHDRAWN if right else 0.6
    assert found[1:] == [pytest.approx(0.7 if right else 0.4), pytest.approx(kept)]  # 0.7: the stand-in for join


def test_other_values_of_the_kind_are_told_with_their_sources() -> None:
    best = candidate("There were 221 people.", "221 people", number=221, score=0.6)
    others = [
        candidate("There were 214 people.", "214 people", number=214, source="a", score=0.5),
        candidate("Of them 214 people left.", "214 people", number=214, source="b", score=0.46),
        candidate("There were 12 people.", "12 people", number=12, source="a", score=0.3),  # 0.45 is needed
        candidate("It took 12 days.", "12 days", number=12, unit="days", source="a", score=0.6),
    ]
    assert rivals(best, [best, *others]) == ("also stated: 214 people (a, b)",)
    assert rivals(best, [best]) == ()
