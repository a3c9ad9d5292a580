"""ask and verify: records line by line, order, exit codes, and what bad input gets."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest

from factcheck.cli.main import main
from factcheck.settings import Settings
from pipeline.lexical import LexicalScorer
from vectorstore.hash_embedder import HashEmbedder
from vectorstore.lock import StoreLock

Run = Callable[..., SimpleNamespace]
TREATY = "Does the treaty include a mutual defence clause?"
KEY = "sk-planted-0123456789"


@pytest.fixture
def run(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], tmp_path: Path, hashed_settings: Settings
) -> Run:
    """Run a command over the seed articles; every output is one clear line on stderr or none, and holds no key."""
    fake = ModuleType("vectorstore.embed")
    fake.MiniLmEmbedder = lambda **options: HashEmbedder()  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "vectorstore.embed", fake)
    monkeypatch.setattr("pipeline.answerer.open_scorer", lambda settings: LexicalScorer())
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("FACTCHECK_HOME", str(hashed_settings.home))
    monkeypatch.setenv("FACTCHECK_CACHE", str(tmp_path / "no-weights"))
    monkeypatch.setenv("FACTCHECK_MODEL", "none")
    for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL"):
        monkeypatch.delenv(name, raising=False)

    def call(*arguments: str) -> SimpleNamespace:
        capfd.readouterr()
        try:
            main(list(arguments))
            code: object = 0
        except SystemExit as stop:
            code = stop.code or 0
        said = capfd.readouterr()
        assert "Traceback" not in said.err
        assert KEY not in said.out + said.err
        return SimpleNamespace(code=code, out=said.out, err=said.err)

    return call


def test_one_question_for_a_person_and_as_a_record(run: Run) -> None:
    shown = run("ask", TREATY)
    assert shown.code == 0, shown.err
    record = json.loads(run("ask", TREATY, "--json").out)
    assert record["schema"] == "factcheck/answer/1"
    first = record["citations"][0]
    assert first["exact"].replace("\n", " ") in shown.out
    assert f"factcheck show {first['source']} --span {first['start']}:{first['end']}" in shown.out


@pytest.mark.parametrize("name", ["q.jsonl", "q.yaml"])
def test_a_bad_entry_fails_alone_and_the_order_stays(name: str, run: Run, tmp_path: Path) -> None:
    entries = [
        {"id": "a", "question": TREATY},
        {"id": "b", "colour": "red"},
        {"id": "c", "question": "Who signed the treaty?"},
    ]
    path = tmp_path / name
    lines = [json.dumps(e) for e in entries]
    path.write_text("\n".join(lines if name.endswith("l") and "json" in name else [f"- {line}" for line in lines]))
    done = run("ask", "--file", str(path), "--json")
    assert done.code == 4
    records = [json.loads(line) for line in done.out.splitlines()]
    assert [r["schema"].split("/")[1] for r in records] == ["answer", "error", "answer"]
    assert [records[i]["question"]["id"] for i in (0, 2)] == ["a", "c"]
    assert "1 of 3 questions failed" in done.err


def test_days_and_numbers_in_yaml_need_no_quotes(run: Run, tmp_path: Path) -> None:
    (tmp_path / "q.yaml").write_text(f"- {{id: 7, question: '{TREATY}', as_of: 2025-02-01}}")
    done = run("ask", "--file", "q.yaml", "--json")
    assert done.code == 0, done.err
    assert json.loads(done.out)["question"] == {"id": "7", "text": TREATY, "type": "boolean", "as_of": "2025-02-01"}


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["ask"], 2, "one question"),
        (["ask", ""], 2, "empty"),
        (["ask", "a" * 100_000], 2, "100000 characters"),
        (["ask", TREATY, "--type", "weather"], 2, "weather"),
        (["ask", TREATY, "--as-of", "yesterday"], 2, "yesterday"),
        (["ask", TREATY, "--event-date", "yesterday"], 2, "yesterday"),
        (["ask", TREATY, "--source", "nowhere"], 1, "nowhere"),
        (["ask", TREATY, "--model", "nobody"], 2, "nobody"),
        (["ask", TREATY, "--model", "nobody:large"], 2, "nobody"),
        (["ask", TREATY, "--model", "openai:gpt"], 5, "OPENAI_API_KEY"),
        (["ask", TREATY, "--model", "local"], 5, "models pull"),
        (["ask", TREATY, "--home", "elsewhere"], 1, "factcheck ingest"),
        (["ask", "--file", "missing.jsonl"], 1, "does not exist"),
        (["ask", "--file", "binary.jsonl"], 1, "not UTF-8"),
        (["ask", "--file", "empty.jsonl"], 1, "no question"),
        (["ask", "--file", "empty.yaml"], 1, "no list of questions"),
        (["ask", "--file", "folder.jsonl"], 1, "cannot be read"),
        (["ask", TREATY, "--file", "empty.jsonl"], 2, "one question"),
        (["verify", "missing.json"], 1, "does not exist"),
        (["verify", "binary.jsonl"], 1, "cannot be read"),
        (["verify", "empty.jsonl"], 1, "no answer record"),
        (["verify", "object.json"], 1, "no answer record"),
        (["verify", "number.json"], 1, "not a record"),
        (["verify", "broken.ndjson"], 1, "not JSON"),
    ],
)
def test_bad_input_gets_one_clear_line_and_its_exit_code(
    arguments: list[str], code: int, said: str, run: Run, tmp_path: Path
) -> None:
    (tmp_path / "binary.jsonl").write_bytes(b"\xff\xfe\x00\x01")
    (tmp_path / "folder.jsonl").mkdir()
    for name, text in {
        "empty.jsonl": "",
        "empty.yaml": "",
        "object.json": "{}",
        "number.json": "[5]",
        "broken.ndjson": "{}\n{",
    }.items():
        (tmp_path / name).write_text(text)
    done = run(*arguments)
    assert done.code == code, done.err
    assert said in done.err
    assert len(done.err) < 1500
    assert done.out == ""


def test_a_planted_key_is_never_shown(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:9/v1")
    monkeypatch.setenv("FACTCHECK_TIMEOUT_S", "2")
    done = run("ask", TREATY, "--model", "openai:gpt", "--json")
    assert done.code == 5
    assert json.loads(done.out)["error"]["kind"] == "model_unavailable"
    assert KEY not in done.out + done.err


def test_a_damaged_catalog_says_how_to_go_on(run: Run, hashed_settings: Settings, tmp_path: Path) -> None:
    shutil.copytree(hashed_settings.home, tmp_path / "home")
    (tmp_path / "home" / "catalog.sqlite").write_bytes(b"not a database" * 999)
    done = run("ask", TREATY, "--home", str(tmp_path / "home"))
    assert done.code == 1
    assert "catalog.sqlite" in done.err


def test_while_another_process_writes_the_question_waits_and_says_so(
    run: Run, hashed_settings: Settings, tmp_path: Path
) -> None:
    shutil.copytree(hashed_settings.home, tmp_path / "home")
    with StoreLock(tmp_path / "home", write=True):
        done = run("ask", TREATY, "--home", str(tmp_path / "home"))
    assert done.code == 1
    assert len(done.err.splitlines()) == 1


# -- verify


@pytest.fixture
def answers(run: Run, tmp_path: Path) -> Path:
    path = tmp_path / "answers.ndjson"
    path.write_text(
        run("ask", TREATY, "--json").out + run("ask", "How long is the agreement valid?", "--json").out, "utf-8"
    )
    return path


def test_saved_citations_hold_in_the_catalog_and_in_the_folder(answers: Path, run: Run) -> None:
    folder = str(Path(__file__).parents[2] / "seeds")
    for more in ([], ["--sources", folder]):
        done = run("verify", str(answers), *more)
        assert done.code == 0, done.err
        assert "citations proved" in done.err
    lines = [json.loads(line) for line in run("verify", str(answers), "--json").out.splitlines()]
    assert lines
    assert all(line["ok"] for line in lines)


def test_a_quote_with_a_line_separator_stays_on_its_line(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("The treaty was signed\u2028in Moscow on Friday.", "utf-8")
    assert run("ingest", str(tmp_path / "a.txt"), "--home", "own").code == 0
    said = run("ask", "Was the treaty signed in Moscow?", "--home", "own", "--json").out
    (tmp_path / "two.ndjson").write_text(said * 2, "utf-8")
    assert run("verify", "two.ndjson", "--home", "own").code == 0


@pytest.mark.parametrize(
    "change", [("exact", "x"), ("start", 0), ("prefix", "x"), ("source_sha256", "0" * 64), ("status", "not_found")]
)
def test_a_tampered_citation_is_exit_code_3(change: tuple[str, object], answers: Path, run: Run) -> None:
    record = json.loads(answers.read_text("utf-8").splitlines()[0])
    record["citations"][0][change[0]] = change[1]
    answers.write_text(json.dumps(record), "utf-8")
    done = run("verify", str(answers))
    assert done.code == 3
    assert "1 of" in done.err


def test_a_changed_source_is_exit_code_3(answers: Path, run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "seeds"
    shutil.copytree(Path(__file__).parents[2] / "seeds", folder)
    for path in folder.glob("*.txt"):
        path.write_bytes(path.read_bytes().replace(b"20 years", b"25 years").replace(b"mutual", b"joint"))
    assert run("verify", str(answers), "--sources", str(folder)).code == 3
