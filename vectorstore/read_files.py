"""One file as a source's text: the bytes, hashed as they are, and what the reader of their format makes of them.

How each format is read, and what becomes of characters that nobody sees, is decided in `formats`. Here: which format a
file has, its size, and messages that name the file.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import IO, Any

from factcheck.errors import SourceError
from factcheck.records import Provenance
from vectorstore.formats import text as text_format
from vectorstore.formats.extracted import UnreadableError
from vectorstore.formats.kinds import SUFFIXES, Format, format_of_name
from vectorstore.formats.sandbox import extract_safely

__all__ = ["FileText", "open_file", "read_bytes", "read_data", "read_file"]

READABLE = ", ".join(sorted(SUFFIXES))


@dataclass(frozen=True, slots=True)
class FileText:
    """A file's text, where its pages begin, what it says of itself, and warnings, each a whole sentence."""

    text: str
    file_sha256: str
    pages: tuple[int, ...] = ()
    provenance: Provenance = field(default_factory=Provenance)
    warnings: tuple[str, ...] = ()


def read_file(path: Path, max_mb: float) -> FileText:
    """Return the text of a file that holds one source. Raises: SourceError, one line: what is wrong with it."""
    return read_data(read_bytes(path, max_mb), str(path), _kind(path), max_mb=max_mb)


def read_data(data: bytes, name: str, kind: Format, *, max_mb: float, encoding: str | None = None) -> FileText:
    """Return what `data` holds; `name` begins every message, `encoding` is what a server said (HTML only).

    Raises: SourceError.
    """
    if kind == "jsonl":
        raise SourceError(f"{name} has one article a line; ingest it as a file of articles")
    options: dict[str, Any] = {"declared": encoding} if kind == "html" and encoding else {}
    try:
        found = (
            text_format.extract(data) if kind == "text" else extract_safely(kind, data, max_mb=max_mb, options=options)
        )
    except UnreadableError as error:
        raise SourceError(f"{name} {error}") from None
    warnings = tuple(f"{name} {warning}" for warning in found.warnings)
    return FileText(found.text, hashlib.sha256(data).hexdigest(), found.pages, Provenance(**found.facts), warnings)


def with_facts(given: Provenance, found: Provenance) -> Provenance:
    """Return what is known from both; what was given wins, and a date or a bound that was given wins over any found."""
    dates = {"published", "not_before", "not_after"}
    names = given.__slots__
    dated = any(getattr(given, name) for name in dates)
    missing = {n: getattr(found, n) for n in names if not getattr(given, n) and not (dated and n in dates)}
    return replace(given, **missing)


def read_bytes(path: Path, max_mb: float) -> bytes:
    """Return a file's bytes. Raises: SourceError where it is no file, too large, or may not be read."""
    limit = int(max_mb * 1_000_000)
    with open_file(path) as file:
        size = path.stat().st_size
        data = b"" if size > limit else file.read(limit + 1)  # it may grow, or tell no size
        if max(size, len(data)) > limit:
            said = f"{size / 1e6:.1f} MB" if size > limit else "more"
            raise SourceError(f"{path} has {said}, over max_source_mb={max_mb:g}; split it or raise the setting")
        return data


@contextmanager
def open_file(path: Path) -> Iterator[IO[bytes]]:
    """Open a regular file for reading. Raises: SourceError, also for what fails while it is read."""
    try:
        if not path.is_file():
            raise SourceError(f"{path} {_what(path)}; check the path")
        with path.open("rb") as file:
            yield file
    except OSError as error:
        raise SourceError(f"{path} cannot be read: {error.strerror or error}. Check its permissions") from None


def _what(path: Path) -> str:
    if path.is_dir() and not os.access(path, os.R_OK | os.X_OK):
        return "is a folder that may not be opened"
    if path.is_symlink():
        return "is a link that leads to no file"
    return "is not a file" if path.exists() else "does not exist"


def _kind(path: Path) -> Format:
    kind = format_of_name(path.name)
    if kind is None:
        raise SourceError(f"{path}: only {READABLE} files are read; convert it, or leave it out")
    return kind
