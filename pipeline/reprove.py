"""Proving saved answers again: each citation against the text it was taken from, found by its sha256."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from factcheck.errors import SourceError
from factcheck.settings import Settings
from pipeline.prove import reprove
from pipeline.record_files import ANSWERS, CHECKS, read_records
from vectorstore.articles import read_articles
from vectorstore.find_sources import find_sources
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
    """Yield a check for every citation in a file of answer or check records, or a run file.

    Raises: SourceError for a file that cannot be read; UserError for a line that is no record.
    """
    for line, record in read_records(path, ANSWERS | CHECKS):
        for index, citation in enumerate(record.get("citations") or ()):
            yield check_citation(f"{path}:{line}, citation {index}", citation, find_text)


def check_citation(place: str, citation: Mapping[str, Any], find_text: FindText) -> CitationCheck:
    """Return whether one citation of a record that was read whole holds."""
    source, start, end, status = (citation[name] for name in ("source", "start", "end", "status"))
    text = find_text(source, citation["source_sha256"])
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
    texts = (article.text for item in find_sources(str(directory)) for article in read_articles(item, max_mb))
    return {hashlib.sha256(text.encode()).hexdigest(): text for text in texts}
