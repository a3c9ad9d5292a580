"""Records against gold labels: every scorer on every sample, and the aggregate."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from eval.corpus import Corpus
from eval.gold import Sample
from eval.score import Metric, Record, ScoredSample
from eval.scorers import SCORERS
from factcheck.errors import UserError

__all__ = ["metric", "read_predictions", "score_all"]

N_RESAMPLES = 2000


def read_predictions(path: Path) -> dict[str, Record]:
    """Return question id -> record, from NDJSON of answer and error records. Blank lines are skipped.

    Raises:
        UserError: the file cannot be read, or a line is no record, has no question id, or repeats one.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"{path}: cannot be read ({error}); give a file of answer records, one a line") from error
    records: dict[str, Record] = {}
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            record = json.loads(line)
            key = record["question"]["id"]
        except (ValueError, TypeError, KeyError) as error:
            raise UserError(f"{path}: line {number} is no answer record with a question id") from error
        if not isinstance(key, str) or key in records:
            raise UserError(f"{path}: line {number}: question id {key!r} is no text or stands twice")
        records[key] = record
    return records


def score_all(samples: Sequence[Sample], records: Mapping[str, Record], corpus: Corpus) -> list[ScoredSample]:
    """Return every sample with its scores, in order. A missing record or an error is *unscored*, never wrong."""
    return [_score(sample, records.get(sample.id), corpus) for sample in samples]


def _score(sample: Sample, record: Record | None, corpus: Corpus) -> ScoredSample:
    if record is None:
        return ScoredSample(sample, None, {}, "no record")
    if "error" in record or record.get("schema") == "factcheck/error/1":
        error = record.get("error") or {}
        return ScoredSample(sample, None, {}, f"{error.get('kind', 'error')}: {error.get('message', '')}")
    found = {name: scorer(sample, record, corpus) for name, scorer in SCORERS.items()}
    return ScoredSample(sample, record, {name: score for name, score in found.items() if score is not None})


def metric(scored: Sequence[ScoredSample], scorer: str, *, seed: int = 0) -> Metric:
    """The weighted mean of a scorer, with a 95 % percentile interval that resamples whole families.

    Families are drawn with replacement, as many as there are, `N_RESAMPLES` times; each draw's value is the sum of
    weight x value over the sum of weights (ratio estimator; draws without weight are left out). One family gives no
    interval. Method: Cameron, Gelbach, Miller 2008, pairs cluster bootstrap.
    """
    sums: dict[str, list[float]] = {}
    for item in scored:
        if (score := item.scores.get(scorer)) is not None:
            total = sums.setdefault(item.sample.cluster, [0.0, 0.0])
            total[0] += score.weight * score.value
            total[1] += score.weight
    unscored = sum(item.unscored is not None for item in scored)
    if not sums:
        return Metric(None, None, None, 0, unscored)
    table = np.array(list(sums.values()))  # (families, 2) float64: weighted sum, weight
    value, n = table[:, 0].sum() / table[:, 1].sum(), int(table[:, 1].sum())
    if len(table) == 1:
        return Metric(float(value), None, None, n, unscored)
    draws = np.random.default_rng(seed).integers(len(table), size=(N_RESAMPLES, len(table)))
    drawn = table[draws].sum(axis=1)
    low, high = np.quantile(drawn[:, 0] / drawn[:, 1], [0.025, 0.975])
    return Metric(float(value), float(low), float(high), n, unscored)
