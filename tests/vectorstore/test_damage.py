"""Damaged files, a full disk, a killed ingest: what is said, and that nothing stored before is lost."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from factcheck.errors import StorageFullError, StoreCorruptError
from factcheck.settings import Settings
from vectorstore.checks import store_checks
from vectorstore.hash_embedder import HashEmbedder
from vectorstore.store import Store

ROOT = Path(__file__).parents[2]


@pytest.fixture
def home(settings: Settings, embedder: HashEmbedder) -> Path:
    with Store.open(settings, embedder, write=True) as store:
        for i in range(30):
            store.put(
                f"s{i:02}", f"Text number {i} is about topic {i % 7}. " + " ".join(f"w{i * j % 97}" for j in range(90))
            )
        store.complete()
    return settings.home


def failed_checks(settings: Settings) -> dict[str, str]:
    return {check.name: f"{check.detail}; {check.todo}" for check in store_checks(settings) if not check.ok}


def spoil(path: Path, at: int, n: int) -> None:
    with path.open("r+b") as file:
        file.seek(at)
        file.write(b"\xa5" * n)


def test_a_sound_store_passes_every_check(settings: Settings, home: Path) -> None:
    assert failed_checks(settings) == {}
    assert {check.name for check in store_checks(settings)} == {
        "disk", "lock", "catalog", "texts", "lexical index", "vectors",
    }  # fmt: skip


def test_no_store_yet_is_no_failure_and_makes_none(settings: Settings) -> None:
    assert failed_checks(settings) == {}
    assert not settings.home.exists()


@pytest.mark.parametrize(("at", "n"), [(0, 4096), (4096, 40_000)])
def test_a_damaged_catalog_says_what_to_do(
    settings: Settings, home: Path, embedder: HashEmbedder, at: int, n: int
) -> None:
    spoil(home / "catalog.sqlite", at, n)
    said = r"catalog.sqlite is damaged .*; run `factcheck ingest --rebuild`"
    with pytest.raises(StoreCorruptError, match=said), Store.open(settings, embedder) as store:
        store.sources()
    assert "damaged" in failed_checks(settings)["catalog"]


@pytest.mark.parametrize("damage", ["header", "half", "gone"])
def test_damaged_vectors_are_made_again_from_the_catalog(
    settings: Settings, home: Path, embedder: HashEmbedder, damage: str
) -> None:
    file = home / "chroma" / "chroma.sqlite3"
    if damage == "header":
        spoil(file, 0, 4096)
    elif damage == "half":
        os.truncate(file, file.stat().st_size // 2)
    else:
        shutil.rmtree(home / "chroma")
    with Store.open(settings, embedder) as store:
        assert store.search_lexical("topic", 3)
        with pytest.raises(StoreCorruptError, match="; run `factcheck ingest --rebuild`"):
            store.search_dense("topic", 3)
    assert "ingest --rebuild" in failed_checks(settings)["vectors"]
    rebuild(settings, embedder)


def rebuild(settings: Settings, embedder: HashEmbedder) -> None:
    with Store.open(settings, embedder, write=True) as store:
        store.rebuild()
        assert store.complete() >= 30
        assert store.search_dense("topic", 3)
    assert failed_checks(settings) == {}


def test_a_truncated_index_behind_an_intact_list_is_noticed(settings: Settings, embedder: HashEmbedder) -> None:
    """Chroma writes its index files from 1,000 vectors on; without them it would quietly find only the newest."""
    with Store.open(settings, embedder, write=True) as store:
        for i in range(1200):
            store.put(f"s{i:04}", f"Text number {i}.")
        store.complete()
    (segment,) = (path for path in (settings.home / "chroma").iterdir() if path.is_dir())
    for file in segment.iterdir():
        os.truncate(file, file.stat().st_size // 2)
    with Store.open(settings, embedder) as store, pytest.raises(StoreCorruptError, match="ingest --rebuild"):
        store.search_dense("topic", 3)
    assert "vectors" in failed_checks(settings)
    rebuild(settings, embedder)


def test_vectors_that_went_missing_are_noticed_and_made_again(
    settings: Settings, home: Path, embedder: HashEmbedder
) -> None:
    with Store.open(settings, embedder, write=True) as store:
        store._indexes.vectors.delete(["s03", "s04"])
    with Store.open(settings, embedder) as store, pytest.raises(StoreCorruptError, match="the vectors are incomplete"):
        store.search_dense("topic", 3)
    assert "missing" in failed_checks(settings)["vectors"]
    with Store.open(settings, embedder, write=True) as store:
        assert 2 <= store.complete() <= 6  # only those of the two sources
    assert failed_checks(settings) == {}


def test_a_lexical_index_that_disagrees_is_noticed_and_rebuilt(
    settings: Settings, home: Path, embedder: HashEmbedder
) -> None:
    with Store.open(settings, embedder, write=True) as store:
        store._catalog.rows("DELETE FROM chunks_fts WHERE rowid IN (SELECT min(id) FROM chunks)")
    assert "1 of" in failed_checks(settings)["lexical index"]
    rebuild(settings, embedder)


def test_a_text_that_was_tampered_with_is_noticed(settings: Settings, home: Path, embedder: HashEmbedder) -> None:
    with Store.open(settings, embedder, write=True) as store:
        store._catalog.rows("UPDATE versions SET text = text || ' not' WHERE source = 's05'")
    assert "s05 version 1" in failed_checks(settings)["texts"]


def test_a_full_disk_loses_nothing(settings: Settings, home: Path, embedder: HashEmbedder) -> None:
    with Store.open(settings, embedder, write=True) as store:
        pages = store._catalog.rows("PRAGMA page_count")[0][0]
        store._catalog.rows(f"PRAGMA max_page_count = {pages + 2}")
        with pytest.raises(StorageFullError, match=r"no room left to write.*what was stored before is intact"):
            store.put("big", "A sentence that needs room. " * 5000)
        assert len(store.source_ids()) == 30
        assert store.complete() == 0
        store._catalog.rows("PRAGMA max_page_count = 1000000")
        assert store.put("big", "A sentence that needs room. " * 5000) == "added"
    with Store.open(settings, embedder, write=True) as store:
        store.complete()
    assert failed_checks(settings) == {}


FILL = """
import resource, signal, sys
from pathlib import Path
from factcheck.errors import FactcheckError
from factcheck.settings import Settings
from vectorstore.hash_embedder import HashEmbedder
from vectorstore.store import Store
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
home = Path(sys.argv[1])
limit = (home / "chroma" / "chroma.sqlite3").stat().st_size + 20_000
resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
try:
    with Store.open(Settings(home=home), HashEmbedder(), write=True) as store:
        for i in range(60):
            store.put(f"new{i}", f"A new text no. {i}. " * 20)
        store.complete()
except FactcheckError as error:
    print(type(error).__name__, error)
"""


def run(code: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": "."}
    command = [sys.executable, "-c", code, *arguments]
    return subprocess.run(command, check=False, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=100)


def test_a_disk_that_fills_while_vectors_are_written(settings: Settings, home: Path, embedder: HashEmbedder) -> None:
    done = run(FILL, str(home))
    assert done.stdout.startswith("StorageFullError"), done
    with Store.open(settings, embedder, write=True) as store:
        assert len(store.source_ids()) >= 30
        store.complete()
    assert failed_checks(settings) == {}


SLOW_INGEST = """
import sys, time
from pathlib import Path
from factcheck.settings import Settings
from vectorstore.hash_embedder import HashEmbedder
from vectorstore.store import Store

class Slow(HashEmbedder):
    def embed(self, texts):
        time.sleep(0.02)
        return super().embed(texts)

with Store.open(Settings(home=Path(sys.argv[1])), Slow(), write=True) as store:
    print("open", flush=True)
    for i in range(400):
        store.put(f"k{i:03}", f"Text number {i}. " + " ".join(f"w{i * j % 97}" for j in range(90)))
        if i % 40 == 39:
            store.complete(lambda n: print(n, flush=True))
"""


@pytest.mark.slow
@pytest.mark.parametrize("delay_s", [0.0, 0.1, 0.3, 0.7, 1.5])
def test_an_ingest_that_is_killed_goes_on_where_it_stopped(settings: Settings, delay_s: float) -> None:
    command = [sys.executable, "-c", SLOW_INGEST, str(settings.home)]
    environment = {**os.environ, "PYTHONPATH": "."}
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(delay_s)
        process.send_signal(signal.SIGKILL)
    assert all(check.ok for check in store_checks(settings) if check.name in {"catalog", "texts", "lexical index"})
    embedder = HashEmbedder()
    with Store.open(settings, embedder, write=True) as store:
        n_before = len(store.source_ids())
        for i in range(400):
            store.put(f"k{i:03}", f"Text number {i}. " + " ".join(f"w{i * j % 97}" for j in range(90)))
        store.complete()
        assert len(store.source_ids()) == 400
        hit = store.search_dense("Text number 399.", 3)[0]
        assert hit.text in store.source(hit.source).text
    assert n_before <= 400
    assert failed_checks(settings) == {}
    uninterrupted = Settings(home=settings.home.parent / "again")
    with (
        Store.open(uninterrupted, HashEmbedder(), write=True) as whole,
        Store.open(settings, HashEmbedder()) as resumed,
    ):
        for source in resumed.sources():
            whole.put(source.id, source.text)
        whole.complete()
        assert whole.index_digest() == resumed.index_digest()
        stored = [store._indexes.vectors._collection.get(include=["embeddings"]) for store in (whole, resumed)]
        ids = [np.argsort(got["ids"]) for got in stored]  # every vector; what a search finds is approximate
        assert sorted(stored[0]["ids"]) == sorted(stored[1]["ids"])
        vectors = [np.array(got["embeddings"])[order] for got, order in zip(stored, ids, strict=True)]
        np.testing.assert_allclose(vectors[0], vectors[1], atol=1e-6)
