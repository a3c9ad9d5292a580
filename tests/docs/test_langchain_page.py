"""The example of docs/langchain.md runs as it stands."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest


def test_the_example_runs_and_prints_an_answer_with_quotes(
    page: Callable[[str], str], seeded_home: None, capsys: pytest.CaptureFixture[str]
) -> None:
    blocks = re.findall(r"^```python\n(.*?)^```", page("langchain.md"), flags=re.MULTILINE | re.DOTALL)
    assert len(blocks) == 1
    assert len([line for line in blocks[0].splitlines() if line]) == 5
    exec(compile(blocks[0], "docs/langchain.md", "exec"), {})
    printed = capsys.readouterr().out
    assert re.match(r"(yes|no|not_stated|conflicting) \[", printed), printed
    assert "mutual" in printed
