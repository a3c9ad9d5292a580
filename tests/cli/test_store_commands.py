"""ingest, sources, show, remove, search: output, exit codes, and what bad input gets."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Run, runner_in_an_empty_folder


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], tmp_path: Path) -> Run:
    """Run the command in an empty folder, with the test embedder; returns code, out, err."""
    return runner_in_an_empty_folder(monkeypatch, capfd, tmp_path)


@pytest.fixture
def articles(tmp_path: Path) -> Path:
    folder = tmp_path / "articles"
    folder.mkdir()
    (folder / "treaty.txt").write_bytes(
        "The treaty was signed in Moscow.\r\nIt is valid for 20 years: “äöü” 😀.\n".encode()
    )
    (folder / "corn.md").write_text("# Maize\n\nMaize prices rose in Iowa.")
    return folder


def test_the_shipped_articles_are_the_default(run: Run) -> None:
    done = run("ingest")
    assert done.code == 0, done.err
    assert "5 added" in done.out
    again = run("ingest", "--json")
    record = json.loads(again.out)
    assert (len(record["unchanged"]), record["n_embedded"], record["n_sources"]) == (5, 0, 5)


def test_sources_are_listed_with_what_is_known_of_their_date(run: Run) -> None:
    run("ingest")
    table = run("sources").out
    assert "nazimoghlu-not-an-alliance" in table
    assert "not before 2025-01-28" in table
    assert "by 2024-12-31" in table
    records = [json.loads(line) for line in run("sources", "--json").out.splitlines()]
    assert [r["id"] for r in records] == sorted(r["id"] for r in records)
    assert records[0]["schema"] == "factcheck/source/1"
    assert "text" not in records[0]


def test_show_prints_the_text_or_exactly_the_span(run: Run, articles: Path) -> None:
    text = (articles / "treaty.txt").read_bytes().decode()
    run("ingest", str(articles))
    assert run("show", "treaty.txt").out == text
    start = text.index("“")
    assert run("show", "treaty.txt", "--span", f"{start}:{start + 5}").out == "“äöü”"
    assert run("show", "treaty.txt", "--span", f"{start}:").out == text[start:]
    record = json.loads(run("show", "treaty.txt", "--span", "0:10", "--json").out)
    assert (record["start"], record["end"], record["exact"], record["version"]) == (0, 10, "The treaty", 1)
    assert record["versions"][0]["source_sha256"] == record["source_sha256"]


@pytest.mark.parametrize("span", ["x", "5", "5:2", "0:9999", "-1:4", "1:2:3", "٣:٥"])
def test_a_span_that_is_none_is_a_usage_error(run: Run, articles: Path, span: str) -> None:
    run("ingest", str(articles))
    done = run("show", "treaty.txt", f"--span={span}")
    assert done.code == 2
    assert "--span" in done.err


def test_an_unknown_source_names_the_nearest(run: Run, articles: Path) -> None:
    run("ingest", str(articles))
    for command in ("show", "remove"):
        done = run(command, "treaty.tx")
        assert done.code == 1
        assert "did you mean 'treaty.txt'" in done.err


def test_remove_forgets_a_source(run: Run, articles: Path) -> None:
    run("ingest", str(articles))
    assert "removed treaty.txt. 1 sources stored." in run("remove", "treaty.txt").out
    assert run("show", "treaty.txt").code == 1
    assert (articles / "treaty.txt").exists()


@pytest.mark.parametrize("command", [("sources",), ("show", "a"), ("remove", "a"), ("search", "treaty")])
def test_before_anything_is_ingested_the_error_says_so(run: Run, tmp_path: Path, command: tuple[str, ...]) -> None:
    done = run(*command)
    assert done.code == 1
    assert "factcheck ingest PATH" in done.err
    assert not (tmp_path / ".factcheck").exists()


def test_search_shows_passages_with_scores_and_lists(run: Run, articles: Path) -> None:
    run("ingest", str(articles))
    done = run("search", "treaty signed in Moscow", "--json")
    assert done.code == 0, done.err
    first = json.loads(done.out.splitlines()[0])
    assert first["source"] == "treaty.txt"
    assert first["rank"] == 1
    assert set(first["ranks"]) == {"dense", "lexical"}
    assert "dense 1, lexical 1" in run("search", "treaty signed in Moscow").out
    only = run("search", "treaty prices", "--by", "lexical", "--source", "corn.md", "--json").out.splitlines()
    assert [json.loads(line)["source"] for line in only] == ["corn.md"]


def test_search_with_a_bad_day_or_source_is_refused(run: Run, articles: Path) -> None:
    run("ingest", str(articles))
    assert run("search", "x", "--as-of", "yesterday").code == 2
    assert "did you mean 'corn.md'" in run("search", "x", "--source", "corn").err
    nothing = run("search", "zebra", "--by", "lexical")
    assert (nothing.code, nothing.out) == (0, "")
    assert "no passage found" in nothing.err


def test_one_bad_file_is_exit_code_4_and_nothing_ingested_is_1(run: Run, articles: Path, tmp_path: Path) -> None:
    (articles / "bad.txt").write_bytes(b"\0\1")
    done = run("ingest", str(articles))
    assert done.code == 4
    assert "2 added, 1 failed" in done.out
    assert "bad.txt is a binary file" in done.err
    assert "1 of 3 could not be ingested" in done.err
    done = run("ingest", str(tmp_path / "nowhere"))
    assert done.code == 1
    assert "Traceback" not in done.err


def test_terminal_escapes_in_names_and_texts_are_neutralised(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("A \x1b[31mred\x1b[0m treaty.")
    (tmp_path / "sources.yaml").write_text('- {id: a, file: a.txt, title: "\\e]0;owned\\a"}')
    assert run("ingest", str(tmp_path)).code == 0
    for done in (run("sources"), run("sources", "--json"), run("search", "red treaty"), run("show", "a", "--json")):
        assert "\x1b" not in done.out
    assert run("show", "a").out == "A \x1b[31mred\x1b[0m treaty."  # piped: the bytes as they are


def test_rebuild_takes_no_path_and_keeps_what_is_stored(run: Run, articles: Path) -> None:
    run("ingest", str(articles))
    done = run("ingest", "--rebuild")
    assert done.code == 0, done.err
    assert "2 passages embedded. 2 sources stored." in done.out


def test_prune(run: Run, articles: Path) -> None:
    run("ingest", str(articles))
    (articles / "corn.md").unlink()
    assert "1 removed" in run("ingest", str(articles), "--prune").out


def test_two_homes_do_not_know_of_each_other(run: Run, articles: Path, tmp_path: Path) -> None:
    run("ingest", str(articles), "--home", str(tmp_path / "one"))
    assert run("sources", "--home", str(tmp_path / "two")).code == 1
    assert run("sources", "--home", str(tmp_path / "one")).code == 0


def test_a_chroma_server_that_is_not_there_is_exit_code_5(run: Run, articles: Path) -> None:
    done = run("ingest", str(articles), "--chroma", "http://127.0.0.1:9")
    assert done.code == 5
    assert "http://127.0.0.1:9" in done.err
    assert run("ingest", str(articles), "--chroma", "ftp://x").code == 2
