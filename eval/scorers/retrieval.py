"""Whether the sources that carry the answer were found, and how early; measured by `ir-measures`.

What is ranked: the record's `sources`, every source of which a passage was read, in the order in which retrieval first
reached them. Relevant: the sources with gold evidence, or without any evidence those with a gold stance other than
`silent`. It says what the reader was given, not what it made of it. The record keeps no passages, so nothing is said of
ranks inside a source. `None` where the label names no relevant source, or the record has no `sources`.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from eval.corpus import Corpus
from eval.gold import Sample
from eval.score import Record, Score

__all__ = ["retrieval_mrr", "retrieval_ndcg", "retrieval_recall"]


def retrieval_recall(sample: Sample, record: Record, corpus: Corpus) -> Score | None:
    """R@5: relevant sources among the first five, over relevant sources."""
    return _score(sample, record, corpus, "R@5")


def retrieval_mrr(sample: Sample, record: Record, corpus: Corpus) -> Score | None:
    """RR: 1 / rank of the first relevant source, 0 if there is none; its mean over samples is MRR."""
    return _score(sample, record, corpus, "RR")


def retrieval_ndcg(sample: Sample, record: Record, corpus: Corpus) -> Score | None:
    """nDCG@10: sum of 1 / log2(rank + 1) over relevant sources in the first ten, over that of the best order."""
    return _score(sample, record, corpus, "nDCG@10")


def _score(sample: Sample, record: Record, corpus: Corpus, measure: str) -> Score | None:
    relevant = [s for s in sample.evidence if s in corpus]
    relevant = relevant or [s for s, stance in sample.stances.items() if stance != "silent"]
    entries = record.get("sources")
    if not relevant or entries is None:
        return None
    named = [e.get("source") for e in entries if isinstance(e, Mapping)] if isinstance(entries, list) else []
    ranked = tuple(dict.fromkeys(name for name in named if isinstance(name, str)))
    value = _measure(measure, tuple(relevant), ranked) if ranked else 0.0
    return Score(value, f"{len(set(relevant) & set(ranked))} of {len(relevant)} relevant among {len(ranked)} read")


@lru_cache(maxsize=4096)
def _measure(measure: str, relevant: tuple[str, ...], ranked: tuple[str, ...]) -> float:
    import ir_measures  # noqa: PLC0415 (takes half a second)

    qrels = [ir_measures.Qrel("q", source, 1) for source in relevant]
    run = [ir_measures.ScoredDoc("q", source, float(-rank)) for rank, source in enumerate(ranked)]
    return float(ir_measures.calc_aggregate([ir_measures.parse_measure(measure)], qrels, run).popitem()[1])
