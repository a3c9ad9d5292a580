"""Hybrid retrieval as a LangChain retriever."""

from __future__ import annotations

from typing import Any

from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from pydantic import ConfigDict

from factcheck.records import Filters, Passage
from pipeline.retrieve import retrieve


class PassageRetriever(BaseRetriever):
    """The same as a LangChain retriever: documents with the passage's source, offsets, score and ranks as metadata."""

    model_config = ConfigDict(arbitrary_types_allowed=True)

    store: Any
    k: int = 12
    filters: Filters = Filters()

    def _get_relevant_documents(
        self, query: str, *, run_manager: CallbackManagerForRetrieverRun, k: int | None = None
    ) -> list[Document]:
        return [as_document(passage) for passage in retrieve(query, self.store, n=k or self.k, filters=self.filters)]


def as_document(passage: Passage) -> Document:
    """Return the passage as a LangChain document; its id is `source:start-end`."""
    return Document(
        id=f"{passage.source}:{passage.start}-{passage.end}",
        page_content=passage.text,
        metadata={
            "source": passage.source,
            "start": passage.start,
            "end": passage.end,
            "score": passage.score,
            "ranks": dict(passage.ranks),
        },
    )
