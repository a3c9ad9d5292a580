"""A short, repeatable piece of the fuzzing; `python -m benchmarks.fuzz --minutes 5` does more."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from benchmarks.fuzz import HANG_S, Finding, Target, fuzz, targets, within
from vectorstore.formats.sandbox import Sandbox

NAMES = ["html", "pdf", "docx", "text", "jsonl", "listing", "pdf layout", "chunker", "proof"]


@pytest.fixture(scope="module")
def all_targets(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Target]]:
    sandbox = Sandbox()
    yield targets(sandbox, tmp_path_factory.mktemp("fuzz"))
    sandbox.close()


@pytest.mark.parametrize("name", NAMES)
def test_no_example_breaks_it(all_targets: dict[str, Target], name: str) -> None:
    check, strategy = all_targets[name]

    @settings(max_examples=12, suppress_health_check=list(HealthCheck))
    @given(strategy)
    def examples(example: object) -> None:
        with within(HANG_S):
            check(example)

    examples()


def test_every_target_is_tested_here(all_targets: dict[str, Target]) -> None:
    assert set(NAMES) == set(all_targets)


def test_what_breaks_and_what_hangs_is_found() -> None:
    def breaks(value: int) -> None:
        if value > 3:
            raise ValueError("broken")

    found = fuzz((breaks, st.integers(0, 9)), until=time.monotonic() + 20, first_seed=1, counted=Counter(), name="x")
    assert found is not None
    assert "broken" in found
    with pytest.raises(Finding, match="took longer"), within(9.0, 0.05):
        time.sleep(5)
