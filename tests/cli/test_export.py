"""factcheck export: to stdout and to a file, without a catalog, and what bad input gets."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from factcheck.cli.main import main
from factcheck.settings import Settings
from pipeline.exports import FORMATS
from tests.pipeline import made_records as made


def run(*arguments: str) -> int:
    """Return the exit code."""
    try:
        main(list(arguments))
    except SystemExit as stop:
        return int(stop.code or 0)
    return 0


@pytest.fixture
def answers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("FACTCHECK_HOME", raising=False)
    path = tmp_path / "answers.ndjson"
    path.write_text("\n".join(map(json.dumps, made.RECORDS)), "utf-8")
    return path


@pytest.mark.parametrize("format_", FORMATS)
def test_stdout_and_file_are_the_same_and_no_catalog_is_said(
    format_: str, answers: Path, tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    for arguments in ([], ["-o", "out"]):
        assert run("export", str(answers), "--format", format_, *arguments) == 0
    said = capfdbinary.readouterr()
    assert said.out == (tmp_path / "out").read_bytes() != b""
    assert said.err.count(b"left out") == 2


def test_titles_and_addresses_come_from_the_catalog(
    answers: Path,
    hashed_settings: Settings,
    seed_records: tuple[dict[str, object], ...],
    capfd: pytest.CaptureFixture[str],
) -> None:
    answers.write_text(json.dumps(seed_records[0]), "utf-8")
    assert run("export", str(answers), "--format", "csv", "--home", str(hashed_settings.home)) == 0
    assert "Russia and Iran Become" in capfd.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["answers.ndjson"], 2, "--format"),
        (["answers.ndjson", "--format", "pdf"], 2, "pdf"),
        (["nothing.ndjson", "--format", "csv"], 1, "does not exist"),
        (["torn.ndjson", "--format", "csv"], 1, "torn.ndjson:2"),
        (["answers.ndjson", "--format", "csv", "-o", "no/where"], 1, "not a folder"),
    ],
)
def test_bad_input(
    arguments: list[str], code: int, said: str, answers: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    answers.with_name("torn.ndjson").write_text(answers.read_text("utf-8")[:-20].replace("\n", " ", 2), "utf-8")
    assert run("export", *arguments) == code
    shown = capfd.readouterr()
    assert said in shown.err
    assert shown.out == ""
