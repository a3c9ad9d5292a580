"""Proving saved answers again: each citation against the text it was taken from, found by its sha256."""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from factcheck.errors import SourceError, UserError
from factcheck.settings import Settings
from pipeline.prove import reprove
from pipeline.record import ANSWER_SCHEMA, ERROR_SCHEMA
from vectorstore.read_files import read_file
from vectorstore.store import Store

FindText = Callable[[str, str], str | None]
"""(source id, sha256) -> the text with that hash, or None."""


@dataclass(frozen=True, slots=True)
class CitationCheck:
    """One citation proved again; `reason` says why it does not hold, None if it does."""

    place: str
    source: str
    start: int
    end: int
    reason: str | None

    @property
    def ok(self) -> bool:
        return self.reason is None

    def as_json(self) -> dict[str, Any]:
        return {**asdict(self), "ok": self.ok}


def reprove_file(path: Path, find_text: FindText) -> Iterator[CitationCheck]:
    """Yield a check for every citation in a file of answer records (one record, NDJSON, or a run file).

    Raises: SourceError for a file that cannot be read; UserError for a line that is no record.
    """
    for place, record in _records(path):
        if record.get("schema") != ANSWER_SCHEMA:
            continue
        citations = record.get("citations")
        if not isinstance(citations, list):
            raise UserError(f"{place}: the record has no list of citations; give the output of `factcheck ask --json`")
        for index, citation in enumerate(citations):
            yield check_citation(f"{place}, citation {index}", citation, find_text)


def check_citation(place: str, citation: Mapping[str, Any], find_text: FindText) -> CitationCheck:
    """Return whether one citation holds. Raises: UserError when it lacks what a proof needs."""
    try:
        source, sha256 = str(citation["source"]), str(citation["source_sha256"])
        start, end, status = int(citation["start"]), int(citation["end"]), str(citation["status"])
        citation["exact"]
    except (KeyError, TypeError, ValueError) as error:
        raise UserError(
            f"{place}: not a citation ({error!r}); it needs source, source_sha256, start, end, exact, status"
        ) from None
    text = find_text(source, sha256)
    reason = None
    if text is None:
        reason = "no stored text has the source's hash: the source changed or is gone"
    elif status not in {"exact", "normalised"}:
        reason = f"status {status!r} is never shown"
    elif not reprove(text, citation):
        reason = "the text at its offsets is not what was quoted"
    return CitationCheck(place, source, start, end, reason)


@contextmanager
def open_texts(settings: Settings, directory: Path | None) -> Iterator[FindText]:
    """Give a function that finds texts by hash: in the catalog with its earlier versions, or in a folder of files."""
    if directory is not None:
        by_hash = _texts_of(directory, settings.max_source_mb)
        yield lambda source, sha256: by_hash.get(sha256)
        return
    with Store.open(settings) as store:
        yield store.text_by_hash


def _texts_of(directory: Path, max_mb: float) -> dict[str, str]:
    if not directory.is_dir():
        raise SourceError(f"{directory} is not a folder; give the folder of the source files")
    files = (path for path in sorted(directory.rglob("*")) if path.suffix.lower() in {".txt", ".md"} and path.is_file())
    read = (read_file(path, max_mb) for path in files)
    return {hashlib.sha256(file.text.encode()).hexdigest(): file.text for file in read}


def _records(path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    try:
        content = sys.stdin.read() if str(path) == "-" else path.read_text("utf-8")
    except FileNotFoundError:
        raise SourceError(f"{path} does not exist; give the output of `factcheck ask --json`") from None
    except (OSError, UnicodeDecodeError) as error:
        raise SourceError(f"{path} cannot be read: {error}") from None
    n = 0
    for place, record in _parsed(path, content):
        if not isinstance(record, dict):
            raise UserError(f"{place} is not a record; give the output of `factcheck ask --json`")
        n += record.get("schema") in {ANSWER_SCHEMA, ERROR_SCHEMA}
        yield place, record
    if n == 0:
        raise UserError(f"{path} holds no answer record; give the output of `factcheck ask --json`")


def _parsed(path: Path, content: str) -> Iterator[tuple[str, Any]]:
    """One JSON value (a record or a list of them), or one a line. Lines end at LF only: a quote may hold U+2028."""
    try:
        whole = json.loads(content)
    except json.JSONDecodeError:
        pass
    else:
        yield from ((f"{path}", record) for record in (whole if isinstance(whole, list) else [whole]))
        return
    for number, line in enumerate(content.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            yield f"{path}:{number}", json.loads(line)
        except json.JSONDecodeError as error:
            raise UserError(f"{path}:{number} is not JSON ({error}); the file is damaged or no answers file") from None
