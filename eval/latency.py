"""How long an answer takes."""

from __future__ import annotations

from collections.abc import Iterable
from statistics import median

from eval.score import Record

__all__ = ["median_latency_s"]


def median_latency_s(records: Iterable[Record]) -> float | None:
    """The median of `run.latency_s`, in seconds; `None` if no record has one. Errors have none."""
    times = [(record.get("run") or {}).get("latency_s") for record in records]
    known = [float(t) for t in times if isinstance(t, int | float)]
    return median(known) if known else None
