"""The page whose size and speed are measured is a real one."""

from __future__ import annotations

from pathlib import Path

from benchmarks.report_page import make_runs
from eval.scored_run import open_run


def test_simulated_runs_are_runs(tmp_path: Path) -> None:
    run = open_run(make_runs(tmp_path, n=30, n_runs=1)[0])
    assert run.notes == ()
    assert (len(run.scored), run.n_unscored) == (30, 0)
    right = sum(item.scores["right"].value for item in run.scored) / 30
    assert 0.5 < right < 0.95
    assert all(item.scores["citation_proof"].value == 1 for item in run.scored if "citation_proof" in item.scores)
