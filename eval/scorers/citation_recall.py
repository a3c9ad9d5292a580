"""How much of the evidence that a person marked is cited."""

from __future__ import annotations

from eval.corpus import Corpus
from eval.gold import Sample
from eval.score import Record, Score
from eval.scorers.citation_carries import MAX_A_STANCE
from eval.spans import citations_of, half_of_the_shorter, proved, tells_citations

__all__ = ["citation_recall"]


def citation_recall(sample: Sample, record: Record, corpus: Corpus) -> Score | None:
    """Gold quotes that a proved citation hits, over gold quotes; of each source at most two are counted.

    Two, because a record shows no more of a source and stance: sum over sources of min(hit, 2) / min(quotes, 2), weight
    = that denominator. A quote is hit where a citation shares at least half of the shorter span with one of its places.
    `None` where the label lists no evidence or the record does not say what it cites. An answer without citation has
    recall 0.
    """
    if not tells_citations(record):
        return None
    spans: dict[str, list[tuple[int, int]]] = {}
    for citation in citations_of(record):
        if proved(citation, corpus):
            spans.setdefault(citation["source"], []).append((citation["start"], citation["end"]))
    hits = total = 0
    for source, quotes in sample.evidence.items():
        places = [corpus[source].spans_of(quote) for quote in quotes] if source in corpus else []
        cited = spans.get(source, [])
        hit = sum(any(half_of_the_shorter(c, place) for c in cited for place in found) for found in places)
        hits += min(hit, MAX_A_STANCE)
        total += min(sum(map(bool, places)), MAX_A_STANCE)
    return Score(hits / total, f"{hits} of {total} gold quotes", weight=total) if total else None
