"""What the lint finds, each on a label with one thing wrong; and the shipped labels, with nothing."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from eval.corpus import CorpusText, read_corpus
from eval.gold import GoldFile, read_gold
from eval.lint import lint
from factcheck.errors import SourceError, UserError

GOLD = Path(__file__).parents[2] / "eval" / "gold"
CORPUS = {
    "early": CorpusText("The pact “may” come. Snow fell."),
    "late": CorpusText("The pact was signed. It has no such clause.", not_before="2025-01-17"),
}
GOOD: dict[str, Any] = {
    "id": "a",
    "question": "Was the pact signed?",
    "type": "boolean",
    "answer": "yes",
    "stances": {"early": "silent", "late": "supports"},
    "evidence": {"late": ["The pact was signed"]},
}


def checks(*samples: dict[str, Any]) -> list[str]:
    gold = GoldFile.model_validate({"schema": "factcheck/gold/1", "corpus": "x", "samples": samples})
    return [finding.check for finding in lint(gold, CORPUS)]


def test_a_good_label_has_no_finding() -> None:
    assert checks(GOOD) == []


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"answer": "maybe"}, ["answer", "verdict"]),
        ({"answer": "no"}, ["verdict"]),
        ({"answer": "conflicting"}, ["verdict"]),
        ({"answer": "not_stated"}, ["verdict"]),
        ({"evidence": {"late": ["The pact was signed in May"]}}, ["quote"]),
        ({"evidence": {"late": ["The pact was signed", "The pact was signed"]}}, ["quote"]),
        ({"stances": {"early": "silent", "late": "supports", "other": "silent"}}, ["source"]),
        ({"stances": {"early": "supports", "late": "supports"}}, ["stance"]),
        ({"stances": {"early": "supports", "late": "silent"}}, ["stance", "stance"]),
        ({"stances": {"late": "supports"}}, []),  # not every source need be labelled
        ({"as_of": "2025-01-10"}, ["as-of"]),
        ({"as_of": "2025-01-17"}, []),
        ({"type": "choice", "choices": ["signed", "not signed"], "value": {"text": "yes"}}, ["answer", "carry"]),
        ({"type": "text"}, ["answer"]),
    ],
)
def test_one_wrong_thing_is_found(change: dict[str, Any], expected: list[str]) -> None:
    assert checks({**GOOD, **change}) == expected


DATE = {"type": "date", "answer": "3 March 2024", "value": {"iso": "2024-03-03", "precision": "day"}}
WASTE = {"type": "number", "answer": "300 tonnes", "value": {"number": 300, "unit": "t"}}
GAS = {"type": "number", "answer": "55 bcm", "value": {"number": 55e9, "unit": "m3/year"}}
TERM = {"type": "duration", "answer": "twenty years", "value": {"iso": "P20Y"}}
NAME = {"type": "entity", "answer": "Verde Holding", "value": {"text": "Verde Holding"}}
LIST = {"type": "list", "answer": "Iran and Russia", "value": {"items": ["Russia", "Iran"]}}


@pytest.mark.parametrize(
    ("label", "messages"),
    [
        (DATE, 0), (WASTE, 0), (GAS, 0), (TERM, 0), (NAME, 0), (LIST, 0),
        ({**WASTE, "answer": "900 tonnes"}, 1),
        ({**WASTE, "answer": "300 kg"}, 1),
        ({**WASTE, "answer": "300,000 kg"}, 0),
        ({**WASTE, "answer": "300"}, 0),  # the unit may be left out
        ({**WASTE, "answer": "the 300th"}, 0),  # no number is found in it
        ({**GAS, "answer": "55 km"}, 1),
        ({**TERM, "answer": "25 years"}, 1),
        ({**DATE, "answer": "5 April 2023"}, 1),
        ({**DATE, "answer": "2024"}, 1),
        ({**DATE, "answer": "3 March"}, 0),  # no year to compare
        ({**NAME, "answer": "State Works"}, 1),
        ({**NAME, "answer": "the Holding", "accept": ["Holding"]}, 0),
        ({**NAME, "accept": [""]}, 1),
        ({**NAME, "accept": ["the", "…"]}, 2),
        ({**LIST, "answer": "Iran"}, 1),
    ],
)  # fmt: skip
def test_an_answer_says_what_its_value_says(label: dict[str, Any], messages: int) -> None:
    assert checks({"id": "a", "question": "What?", **label}) == ["answer"] * messages


def test_a_fall_may_be_told_in_words() -> None:
    label = {"type": "number", "answer": "-3.2 %", "value": {"number": -3.2, "unit": "%"}}
    corpus = {"early": CorpusText("It shrank by 3.2 % last year.")}
    sample = {"id": "a", "question": "By how much did it grow?", **label, "evidence": {"early": ["shrank by 3.2 %"]}}
    sample["stances"] = {"early": "supports"}
    gold = GoldFile.model_validate({"schema": "factcheck/gold/1", "corpus": "x", "samples": [sample]})
    assert lint(gold, corpus) == []


@pytest.mark.parametrize(
    ("quote", "hint"),
    [
        (
            'The pact "may" come',
            "not in early: 'The pact \"may\" come' (white space, quotation marks or dashes differ)",
        ),
        ("The pact was signed", "not in early: 'The pact was signed' (it stands in late)"),
        ("Rain fell.", "not in early: 'Rain fell.'"),
    ],
)
def test_a_quote_that_is_not_there_says_what_is_near(quote: str, hint: str) -> None:
    sample = {**GOOD, "evidence": {"early": [quote]}, "stances": {"early": "supports", "late": "silent"}}
    gold = GoldFile.model_validate({"schema": "factcheck/gold/1", "corpus": "x", "samples": [sample]})
    assert [f.message for f in lint(gold, CORPUS)] == [hint]


def test_samples_are_compared_with_each_other() -> None:
    twin = {**GOOD, "id": "b", "question": "was the pact signed"}
    assert checks(GOOD, twin) == ["duplicate"]
    assert checks(GOOD, {**twin, "id": "a", "question": "Another?"}) == ["id"]
    opposite = {**twin, "answer": "no", "stances": {"early": "silent", "late": "refutes"}}
    assert checks(GOOD, opposite) == ["contradiction"]
    dev, test = {"family": "f", "tags": ["dev"]}, {"family": "f", "tags": ["test"], "id": "b", "question": "Other?"}
    assert checks({**GOOD, **dev}, {**GOOD, **test}) == ["split"]


def test_the_same_question_as_of_another_day_is_another_question() -> None:
    silent = {"answer": "not_stated", "stances": {"early": "silent"}, "evidence": {}, "as_of": "2025-01-10", "id": "b"}
    assert checks(GOOD, {**GOOD, **silent}) == []


@pytest.mark.parametrize("name", ["treaty", "newcomer", "claims"])
def test_the_shipped_labels_are_clean(name: str) -> None:
    gold = read_gold(GOLD / f"{name}.yaml")
    assert lint(gold, read_corpus(gold.corpus, near=GOLD)) == []


def test_the_shipped_labels_are_enough_of_each_kind() -> None:
    samples = read_gold(GOLD / "treaty.yaml").samples
    booleans = Counter(s.answer for s in samples if s.type == "boolean")
    assert booleans.total() >= 66
    assert len(samples) - booleans.total() >= 54
    assert min(booleans[a] for a in ("yes", "no", "not_stated", "conflicting")) >= 12
    assert all(len({"dev", "test"} & set(s.tags)) == 1 for s in samples)
    assert all(s.answerable != bool({"silent", "off-topic"} & set(s.tags)) for s in samples)
    halves = Counter(tag for s in samples for tag in s.tags if tag in ("dev", "test"))
    assert abs(halves["dev"] - halves["test"]) <= 6


def test_the_shipped_labels_say_something_of_every_source() -> None:
    gold = read_gold(GOLD / "treaty.yaml")
    corpus = read_corpus(gold.corpus, near=GOLD)
    for sample in gold.samples:
        allowed = {s for s, text in corpus.items() if not (sample.as_of and (text.not_before or "") > sample.as_of)}
        assert set(sample.stances) == allowed, sample.id


def test_a_corpus_is_a_folder_or_paths(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes("\ufeffone\r\ntwo".encode())
    assert read_corpus(["a.txt"], near=tmp_path)["a.txt"].text == "one\r\ntwo"
    assert set(read_corpus(".", near=tmp_path)) == {"a.txt"}
    assert len(read_corpus("seeds", near=tmp_path)) == 5
    with pytest.raises(UserError, match="corpus 'nowhere' is neither in"):
        read_corpus("nowhere", near=tmp_path)


def test_a_text_may_be_as_large_as_ingest_takes_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.txt").write_text("x" * 2000, "utf-8")
    monkeypatch.setenv("FACTCHECK_MAX_SOURCE_MB", "0.001")
    with pytest.raises(SourceError, match=r"over max_source_mb=0\.001"):
        read_corpus(["a.txt"], near=tmp_path)
    monkeypatch.setenv("FACTCHECK_MAX_SOURCE_MB", "0.002")
    assert set(read_corpus(["a.txt"], near=tmp_path)) == {"a.txt"}
