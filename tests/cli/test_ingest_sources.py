"""ingest of standard input, of a page from the web and of JSON lines: output, exit codes, what bad input gets."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from factcheck.errors import SourceError
from tests.cli.conftest import Run, runner_in_an_empty_folder
from vectorstore.fetch import Fetched, Limits


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], tmp_path: Path) -> Run:
    """Run the command in an empty folder, with the test embedder; `stdin` is bytes."""
    return runner_in_an_empty_folder(monkeypatch, capfd, tmp_path)


def test_standard_input_is_a_source_whose_format_its_bytes_tell(run: Run) -> None:
    assert run("ingest", "-", "--id", "note", stdin="A treaty, “signed”.".encode()).code == 0
    assert run("show", "note").out == "A treaty, “signed”."
    page = b"<!doctype html><body><article><p>The treaty was signed in Moscow.</p></article></body>"
    assert run("ingest", "-", "--id", "page", stdin=page).code == 0
    assert run("show", "page").out == "The treaty was signed in Moscow."
    lines = b'{"id": "a", "text": "One."}\nbad\n{"id": "b", "text": "Two."}\n'
    done = run("ingest", "-", "--format", "jsonl", "--json", stdin=lines)
    assert done.code == 4
    record = json.loads(done.out)
    assert record["added"] == ["a", "b"]
    assert record["failed"][0]["message"].startswith("standard input line 2 is not JSON")


@pytest.mark.parametrize(
    ("arguments", "stdin", "code", "said"),
    [
        (["-"], b"x", 2, "give --id ID"),
        (["-", "--id", "a"], b"", 1, "standard input is empty"),
        (["-", "--id", "a"], b"\0\1\2", 1, "standard input is a binary file"),
        (["-", "--id", "a", "--format", "pdf"], b"x", 1, "standard input is damaged, or no PDF"),
        (["-", "--id", "a\nb"], b"text", 1, "cannot be used"),
        (["-", "x.txt", "--id", "a"], b"x", 2, "--id 'a' names one source"),
        (["x.txt", "--format", "pdf"], b"", 2, "--format pdf is for standard input"),
        (["--id", "a"], b"", 2, "--id 'a' names one source"),
        (["--url", "nonsense"], b"", 1, "nonsense is not a web address"),
        (["--url", "http://127.0.0.1:9/"], b"", 1, "127.0.0.1 is no public address"),
        (["--url", "http://user:secret@news.example/"], b"", 1, "has a name or password in it"),
    ],
)
def test_what_cannot_be_meant_is_one_line(run: Run, arguments: list[str], stdin: bytes, code: int, said: str) -> None:
    done = run("ingest", *arguments, stdin=stdin)
    assert done.code == code
    assert said in done.err
    assert "Traceback" not in done.err
    assert "secret" not in done.err


def test_a_page_from_the_web_has_its_address(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def fetched(url: str, limits: Limits) -> Fetched:
        if "gone" in url:
            raise SourceError(f"{url} answers '404 Not Found'")
        page = "<body><article><p>Договор был подписан в Москве в пятницу.</p></article></body>".encode("cp1251")
        return Fetched("https://news.example/final", page, "html", "windows-1251")

    monkeypatch.setattr("vectorstore.fetch.fetch", fetched)
    done = run("ingest", "--url", "https://news.example/a", "--url", "https://news.example/gone")
    assert done.code == 4
    assert "answers '404 Not Found'" in done.err
    record = json.loads(run("show", "https://news.example/a", "--json").out)
    assert record["exact"] == "Договор был подписан в Москве в пятницу."
    assert record["provenance"]["url"] == "https://news.example/final"
    assert "1 unchanged" in run("ingest", "--url", "https://news.example/a").out
    assert run("ingest", "--url", "https://news.example/a", "--id", "news").code == 0
    assert run("show", "news").code == 0


def test_a_page_over_the_wire(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """The whole way, from a server of ours; only the check of its address is told to let it pass."""
    page = "<html><body><article><p>The treaty was signed in Moscow on Friday, it said.</p></article></body></html>"

    class Server(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(page.encode())

        def log_message(self, *_: object) -> None:
            pass

    monkeypatch.setattr("vectorstore.fetch.is_public", lambda address: address == "127.0.0.1")
    with HTTPServer(("127.0.0.1", 0), Server) as server:
        thread = threading.Thread(target=server.handle_request)
        thread.start()
        done = run("ingest", "--url", f"http://127.0.0.1:{server.server_port}/a", "--id", "wire")
        thread.join()
    assert done.code == 0, done.err
    assert run("show", "wire").out == "The treaty was signed in Moscow on Friday, it said."


def test_an_id_for_a_file_and_many_bad_lines(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("A treaty.")
    assert run("ingest", "a.txt", "--id", "treaty").code == 0
    assert run("show", "treaty").out == "A treaty."
    (tmp_path / "many.jsonl").write_text("bad\n" * 60)
    done = run("ingest", "many.jsonl")
    assert done.code == 1
    assert "and 10 more; --json lists them all" in done.err
    assert "--id 'x' names one source, and the path means many sources" in run("ingest", "many.jsonl", "--id", "x").err


def test_what_hides_in_a_text_is_shown_on_a_terminal(run: Run) -> None:
    from factcheck.cli.common import printable

    assert (
        printable("a\u200bb\u202ec\U000e0041d\x1b[31m\u200d") == r"a\u{200b}b\u{202e}c\u{e0041}d\u{1b}[31m" + "\u200d"
    )
    done = run("ingest", "-", "--id", "a", stdin="A tre\u200baty \u202ewas signed.".encode())
    assert "standard input has 2 invisible characters" in done.err
