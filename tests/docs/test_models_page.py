"""docs/models.md: its table of faults is the tests' table, its example of prices is one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from factcheck.settings import Settings
from pipeline.models.prices import find_price
from tests.pipeline.models.fault_table import FAULTS

Page = Callable[[str], str]


def test_the_faults_are_those_of_the_tests(page: Page, rows: Callable[[str, str], list[list[str]]]) -> None:
    answered = {True: "answered, with a warning", False: "answered"}
    known = [[name, f"`{f.kind}`" if f.kind else answered[bool(f.warning)]] for name, f in FAULTS.items()]
    assert rows(page("models.md"), "Faults") == known


def test_the_example_of_prices_is_a_table_of_prices(page: Page, tmp_path: Path) -> None:
    (tmp_path / "prices.toml").write_text(page("models.md").partition("```toml\n")[2].partition("```")[0])
    assert find_price("openai:gpt-4.1-mini", file=tmp_path / "prices.toml", shipped=False) is not None


@pytest.mark.parametrize("name", ["timeout_s", "max_retries", "outages_to_stop", "max_prompt_tokens", "max_cost_usd"])
def test_the_bounds_are_settings(name: str, page: Page) -> None:
    assert name in Settings.model_fields
    assert f"`{name}`" in page("models.md")
