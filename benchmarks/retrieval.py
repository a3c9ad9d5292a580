"""Retrieval on BEIR SciFact: `python -m benchmarks.retrieval --data DIR [--limit N] [--home DIR]`.

Ingests the 5,183 abstracts into a store (kept and used again with `--home`), asks the 300 test queries of the dense
list, the lexical list and both joined, and prints recall@10 and nDCG@10 with a 95 % interval over queries. A source
counts at the rank of its best passage. `--tune` uses the 809 training queries instead: choose on those.
`--float32 FILE` adds the embedder against its float32 original, whole abstracts, cut at 256 word pieces, no chunks.
"""

from __future__ import annotations

import argparse
import gzip
import json
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ir_measures
import numpy as np
from ir_measures import R, ScoredDoc, nDCG

from factcheck.records import Passage
from factcheck.settings import load_settings
from pipeline.retrieve import fuse
from vectorstore.embed import MiniLmEmbedder
from vectorstore.store import Store

DEPTH = 50  # passages asked of each list, as `pipeline.retrieve` does
AT = 10

Ranking = list[str]
"""Source ids, best first, each once."""


@dataclass(frozen=True, slots=True)
class Query:
    id: str
    text: str
    grades: Mapping[str, int]  # source id -> grade > 0


@dataclass(frozen=True, slots=True)
class Figure:
    """A mean over queries, 0..1, with the 2.5 and 97.5 percentiles of its bootstrap."""

    mean: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.mean:.3f} [{self.low:.3f}, {self.high:.3f}]"


def read_rows(path: Path) -> list[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def read_queries(path: Path) -> list[Query]:
    return [Query(row["id"], row["question"], row["qrels"]) for row in read_rows(path)]


def read_texts(path: Path, limit: int | None, keep: Iterable[str]) -> dict[str, str]:
    """Return id -> title and abstract. With `limit`: those in `keep` first, then others in file order."""
    texts = {row["id"]: f"{row['title']}\n\n{row['text']}".strip() for row in read_rows(path)}
    wanted = set(keep)
    order = sorted(texts, key=lambda source: source not in wanted)
    return {source: texts[source] for source in order[:limit]}


def sources_of(passages: Sequence[Passage]) -> Ranking:
    return list(dict.fromkeys(passage.source for passage in passages))[:AT]


def scores(queries: Sequence[Query], rankings: Sequence[Ranking]) -> dict[str, list[float]]:
    """Return metric -> one value for each query, by ir-measures (trec_eval's definitions)."""
    qrels = {query.id: dict(query.grades) for query in queries}
    run = [
        ScoredDoc(query.id, source, float(-rank))
        for query, ranking in zip(queries, rankings, strict=True)
        for rank, source in enumerate(ranking)
    ]
    found = {(m.query_id, str(m.measure)): m.value for m in ir_measures.iter_calc([R @ AT, nDCG @ AT], qrels, run)}
    return {name: [found.get((q.id, str(m)), 0.0) for q in queries] for name, m in METRICS.items()}


METRICS = {"recall@10": R @ AT, "nDCG@10": nDCG @ AT}


def figure(values: Sequence[float], *, n_resamples: int = 2000) -> Figure:
    sample = np.asarray(values)
    rng = np.random.default_rng(0)
    means = sample[rng.integers(0, len(sample), (n_resamples, len(sample)))].mean(axis=1)
    low, high = np.percentile(means, [2.5, 97.5])
    return Figure(float(sample.mean()), float(low), float(high))


def report(name: str, queries: Sequence[Query], rankings: Sequence[Ranking]) -> dict[str, list[float]]:
    found = scores(queries, rankings)
    cells = "  ".join(f"{metric} {figure(values)}" for metric, values in found.items())
    print(f"{name:<28} {cells}  n={len(queries)}", flush=True)
    return found


def fill(store: Store, texts: Mapping[str, str]) -> None:
    started = time.perf_counter()
    for source, text in texts.items():
        store.put(source, text)
    n_chunks = store.complete(lambda _: print(".", end="", file=sys.stderr, flush=True))
    print(f"\n{len(texts)} sources; {n_chunks} chunks embedded, {time.perf_counter() - started:.0f} s", file=sys.stderr)


def measure_store(store: Store, queries: Sequence[Query]) -> None:
    dense = [store.search_dense(query.text, DEPTH) for query in queries]
    lexical = [store.search_lexical(query.text, DEPTH) for query in queries]
    both = [fuse({"dense": d, "lexical": w}, n=DEPTH) for d, w in zip(dense, lexical, strict=True)]
    for name, lists in {"dense": dense, "lexical": lexical, "hybrid": both}.items():
        report(name, queries, [sources_of(passages) for passages in lists])


def measure_embedders(texts: Mapping[str, str], queries: Sequence[Query], float32: Path) -> None:
    """Both embedders on whole texts, and the paired difference."""
    shipped = MiniLmEmbedder()
    original = MiniLmEmbedder()
    original._run = _runner(float32)  # type: ignore[method-assign, assignment]  # same tokens, same batches, other weights
    found = {}
    for name, embedder in {"whole text, float32": original, "whole text, shipped": shipped}.items():
        rows, asked = embedder.embed(list(texts.values())), embedder.embed([query.text for query in queries])
        ids = list(texts)
        rankings = [[ids[i] for i in np.argsort(-row, kind="stable")[:AT]] for row in asked @ rows.T]
        found[name] = report(name, queries, rankings)
    first, second = found.values()
    for metric in METRICS:
        print(f"shipped - float32 {metric} {figure(np.subtract(second[metric], first[metric]).tolist())}")


def _runner(path: Path) -> Callable[[Sequence[Sequence[int]]], Any]:
    from vectorstore.onnx_model import open_session  # noqa: PLC0415

    session = open_session(path, 2)

    def run(pieces: Sequence[Sequence[int]]) -> Any:
        ids = np.zeros((len(pieces), max(map(len, pieces))), np.int64)
        for row, row_pieces in enumerate(pieces):
            ids[row, : len(row_pieces)] = row_pieces
        return session.run(None, {"input_ids": ids, "attention_mask": (ids > 0).astype(np.int64)})[0]

    return run


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Retrieval on BEIR SciFact.")
    parser.add_argument("--data", type=Path, required=True, help="folder with beir_scifact_*.jsonl.gz")
    parser.add_argument("--limit", type=int, help="sources; those that queries need come first")
    parser.add_argument("--home", type=Path, help="where the store is kept; default: a temporary folder")
    parser.add_argument("--float32", type=Path, help="the float32 ONNX file of training.embedder")
    parser.add_argument("--tune", action="store_true", help="the training queries instead of the test ones")
    args = parser.parse_args(argv)
    split = "train" if args.tune else "test"
    queries = read_queries(args.data / f"beir_scifact_queries_{split}.jsonl.gz")
    needed = [source for query in queries for source in query.grades]
    texts = read_texts(args.data / "beir_scifact_corpus.jsonl.gz", args.limit, needed)
    queries = [query for query in queries if texts.keys() >= query.grades.keys()]  # all of them without --limit
    print(f"{len(queries)} {split} queries, {len(texts)} sources, embedder {MiniLmEmbedder().name}")
    if args.float32:
        measure_embedders(texts, queries, args.float32)
    with tempfile.TemporaryDirectory(prefix="factcheck-retrieval-") as folder:
        home = args.home or Path(folder)
        with Store.open(load_settings({"home": home}), MiniLmEmbedder, write=True) as store:
            fill(store, texts)
            measure_store(store, queries)
    return 0


if __name__ == "__main__":
    sys.exit(main())
