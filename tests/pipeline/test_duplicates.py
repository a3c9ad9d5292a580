"""Near-duplicates: the share of five-word sequences, worked out by hand, and what is kept of long texts."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from factcheck.records import Source
from pipeline import duplicates
from pipeline.duplicates import find_duplicates

MakeSource = Callable[..., Source]
LONG = "The presidents of the two countries signed a treaty on partnership in the capital on Friday after long talks. "


def test_a_near_duplicate_is_found_and_a_different_text_is_not(
    make_source: MakeSource, seeds: dict[str, Source]
) -> None:
    sources = {
        "first": make_source("first", LONG + "It is valid for twenty years."),
        "reprint": make_source("reprint", "(Agency) " + LONG.replace("  ", " ") + "It is valid for twenty years."),
        "other": make_source("other", "Maize prices rose in Iowa last week after the storm, traders said on Monday."),
        "again": make_source("again", LONG.upper()),
    }
    assert find_duplicates(sources) == {"reprint": "first", "again": "first"}
    assert find_duplicates(seeds) == {}
    assert find_duplicates({"a": make_source("a", "Yes."), "b": make_source("b", "Yes.")}) == {}  # too short to tell


@pytest.mark.parametrize(
    ("other", "repeats"),
    [
        ("a b c d e f g h i", True),  # five sequences, all shared
        ("z a b c d e f g h", True),  # four of five: 0.8
        ("z z a b c d e f g", False),  # three of five
        ("a b c d e f g h i " + "z " * 100, True),  # all five of the smaller one
        ("a b c d e", True),  # one of one
        ("a b c d", False),  # too short to tell
        ("a b c d e " * 20, False),  # five different ones, however often: one of five
    ],
)
def test_the_share_is_that_of_the_smaller_text(other: str, repeats: bool, make_source: MakeSource) -> None:
    one = make_source("one", "A, b: c d; e f g\n h i")
    for first, second in ((one, make_source("two", other)), (make_source("two", other), one)):
        assert find_duplicates({first.id: first, second.id: second}) == ({second.id: first.id} if repeats else {})


@given(st.lists(st.text("ab ", max_size=60), max_size=5))
def test_it_is_what_sets_of_the_sequences_say(texts: list[str]) -> None:
    sequences = [{tuple(words[i : i + 5]) for i in range(len(words) - 4)} for words in map(str.split, texts)]
    expected: dict[str, str] = {}
    for i, one in enumerate(sequences):
        for k, other in enumerate(sequences[:i]):
            least = min(len(one), len(other))
            if str(k) not in expected and least and len(one & other) >= 0.8 * least:
                expected[str(i)] = str(k)
                break
    assert find_duplicates({str(i): Source(str(i), text, "", "") for i, text in enumerate(texts)}) == expected


def test_texts_that_come_back_are_not_compared_again(make_source: MakeSource, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[str] = []
    own = duplicates._hashes_of
    monkeypatch.setattr(duplicates, "_hashes_of", lambda text: made.append(text) or own(text))
    monkeypatch.setattr(duplicates, "_compared", {})
    monkeypatch.setattr(duplicates, "_kept", duplicates._Kept(0))  # as if each text were too long to keep
    for _ in range(2):  # as a store gives them, anew with each question
        sources = {id_: make_source(id_, "".join([LONG, *"x y z"])) for id_ in "abc"}
        sources["d"] = make_source("d", "".join([LONG.upper(), "other"]))
        assert find_duplicates(sources) == {"b": "a", "c": "a", "d": "a"}
    assert len(made) == 3  # a and b, for the pair; c is the same pair; d


def test_no_more_is_kept_than_was_said() -> None:
    kept = duplicates._Kept(10)
    first = kept.hashes("a b c d e f g h")  # four sequences each
    assert (len(first), first.dtype) == (4, np.uint64)
    kept.hashes("i j k l m n o p")
    assert kept.hashes("a b c d e f g h") is first
    kept.hashes("q r s t u v w x")  # twelve: the one used longest ago goes
    assert (kept._n, [len(h) for h in kept._texts.values()]) == (8, [4, 4])
    assert kept.hashes("a b c d e f g h") is first
    assert len(kept.hashes("a b c d e f g h i j k l m n o p")) == 12  # alone too many: used, not kept
    assert (kept._n, kept._texts) == (0, {})
