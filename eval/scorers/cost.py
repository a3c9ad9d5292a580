"""What answers cost: seconds, tokens, money. Read off `run` of each record.

Seconds are of answers alone; tokens and money of errors too, for a reply that cannot be used is paid for.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from eval.score import Record, ScoredSample

__all__ = ["Cost", "Latency", "cost", "cost_of", "latency"]


@dataclass(frozen=True, slots=True)
class Latency:
    """Percentiles of `run.latency_s`, in seconds, by linear interpolation between the nearest two."""

    n: int
    p50: float
    p90: float
    p95: float
    p99: float
    longest: float


@dataclass(frozen=True, slots=True)
class Cost:
    """Sums over records. `cost_usd` is `None` if the price of every record is unknown; `n_unpriced` counts those."""

    n: int
    input_tokens: int
    output_tokens: int
    calls: int
    cost_usd: float | None
    n_unpriced: int


def latency(records: Iterable[Record]) -> Latency | None:
    """Return the percentiles; `None` if no record says how long it took."""
    known = [s for s in (_number(_part(r, "run").get("latency_s")) for r in records) if s is not None]
    if not known:
        return None
    p50, p90, p95, p99 = np.percentile(known, [50, 90, 95, 99]).tolist()
    return Latency(len(known), p50, p90, p95, p99, max(known))


def cost(records: Iterable[Record]) -> Cost:
    """Return tokens, calls and dollars; what a record does not say counts as nothing, a price as unknown."""
    runs = [_part(record, "run") for record in records]
    usage = [_part(run, "usage") for run in runs]
    prices = [_number(run.get("cost_usd")) for run in runs]
    known = [price for price in prices if price is not None]
    inputs, outputs, calls = (
        int(sum(_number(u.get(key)) or 0 for u in usage)) for key in ("input_tokens", "output_tokens", "calls")
    )
    return Cost(len(runs), inputs, outputs, calls, sum(known) if known else None, len(prices) - len(known))


def cost_of(scored: Iterable[ScoredSample]) -> Cost:
    """Return the cost of all that was asked, answers and errors."""
    records = ((item.failed if item.record is None else item.record) for item in scored)
    return cost(record for record in records if record is not None)


def _part(record: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    found = record.get(key)
    return found if isinstance(found, Mapping) else {}


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
