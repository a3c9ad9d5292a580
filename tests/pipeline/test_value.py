"""A value and a small model's pick of another one: both are judged alike, and the pick counts a little more."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from factcheck.records import Passage, Question, Source, Span
from pipeline.models.reply import Usage
from pipeline.pointing import Pointed
from pipeline.read import ClaimReading, ValueReading
from pipeline.relevance import Relevance
from pipeline.sentences import Sentence
from pipeline.value import FAR, find_value

TEXT = "The deal of 2019 was replaced in 2024."
QUESTION = Question("When was the deal replaced?", type="date")


def relevance(text: str = TEXT) -> Relevance:
    sentence = Sentence(Source("s", text, "", ""), Span(0, len(text)), "", Passage("s", 0, len(text), text, 1.0))
    return Relevance((sentence,), (0.5,))


class Knowing:
    """Points at years, each with its probability; supports nothing more than anything else."""

    name, has_reader = "knowing", True

    def __init__(self, years: dict[str, float]) -> None:
        self.years = years

    def score_support(self, claim: str, passages: Sequence[str]) -> NDArray[np.float32]:
        return self.score_pairs([(claim, passage) for passage in passages])

    def score_pairs(self, pairs: Sequence[tuple[str, str]]) -> NDArray[np.float32]:
        return np.full((len(pairs), 3), 1 / 3, np.float32)

    def read_spans(self, pairs: Sequence[tuple[str, str]]) -> tuple[Pointed, ...]:
        return tuple(self._point(text) for _, text in pairs)

    def _point(self, text: str) -> Pointed:
        first, last = np.full((2, len(text)), -12.0, np.float32)
        for year, p in self.years.items():
            if (at := text.find(year)) >= 0:
                first[at] = last[at + len(year) - 1] = np.log(p)
        return Pointed(np.array([(i, i + 1) for i in range(len(text))]), first, last, -1.0)


class Naming(Knowing):
    """Points at one phrase."""

    def __init__(self, phrase: str) -> None:
        super().__init__({})
        self.phrase = phrase

    def read_spans(self, pairs: Sequence[tuple[str, str]]) -> tuple[Pointed, ...]:
        found = []
        for _, text in pairs:
            first, last = np.full((2, len(text)), -12.0, np.float32)
            at = text.index(self.phrase)
            first[at] = last[at + len(self.phrase) - 1] = -0.1
            found.append(Pointed(np.array([(i, i + 1) for i in range(len(text))]), first, last, -5.0))
        return tuple(found)


class Pointing(Naming):
    """Points at one phrase where a text has it, and at nothing else."""

    def read_spans(self, pairs: Sequence[tuple[str, str]]) -> tuple[Pointed, ...]:
        return tuple(
            super(Pointing, self).read_spans([pair])[0]
            if self.phrase in pair[1]
            else Knowing.read_spans(self, [pair])[0]
            for pair in pairs
        )


class Picking:
    """A model that points, and picks what it was told to."""

    pointing, name, price, prompts, notes, usage = True, "picking", None, (), (), Usage()

    def __init__(self, answer: str | None) -> None:
        self.answer = answer

    def begin(self, *, repeat: int = 0) -> None: ...
    def close(self) -> None: ...
    def word_claim(self, question: str) -> str:
        return question

    def judge(self, claim: str, sentences: Sequence[Sentence]) -> ClaimReading:
        return ClaimReading((None,) * len(sentences))

    def read_value(self, question: Question, sentences: Sequence[Sentence]) -> ValueReading:
        return ValueReading(self.answer, 0)


@pytest.mark.parametrize(
    ("years", "answer"),
    [
        ({"2019": 0.01, "2024": 0.99}, "2024"),  # the pick is far worse
        ({"2019": 0.55, "2024": 0.6}, "2019"),  # about as good: the model decides
        ({"2019": 0.9, "2024": 0.1}, "2019"),
    ],
)
def test_a_pick_that_is_read_as_far_worse_does_not_count(years: dict[str, float], answer: str) -> None:
    found = find_value(QUESTION, relevance(), scorer=Knowing(years), reader=Picking("2019"))
    assert found.answer == answer


def test_a_sure_candidate_is_not_asked_about_and_what_the_model_does_not_find_is_not_found() -> None:
    def answer(pick: str | None, below: float) -> str | None:
        scorer = Knowing({"2019": 0.01, "2024": 0.95})
        return find_value(QUESTION, relevance(), scorer=scorer, reader=Picking(pick), model_below=below).answer

    assert (answer("2019", 0.3), answer(None, 0.3)) == ("2024", "2024")
    assert answer(None, 0.65) is None


def test_a_pick_that_is_all_but_impossible_is_none() -> None:
    sure = Naming("2019")  # the reader points elsewhere
    found = find_value(QUESTION, relevance("It began in 2019."), scorer=sure, reader=Picking("2019"))
    assert found.answer == "2019"
    text = "It began in 2019. The bridge of 2024 is old."
    lost = find_value(QUESTION, relevance(text), scorer=Naming("is old"), reader=Picking("2024"))
    assert (lost.answer, lost.evidence) == (None, ())


@pytest.mark.parametrize("pick", ["2031", None])
def test_what_stands_nowhere_or_is_nothing_leaves_the_question_open(pick: str | None) -> None:
    found = find_value(QUESTION, relevance(), scorer=Knowing({"2019": 0.1, "2024": 0.2}), reader=Picking(pick))
    assert (found.answer, found.evidence) == (None, ())


def test_a_text_answer_beside_a_forecast_is_an_answer() -> None:
    text = "The deal, expected to be signed in May, was put off for undisclosed reasons."
    question = Question("Why was the deal put off?", type="text")
    found = find_value(question, relevance(text), scorer=Knowing({}), reader=Picking("undisclosed reasons"))
    assert found.answer == "undisclosed reasons"
    assert [e.note for e in found.evidence] == [None]


@pytest.mark.parametrize("pick", ["Moscow", "the envoys", "Putin"])
def test_a_name_that_a_model_picks_is_judged_beside_those_that_the_reader_finds(pick: str) -> None:
    text = "The treaty was signed by Putin and Pezeshkian in Moscow, the envoys said."
    question = Question("Who signed the treaty?", type="entity")
    found = find_value(question, relevance(text), scorer=Naming("Putin and Pezeshkian"), reader=Picking(pick))
    assert found.answer in ("Putin and Pezeshkian", "Putin", "Pezeshkian")


def test_a_pick_inside_a_longer_word_has_another_place() -> None:
    text = "Iranian envoys met in Iran, and Oman watched."
    question = Question("Where did they meet?", type="entity")
    found = find_value(question, relevance(text), scorer=Naming("in Iran"), reader=Picking("Iran"))
    assert found.answer == "Iran"


def relevance_of(text: str) -> Relevance:
    """The first line of the text, as a sentence of it."""
    sentence = Sentence(Source("s", text, "", ""), Span(0, text.index("\n")), "", Passage("s", 0, len(text), text, 1.0))
    return Relevance((sentence,), (0.5,))


def spread(texts: dict[str, str]) -> Relevance:
    sentences = [
        Sentence(Source(id_, text, "", ""), Span(0, len(text)), "", Passage(id_, 0, len(text), text, 1.0))
        for id_, text in texts.items()
    ]
    return Relevance(tuple(sentences), (0.5,) * len(texts))


def test_a_value_that_two_sources_state_goes_before_a_little_likelier_one_of_one() -> None:
    texts = {
        "a": "It was replaced in 2024, in part.",
        "b": "The deal was replaced in 2019.",
        "c": "In 2019 it was over.",
    }
    scorer = Knowing({"2024": 0.6, "2019": 0.55})
    found = find_value(QUESTION, spread(texts), scorer=scorer, reader=None)
    assert found.answer is not None
    assert "2019" in found.answer
    assert {e.sentence.source.id for e in found.evidence} == {"b", "c"}
    alone = find_value(QUESTION, spread({k: texts[k] for k in "ab"}), scorer=scorer, reader=None)
    assert found.probability > alone.probability


def test_reprints_are_no_second_source() -> None:
    long = " The two presidents met in the capital on a cold day and talked for hours about trade and transport routes."
    scorer = Knowing({"2024": 0.9, "2019": 0.2})
    texts = {
        "a": "It was replaced in 2024." + long[:20],
        "b": "It was over in 2019." + long,
        "c": "It was over in 2019." + long,
    }
    found = find_value(QUESTION, spread(texts), scorer=scorer, reader=None)
    assert found.answer is not None
    assert "2024" in found.answer
    twice, once = (
        find_value(QUESTION, spread({k: texts[k] for k in ids}), scorer=scorer, reader=None) for ids in ("bc", "b")
    )
    assert twice.probability == once.probability


def test_a_place_is_no_name_of_a_people() -> None:
    text = "It was signed in the Russian capital, and a copy in Varna."
    question = Question("In which city was it signed?", type="entity")
    found = find_value(question, relevance(text), scorer=Naming("Russian"), reader=None)
    assert found.answer in (None, "Varna")


MAYOR = {"calder": "The mayor of Calder, Dev Patel, smiled.", "court": "The town of Oberau went to court against Lenz."}


def test_a_source_that_does_not_name_what_is_asked_about_answers_nothing() -> None:
    def answer(place: str) -> tuple[str | None, tuple[str, ...]]:
        question = Question(f"Who is the mayor of {place}?", type="entity")
        found = find_value(question, spread(MAYOR), scorer=Pointing("Dev Patel"), reader=None)
        return found.answer, found.warnings

    assert answer("Calder") == ("Dev Patel", ())
    assert answer("Oberau")[0] != "Dev Patel"
    assert answer("Gotham") == (None, ("no source that was read names Gotham",))


def test_what_is_asked_of_a_name_that_stands_far_is_less_sure() -> None:
    far = "The mayor, Dev Patel, smiled.\n" + "It rained. " * 40 + "\nThe owners are in Rotterdam."
    question = Question("Who is the mayor of Rotterdam?", type="entity")
    near, away = (
        find_value(question, relevance_of(text), scorer=Pointing("Dev Patel"), reader=None).probability
        for text in (far.replace("The mayor", "Rotterdam: the mayor"), far)
    )
    assert away == pytest.approx(FAR * near, abs=0.02)


def test_a_choice_need_not_be_named_anywhere() -> None:
    question = Question(
        "Who won, Klara Tessmer or Joyce Chepkoech?", type="choice", choices=("Klara Tessmer", "Joyce Chepkoech")
    )
    found = find_value(question, relevance("Klara Tessmer won."), scorer=Pointing("Klara Tessmer"), reader=None)
    assert found.answer == "Klara Tessmer"


def test_a_correction_goes_before_what_it_corrects_and_that_is_told() -> None:
    first, second = "We wrote that the deal was replaced in 2019.", "In fact it was replaced in 2024."
    source = Source("s", f"{first} {second}", "", "")
    passage = Passage("s", 0, len(source.text), source.text, 1.0)
    sentences = (
        Sentence(source, Span(0, len(first)), "", passage),
        Sentence(source, Span(len(first) + 1, len(source.text)), first, passage),
    )
    read = Relevance(sentences, (0.5, 0.5))
    found = find_value(QUESTION, read, scorer=Knowing({"2019": 0.9, "2024": 0.6}), reader=None)
    assert found.answer == "2024"
    assert found.warnings == ("also stated: 2019 (s)",)
