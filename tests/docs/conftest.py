"""Reading the pages as tables and code blocks."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from factcheck.settings import Settings

DOCS = Path(__file__).parents[2] / "docs"


@pytest.fixture
def page() -> Callable[[str], str]:
    return lambda name: (DOCS / name).read_text("utf-8")


@pytest.fixture
def rows() -> Callable[[str, str], list[list[str]]]:
    """Cells of the tables under one heading, without head and rule."""

    def under(text: str, heading: str) -> list[list[str]]:
        _, found, rest = text.partition(f"\n## {heading}\n")
        assert found, f"no section {heading!r}"
        section = re.split(r"^## ", rest, maxsplit=1, flags=re.MULTILINE)[0]
        lines = [line.strip().strip("|").split(" | ") for line in section.splitlines() if line.startswith("|")]
        return [[cell.strip() for cell in line] for line in lines[2:]]

    return under


@pytest.fixture
def seeded_home(seed_settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The environment and working directory of somebody who has just ingested the seeds."""
    monkeypatch.setenv("FACTCHECK_HOME", str(seed_settings.home))
    monkeypatch.chdir(tmp_path)
