"""The vectors: the nearest of some sources, however many those are."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from factcheck.errors import StoreCorruptError, StoreError
from factcheck.records import Span
from vectorstore.catalog import ChunkRow
from vectorstore.vectors import Vectors

MANY = [f"s{i:05}" for i in range(40_000)]  # more than SQLite takes in one statement
QUERY = np.array([1.0, 0.0], dtype=np.float32)
ANGLES = {"s00001": 0.1, "s15000": 0.2, "s25000": 0.3, "s39999": 0.4, "other": 0.0}


@pytest.fixture
def vectors(tmp_path: Path) -> Iterator[Vectors]:
    """Five sources of one chunk each; "other" is the nearest to QUERY, then they follow by number."""
    opened = Vectors(tmp_path / "chroma", "c", "e", write=True)
    rows = [ChunkRow(i, source, 1, 0, Span(0, 1)) for i, source in enumerate(ANGLES)]
    angles = np.array(list(ANGLES.values()))
    opened.upsert(rows, np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32))
    yield opened
    opened.close()


@pytest.mark.parametrize(
    ("sources", "known", "expected"),
    [
        (None, [], ["other", "s00001", "s15000"]),
        ([], MANY, []),
        (["s39999", "s15000"], [*MANY, "other"], ["s15000", "s39999"]),
        (MANY, MANY, ["other", "s00001", "s15000"]),  # all that are known: nothing is left out
        (MANY, [*MANY, "other"], ["s00001", "s15000", "s25000"]),  # one is left out
        (MANY[:20_000], [*MANY, "other"], ["s00001", "s15000"]),  # 20,000 wanted, 20,001 not: in two blocks
        (MANY[1:], [*MANY, "other", *(f"t{i}" for i in range(39_998))], ["s00001", "s15000", "s25000"]),  # in four
    ],
)
def test_the_nearest_of_however_many_sources(
    vectors: Vectors, sources: list[str] | None, known: list[str], expected: list[str]
) -> None:
    hits = vectors.search(QUERY, 3, sources, known=lambda: known)
    assert [hit.source for hit in hits] == expected
    assert [hit.score for hit in hits] == pytest.approx([np.cos(ANGLES[source]) for source in expected], abs=1e-5)


def test_asking_for_too_much_is_no_damage(vectors: Vectors) -> None:
    with pytest.raises(StoreError, match="Ask for fewer") as caught, vectors._errors():
        vectors._collection.get(where={"source": {"$in": list(MANY)}})
    assert not isinstance(caught.value, StoreCorruptError)
