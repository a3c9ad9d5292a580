"""The shipped embedder as Chroma's own embedding function, for collections that others open with Chroma alone.

Our store gives Chroma vectors and never needs this; a notebook that opens its collection may:
`client.get_collection(name, embedding_function=MiniLmEmbeddingFunction())`.
"""

from __future__ import annotations

from typing import Any

from vectorstore.vectors import quiet_telemetry

quiet_telemetry()

from chromadb.api.types import Documents, EmbeddingFunction, Embeddings, Space  # noqa: E402 - after the switches
from chromadb.utils.embedding_functions import register_embedding_function  # noqa: E402

from factcheck.errors import WeightsError  # noqa: E402
from vectorstore.embed import MiniLmEmbedder  # noqa: E402

__all__ = ["MiniLmEmbeddingFunction"]


@register_embedding_function
class MiniLmEmbeddingFunction(EmbeddingFunction[Documents]):
    """Documents to unit vectors of 384 float32. Its config names the weights, so that others are refused."""

    def __init__(self, *, threads: int = 2) -> None:
        self._threads = threads
        self._embedder = MiniLmEmbedder(threads=threads)

    def __call__(self, input: Documents) -> Embeddings:  # noqa: A002 - Chroma's name
        return list(self._embedder.embed(input))

    @staticmethod
    def name() -> str:
        return "factcheck_minilm"

    def default_space(self) -> Space:
        return "cosine"

    def supported_spaces(self) -> list[Space]:
        return ["cosine", "ip", "l2"]

    def get_config(self) -> dict[str, Any]:
        return {"weights": self._embedder.name, "threads": self._threads}

    @staticmethod
    def build_from_config(config: dict[str, Any]) -> MiniLmEmbeddingFunction:
        """Raises: WeightsError where the collection was made with other weights than these."""
        made = MiniLmEmbeddingFunction(threads=int(config.get("threads", 2)))
        if (wanted := config.get("weights", made._embedder.name)) != made._embedder.name:
            raise WeightsError(
                f"the collection was embedded with {wanted!r}, this program has {made._embedder.name!r}; embed it again"
            )
        return made
