"""A few kills; `python -m benchmarks.kills` does more. And that the comparison would see what is lost."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from benchmarks.kills import contents, differences, disturb, kill_and_resume, run_ingest, write_texts
from factcheck.settings import Settings
from vectorstore.hash_embedder import HashEmbedder
from vectorstore.store import Store


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_nothing_is_lost_or_doubled_by_kills(tmp_path: Path) -> None:
    rng = random.Random(7)
    write_texts(tmp_path / "texts", 300, rng)
    found = kill_and_resume(
        tmp_path / "texts", tmp_path / "home", kills=6, embedder="hash", rng=rng, disturbed=20, every=3
    )
    assert found.faults == []
    assert (found.n_kills, found.n_compared) == (6, 3)


def test_the_comparison_sees_what_is_lost(tmp_path: Path) -> None:
    rng = random.Random(7)
    folder, home = tmp_path / "texts", tmp_path / "home"
    write_texts(folder, 4, rng)
    run_ingest(str(folder), str(home), "hash")
    whole = contents(home, "hash")
    assert list(differences(whole, whole, folder)) == []
    n = len(whole["chunks"])
    with Store.open(Settings(home=home), HashEmbedder(), write=True) as store:
        store._catalog.rows("DELETE FROM chunks_fts WHERE rowid = 1")
        store._indexes.vectors.delete_keys([min(store._indexes.vectors.keys())])
    said = list(differences(contents(home, "hash"), whole, folder))
    assert "words differ from those of an ingest without kills" in said
    assert f"{n} chunks, {n - 1} in the lexical index, {n - 1} vectors" in said
    disturb(folder, rng, 1)
    assert any(line.startswith("texts: ") for line in differences(whole, whole, folder))
