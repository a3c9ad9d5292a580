"""Whether a question that the sources answer is answered with a citation."""

from __future__ import annotations

from eval.corpus import Corpus
from eval.gold import Sample
from eval.score import Record, Score
from eval.spans import citations_of, proved, tells_citations

__all__ = ["citation_coverage"]


def citation_coverage(sample: Sample, record: Record, corpus: Corpus) -> Score | None:
    """1 if the record has a proved citation, else 0; `None` where the sources do not answer the question, and where the
    record does not say what it cites.

    The strict reading: a wrong `not_stated`, or no value, is an answer without citation too.
    """
    if not sample.answerable or not tells_citations(record):
        return None
    n = sum(proved(citation, corpus) for citation in citations_of(record))
    return Score(float(n > 0), f"{n} proved citations")
