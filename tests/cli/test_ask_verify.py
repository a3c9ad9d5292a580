"""ask and verify: records line by line, order, exit codes, and what bad input gets."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from factcheck.settings import Settings
from vectorstore.catalog import Catalog
from vectorstore.lock import StoreLock

Run = Callable[..., SimpleNamespace]
TREATY = "Does the treaty include a mutual defence clause?"
KEY = "sk-planted-0123456789"


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


def test_a_day_that_no_month_has_is_told_in_its_place(run: Run, tmp_path: Path) -> None:
    lines = [{"question": TREATY, "as_of": "2025-02-30"}, {"question": TREATY, "as_of": 2025}, {"question": TREATY}]
    (tmp_path / "q.jsonl").write_text("\n".join(map(json.dumps, lines)))
    done = run("ask", "--file", "q.jsonl")
    assert done.code == 4
    assert "q.jsonl:1: as_of: '2025-02-30' is not a day; write it as YYYY-MM-DD" in done.err
    assert "q.jsonl:2: as_of: 2025 is not a day" in done.err
    (tmp_path / "q.yaml").write_text(f"- {{question: '{TREATY}', as_of: 2025-02-30}}")
    done = run("ask", "--file", "q.yaml")
    assert done.code == 1
    assert "q.yaml is not valid YAML: day is out of range for month" in done.err


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
        (["verify", "object.json"], 1, "object.json:1 is not a record"),
        (["verify", "number.json"], 1, "not a record"),
        (["verify", "broken.ndjson"], 1, "broken.ndjson:1 is not a record"),
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


# -- --html


def test_answers_are_written_as_a_page_too_with_the_failed_ones(run: Run, tmp_path: Path) -> None:
    (tmp_path / "q.jsonl").write_text(f'{{"question": "{TREATY}"}}\n{{"question": ""}}\n')
    done = run("ask", "--file", "q.jsonl", "--json", "--html", "page.html")
    assert done.code == 4
    quote = json.loads(done.out.splitlines()[0])["citations"][0]["exact"].split("\n")[0]
    page = (tmp_path / "page.html").read_text("utf-8")
    assert page.count('<article class="card"') == 2
    assert page.count(quote.replace("'", "&#x27;")) == 2  # in the answer, and marked in the article
    assert sorted(path.name for path in tmp_path.iterdir()) == ["page.html", "q.jsonl"]


@pytest.mark.parametrize("target", ["nowhere/page.html", "q.jsonl/page.html"])
def test_a_page_that_cannot_be_written_is_told_before_anything_is_asked(target: str, run: Run, tmp_path: Path) -> None:
    (tmp_path / "q.jsonl").write_text("")
    done = run("ask", TREATY, "--html", target)
    assert (done.code, done.out) == (1, "")
    assert "not a folder" in done.err


# -- check


DRAFT = "# The treaty\n\nThe treaty was signed in Moscow. The agreement is valid for 10 years. Is that long?\n"


def test_a_draft_for_a_person_and_as_records_that_can_be_proved(run: Run, tmp_path: Path) -> None:
    (tmp_path / "draft.md").write_text(DRAFT)
    shown = run("check", "draft.md")
    assert shown.code == 0, shown.err
    assert "draft.md:1  not checked, heading: The treaty" in shown.out
    assert "number: 10 years here, 20 years in the sources" in shown.out
    assert "4 statements:" in shown.out
    done = run("check", "draft.md", "--json")
    head, *claims = [json.loads(line) for line in done.out.splitlines()]
    assert head["n_claims"] == len(claims) == sum(head["counts"].values()) == 4
    assert all(DRAFT[c["start"] : c["end"]] == c["exact"] for c in claims)
    assert claims[2]["mismatch"] == [{"kind": "number", "claim": "10 years", "evidence": "20 years"}]
    (tmp_path / "checked.ndjson").write_text(done.out, "utf-8")
    proved = run("verify", "checked.ndjson")
    assert (proved.code, "0 of 0" in proved.err) == (0, False)


def test_fail_on_is_exit_code_3(run: Run, tmp_path: Path) -> None:
    (tmp_path / "draft.md").write_text(DRAFT)
    assert run("check", "draft.md", "--fail-on", "mismatch").code == 3
    (tmp_path / "clean.md").write_text("The treaty was signed in Moscow.\n")
    assert run("check", "clean.md", "--fail-on", "mismatch").code == 0


def test_a_draft_that_was_ingested_does_not_prove_itself(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Catalog, "sources", None)  # hashes tell; not every text is loaded
    (tmp_path / "a.txt").write_text("The moon is made of green cheese.\n")
    (tmp_path / "b.txt").write_text("The treaty was signed in Moscow.\n")
    for name in ("a.txt", "b.txt"):
        assert run("ingest", name, "--home", "own").code == 0
    done = run("check", "a.txt", "--home", "own", "--json")
    assert "a.txt" in done.err
    assert json.loads(done.out.splitlines()[1])["verdict"] != "supported"


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["draft.md", "--fail-on", "perhaps"], 2, "perhaps"),
        (["draft.md", "--fail-on", ","], 2, "not an outcome"),
        (["draft.md", "--as-of", "soon"], 2, "soon"),
        (["draft.md", "--source", "nowhere"], 4, "nowhere"),
        (["draft.md", "--model", "openai:gpt"], 5, "OPENAI_API_KEY"),
        (["nothing.md"], 1, "nothing.md"),
        (["draft.pdf"], 1, "drafts are read as"),
        (["binary.md"], 1, "UTF-8"),
        (["empty.md"], 1, "empty"),
    ],
)
def test_bad_input_of_check(arguments: list[str], code: int, said: str, run: Run, tmp_path: Path) -> None:
    for name, data in {"draft.md": DRAFT.encode(), "draft.pdf": b"x", "binary.md": b"\xff", "empty.md": b"\n"}.items():
        (tmp_path / name).write_bytes(data)
    done = run("check", *arguments)
    assert (done.code, "Traceback" in done.err) == (code, False), done.err
    assert said in done.err
