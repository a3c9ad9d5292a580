"""The Makefile takes a home with a space in its name."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest


@pytest.mark.skipif(shutil.which("make") is None, reason="no make on the path")
@pytest.mark.parametrize("home", ["/a/with space", "/a/plain"])
def test_only_the_stamp_in_the_home_is_touched(home: str) -> None:
    call = ["make", "-n", "seeds", f"FACTCHECK_HOME={home}"]
    done = subprocess.run(call, cwd=Path(__file__).parents[1], capture_output=True, text=True, check=True)
    touched = [line.removeprefix("touch ") for line in done.stdout.splitlines() if line.startswith("touch ")]
    assert [name for name in touched if ".venv" not in name] == [f'"{home}/.seeds"']
