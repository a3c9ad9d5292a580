"""The texts that gold labels speak of, read as `ingest` reads them, so ids and offsets are those of the store."""

from __future__ import annotations

import importlib.resources
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from factcheck.errors import UserError
from factcheck.settings import load_settings
from vectorstore.articles import read_articles
from vectorstore.find_sources import find_sources

__all__ = ["Corpus", "CorpusText", "corpus_paths", "read_corpus"]


@dataclass(frozen=True, slots=True)
class CorpusText:
    """One source as labelled. `not_before` is an ISO day, or `None` if nothing bounds its publication."""

    text: str
    not_before: str | None = None

    @property
    def sha256(self) -> str:
        """Of the text as UTF-8, as in a citation's `source_sha256`."""
        return sha256(self.text.encode()).hexdigest()

    def spans_of(self, quote: str) -> list[tuple[int, int]]:
        """Every place of `quote`, half open, in code points; empty if it is not there verbatim."""
        spans, start = [], self.text.find(quote)
        while start >= 0 and quote:
            spans.append((start, start + len(quote)))
            start = self.text.find(quote, start + 1)
        return spans


Corpus = Mapping[str, CorpusText]


def corpus_paths(corpus: str | list[str], *, near: Path) -> list[str]:
    """Return what to give to `ingest` for a gold file's corpus.

    `seeds` is the folder that ships with the program; any other path is looked for beside the gold file (`near`, a
    folder), then from the working directory.

    Raises:
        UserError: a path is at neither place.
    """
    return [_find(given, near) for given in ([corpus] if isinstance(corpus, str) else corpus)]


def read_corpus(corpus: str | list[str], *, near: Path) -> Corpus:
    """Return source id -> text. Raises: UserError, SourceError: a path or a file that cannot be read.

    A file may be as large as `ingest` takes it, by the setting `max_source_mb`.
    """
    max_mb = load_settings().max_source_mb
    found = (item for path in corpus_paths(corpus, near=near) for item in find_sources(path))
    texts = (article for item in found for article in read_articles(item, max_mb))
    return {a.id: CorpusText(a.text, a.provenance.published or a.provenance.not_before) for a in texts}


def _find(given: str, near: Path) -> str:
    if given == "seeds":
        return str(importlib.resources.files("seeds"))
    for path in (near / given, Path(given)):
        if path.exists():
            return str(path)
    raise UserError(f"corpus {given!r} is neither in {near} nor in the working directory; give a folder or a file")
