"""The refit names commands that exist, in an order in which nothing is read before it is written."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import pytest

from training.refit import main, steps


def test_commands_exist() -> None:
    every = steps(Path("data"), Path("home"))
    assert all(command[0] == "-m" and find_spec(command[1]) for command in every.values())


def test_nothing_is_read_before_it_is_written() -> None:
    every = steps(Path("data"), Path("home"))
    order = list(every)
    runs = {command[-1]: name for name, command in every.items() if "-o" in command}
    assert len(runs) == 2
    for path, name in runs.items():
        assert path in every["calibration"]
        assert order.index(name) < order.index("calibration")
    fits = [order.index(name) for name, command in every.items() if "--write" in command]
    assert max(fits) < min(order.index(name) for name in ("figures", "calibration", "seed-questions", "public"))


def test_list_runs_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--data", "d", "--home", "h", "--list", "--start", "public"]) == 0
    assert [line.split(":")[0] for line in capsys.readouterr().out.splitlines()] == ["public", "latency", "speed"]


def test_an_unknown_step_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--data", "d", "--home", "h", "--start", "fitt"])
    assert "no step 'fitt'; there are stories, sentences" in capsys.readouterr().err
