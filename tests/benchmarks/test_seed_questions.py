"""The report over predictions: perfect ones reach every bar, and the test half shows no failure."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from benchmarks.seed_questions import BARS, GOLD, ask, main, pick
from eval.corpus import Corpus, corpus_paths, read_corpus
from eval.gold import Sample, read_gold
from eval.scoring import score_all

GOLD_FILE = read_gold(GOLD)
CORPUS: Corpus = read_corpus(GOLD_FILE.corpus, near=GOLD.parent)


def perfect(sample: Sample) -> dict[str, Any]:
    """What a system would say that knows the labels."""
    source, quotes = next(iter(sample.evidence.items()), (None, [""]))
    citations = []
    if source is not None:
        start, end = CORPUS[source].spans_of(quotes[0])[0]
        citations = [{"source": source, "start": start, "end": end, "exact": quotes[0], "stance": "supports"}]
    reason = "off_topic" if "off-topic" in sample.tags else None if sample.answerable else "silent"
    return {
        "question": {"id": sample.id},
        "answer": sample.answer,
        "value": sample.value.model_dump() if sample.value else None,
        "citations": citations,
        "coverage": {"reason": reason},
        "run": {"latency_s": 0.5},
    }


def run(tmp_path: Path, records: list[dict[str, Any]], capsys: pytest.CaptureFixture[str], *flags: str) -> str:
    path = tmp_path / "p.ndjson"
    path.write_text("".join(json.dumps(r) + "\n" for r in records), encoding="utf-8")
    assert main(["--predictions", str(path), *flags]) == 0
    return capsys.readouterr().out


def test_the_labels_themselves_reach_every_bar(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = run(tmp_path, [perfect(s) for s in GOLD_FILE.samples], capsys, "--split", "all")
    rows = {line.split("|")[1].strip(): line.split("|")[3].strip() for line in out.splitlines() if line[:2] == "| "}
    assert [rows[bar.label] for bar in BARS] == ["100.0%"] * 5
    assert "| right answers that cite what carries them | 85.0% | 100.0% | 100.0% - 100.0% |" in out
    assert out.rstrip().endswith("Failures (dev only):")


def test_failures_of_the_test_half_stay_unseen(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    silent = [{"question": {"id": s.id}, "answer": "not_stated", "citations": []} for s in GOLD_FILE.samples]
    out = run(tmp_path, silent, capsys, "--split", "all")
    listed = {line[2:].split(" ")[0] for line in out.splitlines() if line.startswith("- ")}
    assert listed
    assert listed <= {s.id for s in GOLD_FILE.samples if "dev" in s.tags}


def test_a_question_file_gives_nothing_away(tmp_path: Path) -> None:
    path = tmp_path / "q.jsonl"
    assert main(["--questions-out", str(path), "--split", "test", "--limit", "10"]) == 0
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    assert len(rows) == 10
    assert {key for row in rows for key in row} <= {"id", "question", "type", "as_of", "choices"}


def test_a_limit_is_spread_over_the_file() -> None:
    chosen = pick(GOLD_FILE.samples, split="all", limit=12)
    assert len({s.id for s in chosen}) == 12
    assert len({s.type for s in chosen}) >= 4
    assert len(pick(GOLD_FILE.samples, split="all", limit=None)) == len(GOLD_FILE.samples)


def test_a_question_is_asked_through_the_chain(tmp_path: Path) -> None:
    samples = [s for s in GOLD_FILE.samples if s.id == "defence-clause"]
    (record,) = ask(samples, corpus_paths("seeds", near=tmp_path), model="none", home=tmp_path / "home")
    assert record["schema"] == "factcheck/answer/1"
    assert record["question"]["id"] == "defence-clause"
    (scored,) = score_all(samples, {"defence-clause": record}, CORPUS)
    assert scored.unscored is None
    assert {"answer_accuracy", "citation_coverage"} <= set(scored.scores)
