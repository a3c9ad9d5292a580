"""Whether a right answer points at words that carry it."""

from __future__ import annotations

from collections import Counter

from eval.corpus import Corpus
from eval.gold import Sample
from eval.score import Record, Score
from eval.scorers.right import right
from eval.spans import citations_of, gold_spans, half_of_the_shorter, proved, tells_citations

__all__ = ["MAX_A_STANCE", "citation_carries"]

MAX_A_STANCE = 2  # citations beyond two a source and stance are not looked at: citing everything earns nothing


def citation_carries(sample: Sample, record: Record, corpus: Corpus) -> Score | None:
    """1 if a proved citation shares at least half of the shorter span with a gold evidence span, else 0.

    `None` where the answer is not right, the label has no evidence, the sources are silent, or the record does not say
    what it cites. A right answer without citation scores 0.
    """
    if not tells_citations(record):
        return None
    answered = right(sample, record, corpus)
    gold = gold_spans(sample, corpus)
    if answered is None or answered.value < 1 or not sample.answerable or not any(gold.values()):
        return None
    seen: Counter[tuple[object, object]] = Counter()
    for citation in citations_of(record):
        key = (citation.get("source"), citation.get("stance"))
        seen[key] += 1
        if seen[key] > MAX_A_STANCE or not proved(citation, corpus):
            continue
        span = (citation["start"], citation["end"])
        if any(half_of_the_shorter(span, other) for other in gold.get(citation["source"], ())):
            return Score(1.0, f"{citation['source']}[{span[0]}:{span[1]}]")
    return Score(0.0, "no citation overlaps the gold evidence")
