"""What the store needs of an embedder, and nothing about a particular one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import numpy as np

__all__ = ["Embedder", "OpenEmbedder", "embedder_name"]


class Embedder(Protocol):
    """Texts to unit vectors. `name` (optional) changes whenever the vectors do: it decides when to embed again."""

    @property
    def max_word_pieces(self) -> int:
        """Longest input in the embedder's own tokens; more would be cut off in silence."""

    def n_word_pieces(self, text: str) -> int: ...

    def embed(self, texts: Sequence[str]) -> np.ndarray:
        """Return (n, d) float32, rows unit length, in the order of `texts`."""


OpenEmbedder = Callable[[], Embedder]
"""Called once, when the first vector is needed: a class without arguments will do."""


def embedder_name(embedder: Embedder) -> str:
    name = getattr(embedder, "name", None)
    return name if isinstance(name, str) else type(embedder).__qualname__
