"""docs/evaluation.md says what the run file and the predictions really are."""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Callable
from pathlib import Path

from eval.gold import Sample
from eval.predictions import read_predictions
from eval.run_files import RunHeader, SuiteRef


def test_every_part_of_the_head_of_a_run_is_named(page: Callable[[str], str]) -> None:
    (row,) = [line for line in page("evaluation.md").splitlines() if line.startswith("| first |")]
    names = {field.name for noun in (RunHeader, SuiteRef) for field in dataclasses.fields(noun)}
    assert [name for name in names if not re.search(rf"\b{name}\b", row)] == []


def test_the_predictions_shown_are_read(page: Callable[[str], str], tmp_path: Path) -> None:
    shown = page("evaluation.md").partition("```json\n")[2].partition("```")[0]
    (tmp_path / "p.jsonl").write_text(shown, "utf-8")
    ids = [json.loads(line)["id"] for line in shown.splitlines()]
    types = ("boolean", "duration", "text")
    samples = [Sample(id=id_, question="?", type=kind, answer=None) for id_, kind in zip(ids, types, strict=True)]
    records = read_predictions(tmp_path / "p.jsonl", samples)
    assert [records[id_]["schema"].split("/")[1] for id_ in ids] == ["answer", "answer", "error"]
