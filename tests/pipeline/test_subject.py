"""Where the subject of a question ends."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.subject import features, subject_end

WORDS = "the treaty Russia of signed not supply 20 per cent broad in was it and who's reactors let now".split()


@pytest.mark.parametrize(
    ("auxiliary", "subject", "predicate"),
    [
        ("has", "the assembly", "approved the treaty"),
        ("is", "the cooperation agreed between Oslo and Lima", "broad in scope"),
        ("was", "the deal", "agreed between Oslo and Lima in May"),
        ("have", "the tablets that were sold abroad", "been returned"),
        ("did", "the firm's plans", "change the market"),
        ("would", "the pact", "let Oslo sell arms"),
        ("has", "the club", "not paid"),
        ("do", "they", "supply oil"),
    ],
)
def test_the_predicate_begins_after_the_whole_subject(auxiliary: str, subject: str, predicate: str) -> None:
    assert subject_end(auxiliary, f"{subject} {predicate}".split()) == len(subject.split())


def test_one_word_is_no_subject_with_a_predicate() -> None:
    assert subject_end("is", ["it"]) is None
    assert subject_end("is", []) is None


@given(st.sampled_from("is has did can were".split()), st.lists(st.sampled_from(WORDS), min_size=2, max_size=9))
def test_an_end_leaves_something_on_both_sides(auxiliary: str, tokens: list[str]) -> None:
    end = subject_end(auxiliary, tokens)
    assert end is not None
    assert 0 < end < len(tokens)
    assert len(set(features(auxiliary, tokens, end))) > 10
