"""Hybrid retrieval: the dense and the lexical list, joined by reciprocal rank fusion.

score(passage) = sum over lists of 1 / (K + rank), ranks from 1 (Cormack, Clarke and Buettcher, SIGIR 2009).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

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
    """Join ranked lists; ties keep the order of source and start. `ranks` says which list found it, and where."""
    found: dict[tuple[str, int, int], Passage] = {}
    for name, passages in lists.items():
        for rank, passage in enumerate(passages, start=1):
            key = (passage.source, passage.start, passage.end)
            before = found.get(key)
            ranks = {**(before.ranks if before else {}), name: rank}
            score = sum(1 / (K + r) for r in ranks.values())
            found[key] = replace(passage, score=score, ranks=ranks)
    return sorted(found.values(), key=lambda p: (-p.score, p.source, p.start))[:n]
