"""Hybrid retrieval: the dense and the lexical list, joined by reciprocal rank fusion.

score(passage) = sum over lists of 1 / (K + rank), ranks from 1 (Cormack, Clarke and Buettcher, SIGIR 2009).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from pydantic import ConfigDict

from factcheck.records import Filters, Passage
from vectorstore.store import Store

K = 60
DEPTH = 50  # how far down each list is read before the lists are joined


def retrieve(query: str, store: Store, *, n: int, filters: Filters | None = None) -> list[Passage]:
    """Return the `n` best passages for `query`, best first; fewer if the store holds fewer."""
    filters = filters or Filters()
    depth = max(n, DEPTH)
    lists = {"dense": store.search_dense(query, depth, filters), "lexical": store.search_lexical(query, depth, filters)}
    return fuse(lists, n=n)


def fuse(lists: Mapping[str, Sequence[Passage]], *, n: int) -> list[Passage]:
    """Join ranked lists; ties keep the order of source and start. `ranks` says which list found a passage, and where."""
    found: dict[tuple[str, int, int], Passage] = {}
    for name, passages in lists.items():
        for rank, passage in enumerate(passages, start=1):
            key = (passage.source, passage.start, passage.end)
            before = found.get(key)
            ranks = {**(before.ranks if before else {}), name: rank}
            score = sum(1 / (K + r) for r in ranks.values())
            found[key] = replace(passage, score=score, ranks=ranks)
    return sorted(found.values(), key=lambda p: (-p.score, p.source, p.start))[:n]


class PassageRetriever(BaseRetriever):
    """The same as a LangChain retriever: documents with the passage's source, offsets, score and ranks as metadata."""

    model_config = ConfigDict(arbitrary_types_allowed=True)

    store: Any
    n: int = 12
    filters: Filters = Filters()

    def _get_relevant_documents(
        self, query: str, *, run_manager: CallbackManagerForRetrieverRun, k: int | None = None
    ) -> list[Document]:
        return [as_document(passage) for passage in retrieve(query, self.store, n=k or self.n, filters=self.filters)]


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
