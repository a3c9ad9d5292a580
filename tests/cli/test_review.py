"""factcheck review: from a run to labels and back to its scores, and what bad input gets."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from eval.gold import Sample, read_gold
from factcheck.settings import Settings
from review.answers import given_answer, same_answer
from review.decisions import AnswerJudgement, CitationJudgement
from review.listing import QueueFilter, Viewer
from review.reading import Item
from review.store import ReviewStore
from review.texts import open_texts

Run = Callable[..., SimpleNamespace]
ROOT = Path(__file__).parents[2]
SUITE = ROOT / "eval" / "gold" / "treaty.yaml"
N_SAMPLES = 34  # enough for a hundred decisions of two reviewers


@pytest.fixture
def home(run: Run, hashed_settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home of one's own with the seed articles."""
    home = Path(shutil.copytree(hashed_settings.home, tmp_path / "own"))
    monkeypatch.setenv("FACTCHECK_HOME", str(home))
    return home


@pytest.fixture
def answers(seed_records: tuple[dict[str, Any], ...], tmp_path: Path) -> Path:
    path = tmp_path / "answers.ndjson"
    path.write_text("".join(json.dumps(record) + "\n" for record in seed_records), "utf-8")
    return path


def judge_by(store: ReviewStore, item: Item, sample: Sample, name: str) -> None:
    """A reviewer who goes by what the sample says."""
    who, row = Viewer(name, sees_all=False), item.row
    for cited in item.citations:
        stance = sample.stances.get(cited.citation["source"], "silent")
        label: Any = {"silent": "irrelevant", "mixed": cited.citation["stance"]}.get(stance, stance)
        draft = CitationJudgement(item=row.key, version=row.version, citation=cited.no, label=label)
        store.decide(draft, author=who)
    known: dict[str, Any] = {"item": row.key, "version": row.version}
    value = sample.value.model_dump() if sample.value else None
    if not sample.answerable and row.answer not in (None, "not_stated"):
        store.decide(AnswerJudgement(label="should_abstain", **known), author=who)
    elif not sample.answerable or same_answer((sample.answer, value), given_answer(item.record)):
        store.decide(AnswerJudgement(label="right", **known), author=who)
    else:
        store.decide(AnswerJudgement(label="wrong", answer=sample.answer, value=value, **known), author=who)


def test_a_run_is_judged_and_scored_against_what_was_judged(run: Run, home: Path, tmp_path: Path) -> None:
    gold = {sample.id: sample for sample in read_gold(SUITE).samples if "dev" in sample.tags}
    assert run("eval", "run", str(SUITE), "--tag", "dev", "--limit", str(N_SAMPLES), "--model", "none").code == 0
    (path,) = (home / "runs").glob("*.jsonl")
    said = run("review", "add", str(path))
    assert (said.code, said.err.strip()) == (0, f"{path}: {N_SAMPLES} added, 0 changed, 0 as they were")
    with ReviewStore(home, open_texts(home)) as store:
        rows = store.queue(QueueFilter(tags=("dev",)), limit=100).rows
        assert len(rows) == N_SAMPLES
        for row in rows:
            for name in ("Ada", "Bob"):
                judge_by(store, store.item(row.id), gold[str(row.sample)], name)
        assert store.head()[0] >= 100
    report = json.loads(run("review", "export", "-o", "out", "--json").out)
    assert report["n_samples"] + len(report["left_out"]) == N_SAMPLES
    assert report["n_samples"] >= N_SAMPLES * 0.8
    labels = tmp_path / "out" / "gold.yaml"
    assert run("eval", "lint", str(labels)).code == 0
    if report["n_regressions"]:
        assert run("eval", "lint", str(tmp_path / "out" / "regressions.yaml")).code == 0
    scored = json.loads(run("eval", "score", str(path), "--suite", str(labels), "--json").out)
    assert (scored["n_samples"], scored["n_unscored"]) == (report["n_samples"], 0), scored


def test_the_desk_by_commands(run: Run, home: Path, answers: Path, tmp_path: Path) -> None:
    assert run("review", "stats").code == 1
    assert run("review", "add", str(answers)).code == 0
    assert "0 added, 0 changed" in run("review", "add", str(answers)).err
    token = run("review", "add-reviewer", "Ada").out.strip()
    assert token.startswith("fcr_")
    assert token.encode() not in b"".join(path.read_bytes() for path in home.glob("reviews*"))
    run("review", "add-reviewer", "Eve", "--adjudicator")
    assert "Eve: adjudicator" in run("review", "reviewers").out
    assert run("review", "remove-reviewer", "Eve").code == 0
    assert "token taken away" in run("review", "reviewers").out
    hands = json.loads(run("review", "assign", "--to", "Ada", "--to", "Bob", "--double", "0.5", "--json").out)
    assert sum(hands["by_reviewer"].values()) == hands["n_items"] + hands["n_double"]
    stats = json.loads(run("review", "stats", "--json").out)
    assert stats["n_items"] == hands["n_items"] > 0
    check = json.loads(run("review", "verify-log", "--json").out)
    assert (check["n_rows"], check["faults"]) == (0, [])
    assert run("review", "backup", "copy.sqlite").code == 0
    assert run("review", "backup", "copy.sqlite").code == 1
    assert run("review", "bundle", "-o", "audit.html", "--for", "Ada").code == 0
    assert (tmp_path / "audit.html").stat().st_size > 10_000


def test_a_bundle_for_the_second_reviewer_holds_what_the_first_has_done(run: Run, home: Path, answers: Path) -> None:
    run("review", "add", str(answers))
    run("review", "assign", "--to", "Ada", "--to", "Bob", "--double", "1")
    with ReviewStore(home, open_texts(home)) as store:
        n_items = store.queue(QueueFilter("all")).n_total
        item = store.item(1)
        for cited in item.citations:
            draft = CitationJudgement(
                item=item.row.key, version=item.row.version, citation=cited.no, label="irrelevant"
            )
            store.decide(draft, author=Viewer("Ada"))
        store.decide(AnswerJudgement(item=item.row.key, version=item.row.version, label="right"), author=Viewer("Ada"))
    made = {name: json.loads(run("review", "bundle", "-o", f"{name}.html", "--assigned", name, "--json").out)
            for name in ("Ada", "Bob")}  # fmt: skip
    assert (made["Ada"]["n_items"], made["Bob"]["n_items"]) == (n_items - 1, n_items)


def test_import_tells_what_was_not_stored_and_exits_4(run: Run, home: Path, answers: Path, tmp_path: Path) -> None:
    run("review", "add", str(answers))
    with ReviewStore(home, open_texts(home)) as store:
        row = store.item(1).row
    good = {"id": "a" * 32, "kind": "answer", "item": row.key, "version": row.version, "label": "right"}
    stale = {**good, "id": "b" * 32, "version": "0" * 64}
    file = {
        "schema": "factcheck/review-decisions/1",
        "bundle": "b",
        "reviewer": "Ada",
        "saved": "",
        "decisions": [good],
    }
    Path("one.json").write_text(json.dumps(file), "utf-8")
    Path("two.json").write_text(json.dumps({**file, "decisions": [good, stale]}), "utf-8")
    assert run("review", "import", "one.json").code == 0
    said = run("review", "import", "two.json")
    assert said.code == 4
    assert "decision 2: conflict: the record" in said.out
    assert "0 decisions stored, 1 were there already" in said.err


def test_a_home_without_the_cited_sources_says_which_to_ingest(
    run: Run, answers: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FACTCHECK_HOME", str(tmp_path / "empty"))
    said = run("review", "add", str(answers))
    assert said.code == 0
    assert "does not hold these cited sources: " in said.err


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("add", "none.jsonl"), 1, "does not exist"),
        (("add", "cut.ndjson"), 1, "cut.ndjson:1 is not JSON or is cut off"),
        (("add", "other.jsonl"), 1, "line 1 is not the head of a run"),
        (("add", "errors.ndjson"), 1, "holds no answer and no claim to review"),
        (("export", "-o", "out"), 1, "nothing to export"),
        (("bundle", "-o", "x.html", "--tag", "zebra"), 1, "nothing to judge"),
        (("import", "answers.ndjson"), 1, "answers.ndjson"),
        (("verify-log", "--head", "abc"), 1, "is no hash"),
        (("verify-log", "--head", "0" * 63 + "1"), 3, "the log is not as it was written"),
        (("remove-reviewer", "Nobody"), 1, "no reviewer 'Nobody'"),
        (("add-reviewer", " "), 1, "cannot be used"),
        (("assign", "--to", "Ada", "--double", "0.5"), 1, "needs two reviewers"),
        (("assign", "--to", "Ada", "--double", "2"), 2, "--double"),
        (("--port", "99999"), 2, "--port"),
    ],
)
def test_bad_input_is_one_clear_line(
    run: Run, home: Path, answers: Path, arguments: tuple[str, ...], *, code: int, said: str
) -> None:
    assert home.is_dir()
    run("review", "add", str(answers))
    Path("cut.ndjson").write_text(answers.read_text("utf-8")[:2000], "utf-8")
    Path("other.jsonl").write_text('{"schema":"factcheck/run/9"}\n', "utf-8")
    error = {"schema": "factcheck/error/1", "question": None, "error": {"kind": "user", "message": "x"}}
    Path("errors.ndjson").write_text(json.dumps(error) + "\n", "utf-8")
    found = run("review", *arguments)
    assert found.code == code
    assert said in found.err
