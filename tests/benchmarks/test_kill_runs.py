"""A few real kills; `python -m benchmarks.kill_runs --model local` makes twenty."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.kill_runs import Tally, _check, kill_runs
from eval.run_files import RunHeader, RunSample, SuiteRef
from eval.run_writer import RunWriter


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_four_kills_lose_nothing_and_ask_nothing_again(tmp_path: Path) -> None:
    tally = kill_runs("none", kills=4, limit=10, home=tmp_path, seed=1)
    assert (tally.kills, tally.lost, tally.asked_again) == (4, 0, 0)
    assert tally.completed > 0, "a kill came after an answer"


def test_the_count_sees_what_is_lost_and_what_is_asked_again(tmp_path: Path) -> None:
    header = RunHeader("r", "2026-11-27T12:45:00Z", SuiteRef("g", "00", 3, "seeds"), "none", {}, "sha256:00", "0")
    path = tmp_path / "r.jsonl"
    with RunWriter.create(path, header) as writer:
        for id_ in "ab":
            writer.add(RunSample(id_, 0, {"schema": "factcheck/answer/1", "question": {"id": id_}}))
    kept = path.read_bytes()
    tally = Tally()
    _check(path, kept, f"{path}: 2 samples are there, 1 are asked", 3, tally)
    assert (tally.lost, tally.asked_again) == (0, 0)
    _check(path, kept, f"{path}: 1 samples are there, 2 are asked", 3, tally)
    assert (tally.lost, tally.asked_again) == (1, 1)
    path.write_bytes(b"".join(kept.splitlines(keepends=True)[:2]))
    _check(path, kept, "", 3, tally)
    assert (tally.lost, tally.asked_again) == (2, 1)
