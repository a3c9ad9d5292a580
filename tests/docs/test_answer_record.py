"""docs/answer-record.md has every field of the record's parts, and no other."""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Callable
from typing import Any

import pytest

from factcheck import records
from factcheck.errors import UsageError
from factcheck.records import PROOF_STATUSES, QUESTION_TYPES, Question
from pipeline.record import answer_record, error_record

Rows = Callable[[str, str], list[list[str]]]
PARTS = ("Answer", "Question", "Citation", "Support", "SourceStance", "Coverage", "Nearest")


def _documented(rows: list[list[str]]) -> list[str]:
    return [name for cells in rows for name in re.findall(r"`(\w+)`", cells[0])]


@pytest.mark.parametrize("part", PARTS)
def test_every_field_has_a_row_with_type_and_meaning(part: str, page: Callable[[str], str], rows: Rows) -> None:
    table = rows(page("answer-record.md"), part)
    names = {field.name for field in dataclasses.fields(getattr(records, part))}
    assert set(_documented(table)) - {"schema"} == names
    assert all(len(cells) == 3 and all(cells) for cells in table), "field, type, meaning"


def test_every_dataclass_reached_from_the_answer_has_a_section() -> None:
    source = "".join(str(f.type) for part in PARTS for f in dataclasses.fields(getattr(records, part)))
    nouns = {name for name, noun in vars(records).items() if dataclasses.is_dataclass(noun)}
    assert {name for name in nouns if re.search(rf"\b{name}\b", source)} <= set(PARTS)


def test_run_lists_what_the_record_holds(page: Callable[[str], str], rows: Rows, a_record: dict[str, Any]) -> None:
    assert set(_documented(rows(page("answer-record.md"), "Run"))) == set(a_record["run"])


def test_the_answer_lists_what_the_record_holds(
    page: Callable[[str], str], rows: Rows, a_record: dict[str, Any]
) -> None:
    assert set(_documented(rows(page("answer-record.md"), "Answer"))) == set(a_record)


def test_all_labels_are_named(page: Callable[[str], str]) -> None:
    text = page("answer-record.md")
    labels = [*QUESTION_TYPES, *PROOF_STATUSES, *records.BOOLEAN_ANSWERS, *records.BOOLEAN_ANSWERS.values()]
    assert [label for label in labels if f"`{label}`" not in text] == []


def test_the_error_record_is_as_shown(page: Callable[[str], str]) -> None:
    shown = error_record(Question("", id="q2"), UsageError("the question is empty; …"))
    assert json.dumps(shown, ensure_ascii=False) in page("answer-record.md")


@pytest.fixture
def a_record(seeded_home: None) -> dict[str, Any]:
    from factcheck.settings import load_settings
    from pipeline.chain import open_chain

    with open_chain(load_settings({"model": "none"})) as chain:
        return answer_record(chain.invoke("Is the treaty valid for 20 years?"))
