"""Records against gold labels: every scorer on every sample, and the aggregate."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from eval.corpus import Corpus
from eval.gold import Sample
from eval.intervals import mean_interval, set_interval
from eval.score import Metric, Record, ScoredSample
from eval.scorers import SCORERS, SET_SCORERS
from factcheck.errors import UserError

__all__ = ["metric", "score_all"]


def score_all(samples: Sequence[Sample], records: Mapping[str, Record], corpus: Corpus) -> list[ScoredSample]:
    """Return every sample with its scores, in order. A missing record or an error is *unscored*, never wrong."""
    return [_score(sample, records.get(sample.id), corpus) for sample in samples]


def _score(sample: Sample, record: Record | None, corpus: Corpus) -> ScoredSample:
    if record is None:
        return ScoredSample(sample, None, {}, "no record")
    if "error" in record or record.get("schema") == "factcheck/error/1":
        error = record.get("error") or {}
        return ScoredSample(sample, None, {}, f"{error.get('kind', 'error')}: {error.get('message', '')}", record)
    found = {name: scorer(sample, record, corpus) for name, scorer in SCORERS.items()}
    return ScoredSample(sample, record, {name: score for name, score in found.items() if score is not None})


def metric(scored: Sequence[ScoredSample], scorer: str) -> Metric:
    """Return a figure with its 95 % interval, which resamples whole families (`eval.intervals`).

    A scorer of `SCORERS` is averaged by weight, one of `SET_SCORERS` is computed over all rows. Repeats of a sample are
    of its family. Raises: UserError: no such scorer.
    """
    unscored = sum(item.unscored is not None for item in scored)
    if scorer in SCORERS:
        pairs = [(item, score) for item in scored if (score := item.scores.get(scorer)) is not None]
        weights = [float(score.weight) for _, score in pairs]
        if not pairs:
            return Metric(None, None, None, 0, unscored)
        values = [score.value for _, score in pairs]
        value = sum(w * v for w, v in zip(weights, values, strict=True)) / sum(weights)
        interval = mean_interval(values, weights, [item.sample.cluster for item, _ in pairs])
        low, high = interval or (None, None)
        return Metric(value, low, high, int(sum(weights)), unscored)
    if scorer not in SET_SCORERS:
        raise UserError(f"no scorer {scorer!r}; known: {', '.join([*SCORERS, *SET_SCORERS])}")
    rows = [(row, item.sample.cluster) for item in scored for row in SET_SCORERS[scorer].rows(item)]
    if not rows:
        return Metric(None, None, None, 0, unscored)
    table, families = np.array([row for row, _ in rows], dtype=np.float64), [family for _, family in rows]
    found = SET_SCORERS[scorer].value(table)
    interval = set_interval(table, families, SET_SCORERS[scorer].value) if found is not None else None
    low, high = interval or (None, None)
    return Metric(found, low, high, len(rows), unscored)
