"""Sentences gathered for a claim: the right ones, in the document's order, within bounds."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.gathered import GATHERED_WORDS, MOST_SENTENCES, WHOLE_WORDS, gather

FILLER = "The harbour was quiet and the market sold fish and bread to everyone who came by. " * 10  # 160 words
CLAIM = "The pact was signed in Moscow and lasts for twenty years."
LASTS = "It lasts for 20 years."  # "twenty" and "20" are one word
SIGNED = "The pact was signed in Moscow."


def test_sentences_far_apart_are_read_in_the_order_of_the_document() -> None:
    assert gather(CLAIM, FILLER + LASTS + " " + FILLER + SIGNED + " " + FILLER) == f"{LASTS} {SIGNED}"


def test_new_words_count_more_than_words_that_are_there() -> None:
    # Of "pact sign moscow last 20 year": the first sentence has three; then the one that repeats two of them adds
    # 0.3 * 2, the one that has another two 2 + 0.3 * 2. All three are taken, in the document's order.
    again = "The pact, once more: Moscow."
    rest = "For 20 years nothing changed."
    assert gather(CLAIM, f"{again} {FILLER}{rest} {FILLER}{SIGNED}") == f"{again} {rest} {SIGNED}"
    long_again = "The pact and Moscow " + "and so on " * 48 + "."  # 149 words: no room beside others
    assert gather(CLAIM, f"{long_again} {FILLER}{rest} {FILLER}{SIGNED}") == f"{rest} {SIGNED}"


def test_a_short_document_is_read_whole_and_one_that_shares_nothing_not_at_all() -> None:
    short = " Nothing of the kind. Not here. "
    assert gather(CLAIM, short) == short.strip()
    assert gather(CLAIM, FILLER * 2) is None
    assert len((FILLER * 2).split()) > WHOLE_WORDS


@settings(max_examples=30, deadline=None)
@given(
    st.lists(
        st.sampled_from([SIGNED, LASTS, "A pact of years in Moscow, they said.", "Fish."]), min_size=90, max_size=120
    )
)
def test_bounds_are_kept(sentences: list[str]) -> None:
    found = gather(CLAIM, " ".join(sentences)) or ""
    assert len(found.split()) <= GATHERED_WORDS
    assert found.count(".") <= MOST_SENTENCES
    assert found in ("", " ".join(sentences)) or all(f"{part.strip()}." in sentences for part in found.split(".")[:-1])


def test_one_sentence_that_is_longer_than_all_that_may_be_gathered_is_taken_alone() -> None:
    assert gather("pact", "pact " * (WHOLE_WORDS + 1)) == ("pact " * (WHOLE_WORDS + 1)).strip()
