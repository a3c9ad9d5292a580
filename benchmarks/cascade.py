"""What asking the local model less costs: `python -m benchmarks.cascade --tag dev [--below 0 0.9 1]`.

Asks the samples of a suite warm, in this process, once for each `model_below`: 0 asks the model never, 1 always. Prints
a Markdown line each: questions right by type with n and interval, share of questions that asked the model, calls,
median and 90th percentile of seconds. The model's replies are not cached.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from eval.asking import ask
from eval.bars import bars
from eval.corpus_home import corpus_settings
from eval.gold import Sample
from eval.score import Metric
from eval.scoring import score_all
from eval.suite import Suite, open_suite, select
from factcheck.settings import load_settings
from pipeline.answerer import Answerer, open_answerer
from vectorstore.store import default_embedder

KINDS = ("boolean", "value", "claim")


def shown(metric: Metric | None) -> str:
    """Return a metric as `72.0 (60-84), n 50`, percent; a dash where nothing was scored."""
    if metric is None or metric.value is None:
        return "-"
    low, high = (f"{100 * (v or 0):.0f}" for v in (metric.low, metric.high))
    return f"{100 * metric.value:.1f} ({low}-{high}), n {metric.n}"


def line(answerer: Answerer, suite: Suite, samples: Sequence[Sample], below: float) -> str:
    """Ask all samples with one `model_below` and return the table's line."""
    answerer.settings = answerer.settings.model_copy(update={"model_below": below})
    records = {s.id: ask(answerer, s, corpus=suite.corpus) for s in samples}
    runs = [r["run"] for r in records.values() if "run" in r]
    calls, seconds = [run["usage"]["calls"] for run in runs], [run["latency_s"] for run in runs]
    found = bars(score_all(samples, records, suite.corpus))
    right = " | ".join(shown(found.get(kind)) for kind in KINDS)
    asked = f"{100 * np.mean(np.array(calls) > 0):.0f} %"
    return (
        f"| {below} | {right} | {asked} | {sum(calls)} | {np.median(seconds):.2f} | {np.quantile(seconds, 0.9):.2f} |"
    )


def main() -> None:
    """Parse the command line, ask, print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--suite", default="treaty")
    parser.add_argument("--tag", action="append", default=[])
    parser.add_argument("--limit", type=int)
    parser.add_argument("--model", default="local")
    parser.add_argument("--below", type=float, nargs="+", default=[0.0, 0.9, 1.0])
    given = parser.parse_args()
    suite = open_suite(given.suite)
    samples = select(suite.samples, tags=given.tag, limit=given.limit)
    with tempfile.TemporaryDirectory() as folder:
        base = load_settings({"home": Path(folder), "model": given.model, "cache_responses": False})
        settings = corpus_settings(suite, base, default_embedder())
        print("| model_below | boolean | value | claim | asked the model | calls | median s | p90 s |")
        print("|---|---|---|---|---|---|---|---|")
        with open_answerer(settings) as answerer:
            for below in given.below:
                print(line(answerer, suite, samples, below), flush=True)


if __name__ == "__main__":
    main()
