"""Whether what is shown as a quotation stands in the source, byte for byte, where the citation says."""

from __future__ import annotations

from eval.corpus import Corpus
from eval.gold import Sample
from eval.score import Record, Score
from eval.spans import citations_of, proved

__all__ = ["citation_proof"]


def citation_proof(sample: Sample, record: Record, corpus: Corpus) -> Score | None:
    """Citations with `text[start:end] == exact` in a source of the corpus, over all citations; weight = all citations.

    `None` without a citation. Nothing of the record is taken on trust: neither `status` nor `source_sha256`, which
    must be the text's own where it is given.
    """
    del sample
    citations = citations_of(record)
    if not citations:
        return None
    bad = [f"{c.get('source')}[{c.get('start')}:{c.get('end')}]" for c in citations if not proved(c, corpus)]
    return Score(1 - len(bad) / len(citations), ", ".join(bad) or "all proved", weight=len(citations))
