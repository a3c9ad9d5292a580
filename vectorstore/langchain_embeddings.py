"""The embedder that ships, as LangChain's `Embeddings`: for vector stores and chains of others."""

from __future__ import annotations

from langchain_core.embeddings import Embeddings

from vectorstore.embed import MiniLmEmbedder

__all__ = ["MiniLmEmbeddings"]


class MiniLmEmbeddings(MiniLmEmbedder, Embeddings):
    """The same vectors, as lists of floats."""

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        rows: list[list[float]] = self.embed(texts).tolist()
        return rows

    def embed_query(self, text: str) -> list[float]:
        return self.embed_documents([text])[0]
