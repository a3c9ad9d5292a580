"""How large a report is and how fast it opens: `python -m benchmarks.report_page --samples 1000`.

Makes a suite of so many samples over the seed articles (the shipped labels, repeated under new ids), a run or two of it
with answers that are right three times out of four, and the page. Opens it in Chromium (`--chromium PATH`) with a fresh
profile, and prints the bytes, the seconds until the page is usable (load event, filters ready), and those until a
filter and an article have been shown. `--screenshots DIR` keeps pictures: light and dark, wide and narrow.
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
import sys
import tempfile
import time
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

import yaml

from eval.corpus import Corpus, read_corpus
from eval.gold import Sample, read_gold
from eval.report import render_report
from eval.scored_run import open_run

GOLD = Path(__file__).parents[1] / "eval" / "gold" / "treaty.yaml"
BAR_S, BAR_MB = 2.0, 5.0
FLAGS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]


def main(argv: Sequence[str] | None = None) -> int:
    """Print the figures; return 1 where the page is larger or slower than its bar."""
    args = _parser().parse_args(argv)
    if args.chromium is None:
        raise SystemExit("no chromium on the PATH; install it, or name it with --chromium")
    with tempfile.TemporaryDirectory(prefix="factcheck-report-") as folder:
        runs = args.run or make_runs(Path(folder), n=args.samples, n_runs=args.runs)
        began = time.perf_counter()
        html = render_report([open_run(path) for path in runs])
        made_s = time.perf_counter() - began
        page = args.out or Path(folder) / "report.html"
        page.write_text(html, encoding="utf-8")
        opened_s, filtered_s, article_s = open_page(page, args.chromium, screenshots=args.screenshots)
    megabytes = len(html.encode()) / 1e6
    print("| samples | runs | page | made in | usable after | filter | article |\n|---|---|---|---|---|---|---|")
    n = html.count('<details class="sample"')
    print(
        f"| {n} | {len(runs)} | {megabytes:.2f} MB | {made_s:.1f} s | {opened_s:.2f} s | {filtered_s * 1000:.0f} ms "
        f"| {article_s * 1000:.0f} ms |"
    )
    return int(megabytes > BAR_MB or opened_s > BAR_S)


def make_runs(folder: Path, *, n: int, n_runs: int) -> list[Path]:
    """Write a suite of `n` samples and `n_runs` run files over it; return the run files."""
    gold = read_gold(GOLD)
    corpus = read_corpus(gold.corpus, near=GOLD.parent)
    samples = [_renamed(gold.samples[i % len(gold.samples)], i) for i in range(n)]
    suite = folder / "suite.yaml"
    dumped = [s.model_dump(exclude_none=True) | {"answer": s.answer} for s in samples]
    data = {"schema": "factcheck/gold/1", "corpus": gold.corpus, "samples": dumped}
    suite.write_text(yaml.safe_dump(data, allow_unicode=True), encoding="utf-8")
    digest = sha256(suite.read_bytes()).hexdigest()
    paths = []
    for number in range(n_runs):
        head = {
            "schema": "factcheck/run/1", "id": f"run-{number}", "created": "2026-01-01T00:00:00Z", "settings": {},
            "suite": {"path": str(suite), "sha256": digest, "n_samples": n, "corpus": gold.corpus},
            "model": f"simulated-{number}", "index": "sha256:" + "0" * 64, "version": "0",
        }  # fmt: skip
        chance = random.Random(number)
        lines: list[dict[str, Any]] = [head]
        lines += [
            {"schema": "factcheck/run-sample/1", "id": s.id, "repeat": 0, "record": _record(s, corpus, chance)}
            for s in samples
        ]
        lines.append(
            {"schema": "factcheck/run-end/1", "n_completed": n, "n_errors": 0, "created": "2026-01-01T00:00:00Z"}
        )
        path = folder / f"run-{number}.jsonl"
        path.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines), encoding="utf-8")
        paths.append(path)
    return paths


def open_page(page: Path, chromium: str, *, screenshots: Path | None) -> tuple[float, float, float]:
    """Return the seconds until the page is usable, a filter is applied, an article is shown; each in a real browser."""
    from playwright.sync_api import sync_playwright  # noqa: PLC0415

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        tab = browser.new_page(viewport={"width": 1360, "height": 900})
        faults: list[str] = []
        tab.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
        tab.on("pageerror", lambda error: faults.append(str(error)))
        began = time.perf_counter()
        tab.goto(page.resolve().as_uri(), wait_until="load")
        tab.wait_for_selector("#filters:not([hidden])")
        tab.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
        opened = time.perf_counter() - began
        began = time.perf_counter()
        tab.select_option("select[name=outcome]", "wrong")
        tab.wait_for_function("document.getElementById('count').textContent.split(' ')[0] !== '1000'")
        filtered = time.perf_counter() - began
        row = tab.locator("details.sample:not([hidden]):has(button[data-article])").first
        row.locator("summary").first.click()
        began = time.perf_counter()
        row.locator("button[data-article]").first.click()
        row.locator(".article mark").first.wait_for()
        article = time.perf_counter() - began
        if screenshots is not None:
            _take(tab, screenshots)
        browser.close()
    if faults:
        raise SystemExit(f"the page has faults: {faults}")
    return opened, filtered, article


def _take(tab: Any, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for scheme in ("light", "dark"):
        for name, width in (("wide", 1360), ("narrow", 390)):
            tab.emulate_media(color_scheme=scheme)
            tab.set_viewport_size({"width": width, "height": 900})
            tab.evaluate("window.scrollTo(0, 0)")
            tab.screenshot(path=folder / f"{scheme}-{name}-top.png")
            for part in ("confusion", "plots", "slices"):
                tab.evaluate(f"document.getElementById('{part}').scrollIntoView()")
                tab.screenshot(path=folder / f"{scheme}-{name}-{part}.png")
            tab.evaluate("document.querySelector('details.sample[open]').scrollIntoView()")
            tab.evaluate("window.scrollBy(0, -120)")
            tab.screenshot(path=folder / f"{scheme}-{name}-sample.png")
            wider = tab.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            if wider > 0:
                print(f"{scheme} {name}: the page is {wider} px wider than the window", file=sys.stderr)


def _renamed(sample: Sample, i: int) -> Sample:
    return sample.model_copy(update={"id": f"{sample.id}-{i}", "family": f"{sample.cluster}-{i // 181}"})


def _record(sample: Sample, corpus: Corpus, chance: random.Random) -> dict[str, Any]:
    """A record that is right three times out of four, with two citations from the gold evidence where there is some."""
    right = chance.random() < 0.75
    wrong = {"yes": "no", "no": "not_stated", "not_stated": "yes", "conflicting": "yes"}
    boolean = sample.type == "boolean"
    answer = sample.answer if right else wrong.get(str(sample.answer), "no") if boolean else None
    verdict = {"yes": "supported", "no": "refuted", "conflicting": "conflicting_evidence"}
    said = (
        verdict.get(str(answer), "not_enough_evidence") if boolean else "supported" if answer else "not_enough_evidence"
    )
    citations = []
    for source, quotes in list(sample.evidence.items())[:2] if said != "not_enough_evidence" else []:
        start, end = corpus[source].spans_of(quotes[0])[0]
        citations.append(
            {"source": source, "source_sha256": corpus[source].sha256, "start": start, "end": end, "exact": quotes[0],
             "status": "exact", "stance": "refutes" if said == "refuted" else "supports"}
        )  # fmt: skip
    return {
        "schema": "factcheck/answer/1", "question": {"id": sample.id, "text": sample.text, "type": sample.type},
        "answer": answer, "value": sample.value.model_dump() if right and sample.value else None, "verdict": said,
        "probability": round(min(1.0, chance.betavariate(6 if right else 3, 2)), 4), "abstained": False,
        "claim": sample.text, "citations": citations, "explanation": "Two of the sources read say so; none denies it.",
        "sources": [{"source": s, "stance": v, "probability": 0.9} for s, v in sample.stances.items()],
        "coverage": {"reason": "silent" if said == "not_enough_evidence" else None, "n_sources": 5},
        "quotes": {"exact": len(citations), "not_found": int(not right)}, "warnings": [],
        "run": {"latency_s": round(chance.lognormvariate(0, 0.6), 3), "cost_usd": 0.0,
                "usage": {"input_tokens": 900, "output_tokens": 40, "calls": 2}},
    }  # fmt: skip


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.report_page", description=__doc__)
    parser.add_argument("--samples", type=int, default=1000)
    parser.add_argument("--runs", type=int, default=1, help="how many runs to simulate (1)")
    parser.add_argument("--run", type=Path, action="append", help="a run file, instead of simulated ones; repeat it")
    parser.add_argument("--chromium", default=shutil.which("chromium"), help="path of Chromium (the one on the PATH)")
    parser.add_argument("--out", type=Path, help="keep the page here")
    parser.add_argument("--screenshots", type=Path, metavar="DIR", help="keep pictures here")
    return parser


if __name__ == "__main__":
    sys.exit(main())
