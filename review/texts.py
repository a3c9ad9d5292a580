"""The texts of the sources, read from the catalog without opening an index or taking a lock."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

from factcheck.records import Source
from vectorstore.catalog import Catalog

__all__ = ["CatalogTexts", "MemoryTexts", "Texts", "open_texts"]


class Texts(Protocol):
    """What the desk asks of the sources."""

    def hashes(self) -> Mapping[str, str]:
        """Return source id -> sha256 of its current text."""
        ...

    def changed(self) -> bool:
        """Whether the sources may have changed since this was last asked; true the first time."""
        ...

    def source(self, source_id: str) -> Source | None:
        """Return a source with its current text, or None where there is none."""
        ...

    def text(self, source_id: str, sha256: str) -> str | None:
        """Return the text with this hash, earlier versions too; None where it is not stored."""
        ...

    def close(self) -> None: ...


class CatalogTexts:
    """The catalog of a home. Safe to share between threads as the review store uses it, one call at a time."""

    def __init__(self, path: Path) -> None:
        self._catalog = Catalog(path)
        self._seen: int | None = None

    def hashes(self) -> Mapping[str, str]:
        return dict(self._catalog.hashes())

    def changed(self) -> bool:
        version = int(self._catalog.rows("PRAGMA data_version")[0][0])
        changed, self._seen = version != self._seen, version
        return changed

    def source(self, source_id: str) -> Source | None:
        return self._catalog.source(source_id)

    def text(self, source_id: str, sha256: str) -> str | None:
        return self._catalog.text_by_hash(source_id, sha256)

    def close(self) -> None:
        self._catalog.close()


class MemoryTexts:
    """Sources in memory, for tests and measurements. Without any, what a home without a catalog has: every citation is
    an orphan, and is shown as one."""

    def __init__(self, texts: Mapping[str, str] | None = None) -> None:
        self._sources: dict[str, Source] = {}
        self._changed = True
        for source_id, text in (texts or {}).items():
            self.put(source_id, text)

    def put(self, source_id: str, text: str) -> None:
        digest = hashlib.sha256(text.encode()).hexdigest()
        self._sources[source_id] = Source(source_id, text, digest, digest)
        self._changed = True

    def hashes(self) -> Mapping[str, str]:
        return {source.id: source.source_sha256 for source in self._sources.values()}

    def changed(self) -> bool:
        changed, self._changed = self._changed, False
        return changed

    def source(self, source_id: str) -> Source | None:
        return self._sources.get(source_id)

    def text(self, source_id: str, sha256: str) -> str | None:
        source = self._sources.get(source_id)
        return source.text if source is not None and source.source_sha256 == sha256 else None

    def close(self) -> None:
        pass


def open_texts(home: Path) -> Texts:
    """Return the texts of a home; none where nothing was ingested yet. Raises: StoreError for a damaged catalog."""
    path = home / "catalog.sqlite"
    return CatalogTexts(path) if path.is_file() else MemoryTexts()
