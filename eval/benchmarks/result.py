"""Figures of a public set, and how they are shown."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from eval.intervals import mean_interval, set_interval
from eval.score import Rows

__all__ = ["Figure", "Result", "mean_figure", "set_figure"]


@dataclass(frozen=True, slots=True)
class Figure:
    """A share, 0..1, with its 95 % interval (None where it is not defined), over `n` items."""

    name: str
    value: float
    low: float | None
    high: float | None
    n: int

    def __str__(self) -> str:
        interval = "" if self.low is None or self.high is None else f" [{100 * self.low:.1f}, {100 * self.high:.1f}]"
        return f"{100 * self.value:.1f}{interval}"


@dataclass(frozen=True, slots=True)
class Result:
    """What one set gave. `form` says which files were read, `unscored` counts items that failed; `failure` is what the
    first question said that did."""

    benchmark: str
    model: str
    verifier: str
    form: str
    n: int
    n_available: int
    unscored: int
    figures: tuple[Figure, ...]
    seconds: float = 0.0
    failure: str | None = None

    def as_json(self) -> dict[str, Any]:
        return {"schema": "factcheck/benchmark/1", **asdict(self)}


def mean_figure(name: str, values: Sequence[float], clusters: Sequence[str]) -> Figure:
    """The mean; its interval resamples clusters."""
    low, high = mean_interval(values, [1.0] * len(values), clusters) or (None, None)
    return Figure(name, float(np.mean(values)), low, high, len(values))


def set_figure(name: str, rows: Rows, clusters: Sequence[str], value: Callable[[Rows], float | None]) -> Figure | None:
    """A figure of all rows, or None where they do not define it; its interval resamples clusters."""
    found = value(rows)
    if found is None:
        return None
    low, high = set_interval(rows, clusters, value) or (None, None)
    return Figure(name, found, low, high, len(rows))
