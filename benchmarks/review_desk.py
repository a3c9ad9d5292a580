"""The review desk with 10,000 answers: `python -m benchmarks.review_desk [--answers 10000]`.

Makes a desk of answers with three citations each over a thousand sources, with 2,000 decisions by two reviewers, and
prints one table: server time of the queue's pages (every filter, sort and search that the page offers; median and
worst of several calls), of an item, of a decision, and of the counts beside the queue.
"""

from __future__ import annotations

import argparse
import random
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

from review.decisions import CitationJudgement
from review.items import items_of
from review.listing import QueueFilter, Viewer
from review.store import ReviewStore
from review.texts import MemoryTexts

N_SOURCES = 1000
WORDS = (
    "treaty pact clause border gas energy visit war peace talks minister agreement sanctions export trade army".split()
)
VERDICTS = ("supported", "refuted", "not_enough_evidence", "conflicting_evidence")
ADA, BOB = Viewer("Ada", sees_all=False), Viewer("Bob", sees_all=False)


def make_texts(rng: random.Random) -> dict[str, str]:
    """A thousand articles of forty sentences."""
    return {
        f"source-{n:04}": " ".join(f"{' '.join(rng.choices(WORDS, k=12)).capitalize()} {n} {k}." for k in range(40))
        for n in range(N_SOURCES)
    }


def records(texts: dict[str, str], n: int, rng: random.Random) -> Iterator[tuple[str, dict[str, Any]]]:
    """Answers with three citations each."""
    names = list(texts)
    for number in range(n):
        citations = [_citation(name, texts[name], rng) for name in rng.sample(names, 3)]
        question = {"id": f"q{number}", "text": f"Does the {' '.join(rng.choices(WORDS, k=6))} {number}?",
                    "type": rng.choice(["boolean", "date", "number"]), "as_of": None}  # fmt: skip
        yield f"{number}", {
            "schema": "factcheck/answer/1", "question": question, "answer": "yes", "value": None,
            "verdict": rng.choice(VERDICTS), "probability": round(rng.uniform(0.3, 1), 4), "abstained": False,
            "claim": question["text"], "citations": citations, "sources": [], "coverage": {}, "quotes": {},
            "explanation": "", "warnings": [], "run": {"model": rng.choice(["none", "local", "openai:x"])},
        }  # fmt: skip


def _citation(name: str, text: str, rng: random.Random) -> dict[str, Any]:
    start = rng.randrange(0, len(text) - 200)
    end = start + rng.randrange(60, 180)
    return {
        "source": name, "source_sha256": sha256(text.encode()).hexdigest(), "start": start, "end": end,
        "exact": text[start:end], "prefix": text[max(0, start - 32) : start], "suffix": text[end : end + 32],
        "status": "exact", "stance": rng.choice(["supports", "refutes"]), "support": {},
    }  # fmt: skip


def decide(store: ReviewStore, n: int, n_items: int, rng: random.Random) -> list[float]:
    """Judge citations of random items among the first thousand, in turn by two; return the time of each, in seconds."""
    took = []
    for number in range(n):
        row = store.item(rng.randrange(1, min(1000, n_items) + 1)).row
        draft = CitationJudgement(
            item=row.key, version=row.version, citation=rng.randrange(3), label=rng.choice(("supports", "irrelevant"))
        )
        begun = time.perf_counter()
        store.decide(draft, author=(ADA, BOB)[number % 2])
        took.append(time.perf_counter() - begun)
    return took


def measured(call: Callable[[], object], repeat: int) -> tuple[float, float]:
    """Return (median, worst) in milliseconds."""
    took = []
    for _ in range(repeat):
        begun = time.perf_counter()
        call()
        took.append(1000 * (time.perf_counter() - begun))
    return statistics.median(took), max(took)


def queries() -> dict[str, Callable[[ReviewStore], object]]:
    """What the pages of the desk ask, by name."""
    everything, todo = QueueFilter("all"), QueueFilter("todo")
    return {
        "queue, first page": lambda s: s.queue(QueueFilter(), viewer=ADA),
        "queue, last page": lambda s: s.queue(everything, viewer=ADA, offset=9950),
        "queue, to do": lambda s: s.queue(todo, viewer=ADA),
        "queue, disputed": lambda s: s.queue(QueueFilter("disputed"), viewer=ADA),
        "queue, verdict and probability": lambda s: s.queue(
            QueueFilter("all", verdicts=("refuted",), min_probability=0.5, max_probability=0.9), viewer=ADA
        ),
        "queue, source": lambda s: s.queue(QueueFilter("all", sources=("source-0007",)), viewer=ADA),
        "queue, tag, model, reviewer": lambda s: s.queue(
            QueueFilter("all", tags=("date",), models=("local",), reviewer="Bob"), viewer=ADA
        ),
        "search, one common word": lambda s: s.queue(QueueFilter("all", search="treaty"), viewer=ADA),
        "search, three words": lambda s: s.queue(QueueFilter("all", search="treaty border 4711"), viewer=ADA),
        "search, two letters": lambda s: s.queue(QueueFilter("all", search="tr"), viewer=ADA),
        "newest first": lambda s: s.queue(everything, viewer=ADA, sort="newest"),
        "counts beside the queue": lambda s: s.facets(everything, viewer=ADA),
        "an item": lambda s: s.item(17, viewer=ADA),
        "the next item": lambda s: s.next_id(todo, 17, viewer=ADA),
    }


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.review_desk", description=(__doc__ or "").split("\n")[0]
    )
    parser.add_argument("--answers", type=int, default=10_000)
    parser.add_argument("--repeat", type=int, default=7)
    arguments = parser.parse_args()
    rng = random.Random(1)
    texts = make_texts(rng)
    with tempfile.TemporaryDirectory() as folder, ReviewStore(Path(folder), MemoryTexts(texts)) as store:
        begun = time.perf_counter()
        store.add(items_of(records(texts, arguments.answers, rng)))
        imported_s = time.perf_counter() - begun
        decided = decide(store, 2000, arguments.answers, rng)
        print(f"python -m benchmarks.review_desk --answers {arguments.answers}")
        print("| what | median | worst |\n|---|---|---|")
        print(f"| import of {arguments.answers} answers, once | {imported_s:.1f} s | |")
        print(
            f"| a decision, on the disk | {1000 * statistics.median(decided):.1f} ms | {1000 * max(decided):.0f} ms |"
        )
        for name, query in queries().items():
            median, worst = measured(lambda query=query: query(store), arguments.repeat)  # type: ignore[misc]
            print(f"| {name} | {median:.1f} ms | {worst:.0f} ms |")


if __name__ == "__main__":
    main()
