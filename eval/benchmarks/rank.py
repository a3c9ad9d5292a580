"""Retrieval as the chain does it: dense and lexical lists joined. A text counts at its best passage."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from eval.benchmarks.items import Query
from eval.benchmarks.result import Figure, mean_figure
from pipeline.retrieve import retrieve
from vectorstore.store import Store

__all__ = ["retrieval_figures"]

DEPTH = 50  # passages; ten different texts are among them but for rare queries


def retrieval_figures(
    queries: Sequence[Query], store: Store, *, progress: Callable[[int], None] = lambda _: None
) -> list[Figure]:
    """Recall@10 and nDCG@10, by ir-measures (trec_eval's definitions)."""
    import ir_measures  # noqa: PLC0415 (takes half a second)

    run = []
    for query in queries:
        found = dict.fromkeys(passage.source for passage in retrieve(query.text, store, n=DEPTH))
        run += [ir_measures.ScoredDoc(query.id, source, float(-rank)) for rank, source in enumerate(found)]
        progress(1)
    qrels = {query.id: dict(query.grades) for query in queries}
    measures = [ir_measures.R @ 10, ir_measures.nDCG @ 10]
    values = {(m.query_id, str(m.measure)): m.value for m in ir_measures.iter_calc(measures, qrels, run)}
    ids = [query.id for query in queries]
    return [
        mean_figure(name, [values.get((id_, str(m)), 0.0) for id_ in ids], ids)
        for name, m in zip(("recall@10", "nDCG@10"), measures, strict=True)
    ]
