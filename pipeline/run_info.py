"""The `run` part of a record: what made the answer, so that it can be made again."""

from __future__ import annotations

from typing import Any

from factcheck import __version__
from factcheck.settings import Settings
from pipeline.models.reply import Usage
from pipeline.read import Reader
from pipeline.support import Scorer
from prompts.loader import load
from vectorstore.embedder import Embedder, embedder_name
from vectorstore.store import Store


def run_info(
    store: Store, settings: Settings, *, embedder: Embedder, scorer: Scorer, reader: Reader | None,
    before: Usage | None, latency_s: float,
) -> dict[str, Any]:  # fmt: skip
    """Return versions, digests and cost of one answer; usage is what the reader spent since `before`."""
    spent = spent_info(reader, before)
    return {
        "version": __version__,
        "model": spent["model"],
        "verifier": scorer.name,
        "embedder": embedder_name(embedder),
        "prompts": {name: f"sha256:{load(name).sha256}" for name in reader.prompts} if reader else {},
        "index": store.index_digest(),
        "usage": spent["usage"],
        "cost_usd": spent["cost_usd"],
        "latency_s": round(latency_s, 3),
    }


def spent_info(reader: Reader | None, before: Usage | None) -> dict[str, Any]:
    """Return the part that a question has though it failed: the model, and what was spent on it since `before`."""
    spent = reader.usage - (before or Usage()) if reader else Usage()
    return {
        "model": reader.name if reader else "none",
        "usage": {
            "input_tokens": spent.input_tokens,
            "output_tokens": spent.output_tokens,
            "calls": spent.calls,
            "cached_calls": spent.cached_calls,
            "retries": spent.retries,
        },
        "cost_usd": cost_usd(reader, spent),
    }


def cost_usd(reader: Reader | None, spent: Usage) -> float | None:
    """Return the dollars that `spent` cost; None where it cost something and the price is not known."""
    if reader is None or not spent.calls:
        return 0.0
    return None if reader.price is None else round(reader.price.cost_usd(spent), 8)
