"""What a found file holds, without a store: for whoever must see the texts exactly as `ingest` stores them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from factcheck.errors import SourceError
from factcheck.records import Provenance
from vectorstore.find_sources import Found
from vectorstore.formats.from_jsonl import BadLine, articles
from vectorstore.read_files import open_file, read_file, with_facts

__all__ = ["Article", "read_articles"]


@dataclass(frozen=True, slots=True)
class Article:
    """One source as it would be stored."""

    id: str
    text: str
    provenance: Provenance
    pages: tuple[int, ...] = ()


def read_articles(item: Found, max_mb: float) -> Iterator[Article]:
    """Yield the sources of one file: one, or as many as it has lines. Raises: SourceError for the first bad one."""
    if item.kind != "jsonl":
        file = read_file(item.path, max_mb)
        yield Article(item.id, file.text, with_facts(item.provenance, file.provenance), file.pages)
        return
    with open_file(item.path) as lines:
        for line in articles(lines, max_mb):
            if isinstance(line, BadLine):
                raise SourceError(f"{item.path} {line.message}")
            yield Article(line.id, line.text, line.provenance)
