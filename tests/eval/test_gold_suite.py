"""The gold suite that ships, whole, through the chain as users have it with `--model none`.

Its bar of 60 s is measured by `python -m benchmarks.gold_suite`: on a machine of unknown speed a time is no test.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from eval.bars import bars
from eval.corpus_home import _digest
from eval.run_plan import Selection
from eval.run_suite import Request, run_models
from eval.score_run import score_run
from eval.suite import open_suite
from factcheck.settings import Settings
from vectorstore.catalog import Catalog


@pytest.fixture
def settings(seed_settings: Settings, tmp_path: Path) -> Settings:
    """A home where the suite's corpus is the one that this session ingested already."""
    own = Settings(home=tmp_path / "home", model="none")
    corpora = own.home / "corpora"
    corpora.mkdir(parents=True)
    (corpora / _digest([str(Path(__file__).parents[2] / "seeds")], own)).symlink_to(seed_settings.home)
    return own


@pytest.mark.timeout(900)  # a guard against hanging; a quiet machine takes one minute
def test_the_gold_suite_runs_whole_and_every_citation_is_proved(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Catalog, "sources", None)  # its corpus is told by hashes; not every text is loaded
    suite = open_suite("treaty")
    stored = set((settings.home / "corpora").iterdir())
    (outcome,) = run_models(suite, settings, ["none"], Request(Selection(), jobs=1))
    assert set((settings.home / "corpora").iterdir()) == stored, "the session's corpus was used"
    assert outcome.run.closed
    assert (len(outcome.run.samples), outcome.run.n_errors) == (len(suite.samples), 0)
    found = bars(score_run(outcome.run, suite))
    assert found["proof"].value == 1.0
    assert found["proof"].n > 100
