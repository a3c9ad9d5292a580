"""A file is written whole or not at all, and only that file."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest

from factcheck.errors import UserError
from factcheck.files import write_whole


@pytest.mark.parametrize(
    ("content", "raw"),
    [
        ("a\nä\r\n", b"a\n\xc3\xa4\r\n"),
        (b"\xff\x00", b"\xff\x00"),
        ("bad \ud83d", b"bad \\ud83d"),
        ("", b""),
    ],
)
def test_the_bytes_and_their_number(tmp_path: Path, content: str | bytes, raw: bytes) -> None:
    assert write_whole(tmp_path / "out", content) == len(raw)
    assert (tmp_path / "out").read_bytes() == raw
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "real" / "page.html").write_text("old", "utf-8")
    (tmp_path / "link.html").symlink_to(Path("real") / "page.html")
    write_whole(tmp_path / "link.html", "new")
    assert (tmp_path / "link.html").is_symlink()
    assert (tmp_path / "real" / "page.html").read_text("utf-8") == "new"
    (tmp_path / "dangling").symlink_to("not-yet")
    write_whole(tmp_path / "dangling", "there")
    assert (tmp_path / "not-yet").read_text("utf-8") == "there"


def test_a_pipe_stays_a_pipe(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    read: list[bytes] = []
    reader = threading.Thread(target=lambda: read.append(pipe.read_bytes()), daemon=True)
    reader.start()
    write_whole(pipe, "through")
    reader.join(10)
    assert read == [b"through"]
    assert pipe.is_fifo()


def test_what_fails_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "out").write_text("old", "utf-8")

    def full(self: Path, target: Path) -> Path:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(UserError, match="out cannot be written: No space left on device; free some room or name"):
        write_whole(tmp_path / "out", "new")
    assert (tmp_path / "out").read_text("utf-8") == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


@pytest.mark.parametrize("name", ["none/out", "."])
def test_a_place_that_cannot_be_written_is_told(tmp_path: Path, name: str) -> None:
    with pytest.raises(UserError, match="cannot be written"):
        write_whole(tmp_path / name, "x")
    assert not list(tmp_path.iterdir())


def test_a_file_of_the_name_that_is_written_beside_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("factcheck.files.secrets.token_hex", lambda n: "00")
    (tmp_path / ".out.00.part").write_text("precious", "utf-8")
    with pytest.raises(UserError, match="File exists"):
        write_whole(tmp_path / "out", "new")
    assert (tmp_path / ".out.00.part").read_text("utf-8") == "precious"
