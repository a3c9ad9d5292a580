"""A suite over two small texts, and run files over it, for whatever reads runs."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
import yaml

TEXTS = {
    "alpha": "Snow fell. The pact lasts twenty years. It was signed by both.",
    "beta": "The pact has no term, <script>alert(1)</script> says \u202eone.",
}
END = {"schema": "factcheck/run-end/1", "created": "2026-11-27T12:50:00Z"}


@dataclass
class SuiteFiles:
    """A gold file with its corpus in a folder, and a writer of run files over it."""

    folder: Path
    gold: dict[str, Any]
    path: Path = field(init=False)

    def __post_init__(self) -> None:
        (self.folder / "texts").mkdir(parents=True, exist_ok=True)
        for name, text in TEXTS.items():
            (self.folder / "texts" / f"{name}.txt").write_text(text, encoding="utf-8")
        sources = [{"file": f"{name}.txt", "id": name} for name in TEXTS]
        (self.folder / "texts" / "sources.yaml").write_text(yaml.safe_dump(sources), encoding="utf-8")
        self.path = self.folder / "suite.yaml"
        self.path.write_text(yaml.safe_dump(self.gold, allow_unicode=True), encoding="utf-8")

    @classmethod
    def of(cls, folder: Path, samples: list[dict[str, Any]]) -> SuiteFiles:
        """A suite of these samples over `TEXTS`."""
        return cls(folder, {"schema": "factcheck/gold/1", "corpus": "texts", "samples": samples})

    def header(self, name: str, **change: Any) -> dict[str, Any]:
        digest = sha256(self.path.read_bytes()).hexdigest()
        n = len(self.gold["samples"])
        suite = {"path": str(self.path), "sha256": digest, "n_samples": n, "corpus": self.gold["corpus"]}
        return {
            "schema": "factcheck/run/1", "id": name, "created": "2026-11-27T12:45:00Z", "parent": None, "suite": suite,
            "model": "none", "settings": {}, "index": "sha256:" + "0" * 64, "version": "0.1.0", "repeat": 1, "tags": [],
            "limit": None, "oracle_evidence": False, **change,
        }  # fmt: skip

    def record(self, id_: str, answer: Any, **change: Any) -> dict[str, Any]:
        """An answer record; an answer that begins with `error:` makes an error record."""
        sample = next(s for s in self.gold["samples"] if s["id"] == id_)
        question = {"id": id_, "text": sample.get("question") or sample["claim"], "type": sample.get("type")}
        if isinstance(answer, str) and answer.startswith("error:"):
            error = {"kind": "model", "message": answer.removeprefix("error:")}
            return {"schema": "factcheck/error/1", "question": question, "error": error}
        verdict = {"yes": "supported", "no": "refuted", "conflicting": "conflicting_evidence"}
        return {
            "schema": "factcheck/answer/1", "question": question, "answer": answer, "value": None,
            "verdict": verdict.get(str(answer), "not_enough_evidence"), "probability": 0.9, "abstained": False,
            "claim": "It is.", "citations": [], "sources": [], "coverage": {"reason": None}, "quotes": {},
            "run": {"latency_s": 0.5, "cost_usd": 0.0, "usage": {"input_tokens": 3, "output_tokens": 1, "calls": 1}},
            **change,
        }  # fmt: skip

    def run(
        self, name: str, answers: Mapping[str, Any] | list[Mapping[str, Any]], *, closed: bool = True, **head: Any
    ) -> Path:
        """Write a run file; `answers` maps a sample to its answer or record, one mapping a repeat."""
        repeats = answers if isinstance(answers, list) else [answers]
        lines = [self.header(name, **{"repeat": len(repeats), **head})]
        for repeat, given in enumerate(repeats):
            for id_, answer in given.items():
                record = answer if isinstance(answer, dict) else self.record(id_, answer)
                lines.append({"schema": "factcheck/run-sample/1", "id": id_, "repeat": repeat, "record": record})
        if closed:
            lines.append({**END, "n_completed": len(lines) - 1, "n_errors": 0})
        path = self.folder / f"{name}.jsonl"
        path.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines), encoding="utf-8")
        return path


MakeSuite = Callable[..., SuiteFiles]


@pytest.fixture(scope="session")
def suite_files() -> type[SuiteFiles]:
    """The class itself, for fixtures of a wider scope than a test."""
    return SuiteFiles


@pytest.fixture
def make_suite(tmp_path: Path) -> MakeSuite:
    """`make_suite(samples, name="suite")`: a suite over `TEXTS` in a folder of its own."""

    def make(samples: list[dict[str, Any]], name: str = "one") -> SuiteFiles:
        return SuiteFiles.of(tmp_path / name, samples)

    return make


@pytest.fixture
def yes_suite(make_suite: MakeSuite) -> SuiteFiles:
    """Forty boolean questions, right answer `yes`, two a family: q0 and q1 are of f0."""
    return make_suite(
        [
            {"id": f"q{i}", "family": f"f{i // 2}", "question": f"Is it so, {i}?", "type": "boolean", "answer": "yes"}
            for i in range(40)
        ]
    )
