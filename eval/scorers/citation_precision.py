"""How many of the citations shown point at words that carry the answer."""

from __future__ import annotations

from eval.corpus import Corpus
from eval.gold import Sample
from eval.score import Record, Score
from eval.spans import citations_of, gold_spans, half_of_the_shorter, proved

__all__ = ["citation_precision"]


def citation_precision(sample: Sample, record: Record, corpus: Corpus) -> Score | None:
    """Proved citations that share at least half of the shorter span with gold evidence, over all citations.

    Weight = all citations, so the mean over samples is the share of all that is shown. `None` without a citation, and
    where the sources answer and the label lists no evidence. Where the sources do not answer, every citation is wrong.
    """
    citations, gold = citations_of(record), gold_spans(sample, corpus)
    if not citations or (sample.answerable and not any(gold.values())):
        return None
    hits = sum(
        proved(c, corpus) and any(half_of_the_shorter((c["start"], c["end"]), s) for s in gold.get(c["source"], ()))
        for c in citations
    )
    return Score(hits / len(citations), f"{hits} of {len(citations)} citations", weight=len(citations))
