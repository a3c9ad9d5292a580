"""The three ways of no: sources that say no, sources that are silent, a corpus that is off topic."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from eval.gold import Sample
from eval.score import Record, ScoredSample

__all__ = ["three_ways_of_no"]


def three_ways_of_no(scored: Iterable[ScoredSample]) -> Counter[tuple[str, str]]:
    """Count (gold, said) over scored samples whose gold is `no`, `silent` or `off_topic`.

    Said is one of these three, `answered` (yes, conflicting, or a value), or `unexplained`: not stated, and the record
    does not say why. Gold `silent` and `off-topic` are tags of the sample; one without either is not counted.
    """
    pairs = ((_gold(s.sample), s) for s in scored if s.record is not None)
    return Counter((gold, _said(s.record)) for gold, s in pairs if gold is not None and s.record is not None)


def _gold(sample: Sample) -> str | None:
    if sample.answer in ("no", "refuted"):
        return "no"
    if sample.answerable:
        return None
    return next((way for tag, way in (("silent", "silent"), ("off-topic", "off_topic")) if tag in sample.tags), None)


def _said(record: Record) -> str:
    if record.get("answer") == "no" or (record.get("answer") is None and record.get("verdict") == "refuted"):
        return "no"
    if record.get("answer") in (None, "not_stated"):
        reason = (record.get("coverage") or {}).get("reason")
        return reason if reason in ("silent", "off_topic") else "unexplained"
    return "answered"
