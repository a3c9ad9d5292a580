"""A reader that rests lets writers in, and sees afterwards what they wrote."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from factcheck.errors import StoreLockedError
from factcheck.settings import Settings
from vectorstore.store import Store

INGEST = """
import sys
from pathlib import Path
from factcheck.settings import Settings
from vectorstore.hash_embedder import HashEmbedder
from vectorstore.store import Store
with Store.open(Settings(home=Path(sys.argv[1])), HashEmbedder(), write=True, wait_s=0.2) as store:
    if sys.argv[2] == "remove":
        store.remove(sys.argv[3])
    else:
        store.put(sys.argv[2], sys.argv[3])
    store.complete()
"""


def other_process(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Write to the store of `home` from another process."""
    return subprocess.run(
        [sys.executable, "-c", INGEST, str(home), *arguments], capture_output=True, text=True, check=False
    )


@pytest.fixture
def settings(tmp_path: Path, hashing: Any) -> Settings:
    settings = Settings(home=tmp_path / "home")
    with Store.open(settings, hashing, write=True) as store:
        store.put("treaty", "The treaty was signed in Moscow.")
        store.complete()
    return settings


def test_a_writer_waits_for_who_reads_and_not_for_who_rests(settings: Settings, hashing: Any) -> None:
    with Store.open(settings, hashing) as store:
        assert [p.source for p in store.search_dense("a bridge", 5)] == ["treaty"]
        refused = other_process(settings.home, "bridge", "The bridge crosses the river.")
        assert StoreLockedError.__name__ in refused.stderr
        store.rest()
        assert other_process(settings.home, "bridge", "The bridge crosses the river.").returncode == 0
        assert {p.source for p in store.search_dense("the bridge crosses the river", 5)} == {"treaty", "bridge"}
        assert [p.source for p in store.search_lexical("bridge", 5)] == ["bridge"]
        store.rest()
        assert other_process(settings.home, "remove", "treaty").returncode == 0
        assert [p.source for p in store.search_dense("treaty", 5)] == ["bridge"]


def test_resting_twice_or_before_reading_is_harmless(settings: Settings, hashing: Any) -> None:
    with Store.open(settings, hashing) as store:
        store.rest()
        store.rest()
        assert store.search_dense("treaty", 1)
