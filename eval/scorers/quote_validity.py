"""How many of the quotes that a model proposed stand in the sources."""

from __future__ import annotations

from collections.abc import Mapping

from eval.corpus import Corpus
from eval.gold import Sample
from eval.score import Record, Score

__all__ = ["quote_validity"]

_VALID = ("exact", "normalised")


def quote_validity(sample: Sample, record: Record, corpus: Corpus) -> Score | None:
    """(exact + normalised) / all statuses of the record's `quotes`; weight = all. `None` where none was proposed.

    What the reader proposed, before proof; `citation_proof` is about what was shown. The counts are the record's own.
    """
    del sample, corpus
    quotes = record.get("quotes")
    counts = {k: n for k, n in quotes.items() if isinstance(n, int) and n > 0} if isinstance(quotes, Mapping) else {}
    total, valid = sum(counts.values()), sum(counts.get(status, 0) for status in _VALID)
    if not total:
        return None
    bad = ", ".join(f"{status} {n}" for status, n in counts.items() if status not in _VALID)
    return Score(valid / total, bad or "all proved", weight=total)
