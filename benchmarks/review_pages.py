"""The pages of the review desk with a long queue: `python -m benchmarks.review_pages --answers 10000`.

Makes a desk of that many answers over the seed articles in a temporary home, a fiftieth judged by two reviewers, and
prints the time a page takes on the server, through the whole application (median, 95th percentile, and the processor's
own), and, where Chromium is installed, from the request until the page takes keys. Bars: 300 ms and 1 s.
"""

from __future__ import annotations

import argparse
import random
import shutil
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import uvicorn
from starlette.testclient import TestClient

from factcheck.records import Source
from factcheck.settings import Settings
from review.app import create_app
from review.decisions import AnswerJudgement, CitationJudgement
from review.items import items_of
from review.listing import QueueFilter, Viewer
from review.serve import listen
from review.store import ReviewStore
from review.texts import open_texts
from vectorstore.hash_embedder import HashEmbedder
from vectorstore.ingest import ingest
from vectorstore.segment import split_sentences
from vectorstore.store import Store

SEEDS = Path(__file__).parents[1] / "seeds"
SERVER_MS, INTERACTIVE_MS = 300, 1000
PAGES = {
    "queue": "/",
    "queue, last page": "/?state=all&offset={last}",
    "queue, verdict and source": "/?state=all&verdict=refuted&in=partnership-signing",
    "queue, search": "/?state=all&q=mutual+defence",
    "queue, most certain first": "/?sort=certain&state=open",
    "queue, disagreements": "/?state=disputed",
    "audit view": "/item/{item}?t=0",
    "next": "/item/{item}/next",
}
VERDICTS = ("supported", "refuted", "not_enough_evidence", "conflicting_evidence")


def main(argv: list[str] | None = None) -> int:
    """Return 0; what is over its bar is printed, for a person to read."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--answers", type=int, default=10_000)
    parser.add_argument("--repeats", type=int, default=15)
    args = parser.parse_args(argv)
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        with Store.open(Settings(home=home, model="none"), HashEmbedder(), write=True) as sources:
            ingest((SEEDS,), sources)
            texts = sources.sources()
        with ReviewStore(home, open_texts(home)) as store:
            fill(store, texts, args.answers)
            app = create_app(store, key=b"k" * 32, reviewer="Ada", port=0)
            places = {"last": max(0, args.answers - 50), "item": args.answers // 2}
            for line in server_lines(app, places, args.repeats):
                print(line)
            for line in browser_lines(app, places, args.repeats):
                print(line)
    return 0


def fill(store: ReviewStore, texts: list[Source], n: int) -> None:
    """Put `n` answers on the desk; every fiftieth is judged by two reviewers, who disagree on a third of these."""
    dice = random.Random(1)
    spans = [(source, span) for source in texts for span in split_sentences(source.text)]
    started = time.perf_counter()
    store.add(items_of((f"line {i}", record(i, dice, spans)) for i in range(n)))
    print(f"{n:,} answers put on the desk in {time.perf_counter() - started:.1f} s")
    judged = store.queue(QueueFilter(state="all"), sort="oldest", limit=n // 50).rows
    for row in judged:
        for name in ("Bob", "Cleo"):
            label = "refutes" if name == "Cleo" and row.id % 3 == 0 else "supports"
            for no in range(row.n_citations):
                draft = CitationJudgement(item=row.key, version=row.version, citation=no, label=label)  # type: ignore[arg-type]
                store.decide(draft, author=Viewer(name))
            store.decide(AnswerJudgement(item=row.key, version=row.version, label="right"), author=Viewer(name))


def record(number: int, dice: random.Random, spans: list[Any]) -> Mapping[str, Any]:
    cited = []
    for source, span in dice.sample(spans, 3):
        exact = span.of(source.text)
        cited.append({
            "source": source.id, "source_sha256": source.source_sha256, "start": span.start, "end": span.end,
            "exact": exact, "prefix": "", "suffix": "", "status": "exact",
            "stance": dice.choice(("supports", "refutes")),
            "support": {"supports": 0.5, "refutes": 0.4, "neutral": 0.1}, "speaker": None, "modality": "asserted",
        })  # fmt: skip
    text = f"Question {number}: {cited[0]['exact'][:120]}?"
    return {
        "schema": "factcheck/answer/1", "question": {"id": f"q{number}", "text": text, "type": "boolean"},
        "answer": "yes",
        "verdict": dice.choice(VERDICTS), "probability": round(dice.random(), 4), "abstained": False, "claim": text,
        "citations": cited, "sources": [], "coverage": {"reason": None, "nearest": []}, "explanation": "",
        "warnings": [], "run": {"model": dice.choice(("none", "local", "openai:large"))},
    }  # fmt: skip


def server_lines(app: Any, places: Mapping[str, int], repeats: int) -> Iterator[str]:
    """Yield the server's time for each page."""
    client = TestClient(app, base_url="http://127.0.0.1", follow_redirects=False)
    client.get("/")  # templates are compiled once
    for name, path in PAGES.items():
        at = path.format(**places)
        yield _line(f"server, {name}", SERVER_MS, [_timed(lambda at=at: client.get(at)) for _ in range(repeats)])


def browser_lines(app: Any, places: Mapping[str, int], repeats: int) -> Iterator[str]:
    """Yield the time from the request to a page that takes keys; a line that says why where there is no browser."""
    found = shutil.which("chromium")
    if found is None:
        yield "browser: Chromium is not installed"
        return
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - only where there is a browser

    with listen("127.0.0.1", 0) as bound:
        server = uvicorn.Server(uvicorn.Config(app, log_level="error"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [bound]}, daemon=True)
        thread.start()
        address = f"http://127.0.0.1:{bound.getsockname()[1]}"
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox", "--disable-gpu"])
            page = browser.new_page()

            def show(path: str) -> None:
                page.goto(address + path)
                page.wait_for_selector("html[data-ready]")

            show("/")
            for name in ("queue", "queue, search", "audit view"):
                at = PAGES[name].format(**places)
                yield _line(
                    f"interactive, {name}", INTERACTIVE_MS, [_timed(lambda at=at: show(at)) for _ in range(repeats)]
                )
            browser.close()
        server.should_exit = True
        thread.join(10)


def _timed(call: Callable[[], object]) -> tuple[float, float]:
    """Return (wall, processor) milliseconds; the processor's are those of this process, all its threads."""
    wall, cpu = time.perf_counter(), time.process_time()
    call()
    return 1000 * (time.perf_counter() - wall), 1000 * (time.process_time() - cpu)


def _line(name: str, bar_ms: int, times: list[tuple[float, float]]) -> str:
    walls = sorted(wall for wall, _ in times)
    p95 = walls[min(len(walls) - 1, round(0.95 * len(walls)))]
    median, cpu = statistics.median(walls), statistics.median(cpu for _, cpu in times)
    verdict = "ok" if p95 <= bar_ms else "OVER"
    return f"{name:40} median {median:5.0f} ms  p95 {p95:5.0f} ms  processor {cpu:4.0f} ms  bar {bar_ms} ms  {verdict}"


if __name__ == "__main__":
    sys.exit(main())
