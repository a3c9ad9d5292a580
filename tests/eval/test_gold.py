"""The gold loader: what it reads, and the one line that it says about each thing it refuses."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest
import yaml

from eval.gold import Sample, gold_schema, read_gold
from factcheck.errors import UserError

GOLD = Path(__file__).parents[2] / "eval" / "gold"
HEAD = "schema: factcheck/gold/1\ncorpus: seeds\nsamples:\n"


def refused(tmp_path: Path, text: str) -> str:
    path = tmp_path / "g.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(UserError) as caught:
        read_gold(path)
    return str(caught.value).replace(str(path), "g.yaml")


def read(tmp_path: Path, samples: str) -> list[Sample]:
    path = tmp_path / "g.yaml"
    path.write_text(HEAD + samples, encoding="utf-8")
    return read_gold(path).samples


def test_the_shipped_schema_is_the_models() -> None:
    assert (GOLD / "schema.json").read_text(encoding="utf-8") == gold_schema(), (
        "stale: python -m eval.gold > eval/gold/schema.json"
    )


def test_the_shipped_labels_fit_the_shipped_schema() -> None:
    jsonschema.validate(
        yaml.safe_load((GOLD / "treaty.yaml").read_text(encoding="utf-8")),
        json.loads((GOLD / "schema.json").read_text()),
    )


def test_yes_no_and_dates_need_no_quotation_marks(tmp_path: Path) -> None:
    (sample,) = read(
        tmp_path, "- {id: a, question: Is it so, type: boolean, answer: no, as_of: 2025-01-10, accept: [51]}\n"
    )
    assert (sample.answer, sample.as_of, sample.accept) == ("no", "2025-01-10", ["51"])


def test_the_design_s_example_reads(tmp_path: Path) -> None:
    (sample,) = read(
        tmp_path,
        """  - id: defence-clause
    family: defence
    question: Does the treaty include a mutual defence clause?
    type: boolean
    answer: "no"
    value: null
    accept: []
    stances: {bta-afp-kremlin: refutes, eu-global-preview: silent}
    evidence: {bta-afp-kremlin: ["does not provide for a clause on mutual military assistance"]}
    as_of: null
    tags: [negation, multi-source]
    author: someone
    note: some words
""",
    )
    assert sample.cluster == "defence"
    assert sample.answerable


@pytest.mark.parametrize(
    ("value", "type_"),
    [
        ("{iso: 2025-01-17, precision: day}", "date"),
        ("{iso: 1991, precision: year}", "date"),
        ("{iso: P20Y}", "duration"),
        ("{number: 55000000000, unit: m3/year}", "number"),
        ("{text: Moscow}", "entity"),
        ("{text: Moscow}", "choice"),
        ("{items: [Iran, Russia]}", "list"),
    ],
)
def test_each_type_has_its_value(tmp_path: Path, value: str, type_: str) -> None:
    (sample,) = read(tmp_path, f"- {{id: a, question: Is it so, type: {type_}, answer: x, value: {value}}}\n")
    assert sample.value is not None


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("- a\n", "g.yaml: is no gold file: list where keys should be; see eval/gold/schema.json"),
        (
            HEAD.replace("corpus", "corpsu") + "- {id: a, claim: C., answer: refuted}\n",
            "g.yaml: corpus: is missing\ng.yaml: unknown key 'corpsu'; did you mean 'corpus'?",
        ),
        (
            HEAD + "- {id: a, claim: C., answer: refuted, anwser: x}\n",
            "g.yaml: samples[0] (a): unknown key 'anwser'; did you mean 'answer'?",
        ),
        (
            HEAD + "- {id: a, question: Is it so, type: number, answer: '2', value: {number: 2, units: m}}\n",
            "g.yaml: samples[0] (a).value: unknown key 'units'; did you mean 'unit'?",
        ),
        (HEAD + "- {id: a, claim: C.}\n", "g.yaml: samples[0] (a).answer: is missing"),
        (HEAD + "- {id: a, answer: x}\n", "g.yaml: samples[0] (a): needs one of 'question' and 'claim'"),
        (HEAD + "- {id: a, question: Is it so, answer: x}\n", "g.yaml: samples[0] (a): a question needs a 'type'"),
        (
            HEAD + "- {id: a, question: Is it so, type: date, answer: x, value: {text: x}}\n",
            "g.yaml: samples[0] (a): 'value' does not fit type 'date'",
        ),
        (
            HEAD + "- {id: a, question: Is it so, type: date, answer: x, value: {iso: 2025, precision: day}}\n",
            "g.yaml: samples[0] (a).value: '2025' is known to the year, and precision says 'day'",
        ),
        (
            HEAD + "- {id: a, claim: C., answer: refuted, as_of: 2025-02-30}\n",
            "g.yaml: samples[0] (a).as_of: '2025-02-30' is not a day; write it as YYYY-MM-DD",
        ),
        (
            HEAD + "- {id: a, question: Is it so, type: date, answer: x, value: {iso: 2025-13, precision: month}}\n",
            "g.yaml: samples[0] (a).value: '2025-13' is no date of the calendar",
        ),
        (
            HEAD + "- {id: a, claim: C., answer: refuted, stances: {s: against}}\n",
            "g.yaml: samples[0] (a).stances.s: 'against': input should be 'supports', 'refutes', 'mixed' or 'silent'",
        ),
        (
            HEAD + "- {id: a, question: Is it so, type: text, answer: x, value: {txt: x}}\n",
            "g.yaml: samples[0] (a).value: no such value; use {iso, precision}, {iso}, {number, unit}, {text}, {items}",
        ),
        (HEAD + "- {id: a, id: b, claim: C., answer: refuted}\n", "g.yaml: line 4, column 11: key 'id' stands twice"),
        (HEAD + "- {id: a\n", "g.yaml: line 5, column 1: expected ',' or '}', but got '<stream end>'"),
        (
            HEAD.replace("/1", "/2") + "- {id: a, claim: C., answer: refuted}\n",
            "g.yaml: schema: 'factcheck/gold/2': input",
        ),
    ],
)
def test_a_refused_file_says_where_and_what(tmp_path: Path, text: str, line: str) -> None:
    assert refused(tmp_path, text).startswith(line)


def test_every_error_gets_its_own_line(tmp_path: Path) -> None:
    message = refused(tmp_path, HEAD + "- {id: a, claim: C., answr: x}\n- {id: b, claim: C., answer: x, tag: [y]}\n")
    assert message.splitlines() == [
        "g.yaml: samples[0] (a).answer: is missing",
        "g.yaml: samples[0] (a): unknown key 'answr'; did you mean 'answer'?",
        "g.yaml: samples[1] (b): unknown key 'tag'; did you mean 'tags'?",
    ]


def test_a_missing_or_foreign_file_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"none\.yaml: cannot be read \(No such file"):
        read_gold(tmp_path / "none.yaml")
    (tmp_path / "latin.yaml").write_bytes(b"schema: caf\xe9")
    with pytest.raises(UserError, match=r"latin\.yaml: is not UTF-8 \(byte 11\)"):
        read_gold(tmp_path / "latin.yaml")
