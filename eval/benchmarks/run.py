"""One public set from its files to its figures."""

from __future__ import annotations

import hashlib
import json
import random
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeVar

from eval.benchmarks.ask_questions import ask_questions, fill, texts_of
from eval.benchmarks.items import Document
from eval.benchmarks.judge_pairs import judge_pairs
from eval.benchmarks.rank import retrieval_figures
from eval.benchmarks.result import Result
from eval.benchmarks.table import BENCHMARKS, PairBenchmark, QuestionBenchmark, RetrievalBenchmark
from factcheck.errors import UsageError
from factcheck.settings import Settings
from pipeline.models.chat import resolve
from pipeline.support import open_scorer
from vectorstore.store import Store

__all__ = ["draw", "run_benchmark"]

T = TypeVar("T")


def run_benchmark(
    name: str,
    data: Path,
    settings: Settings,
    *,
    limit: int | None = None,
    home: Path | None = None,
    progress: Callable[[int], None] = lambda _: None,
) -> Result:
    """Return the figures of one set. `limit` items are drawn by a fixed seed; `home` keeps the corpus for next time,
    at `home/corpora/bench-NAME-DIGEST`: the digest covers the texts, and a user's own sources are not touched.

    Raises: UsageError for an unknown name; UserError for files that are missing or of another form; ModelError.
    """
    if name not in BENCHMARKS:
        raise UsageError(f"no benchmark {name!r}; there are {', '.join(BENCHMARKS)}")
    benchmark, started = BENCHMARKS[name], time.perf_counter()
    job = _Job(name, data, settings, limit, home, progress)
    scored = (
        job.retrieval(benchmark)
        if isinstance(benchmark, RetrievalBenchmark)
        else (job.pairs(benchmark) if isinstance(benchmark, PairBenchmark) else job.questions(benchmark))
    )
    return replace(scored, seconds=round(time.perf_counter() - started, 1))


def draw(items: Sequence[T], limit: int | None) -> list[T]:
    """Return at most `limit` items, drawn by a fixed seed, in their order."""
    if limit is None or limit >= len(items):
        return list(items)
    return [items[i] for i in sorted(random.Random(7).sample(range(len(items)), limit))]  # noqa: S311


@dataclass(frozen=True, slots=True)
class _Job:
    """One call of `run_benchmark`."""

    name: str
    data: Path
    settings: Settings
    limit: int | None
    home: Path | None
    progress: Callable[[int], None]

    def pairs(self, benchmark: PairBenchmark) -> Result:
        found = benchmark.read(self.data, benchmark.where)
        items = draw(found.items, self.limit)
        scorer = open_scorer(self.settings)
        judged = list(judge_pairs(items, scorer, progress=self.progress))
        return Result(
            self.name, "none", scorer.name, found.form, len(judged), len(found.items), len(items) - len(judged),
            tuple(benchmark.figures(judged)) if judged else (),
        )  # fmt: skip

    def questions(self, benchmark: QuestionBenchmark) -> Result:
        found = benchmark.read(self.data, benchmark.where)
        items = draw(found.items, self.limit)
        texts = texts_of(found, items)
        with self._home(texts) as own:
            fill(own, texts)
            told = list(ask_questions(items, own, progress=self.progress))
        asked = [pair for pair in told if "error" not in pair[1]]
        verifier = asked[0][1]["run"]["verifier"] if asked else "-"
        return Result(
            self.name, resolve(self.settings), verifier, found.form, len(asked), len(found.items),
            len(items) - len(asked), tuple(benchmark.figures(asked)) if asked else (),
            failure=next((record["error"]["message"] for _, record in told if "error" in record), None),
        )  # fmt: skip

    def retrieval(self, benchmark: RetrievalBenchmark) -> Result:
        found = benchmark.read(self.data, benchmark.where)
        items = draw(found.items, self.limit)
        with self._home(found.texts) as own:
            fill(own, found.texts)
            with Store.open(own) as store:
                figures = retrieval_figures(items, store, progress=self.progress)
        return Result(self.name, "none", "-", found.form, len(items), len(found.items), 0, tuple(figures))

    @contextmanager
    def _home(self, texts: Mapping[str, Document]) -> Iterator[Settings]:
        with TemporaryDirectory(prefix="factcheck-bench-") as folder:
            kept = self.home and self.home / "corpora" / f"bench-{self.name}-{_digest(texts, self.settings)}"
            yield self.settings.model_copy(update={"home": kept or Path(folder)})


def _digest(texts: Mapping[str, Document], settings: Settings) -> str:
    rows = sorted([id_, document.published, document.text] for id_, document in texts.items())
    return hashlib.sha256(json.dumps([settings.chunk_tokens, rows]).encode()).hexdigest()[:16]
