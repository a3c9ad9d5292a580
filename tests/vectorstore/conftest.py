"""A deterministic embedder and a store in a temporary folder."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from factcheck.settings import Settings


class HashEmbedder:
    """Words hashed into 384 places: near texts share words. Counts what it is asked."""

    name = "hash/1"
    max_word_pieces = 256

    def __init__(self) -> None:
        self.n_embedded = 0

    def n_word_pieces(self, text: str) -> int:
        return len(text.split()) + 2

    def embed(self, texts: Sequence[str]) -> np.ndarray:
        self.n_embedded += len(texts)
        rows = np.zeros((len(texts), 384), dtype=np.float32)
        for row, text in zip(rows, texts, strict=True):
            for word in text.lower().split() or [""]:
                row[int.from_bytes(hashlib.sha256(word.encode()).digest()[:4], "big") % 384] += 1
        return rows / np.linalg.norm(rows, axis=1, keepdims=True)


@pytest.fixture
def embedder() -> HashEmbedder:
    return HashEmbedder()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path / "home")
