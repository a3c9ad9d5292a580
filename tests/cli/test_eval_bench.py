"""eval bench over a small set: failures are told, and the corpus is kept apart from one's own sources."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from factcheck.errors import ModelReplyError
from pipeline.models.scripted import ScriptedModel
from pipeline.readers import reader_over

Run = Callable[..., SimpleNamespace]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Two questions over one paragraph, as SQuAD publishes them."""
    asked = [
        {"id": f"s{i}", "question": "When was the bridge built?", "is_impossible": False}
        | {"answers": [{"text": "1973", "answer_start": 24}]}
        for i in range(2)
    ]
    paragraph = {"context": "The bridge was built in 1973.", "qas": asked}
    (tmp_path / "data").mkdir()
    text = json.dumps({"data": [{"title": "Bridge", "paragraphs": [paragraph]}]})
    (tmp_path / "data" / "dev-v2.0.json").write_text(text, "utf-8")
    return tmp_path / "data"


def test_a_question_that_failed_is_told_with_its_reason(run: Run, data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    replies = [{"answer": "", "quotes": []}, ModelReplyError("prose")]
    model = ScriptedModel(replies)
    monkeypatch.setattr("pipeline.answerer.open_reader", lambda settings: reader_over(model, settings))
    done = run("eval", "bench", "squad2", "--data", str(data), "--model", "openai:x", "--json")
    assert done.code == 4
    assert "1 of 2 questions failed, the first with: prose" in done.err
    told = json.loads(done.out)
    assert (told["n"], told["unscored"], told["failure"]) == (1, 1, "prose")


def test_a_kept_corpus_is_not_among_ones_own_sources(run: Run, data: Path, tmp_path: Path) -> None:
    (tmp_path / "own.txt").write_text("The tunnel was built in 1980.", "utf-8")
    own = ("--home", str(tmp_path / "own"))
    assert run("ingest", "own.txt", *own).code == 0
    before = run("sources", "--json", *own).out
    for limit in ("1", "2"):
        assert run("eval", "bench", "squad2", "--data", str(data), "--limit", limit, *own).code == 0
    assert run("sources", "--json", *own).out == before
    (kept,) = (tmp_path / "own" / "corpora").iterdir()  # both questions are about the same text
    assert kept.name.startswith("bench-squad2-")
