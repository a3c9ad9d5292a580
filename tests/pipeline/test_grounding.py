"""Claims against documents: windows slice back, the planted sentence is found, long and odd documents are told of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from factcheck.errors import UserError
from factcheck.records import Support
from pipeline.grounding import MOST_WINDOWS, WINDOW_WORDS, ground, split_windows
from pipeline.window_pooling import pool_windows

FILLER = "The harbour was quiet and the market sold fish and bread to everyone who came by. "  # 16 words
PLANTED = "The pact runs for twenty years."
DENIED = "The pact does not run for twenty years."


class PlantedScorer:
    """Supports by 0.9 where PLANTED stands in the passage, refutes by 0.8 where DENIED does, else neutral by 0.96."""

    name = "planted"

    def __init__(self) -> None:
        self.read: list[str] = []

    def score_support(self, claim: str, passages: Sequence[str]) -> NDArray[np.float32]:
        return self.score_pairs([(claim, p) for p in passages])

    def score_pairs(self, pairs: Sequence[tuple[str, str]]) -> NDArray[np.float32]:
        self.read += [passage for _, passage in pairs]
        rows = [
            (0.9, 0.05, 0.05) if PLANTED in p else (0.1, 0.8, 0.1) if DENIED in p else (0.02, 0.02, 0.96)
            for _, p in pairs
        ]
        return np.asarray(rows, dtype=np.float32).reshape(-1, 3)


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=400), st.integers(3, 40))
def test_windows_are_spans_in_order_that_cover_every_word(text: str, max_words: int) -> None:
    windows = split_windows(text, max_words=max_words)
    covered = np.zeros(len(text), dtype=bool)
    for window in windows:
        covered[window.start : window.end] = True
    assert all(covered[i] for i, c in enumerate(text) if not c.isspace())
    assert [w.start for w in windows] == sorted({w.start for w in windows})
    assert [w.end for w in windows] == sorted({w.end for w in windows})


def test_windows_hold_whole_sentences_and_overlap_by_half() -> None:
    text = FILLER * 20  # 320 words
    windows = split_windows(text)
    sizes = [len(w.of(text).split()) for w in windows]
    assert max(sizes) == 96  # six sentences of 16 words; seven would be 112
    assert all(w.of(text).endswith("by.") for w in windows)
    # A window starts where at least 55 words have gone by: four sentences, 64 words, of 82 code points each.
    assert [w.start for w in windows] == [0, 4 * 82, 8 * 82, 12 * 82, 16 * 82][: len(windows)]


@pytest.mark.parametrize("place", [0, 7, 30, 59])
def test_a_planted_sentence_is_found_wherever_it_stands(place: int) -> None:
    document = FILLER * place + PLANTED + " " + FILLER * (60 - place)
    (found,) = ground([("The pact lasts twenty years.", document)], PlantedScorer())
    assert (found.window, found.gathered) == pytest.approx((0.9, 0.9))
    assert found.support.supports == pytest.approx(pool_windows(0.9, 0.9, Support(0.9, 0.05, 0.05)).supports)
    assert PLANTED in found.evidence.of(document)
    assert len(found.evidence.of(document).split()) <= WINDOW_WORDS


def test_a_refutation_decides_only_where_nothing_supports_by_half() -> None:
    refuted = FILLER * 10 + DENIED
    both = PLANTED + " " + FILLER * 20 + DENIED
    claims = [("c", refuted), ("c", both), ("c", FILLER)]
    found = ground(claims, PlantedScorer())
    assert [max(asdict(g.support), key=asdict(g.support).__getitem__) for g in found] == [
        "refutes",
        "supports",
        "neutral",
    ]
    assert found[0].support.refutes == pytest.approx((1 - found[0].support.supports) * 8 / 9)  # 0.8 to 0.1 there
    assert DENIED in found[0].evidence.of(refuted)
    assert PLANTED in found[1].evidence.of(both)
    assert [g.n_windows for g in found] == [len(split_windows(d)) for _, d in claims]


def test_of_a_very_long_document_the_nearest_windows_are_read_and_that_is_said() -> None:
    document = FILLER * 9000 + PLANTED + " " + FILLER * 300
    assert len(document) > 700_000
    scorer = PlantedScorer()
    (found,) = ground([("The pact runs for twenty years.", document)], scorer)
    assert found.window == pytest.approx(0.9)
    assert found.n_windows == MOST_WINDOWS == len(scorer.read) - 1  # and the gathered sentences
    assert any("share most words" in w for w in found.warnings)


def test_what_is_odd_is_said_and_what_is_plain_is_not() -> None:
    plain, russian, control = ground(
        [(PLANTED, PLANTED), (PLANTED, "Договор подписан сегодня в Москве."), (PLANTED, "The pact\x00 runs.")],
        PlantedScorer(),
    )
    assert plain.warnings == ()
    assert russian.warnings == ("the document does not look English; the verifier was trained on English alone",)
    assert control.warnings == ("the document holds control characters; they were read as white space",)


@pytest.mark.parametrize(("pair", "part"), [(("", "x"), "claim"), (("x", " \n\t"), "document")])
def test_a_blank_side_is_refused_by_the_number_of_its_pair(pair: tuple[str, str], part: str) -> None:
    with pytest.raises(UserError, match=f"the {part} of pair 2 is blank"):
        ground([("a", "b"), pair], PlantedScorer())


def test_a_claim_that_rests_on_two_places_is_read_with_both_at_hand() -> None:
    first, second = "The pact was signed in Moscow.", "The treaty lasts twenty years."

    class Both(PlantedScorer):
        def score_pairs(self, pairs: Sequence[tuple[str, str]]) -> NDArray[np.float32]:
            self.read += [passage for _, passage in pairs]
            rows = [(0.9, 0.05, 0.05) if first in p and second in p else (0.4, 0.1, 0.5) for _, p in pairs]
            return np.asarray(rows, dtype=np.float32)

    document = FILLER * 10 + first + " " + FILLER * 20 + second + " " + FILLER * 10
    scorer = Both()
    (found,) = ground([("The pact was signed in Moscow and lasts twenty years.", document)], scorer)
    assert scorer.read[-1] == f"{first} {second}"
    assert (found.window, found.gathered) == pytest.approx((0.4, 0.9))
    assert found.support.supports > 0.5
    assert found.evidence.of(document) in scorer.read[:-1]  # a window of the document is shown, not what was gathered


def test_a_document_of_one_window_has_one_reading_and_a_pair_the_same_row_alone_or_not() -> None:
    scorer = PlantedScorer()
    pairs = [("c", FILLER), ("The pact runs.", FILLER * 30 + PLANTED), ("c", FILLER), ("The pact.", DENIED)]
    together = ground(pairs, scorer)
    assert scorer.read[0] == FILLER.strip()
    assert [g.window == g.gathered for g in together] == [True, True, True, True]
    assert together == [found for pair in pairs for found in ground([pair], PlantedScorer())]
    assert together[0] == together[2]
    assert len(scorer.read) == sum(g.n_windows for g in together) + 1


def test_no_pairs_give_nothing() -> None:
    assert ground([], PlantedScorer()) == []
