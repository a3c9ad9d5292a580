"""The choice of a scorer: the verifier that ships, or a clear error; no other one stands in for it."""

from __future__ import annotations

from pathlib import Path

import pytest

from factcheck.cli.main import main
from factcheck.errors import WeightsError
from factcheck.settings import Settings
from pipeline.doctor import run_checks
from pipeline.support import open_scorer

TINY = Path(__file__).parent / "tiny_verifier"
CONFIGURED = Settings(model="none")


@pytest.fixture
def without_weights(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setattr("pipeline.verifier.WEIGHTS", tmp_path / "gone")
    return tmp_path / "gone" / "config.json"


def test_the_scorer_is_the_verifier_of_the_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipeline.verifier.WEIGHTS", TINY)
    assert open_scorer(CONFIGURED).name.startswith("tiny")


def test_missing_weights_are_an_error_that_says_what_to_do(without_weights: Path) -> None:
    with pytest.raises(WeightsError) as raised:
        open_scorer(CONFIGURED)
    assert str(raised.value) == f"{without_weights} is missing; install factcheck-pipeline again"


def test_doctor_says_so(without_weights: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    found = {check.name: check for check in run_checks(CONFIGURED.model_copy(update={"home": tmp_path}))}
    verifier = found["verifier"]
    assert (verifier.ok, verifier.detail) == (False, f"{without_weights} is missing")
    assert verifier.todo == "install factcheck-pipeline again"
    monkeypatch.setattr("pipeline.verifier.WEIGHTS", TINY)
    found = {check.name: check for check in run_checks(CONFIGURED.model_copy(update={"home": tmp_path}))}
    assert found["verifier"].ok


def test_score_ends_with_the_code_of_weights(
    without_weights: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "pairs.jsonl").write_text('{"claim": "It was signed.", "document": "They signed it."}\n')
    with pytest.raises(SystemExit) as stop:
        main(["score", "pairs.jsonl"])
    said = capsys.readouterr()
    assert (stop.value.code, said.out) == (5, "")
    assert said.err == f"factcheck: {without_weights} is missing; install factcheck-pipeline again\n"
