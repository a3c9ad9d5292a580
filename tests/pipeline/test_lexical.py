"""Words of the lexical scorer."""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from pipeline import lexical


def test_threads_that_stem_at_once_get_the_stems_of_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """The stemmer keeps its word in itself: unguarded, threads get each other's stems, and the cache keeps them."""
    words = [
        f"{stem}{end}" for stem in ("relat", "nation", "generous", "provision") for end in ("ional", "izing", "ed")
    ]
    stem = lexical._stem.__wrapped__
    alone = [stem(word) for word in words]
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(8) as pool:
            together = list(pool.map(stem, words * 50))
    finally:
        sys.setswitchinterval(before)
    assert together == alone * 50
