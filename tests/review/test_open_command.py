"""`factcheck review` with arguments that cannot be served: one line, the right exit code."""

from __future__ import annotations

from pathlib import Path

import pytest

from factcheck.cli.main import main


def run(capsys: pytest.CaptureFixture[str], *args: str) -> tuple[int, str]:
    with pytest.raises(SystemExit) as stopped:
        main(["review", *args])
    return int(str(stopped.value.code)), capsys.readouterr().err.strip()


@pytest.mark.parametrize(
    ("args", "code", "said"),
    [
        (["nowhere.ndjson"], 1, "nowhere.ndjson does not exist"),
        (["--host", "0.0.0.0"], 2, "no reviewer has a token"),
        (["--host", "0.0.0.0", "--reviewer", "Ada"], 2, "needs no token"),
        (["--reviewer", "a\u202eb"], 1, "cannot be used"),
        (["--port", "70000"], 2, "70000"),
        (["verify_log"], 2, "did you mean 'verify-log'?"),
    ],
)
def test_what_cannot_be_served(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, args: list[str], code: int, said: str
) -> None:
    found, message = run(capsys, "--no-browser", *args, "--home", str(tmp_path)) if args[0] != "verify_log" else run(
        capsys, *args
    )  # fmt: skip
    assert (found, said in message) == (code, True), message


def test_help_of_the_group_and_of_what_it_does(capsys: pytest.CaptureFixture[str]) -> None:
    main(["review", "--help"])
    assert "opens the desk in the browser" in capsys.readouterr().out
    main(["review", "open", "--help"])
    assert "--judge-first" in capsys.readouterr().out
