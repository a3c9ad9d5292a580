"""Each scorer on cases worked out by hand."""

from __future__ import annotations

from typing import Any

import pytest

from eval.corpus import CorpusText
from eval.gold import Sample
from eval.quantities import same_number
from eval.scorers.answer_accuracy import answer_accuracy
from eval.scorers.citation_carries import citation_carries
from eval.scorers.citation_coverage import citation_coverage
from eval.scorers.citation_precision import citation_precision
from eval.scorers.citation_proof import citation_proof
from eval.scorers.citation_recall import citation_recall
from eval.scorers.quote_validity import quote_validity
from eval.scorers.right import right
from eval.scorers.set_f1 import set_f1
from eval.scorers.value_match import value_match

#        0         1         2         3         4
#        01234567890123456789012345678901234567890123456789
ALPHA = "Snow fell. The pact lasts twenty years. Rain fell."
CORPUS = {"alpha": CorpusText(ALPHA), "beta": CorpusText("The pact has no term.")}
CARRIES = {"alpha": ["lasts twenty years"]}  # [20, 38), 18 characters


def sample(**change: Any) -> Sample:
    return Sample.model_validate({"id": "a", "question": "Does it?", "type": "boolean", "answer": "yes", **change})


def record(answer: str | None = None, value: dict[str, Any] | None = None, **change: Any) -> dict[str, Any]:
    return {"question": {"id": "a"}, "answer": answer, "value": value, "citations": [], **change}


def cite(start: int, end: int, source: str = "alpha", **change: Any) -> dict[str, Any]:
    exact = CORPUS[source].text[start:end]
    return {"source": source, "start": start, "end": end, "exact": exact, "stance": "supports", **change}


@pytest.mark.parametrize(
    ("said", "value"), [("yes", 1.0), ("no", 0.0), ("not_stated", 0.0), ("conflicting", 0.0), (None, 0.0)]
)
def test_boolean_answers(said: str | None, value: float) -> None:
    score = answer_accuracy(sample(), record(said), CORPUS)
    assert score is not None
    assert score.value == value


def test_a_claim_is_scored_by_its_verdict() -> None:
    claim = Sample(id="a", claim="It lasts.", answer="refuted")
    score = answer_accuracy(claim, record("no", verdict="refuted"), CORPUS)
    assert score is not None
    assert score.value == 1.0


def test_a_withheld_answer_is_not_right() -> None:
    score = answer_accuracy(sample(), record("yes", abstained=True), CORPUS)
    assert score is not None
    assert (score.value, score.why) == (0.0, "abstained")


def test_scorers_leave_alone_what_is_not_theirs() -> None:
    value_sample = sample(type="entity", answer="x", value={"text": "x"})
    assert answer_accuracy(value_sample, record("x"), CORPUS) is None
    assert value_match(sample(), record("yes"), CORPUS) is None


DAY = {"iso": "2025-01-17", "precision": "day"}
DATE = {"type": "date", "answer": "17 January 2025", "value": DAY, "accept": ["January 17", "2025-01-17"]}
GAS = {"type": "number", "answer": "2 bcm a year", "value": {"number": 2e9, "unit": "m3/year"}, "accept": ["2 bcm"]}
UNITS = {"type": "number", "answer": "2", "value": {"number": 2, "unit": "units"}, "accept": ["two"]}
WASTE = {"type": "number", "answer": "300 tonnes", "value": {"number": 300, "unit": "tonnes"}}
DELAY = {
    "question": "How many days was it late?", "type": "number", "answer": "14 days",
    "value": {"number": 14, "unit": "days"}, "accept": ["a fortnight"],
}  # fmt: skip
COST = {"type": "number", "answer": "€5 million", "value": {"number": 5_000_000, "unit": "EUR"}}
GROWTH = {"type": "number", "answer": "-3.2 %", "value": {"number": -3.2, "unit": "%"}}
SIGNS = {"type": "choice", "answer": "+5", "value": {"text": "+5"}, "choices": ["+5", "-5"]}
TERM = {"type": "duration", "answer": "20 years", "value": {"iso": "P20Y"}, "accept": ["twenty years"]}
NAME = {"type": "entity", "answer": "Mohammad Khatami", "value": {"text": "Mohammad Khatami"}, "accept": ["Khatami"]}
CHOICE = {
    "type": "choice",
    "answer": "the route",
    "value": {"text": "the route"},
    "choices": ["the route", "the price"],
}
TEXT = {"type": "text", "answer": "Great Satan", "value": {"text": "Great Satan"}}
FIVE = {"type": "list", "answer": "a, b, c, d, e", "value": {"items": ["ant", "bee", "cow", "dog", "S-400 system"]}}
NONE = {"type": "number", "answer": None, "value": None}


@pytest.mark.parametrize(
    ("gold", "answer", "value", "right"),
    [
        (DATE, "signed then", DAY, True),
        (DATE, "January 17", None, True),
        (DATE, "Jan. 2025", {"iso": "2025-01", "precision": "month"}, False),  # too little
        (DATE, "18 January 2025", {"iso": "2025-01-18", "precision": "day"}, False),
        ({**DATE, "accept": [], "value": {"iso": "2025-01", "precision": "month"}}, "x", DAY, False),  # invented day
        (GAS, "x", {"number": 2000000000, "unit": "m3/year"}, True),
        (GAS, "x", {"number": 2, "unit": "bcm per year"}, True),
        (GAS, "x", {"number": 2, "unit": "billion cubic metres a year"}, True),
        (GAS, "x", {"number": 2000000000, "unit": "m3"}, False),  # a volume is no rate
        (GAS, "2 bcm", {"number": 2000000000, "unit": "m3"}, True),  # as accepted
        (GAS, "55 bcm", {"number": 55000000000, "unit": "m3/year"}, False),
        (GAS, "x", {"number": 2, "unit": None}, False),
        (UNITS, "x", {"number": 2, "unit": None}, True),
        (UNITS, "Two.", None, True),
        (UNITS, "x", {"number": 3, "unit": "units"}, False),
        (UNITS, "2 %", {"number": 2, "unit": "%"}, False),  # measured things are not counted things
        (WASTE, "300 kg", {"number": 300, "unit": "kg"}, False),
        (WASTE, "300 tonnes", {"number": 300, "unit": "kg"}, False),  # the value decides, not how it is displayed
        (WASTE, "x", {"number": 300_000, "unit": "kg"}, True),
        (WASTE, "x", {"number": 300, "unit": "tons"}, True),
        (WASTE, "300", {"number": 300, "unit": None}, False),
        (WASTE, "300 tonnes", {"number": 300}, True),  # the wording names the unit that the value leaves out
        (WASTE, "300 tonnes", {"number": 500}, False),
        ({**WASTE, "accept": ["300"]}, "300", {"number": 300}, True),
        ({**WASTE, "accept": ["300"]}, "300", {"number": 300, "unit": "kg"}, False),
        (DATE, "x", {"iso": "2025-01-17"}, True),
        (DELAY, "14 years", {"number": 14, "unit": "years"}, False),
        (DELAY, "2 weeks", {"number": 2, "unit": "weeks"}, True),
        (DELAY, "14", {"number": 14, "unit": None}, True),  # in what the question asks
        (DELAY, "a fortnight", {"number": 1, "unit": None}, False),  # accepted, but typed as something else
        (COST, "$5 million", {"number": 5_000_000, "unit": "USD"}, False),
        (COST, "x", {"number": 5, "unit": "million euros"}, True),
        (GROWTH, "3.2 %", {"number": 3.2, "unit": "%"}, False),
        (GROWTH, "3.2 %", None, False),
        (GROWTH, "–3.2%", None, True),
        (DATE, "2025-01-17", {"iso": "2024-01-17", "precision": "day"}, False),
        (TERM, "x", {"iso": "P240M"}, True),
        (TERM, "twenty  years", None, True),
        (TERM, "25 years", {"iso": "P25Y"}, False),
        (NAME, "president Mohammad Khatami", None, True),
        (NAME, "Ayatollah Khomeini", {"text": "Khomeini"}, False),
        (NAME, "x", {"text": "khatami"}, True),
        (NAME, "Ahmadinejad, not Khatami", None, False),
        (NAME, "not by Ahmadinejad but by Khatami", None, True),
        (NAME, "It was not Ahmadinejad. Khatami did it", None, True),
        (NAME, "not by Mr. Khatami", None, False),
        (NAME, "one two three four five six seven Khatami", None, False),  # 7 more words than the name
        (CHOICE, "the price", {"text": "the price"}, False),
        (CHOICE, "The route", None, True),
        (CHOICE, "the route and the price", None, False),
        (SIGNS, "-5", None, False),
        (SIGNS, "+5", None, True),
        (TEXT, "he called it the “Great Satan”", None, True),
        (TEXT, "he never called it the Great Satan", None, False),
        (FIVE, "x", {"items": ["bee", "ant", "dog", "cow"]}, True),  # F1 = 2*4 / (4+5) = 0.889
        (FIVE, "x", {"items": ["ant", "bee", "cow", "S-400", "dog"]}, True),
        (FIVE, "x", {"items": ["ant", "bee", "cow"]}, False),  # 2*3 / (3+5) = 0.75
        (FIVE, "x", {"items": ["ant", "ant", "ant", "ant", "ant"]}, False),  # each gold item is hit once: 2/10
        (FIVE, "x", {"items": "ant"}, False),
        (FIVE, "x", {"items": ["no ant", "bee", "cow", "dog"]}, False),  # F1 = 2*3 / (4+5)
        (NONE, None, None, True),
        (NONE, "35", {"number": 35, "unit": None}, False),
        (GAS, None, None, False),
    ],
)
def test_values(gold: dict[str, Any], answer: str | None, value: dict[str, Any] | None, right: bool) -> None:
    score = value_match(sample(**gold), record(answer, value), CORPUS)
    assert score is not None
    assert score.value == float(right), score.why


def test_a_truth_value_is_no_number() -> None:
    assert not same_number(True, None, 1, None)


def test_proof_counts_citations_that_are_not_byte_equal() -> None:
    good, shifted = cite(20, 38), {**cite(20, 38), "start": 21}
    wrong_hash = cite(20, 38, source_sha256="0" * 64)
    unknown = {**cite(20, 38), "source": "gamma"}
    score = citation_proof(sample(), record("yes", citations=[good, shifted, wrong_hash, unknown]), CORPUS)
    assert score is not None
    assert (score.value, score.weight) == (0.25, 4)
    assert score.why == "alpha[21:38], alpha[20:38], gamma[20:38]"


def test_proof_of_nothing_is_not_scored() -> None:
    assert citation_proof(sample(), record("yes"), CORPUS) is None


@pytest.mark.parametrize(
    "broken", [{}, cite(5, 5), cite(0, 4, exact="Rain"), {**cite(0, 4), "start": -50}, {**cite(0, 4), "end": "4"}]
)
def test_proof_takes_nothing_on_trust(broken: dict[str, Any]) -> None:
    score = citation_proof(sample(), record("yes", citations=[broken]), CORPUS)
    assert score is not None
    assert score.value == 0.0


@pytest.mark.parametrize(
    ("start", "end", "value"),
    [
        (20, 38, 1.0),  # the gold words
        (11, 39, 1.0),  # their sentence: 18 of min(28, 18)
        (0, 29, 1.0),  # 9 of min(29, 18): just half
        (0, 28, 0.0),  # 8 of 18
        (26, 32, 1.0),  # a word within them: 6 of 6
        (40, 50, 0.0),  # another sentence
    ],
)
def test_carries_is_half_of_the_shorter_span(start: int, end: int, value: float) -> None:
    score = citation_carries(sample(evidence=CARRIES), record("yes", citations=[cite(start, end)]), CORPUS)
    assert score is not None
    assert score.value == value


def test_carries_looks_at_right_answers_to_answerable_questions() -> None:
    good = [cite(20, 38)]
    assert citation_carries(sample(evidence=CARRIES), record("no", citations=good), CORPUS) is None
    silent = sample(answer="not_stated")
    assert citation_carries(silent, record("not_stated", citations=good), CORPUS) is None
    assert citation_carries(sample(), record("yes", citations=good), CORPUS) is None  # no gold evidence


def test_carries_wants_a_proved_citation_among_the_first_two_of_its_source_and_stance() -> None:
    gold = sample(evidence=CARRIES)
    third = [cite(0, 10), cite(40, 50), cite(20, 38)]
    other_stance = [cite(0, 10), cite(40, 50), cite(20, 38, stance="refutes")]
    unproved = [cite(20, 38, exact="lasts twenty-five")]
    scores = [citation_carries(gold, record("yes", citations=c), CORPUS) for c in (third, other_stance, unproved, [])]
    assert [s.value for s in scores if s] == [0.0, 1.0, 0.0, 0.0]


def test_carries_finds_every_place_of_a_repeated_quote() -> None:
    corpus = {"alpha": CorpusText("It lasts. Well. It lasts.")}
    second = {"source": "alpha", "start": 16, "end": 25, "exact": "It lasts.", "stance": "supports"}
    score = citation_carries(sample(evidence={"alpha": ["It lasts"]}), record("yes", citations=[second]), corpus)
    assert score is not None
    assert score.value == 1.0


def test_coverage_is_of_answerable_questions() -> None:
    cited, bare = record("yes", citations=[cite(0, 10)]), record("not_stated")
    assert citation_coverage(sample(answer="not_stated"), cited, CORPUS) is None
    scores = [citation_coverage(sample(), r, CORPUS) for r in (cited, bare)]
    assert [s.value for s in scores if s] == [1.0, 0.0]
    conflict = citation_coverage(sample(answer="conflicting"), cited, CORPUS)
    assert conflict is not None
    assert conflict.value == 1.0


def test_right_is_answer_or_value() -> None:
    scores = [right(sample(), record("yes"), CORPUS), right(sample(**UNITS), record("Two."), CORPUS)]
    assert [s.value for s in scores if s] == [1.0, 1.0]


@pytest.mark.parametrize(
    ("said", "value"),
    [
        (["bee", "ant", "dog", "cow"], 2 * 4 / 9),
        (["ant", "bee", "cow"], 2 * 3 / 8),
        (["ant", "elk"], 2 * 1 / 7),
        ([], 0.0),
        (None, 0.0),
    ],
)
def test_set_f1_keeps_the_share(said: list[str] | None, value: float) -> None:
    score = set_f1(sample(**FIVE), record("x", {"items": said}), CORPUS)
    assert score is not None
    assert score.value == pytest.approx(value, abs=1e-12)


def test_set_f1_is_of_lists_that_were_not_withheld() -> None:
    assert set_f1(sample(**UNITS), record("2"), CORPUS) is None
    withheld = set_f1(sample(**FIVE), record("x", {"items": FIVE["value"]["items"]}, abstained=True), CORPUS)
    assert withheld is not None
    assert withheld.value == 0.0


def test_citation_precision_is_over_all_citations() -> None:
    gold = sample(evidence=CARRIES)
    shown = [cite(20, 38), cite(0, 10), {**cite(20, 38), "start": 21}, cite(0, 21, "beta")]
    score = citation_precision(gold, record("yes", citations=shown), CORPUS)
    assert score is not None
    assert (score.value, score.weight) == (0.25, 4)
    assert citation_precision(gold, record("yes"), CORPUS) is None
    assert citation_precision(sample(), record("yes", citations=shown), CORPUS) is None
    silent = citation_precision(sample(answer="not_stated"), record("yes", citations=shown), CORPUS)
    assert silent is not None
    assert silent.value == 0.0


def test_citation_recall_counts_two_quotes_a_source() -> None:
    gold = sample(evidence={"alpha": ["Snow fell", "lasts twenty years", "Rain fell"], "beta": ["no term"]})

    def found(*citations: dict[str, Any]) -> tuple[float, int] | None:
        score = citation_recall(gold, record("yes", citations=list(citations)), CORPUS)
        return score and (score.value, score.weight)

    # of alpha two at most, of beta one: 3
    assert found() == (0.0, 3)
    assert found(cite(20, 38)) == (pytest.approx(1 / 3), 3)
    assert found(cite(20, 38), cite(0, 9), cite(40, 49)) == (pytest.approx(2 / 3), 3)
    assert found(cite(20, 38), cite(0, 9), cite(0, 21, "beta")) == (1.0, 3)
    assert found(cite(0, 50)) == (pytest.approx(2 / 3), 3)  # one citation of everything hits all three quotes
    assert found(cite(20, 38, exact="made up")) == (0.0, 3)
    assert citation_recall(sample(), record("yes", citations=[cite(0, 9)]), CORPUS) is None


def test_quote_validity_is_over_what_was_proposed() -> None:
    quotes = {"exact": 3, "normalised": 1, "misattributed": 0, "frankenquote": 1, "not_found": 3, "ambiguous": 0}
    score = quote_validity(sample(), record("yes", quotes=quotes), CORPUS)
    assert score is not None
    assert (score.value, score.weight, score.why) == (0.5, 8, "frankenquote 1, not_found 3")
    for nothing in ({}, None, "junk", {"exact": 0}):
        assert quote_validity(sample(), record("yes", quotes=nothing), CORPUS) is None
