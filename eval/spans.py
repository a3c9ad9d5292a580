"""Citations of a record as spans: which are proved, which carry the gold evidence."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from eval.corpus import Corpus
from eval.gold import Sample
from eval.score import Record

__all__ = ["citations_of", "gold_spans", "half_of_the_shorter", "proved", "tells_citations"]


def citations_of(record: Record) -> list[Mapping[str, Any]]:
    """The record's citations, in its order. What is no object in a broken record stays, empty: it proves nothing."""
    return [c if isinstance(c, Mapping) else {} for c in record.get("citations") or []]


def tells_citations(record: Record) -> bool:
    """Whether it is known what the record cites, be it nothing: another system may give answers alone."""
    return record.get("citations") is not None


def proved(citation: Mapping[str, Any], corpus: Corpus) -> bool:
    """Whether `text[start:end] == exact`, not empty, with the hash of the text if one is given."""
    source, start, end = corpus.get(str(citation.get("source"))), citation.get("start"), citation.get("end")
    if source is None or not isinstance(start, int) or not isinstance(end, int) or not 0 <= start < end:
        return False
    return source.text[start:end] == citation.get("exact") and citation.get("source_sha256") in (None, source.sha256)


def gold_spans(sample: Sample, corpus: Corpus) -> dict[str, list[tuple[int, int]]]:
    """Source id -> every place of every gold quote."""
    return {
        source: [span for quote in quotes for span in corpus[source].spans_of(quote)]
        for source, quotes in sample.evidence.items()
        if source in corpus
    }


def half_of_the_shorter(one: tuple[int, int], other: tuple[int, int]) -> bool:
    """Whether two half-open spans share at least half of the shorter one."""
    shared = min(one[1], other[1]) - max(one[0], other[0])
    return shared > 0 and 2 * shared >= min(one[1] - one[0], other[1] - other[0])
