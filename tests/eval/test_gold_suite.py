"""The gold suite that ships, through the chain as users have it with `--model none`: within a minute on two cores."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from eval.bars import bars
from eval.corpus_home import _digest
from eval.run_plan import Selection
from eval.run_suite import Request, run_models
from eval.score_run import score_run
from eval.suite import open_suite
from factcheck.settings import Settings

BAR_S = 60.0


@pytest.fixture
def settings(seed_settings: Settings, tmp_path: Path) -> Settings:
    """A home where the suite's corpus is the one that this session ingested already."""
    own = Settings(home=tmp_path / "home", model="none")
    corpora = own.home / "corpora"
    corpora.mkdir(parents=True)
    (corpora / _digest([str(Path(__file__).parents[2] / "seeds")], own)).symlink_to(seed_settings.home)
    return own


@pytest.mark.timeout(300)
def test_the_gold_suite_runs_in_a_minute_and_every_citation_is_proved(settings: Settings) -> None:
    suite = open_suite("treaty")
    stored = set((settings.home / "corpora").iterdir())
    wall, cpu = time.monotonic(), time.process_time()
    (outcome,) = run_models(suite, settings, ["none"], Request(Selection(), jobs=1))
    wall, cpu = time.monotonic() - wall, time.process_time() - cpu
    assert set((settings.home / "corpora").iterdir()) == stored, "the session's corpus was used"
    assert outcome.run.closed
    assert (len(outcome.run.samples), outcome.run.n_errors) == (len(suite.samples), 0)
    found = bars(score_run(outcome.run, suite))
    assert found["proof"].value == 1.0
    assert found["proof"].n > 100
    # On a busy machine the wall says more about the neighbours: then the two cores' time counts.
    assert min(wall, cpu / 2) < BAR_S, f"{wall:.0f} s, {cpu:.0f} s of processor time"
