"""Decisions of a bundle: merged once, conflicts told, nothing lost of what can be stored."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from factcheck.errors import UserError
from review.items import items_of
from review.merging import merge_decisions
from review.reviewers import add_reviewer
from review.store import ReviewStore
from tests.review.records import RECORDS
from tests.review.test_store import ADA, judge

EARLY, LATE = "2020-01-01T00:00:00.000Z", "2999-01-01T00:00:00.000Z"


def draft(desk: ReviewStore, item: int, number: int, **more: Any) -> dict[str, Any]:
    row = desk.item(item).row
    found = {"id": f"{number:032x}", "kind": "citation", "item": row.key, "version": row.version, "citation": 0,
             "label": "supports", "made": LATE}  # fmt: skip
    return {**found, **more}


def save(path: Path, decisions: list[Any], **more: Any) -> Path:
    whole = {"schema": "factcheck/review-decisions/1", "bundle": "b1", "reviewer": "Ada", "saved": LATE}
    path.write_text(json.dumps({**whole, "decisions": decisions, **more}), "utf-8")
    return path


def outcomes(desk: ReviewStore, path: Path, **more: Any) -> list[str]:
    return [merged.outcome for merged in merge_decisions(desk, path, **more)]


def test_a_file_is_merged_once_and_a_grown_one_adds_what_is_new(desk: ReviewStore, tmp_path: Path) -> None:
    first = draft(desk, 1, 1, comment="offline")
    path = save(tmp_path / "a.json", [first])
    assert outcomes(desk, path) == ["stored"]
    head = desk.head()
    assert outcomes(desk, path) == ["known"]
    assert desk.head() == head
    grown = [first, draft(desk, 2, 2, label="refutes"), draft(desk, 1, 3, kind="answer", label="right") | {}]
    grown[2].pop("citation")
    assert outcomes(desk, save(tmp_path / "b.json", grown)) == ["known", "stored", "stored"]
    (row, *_) = desk.log()
    assert (row.author, row.comment, row.payload["made"]) == ("Ada", "offline", LATE)


def test_a_record_that_changed_is_a_conflict_with_both_versions_and_the_rest_is_stored(
    desk: ReviewStore, tmp_path: Path
) -> None:
    path = save(tmp_path / "a.json", [draft(desk, 1, 1), draft(desk, 2, 2), draft(desk, 2, 3, citation=7)])
    seen = desk.item(1).row.version
    desk.add(items_of([("", {**RECORDS[0], "probability": 0.1})]))
    found = list(merge_decisions(desk, path))
    assert [one.outcome for one in found] == ["conflict", "stored", "refused"]
    assert (found[0].seen, found[0].current) == (seen, desk.item(1).row.version)
    assert "has no citation 7" in str(found[2].why)


def test_what_the_reviewer_decided_later_on_the_desk_stays(desk: ReviewStore, tmp_path: Path) -> None:
    judge(desk, 1, "irrelevant")
    path = save(tmp_path / "a.json", [draft(desk, 1, 1, made=EARLY), draft(desk, 1, 2, citation=1, made=EARLY)])
    found = list(merge_decisions(desk, path))
    assert [one.outcome for one in found] == ["conflict", "stored"]
    assert "judged citation:0 'irrelevant' on the desk" in str(found[0].why)
    assert [one.decision.label for one in desk.item(1).decisions if one.state == "counts"] == ["irrelevant", "supports"]


def test_a_later_file_overrides_an_earlier_one(desk: ReviewStore, tmp_path: Path) -> None:
    assert outcomes(desk, save(tmp_path / "a.json", [draft(desk, 1, 1, made=EARLY)])) == ["stored"]
    assert outcomes(desk, save(tmp_path / "b.json", [draft(desk, 1, 2, label="partly")])) == ["stored"]
    assert outcomes(desk, tmp_path / "a.json") == ["known"]
    assert [one.decision.label for one in desk.item(1).decisions if one.state == "counts"] == ["partly"]


def test_a_name_that_the_desk_does_not_know_is_refused_before_anything_is_stored(
    desk: ReviewStore, tmp_path: Path
) -> None:
    add_reviewer(desk, "Bob")
    path = save(tmp_path / "a.json", [draft(desk, 1, 1)])
    with pytest.raises(UserError, match="'Ada' is no reviewer"):
        merge_decisions(desk, path)
    assert outcomes(desk, path, reviewer="Bob") == ["stored"]
    assert next(desk.log()).author == "Bob" != ADA.name


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "is not whole JSON"),
        ('{"schema": "factcheck/review-decisions/1", "deci', "is not whole JSON"),
        ("[]", "has schema None"),
        ('{"schema": "factcheck/review-decisions/2"}', "has schema 'factcheck/review-decisions/2'"),
        (
            '{"schema": "factcheck/review-decisions/1", "bundle": "b", "reviewer": "A", "saved": ""}',
            "decisions: Field req",
        ),
    ],
)
def test_a_file_that_is_not_ours_is_refused(desk: ReviewStore, tmp_path: Path, content: str, said: str) -> None:
    (tmp_path / "a.json").write_text(content, "utf-8")
    with pytest.raises(UserError, match=said):
        merge_decisions(desk, tmp_path / "a.json")
    with pytest.raises(UserError, match="cannot be read"):
        merge_decisions(desk, tmp_path / "none.json")


def test_one_bad_decision_refuses_the_file_before_anything_is_stored(desk: ReviewStore, tmp_path: Path) -> None:
    path = save(tmp_path / "a.json", [draft(desk, 1, 1), draft(desk, 1, 2, label="maybe")])
    with pytest.raises(UserError, match="decision 2: label"):
        merge_decisions(desk, path)
    assert desk.head()[0] == 0
