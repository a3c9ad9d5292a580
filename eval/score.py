"""The nouns of scoring: one record, one score, one metric."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from eval.corpus import Corpus
from eval.gold import Sample

__all__ = ["Metric", "Record", "Rows", "Score", "ScoredSample", "Scorer", "SetScorer"]

Record = Mapping[str, Any]  # an answer record, DESIGN's `factcheck/answer/1`, as parsed from its line


@dataclass(frozen=True, slots=True)
class Score:
    """What one scorer says of one record.

    `value` is in 0..1. `weight` is how many things it is the mean of (citations, say), 1 for a whole answer.
    """

    value: float
    why: str
    weight: int = 1


Scorer = Callable[[Sample, Record, Corpus], Score | None]
"""`None` = the scorer does not apply to this record (no citation to check, no boolean question). Never wrong."""


@dataclass(frozen=True, slots=True)
class ScoredSample:
    """One sample with its record; where it is unscored, `unscored` says why, and there is neither record nor score.

    `failed` is then the record that could not be scored, for what it cost.
    """

    sample: Sample
    record: Record | None
    scores: Mapping[str, Score]
    unscored: str | None = None
    failed: Record | None = None


Rows = NDArray[np.float64]  # (rows, columns); what the columns are is the scorer's own affair


@dataclass(frozen=True, slots=True)
class SetScorer:
    """A figure that is no mean over samples, such as an F1 or a calibration error.

    `rows` gives what one scored sample contributes, nothing where it does not apply; `value` makes the figure of all
    rows, in any order, and `None` where it is not defined. The bootstrap resamples the rows of whole families.
    """

    rows: Callable[[ScoredSample], Sequence[tuple[float, ...]]]
    value: Callable[[Rows], float | None]


@dataclass(frozen=True, slots=True)
class Metric:
    """An aggregate over samples. `value`, `low` and `high` are `None` where nothing was scored."""

    value: float | None
    low: float | None
    high: float | None
    n: int  # the sum of the weights, or the rows of a set scorer
    unscored: int  # samples whose record is missing or an error
