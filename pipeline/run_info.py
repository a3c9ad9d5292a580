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
    after = reader.usage if reader else Usage()
    start = before or Usage()
    return {
        "version": __version__,
        "model": reader.name if reader else "none",
        "verifier": scorer.name,
        "embedder": embedder_name(embedder),
        "prompts": {name: f"sha256:{load(name).sha256}" for name in reader.prompts} if reader else {},
        "index": store.index_digest(),
        "usage": {
            "input_tokens": after.input_tokens - start.input_tokens,
            "output_tokens": after.output_tokens - start.output_tokens,
            "calls": after.calls - start.calls,
        },
        "cost_usd": 0.0 if reader is None or reader.name.startswith("local:") else None,
        "latency_s": round(latency_s, 3),
    }
