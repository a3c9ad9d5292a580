"""One article a line: what is taken, and what a bad line says."""

from __future__ import annotations

import hashlib
import io
import json

import pytest

from factcheck.records import Provenance
from vectorstore.formats.from_jsonl import BadLine, LineArticle, articles, unknown_keys


def read(*lines: object, max_mb: float = 1) -> list[LineArticle | BadLine]:
    data = b"\n".join(x if isinstance(x, bytes) else json.dumps(x).encode() for x in lines)
    return list(articles(io.BytesIO(data), max_mb))


def test_an_article_has_its_facts_its_line_and_the_hash_of_its_line() -> None:
    line = {
        "id": "a1", "text": "A treaty.\r\nSigned.", "title": "Treaty", "url": "https://news.example/a",
        "author": "Jane",
        "publisher": "BTA",
        "published": "2025-01-17", "not_before": None, "not_after": None,
    }  # fmt: skip
    (found,) = read(line)
    assert found == LineArticle(
        1, "a1", "A treaty.\r\nSigned.", hashlib.sha256(json.dumps(line).encode()).hexdigest(),
        Provenance(
            title="Treaty", publisher="BTA", author="Jane", url="https://news.example/a", published="2025-01-17",
        ),
    )  # fmt: skip


def test_blank_lines_count_and_a_bom_and_crlf_do_not_matter() -> None:
    found = read(b'\xef\xbb\xbf{"id": "a", "text": "x"}\r', b"", b"  ", b'{"id": "b", "text": "y"}\r')
    assert [(x.line, x.id) for x in found if isinstance(x, LineArticle)] == [(1, "a"), (4, "b")]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (b"not json", "line 2 is not JSON"),
        (b"[1]", "line 2 is not an object"),
        (b"[" * 100_000, "line 2 is nested too deep"),
        (b'{"id": "a", "text": "\xff"}', "line 2 is not UTF-8"),
        (b'{"id": "a", "text": NaN}', "line 2 is not JSON (NaN is no JSON value)"),
        ({"text": "x"}, "line 2: id: Field required"),
        ({"id": "a"}, "line 2, 'a': text: Field required"),
        ({"id": 7, "text": "x"}, "line 2: id: Input should be a valid string"),
        ({"id": "", "text": "x"}, "line 2: id:"),
        ({"id": "a", "text": " \n"}, "line 2, 'a': the text is empty"),
        ({"id": "a", "text": "x\0y"}, "line 2, 'a': the text has NUL characters"),
        ({"id": "a", "text": "x", "published": 2025}, "line 2, 'a': published: write a day as YYYY-MM-DD"),
        ({"id": "a", "text": "x", "published": "2025-02-30"}, "line 2, 'a': published:"),
        ({"id": "a", "text": "x", "not_before": "2025-02-01", "not_after": "2025-01-01"}, "not_before is later"),
        ({"id": "a", "text": "x" * 2000}, "line 2 is over max_source_mb=0.001"),
    ],
)
def test_a_bad_line_says_its_number_and_the_others_are_read(line: object, said: str) -> None:
    limit = 0.001 if "max_source_mb" in said else 1
    before, bad, after = read({"id": "x", "text": "One."}, line, {"id": "y", "text": "Two."}, max_mb=limit)
    assert isinstance(bad, BadLine)
    assert said in bad.message
    assert "\n" not in bad.message
    assert len(bad.message) < 400
    assert isinstance(before, LineArticle)
    assert isinstance(after, LineArticle)
    assert (after.line, after.text) == (3, "Two.")


def test_half_a_surrogate_pair_is_replaced_with_a_warning() -> None:
    (found,) = read(b'{"id": "a", "text": "x \\ud83d y", "title": "\\ude00"}')
    assert isinstance(found, LineArticle)
    assert (found.text, found.provenance.title) == ("x \ufffd y", "\ufffd")
    assert found.warning is not None


def test_a_misspelt_key_is_told_with_the_nearest() -> None:
    (found,) = read({"id": "a", "text": "x", "publshed": "2025-01-17", "zzz": 1})
    assert isinstance(found, LineArticle)
    assert found.unknown == ("publshed", "zzz")
    said = unknown_keys(set(found.unknown))
    assert "'publshed' (did you mean 'published'?), 'zzz'; known:" in said
