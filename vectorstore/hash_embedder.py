"""An embedder for tests: deterministic, no weights, instant. Texts that share words are near."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence

import numpy as np

__all__ = ["HashEmbedder"]


class HashEmbedder:
    """Words hashed into 384 places; `n_embedded` counts what was asked of it."""

    max_word_pieces = 256

    def __init__(self, name: str = "hash/1") -> None:
        self.name = name
        self.n_embedded = 0

    def n_word_pieces(self, text: str) -> int:
        return len(text.split()) + 2

    def embed(self, texts: Sequence[str]) -> np.ndarray:
        """Return (n, 384) float32, rows unit length."""
        self.n_embedded += len(texts)
        rows = np.zeros((len(texts), 384), dtype=np.float32)
        for row, text in zip(rows, texts, strict=True):
            for word in re.findall(r"\w+", text.lower()) or [""]:
                row[int.from_bytes(hashlib.sha256(word.encode("utf-8", "replace")).digest()[:4], "big") % 384] += 1
        unit: np.ndarray = rows / np.linalg.norm(rows, axis=1, keepdims=True)
        return unit
