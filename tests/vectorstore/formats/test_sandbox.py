"""The child that reads risky files: one for many, with limits, and nothing it does takes us with it."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.formats import docx_file, html_page, pdf_file
from vectorstore.formats.extracted import UnreadableError
from vectorstore.formats.sandbox import Sandbox

TEXT = ["The treaty was signed in Moscow on Friday, and it is valid for twenty years."]


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    made = Sandbox(memory_mb=1024, cpu_s=3, wall_s=60)
    yield made
    made.close()


def pid(sandbox: Sandbox) -> int:
    assert sandbox._child is not None
    return sandbox._child.pid


def test_one_child_reads_all_formats(sandbox: Sandbox) -> None:
    assert sandbox.extract("html", html_page(TEXT), max_mb=1).text == TEXT[0]
    first = pid(sandbox)
    found = sandbox.extract("pdf", pdf_file(TEXT), max_mb=1)
    assert (found.text, found.pages) == (TEXT[0], (0,))
    assert sandbox.extract("docx", docx_file(TEXT), max_mb=1).text == TEXT[0]
    with pytest.raises(UnreadableError, match="is damaged, or no PDF"):
        sandbox.extract("pdf", b"", max_mb=1)
    assert pid(sandbox) == first


def test_a_child_that_died_is_replaced(sandbox: Sandbox) -> None:
    sandbox.extract("html", html_page(TEXT), max_mb=1)
    os.kill(pid(sandbox), signal.SIGKILL)
    os.waitid(os.P_PID, pid(sandbox), os.WEXITED | os.WNOWAIT)  # dead; its exit status is left to the sandbox
    assert sandbox.extract("html", html_page(TEXT), max_mb=1).text == TEXT[0]


def test_what_takes_too_long_is_ended() -> None:
    slow = Sandbox(wall_s=0.0)
    with pytest.raises(UnreadableError, match="took longer than 0 s to read"):
        slow.extract("html", html_page(TEXT), max_mb=1)
    slow.close()


@pytest.mark.skipif(sys.platform != "linux", reason="limits of processor time and memory")
def test_processor_time_is_limited(sandbox: Sandbox) -> None:
    hard = b"<html><body>" + b"".join(b"<p>%d<b><i>x<table><tr><td>" % i for i in range(30)) * 20_000
    with pytest.raises(UnreadableError, match=r"processor time|of memory|nested more than"):
        sandbox.extract("html", hard, max_mb=50)
    assert sandbox.extract("html", html_page(TEXT), max_mb=1).text == TEXT[0]


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="limits of processor time and memory")
def test_memory_is_limited(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("vectorstore.formats.sandbox._MEMORY_TIMES", 0)
    small = Sandbox(memory_mb=250)
    page = html_page([f"{i} {TEXT[0]}" for i in range(60_000)])
    with pytest.raises(UnreadableError, match=r"needs more than 250 MB of memory|exit status"):
        small.extract("html", page, max_mb=50)
    assert small.extract("docx", docx_file(TEXT), max_mb=1).text == TEXT[0]
    small.close()


def test_more_text_than_a_source_may_have_is_refused(sandbox: Sandbox) -> None:
    with pytest.raises(UnreadableError, match="of text, more than max_source_mb"):
        sandbox.extract("html", html_page([f"{i}. {TEXT[0]}" for i in range(30)]), max_mb=0.001)


def test_the_child_takes_no_module_from_the_working_directory_and_ends_when_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "trafilatura.py").write_text("raise SystemExit('taken from the working directory')")
    monkeypatch.chdir(tmp_path)
    here = Sandbox()
    assert here.extract("html", html_page(TEXT), max_mb=1).text == TEXT[0]
    child = here._child
    assert child is not None
    here.close()
    assert child.poll() is not None
