"""Small files that stand for very much: refused within the limits, and the next file is read."""

from __future__ import annotations

import io
import sys
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.formats import html_page
from vectorstore.formats.extracted import UnreadableError
from vectorstore.formats.from_jsonl import BadLine, articles
from vectorstore.formats.sandbox import Sandbox

pytestmark = [
    pytest.mark.slow, pytest.mark.timeout(600),
    pytest.mark.skipif(sys.platform != "linux", reason="limits of the system"),
]  # fmt: skip

TEXT = "The treaty was signed in Moscow on Friday, and it is valid for twenty years."


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    made = Sandbox(memory_mb=512, cpu_s=20, wall_s=400)  # the wall of a busy machine must not come first
    yield made
    assert made.extract("html", html_page([TEXT]), max_mb=1).text == TEXT
    made.close()


def pdf(content: bytes, n_pages: int = 1) -> bytes:
    """A PDF of one content stream, packed, that `n_pages` pages show."""
    packed = zlib.compress(content, 9)
    kids = b"3 0 R " * n_pages
    font = b"<</Font<</F1<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>>>"
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[%b]/Count %d>>" % (kids, n_pages),
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 4 0 R/Resources%b>>" % font,
        b"<</Length %d/Filter/FlateDecode>>stream\n%b\nendstream" % (len(packed), packed),
    ]
    body = b"".join(b"%d 0 obj\n%b\nendobj\n" % (i, said) for i, said in enumerate(objects, 1))
    return b"%PDF-1.4\n" + body + b"trailer<</Root 1 0 R>>\n"


def test_a_plain_pdf_of_this_make_is_read(sandbox: Sandbox) -> None:
    data = pdf(b"BT /F1 12 Tf 72 700 Td (The treaty.) Tj ET", n_pages=2)
    found = sandbox.extract("pdf", data, max_mb=1)
    assert found.text.startswith("The treaty.")


@pytest.mark.parametrize(
    "data",
    [
        lambda: pdf(b"\0" * 700_000_000),
        lambda: pdf(b"BT /F1 12 Tf " + b"1 0 Td (aaaaaaaaaaaaaaaaaaaaaaaaaaaa) Tj " * 1_500_000 + b"ET"),
        lambda: pdf(b"BT /F1 12 Tf (x) Tj ET", n_pages=200_000),
    ],
)
def test_a_pdf_bomb_is_refused(sandbox: Sandbox, data: object) -> None:
    with pytest.raises(UnreadableError, match=r"made its reader fail|of memory|processor time|are read; split it"):
        sandbox.extract("pdf", data(), max_mb=50)  # type: ignore[operator]


@pytest.mark.parametrize(
    "page",
    [b"<html><body>" + b"<div>" * 500_000, b"<p>x<table><tr><td>" * 500_000, b"<p " + b"a='1' " * 1_000_000 + b">"],
)
def test_a_page_without_measure_is_refused(sandbox: Sandbox, page: bytes) -> None:
    with pytest.raises(UnreadableError):
        sandbox.extract("html", page, max_mb=50)


def test_a_line_of_a_gigabyte_is_one_bad_line(tmp_path: Path) -> None:
    path = tmp_path / "long.jsonl"
    with path.open("wb") as file:
        file.truncate(1_000_000_000)
        file.seek(0, io.SEEK_END)
        file.write(b'\n{"id": "a", "text": "A treaty."}\n')
    with path.open("rb") as file:
        first, second = articles(file, 5)
    assert isinstance(first, BadLine)
    assert first.message == "line 1 is over max_source_mb=5; split it or raise the setting"
    assert not isinstance(second, BadLine)
    assert second.line == 2
