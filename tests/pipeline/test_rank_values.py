"""Candidates judged by where the reader points, in two texts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from factcheck.records import Passage, Question, Source, Span
from pipeline.extract import ValueCandidate, find_candidates, typed
from pipeline.pointing import Pointed
from pipeline.rank_values import LEAST_POINTED, N_JUDGED, Weights, point_at_values, rank_values
from pipeline.sentences import Sentence

BEFORE = "Talks began in 2019."
TEXT = "Iran joined in 2023, any member of the bloc said, and a summit met in 2024."
EVEN = Weights(bias=0.0, words=0.0, said=1.0)


def sentence(text: str = TEXT, before: str = BEFORE) -> Sentence:
    source = Source(text, f"{before} {text}", "", "")
    start = len(before) + 1 if before else 0
    passage = Passage(text, 0, len(source.text), source.text, 1.0)
    return Sentence(source, Span(start, start + len(text)), before, passage, 0)


class Scripted:
    """Everything is as likely; the reader is sure of one phrase, and says none where it does not stand."""

    name = "scripted"

    def __init__(self, phrase: str, *, has_reader: bool = True) -> None:
        self.phrase, self.has_reader = phrase, has_reader
        self.read: list[str] = []

    def score_support(self, claim: str, passages: Sequence[str]) -> NDArray[np.float32]:
        return self.score_pairs([(claim, passage) for passage in passages])

    def score_pairs(self, pairs: Sequence[tuple[str, str]]) -> NDArray[np.float32]:
        return np.full((len(pairs), 3), 1 / 3, np.float32)

    def read_spans(self, pairs: Sequence[tuple[str, str]]) -> tuple[Pointed, ...]:
        self.read += [passage for _, passage in pairs]
        return tuple(self._point(passage) for _, passage in pairs)

    def _point(self, passage: str) -> Pointed:
        at = passage.find(self.phrase)
        spans = np.array([(i, i + 1) for i in range(len(passage))])
        first, last = np.full((2, len(passage)), -12.0, np.float32)
        if at >= 0:
            first[at] = last[at + len(self.phrase) - 1] = -0.1
        return Pointed(spans, first, last, -5.0 if at >= 0 else -0.1)


def candidates(question: Question, *sentences: Sentence) -> tuple[ValueCandidate, ...]:
    return find_candidates(question, sentences, [0.5] * len(sentences))


WHEN = Question("When did it happen?", type="date")
WHO = Question("Who said so?", type="entity")


@pytest.mark.parametrize("year", ["2023", "2024"])
def test_where_the_reader_points_wins_and_context_shifts_no_offset(year: str) -> None:
    found = candidates(WHEN, sentence())
    assert {c.answer for c in found} == {"2023", "2024"}
    ranked = rank_values(WHEN, found, Scripted(f"in {year}"), weights=EVEN)  # the answer is wider than the value
    assert ranked[0].answer == year
    assert ranked[0].score > 0.4
    assert ranked[1].score < 0.01


def test_an_answer_in_the_sentence_before_is_not_the_candidates() -> None:
    _, pointed = point_at_values(WHEN, candidates(WHEN, sentence()), Scripted("2019"))
    assert pointed == [LEAST_POINTED, LEAST_POINTED]


def test_a_scorer_without_a_reader_is_never_asked_to_read() -> None:
    scorer = Scripted("2024", has_reader=False)
    assert len(rank_values(WHEN, candidates(WHEN, sentence()), scorer)) == 2
    assert scorer.read == []


def test_the_reader_finds_a_name_that_no_rule_does() -> None:
    place = sentence()
    found = rank_values(WHO, candidates(WHO, place), Scripted("any member"), sentences=[place], weights=EVEN)
    assert found[0].answer == "any member"
    assert found[0].value == {"text": "any member"}
    assert found[0].span is not None
    assert found[0].span.of(place.text) == "any member"


@pytest.mark.parametrize("phrase", ["Talks", "no such words", ",", "Iran"])
def test_it_adds_none_that_is_elsewhere_or_blank_or_there_already(phrase: str) -> None:
    place = sentence()
    before = [c.answer for c in candidates(WHO, place)]
    judged, _ = point_at_values(WHO, candidates(WHO, place), Scripted(phrase), sentences=[place])
    assert [c.answer for c in judged] == before


def test_few_texts_are_read_each_once() -> None:
    places = [replace(sentence(f"Iran joined in {year} with Oman and Qatar."), before="") for year in range(1990, 2020)]
    scorer = Scripted("1990")
    judged, _ = point_at_values(WHO, candidates(WHO, *places)[:N_JUDGED], scorer, sentences=places)
    assert len(judged) <= N_JUDGED
    assert len(scorer.read) == len(set(scorer.read)) == 2 * N_JUDGED


WHAT = Question("What did a member of the bloc say?", type="text")


def test_a_text_question_is_answered_with_what_the_reader_points_at() -> None:
    places = [sentence(), sentence("It rained all day in the capital.")]
    (first, *_) = rank_values(WHAT, candidates(WHAT, *places), Scripted("Iran joined in 2023"), weights=EVEN)
    assert (first.answer, first.value) == ("Iran joined in 2023", {"text": "Iran joined in 2023"})
    assert first.sentence == places[0]
    assert first.span == Span(0, 19)
    assert first.score > 0.4


def test_what_the_reader_finds_in_the_sentence_before_is_no_answer_of_this_one() -> None:
    (only,) = rank_values(WHAT, candidates(WHAT, sentence()), Scripted("Talks began"), weights=EVEN)
    assert only.answer in TEXT
    assert only.score < 0.001


@pytest.mark.parametrize(
    "text",
    [
        "How does it differ from the old bloc?",
        "What do they say about the bloc?",
        "Explain the reasons for the summit.",
    ],
)
def test_an_explanation_is_the_whole_sentence(text: str) -> None:
    question, place = Question(text, type="text"), sentence()
    (only,) = rank_values(question, candidates(question, place), Scripted("Iran joined"), weights=EVEN)
    assert only.answer == place.text
    assert only.score > 0.4


def test_without_a_reader_a_text_question_keeps_its_sentences() -> None:
    found = candidates(WHAT, sentence())
    assert rank_values(WHAT, found, Scripted("Iran", has_reader=False)) == found


def test_the_last_of_those_that_are_read_can_be_first() -> None:
    places = [sentence(f"Iran joined in {year}.") for year in range(1990, 2020)]
    found = candidates(WHEN, *places)
    pointed_at = found[N_JUDGED - 1].answer
    ranked = rank_values(WHEN, found, Scripted(pointed_at), weights=EVEN)
    assert len(ranked) == N_JUDGED
    assert ranked[0].answer == pointed_at


class Forgetful(Scripted):
    """Answers only where it has read what the question's pronoun means."""

    def _point(self, passage: str) -> Pointed:
        known = super()._point(passage)
        return known if "Talks began" in passage else replace(known, first=known.first * 0 - 12.0, none=-0.1)


def test_a_text_with_more_before_it_can_tell_what_the_sentence_alone_does_not() -> None:
    place = sentence()
    alone = replace(place, before="", lead_start=None)
    (told, *_), (untold, *_) = (
        rank_values(WHEN, candidates(WHEN, s), Forgetful("2024"), weights=EVEN)
        for s in (replace(place, before=""), alone)
    )
    assert told.answer == "2024"
    assert told.score > 10 * untold.score


class Short(Scripted):
    """Reads the first forty characters of a passage."""

    def _point(self, passage: str) -> Pointed:
        return super()._point(passage[:40])


def test_a_text_that_is_cut_off_before_the_candidate_is_left_out() -> None:
    place = replace(sentence("It met in 2024.", before="Talks about the summit began long before."), before="")
    ranked = rank_values(WHEN, candidates(WHEN, place), Short("2024"), weights=EVEN)
    assert [c.score > 0.4 for c in ranked] == [True]


class Doubting(Scripted):
    """Is sure where it reads the sentence alone, and less so with what stands before it."""

    def _point(self, passage: str) -> Pointed:
        known = super()._point(passage)
        p = np.log(0.9 if passage == TEXT else 0.1)
        return replace(known, first=np.where(known.first > -1, p, -12.0), last=np.where(known.last > -1, 0.0, -12.0))


def test_the_mean_of_both_texts_counts() -> None:
    place = replace(sentence(), before="")
    _, pointed = point_at_values(WHEN, candidates(WHEN, place), Doubting("2024"))
    assert np.exp(max(pointed)) == pytest.approx(0.5, abs=0.01)


def test_what_fits_into_neither_text_is_not_pointed_at() -> None:
    place = sentence("After talks that had lasted for many years it met in 2024.")
    _, pointed = point_at_values(WHEN, candidates(WHEN, place), Short("2024"))
    assert pointed == [LEAST_POINTED]


def test_lengths_are_offered_where_how_long_may_ask_for_one() -> None:
    ship = sentence("The 92-metre vessel was out of service for three weeks, with winds of 19 metres per second.")
    found = candidates(Question("How long is the Solveig?", type="duration"), ship)
    assert {c.answer: c.value for c in found} == {
        "92-metre": {"number": 92, "unit": "m"},
        "three weeks": {"iso": "P3W"},
    }
    lasting = candidates(Question("How long did it last?", type="duration"), ship)
    assert [c.answer for c in lasting] == ["three weeks"]
    picked = typed("92-metre", Question("How long is the Solveig?", type="duration"), ship)
    assert picked == {"number": 92, "unit": "m"}


def test_figures_are_read_in_the_language_of_their_source() -> None:
    german = sentence("Das Wasserwerk wurde 1903 von der Stadt gegründet und versorgt rund 94.000 Menschen.", before="")
    english = sentence(
        "The water works of the town were built in 1903 and supply about 94.125 of the people.", before=""
    )
    question = Question("How many people does it supply?", type="number")
    assert [c.value["number"] for c in candidates(question, german)] == [94000]
    assert [c.value["number"] for c in candidates(question, english)] == [94.125]
