"""One file as text: what is kept, what is converted, what is refused and how it is said."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from factcheck.errors import SourceError
from vectorstore.read_files import read_file

RUSSIAN = "Договор между Россией и Ираном был подписан в Москве семнадцатого января. " * 5


def write(tmp_path: Path, data: bytes, name: str = "a.txt") -> Path:
    path = tmp_path / name
    path.write_bytes(data)
    return path


@pytest.mark.parametrize(
    "text", ["a\r\nb\n\rc\u2028d\x85", "x\ufeffy", "\x1b[31mred", "😀 e\u0301 日本", "  lead and trail \n"]
)
def test_text_is_kept_to_the_last_code_point(tmp_path: Path, text: str) -> None:
    found = read_file(write(tmp_path, text.encode()), 1)
    assert found.text == text
    assert len(found.warnings) == ("\ufeff" in text)
    assert found.file_sha256 == hashlib.sha256(text.encode()).hexdigest()


def test_a_bom_is_stripped_and_stays_in_the_hash_of_the_file(tmp_path: Path) -> None:
    data = b"\xef\xbb\xbf" + "Ünder".encode()
    found = read_file(write(tmp_path, data), 1)
    assert found.text == "Ünder"
    assert found.warnings == ()
    assert found.file_sha256 == hashlib.sha256(data).hexdigest()


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32"])
def test_a_bom_tells_the_encoding(tmp_path: Path, encoding: str) -> None:
    found = read_file(write(tmp_path, RUSSIAN.encode(encoding)), 1)
    assert found.text == RUSSIAN
    assert encoding in found.warnings[0]


@pytest.mark.parametrize("encoding", ["cp1251", "koi8-r"])
def test_another_encoding_is_detected_with_a_warning(tmp_path: Path, encoding: str) -> None:
    found = read_file(write(tmp_path, ("ASCII first. " * 9000 + RUSSIAN).encode(encoding)), 1)
    assert found.text.endswith(RUSSIAN)
    assert "is not UTF-8" in found.warnings[0]


@pytest.mark.parametrize(
    ("data", "name", "said"),
    [
        (b"", "a.txt", "is empty"),
        (b" \n\t", "a.md", "is empty"),
        (b"\xef\xbb\xbf", "a.md", "is empty"),
        (b"%PDF-1.7\n\x00\x01\x02\xff", "a.txt", "is a binary file"),
        (bytes(range(1, 32)) * 50, "a.txt", "is a binary file"),
        (os.urandom(5000), "a.txt", "a.txt"),  # NUL bytes, or an encoding that nobody can tell
        (b"x", "a.odt", "only .docx, .htm, .html, .jsonl, .md, .pdf, .txt files are read"),
        (b"x" * 2_000_000, "a.txt", "over max_source_mb=1"),
    ],
)
def test_what_cannot_be_read_is_one_line_with_what_to_do(tmp_path: Path, data: bytes, name: str, said: str) -> None:
    with pytest.raises(SourceError) as caught:
        read_file(write(tmp_path, data, name), 1)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_missing_file_and_a_folder_are_told_apart(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="does not exist; check the path"):
        read_file(tmp_path / "no.txt", 1)
    (tmp_path / "folder.txt").mkdir()
    with pytest.raises(SourceError, match="is not a file"):
        read_file(tmp_path / "folder.txt", 1)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_permission_says_so(tmp_path: Path) -> None:
    path = write(tmp_path, b"x")
    path.chmod(0)
    with pytest.raises(SourceError, match="Check its permissions"):
        read_file(path, 1)
