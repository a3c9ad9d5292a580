"""The vectors, in Chroma: a cache of the catalog that can be rebuilt at any time.

chromadb directly, not through langchain-chroma: the same collection, 0.6 s less at start, and no copy of the texts,
which would have to be kept equal to the catalog's. Cosine distance is set when the collection is made (Chroma's default
is l2, and it cannot be changed later). No embedding function is given to Chroma, so it never loads or fetches one.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from factcheck.errors import (
    FactcheckError,
    ModelUnavailableError,
    StorageFullError,
    StoreCorruptError,
    StoreError,
    UsageError,
)
from vectorstore.faults import REBUILD, storage_errors

if TYPE_CHECKING:
    import numpy as np
    from chromadb.api import ClientAPI
    from chromadb.api.models.Collection import Collection

    from vectorstore.catalog import ChunkRow

__all__ = ["Hit", "Vectors", "quiet_telemetry"]

_MOST_IDS = 10_000  # named in one query: each is a variable of Chroma's SQLite, which takes 32,766


@dataclass(frozen=True, slots=True)
class Hit:
    """A stored vector near a query: which chunk it was made from, and its cosine similarity, -1..1."""

    source: str
    version: int
    no: int
    score: float


def quiet_telemetry() -> None:
    """Switch off what our dependencies would report; before their import."""
    os.environ["ANONYMIZED_TELEMETRY"] = "False"
    os.environ.setdefault("POSTHOG_DISABLED", "1")
    os.environ.setdefault("OTEL_SDK_DISABLED", "true")


class Vectors:
    """One collection. `url` None: files in `folder`; else a Chroma server, and `folder` is not used.

    Its name is made of the catalog's id, since catalogs may share a server, and of the embedder's, since a collection
    has one dimension for good. The caller holds the lock. Only with `write` is anything created.
    """

    def __init__(
        self, folder: Path, catalog: str, embedder: str, *, url: str | None = None, write: bool = False
    ) -> None:
        """Raises: StoreCorruptError where there is nothing to read; ModelUnavailableError; UsageError."""
        self._folder, self._url = folder, url
        self._prefix = f"factcheck-{catalog}-"
        name = self._prefix + hashlib.sha256(embedder.encode()).hexdigest()[:8]
        self._place = url or str(folder)
        if url is None and not write and not (folder / "chroma.sqlite3").is_file():
            raise StoreCorruptError(f"no vectors in {folder}; {REBUILD}")
        with self._errors():
            try:
                self._client = self._connect()
            except BaseException:
                _forget_client(folder)
                raise
            try:
                self._collection = self._open_collection(name, write)
            except BaseException:
                self.close()
                raise

    def _open_collection(self, name: str, write: bool) -> Collection:
        if not write:
            return self._client.get_collection(name, embedding_function=None)
        # Of another embedder, or in files of ours of a catalog that was thrown away: nothing can use them.
        for other in self._client.list_collections():
            if other.name != name and other.name.startswith(self._prefix if self._url else "factcheck-"):
                self._client.delete_collection(other.name)
        # ef_search: 50 hits are asked for at a time, and the default of 100 leaves little to choose from.
        cosine: Any = {"hnsw": {"space": "cosine", "ef_search": 200}}
        return self._client.get_or_create_collection(name, embedding_function=None, configuration=cosine)

    def _connect(self) -> ClientAPI:
        quiet_telemetry()
        import chromadb  # noqa: PLC0415 - takes a second
        from chromadb.config import Settings  # noqa: PLC0415

        quiet = Settings(anonymized_telemetry=False)
        if self._url is None:
            self._folder.mkdir(parents=True, exist_ok=True)
            return chromadb.PersistentClient(str(self._folder), settings=quiet)
        parts = urlsplit(self._url)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise UsageError(f"chroma={self._url!r} is not a server's address; give http://host:port")
        secure = parts.scheme == "https"
        return chromadb.HttpClient(parts.hostname, parts.port or (443 if secure else 8000), ssl=secure, settings=quiet)

    def close(self) -> None:
        self._client.close()  # type: ignore[attr-defined]  # on Client, not on its interface

    def upsert(self, chunks: Sequence[ChunkRow], vectors: np.ndarray) -> None:
        """Store one row of `vectors` (n, d) float32, unit rows, for each chunk."""
        step = self._client.get_max_batch_size()
        with self._errors():
            for i in range(0, len(chunks), step):
                part = chunks[i : i + step]
                self._collection.upsert(
                    ids=[c.key for c in part],
                    embeddings=vectors[i : i + step],
                    metadatas=[{"source": c.source, "version": c.version, "no": c.no} for c in part],
                )

    def delete(self, source_ids: Sequence[str]) -> None:
        """Drop every vector of these sources, of whichever version; unknown ids are no error."""
        with self._errors():
            for i in range(0, len(source_ids), 100):
                where: Any = {"source": {"$in": list(source_ids[i : i + 100])}}
                self._collection.delete(where=where)

    def search(
        self, vector: np.ndarray, n: int, sources: Sequence[str] | None = None, *, known: Callable[[], Iterable[str]]
    ) -> list[Hit]:
        """Return up to `n` nearest, best first; `sources` None = all; `known` gives the ids of all that are stored.

        Of many sources, Chroma is told those to leave out, where they are few; else it is asked for `n` of each block
        of sources, and the best of all blocks are the best of all.
        """
        hits: list[Hit] = []
        with self._errors():
            for where in [None] if sources is None else _conditions(sources, known):
                found: Any = self._collection.query(
                    query_embeddings=vector.reshape(1, -1), n_results=n, where=where, include=["metadatas", "distances"]
                )
                rows = zip(found["metadatas"][0], found["distances"][0], strict=True)
                hits += [Hit(str(m["source"]), int(m["version"]), int(m["no"]), 1.0 - float(d)) for m, d in rows]
        return sorted(hits, key=lambda hit: -hit.score)[:n]

    def delete_keys(self, keys: Sequence[str]) -> None:
        with self._errors():
            step = self._client.get_max_batch_size()
            for i in range(0, len(keys), step):
                self._collection.delete(ids=list(keys[i : i + step]))

    def count(self) -> int:
        with self._errors():
            return self._collection.count()

    def keys(self) -> set[str]:
        """Return the ids of all stored vectors."""
        with self._errors():
            return set(self._collection.get(include=[])["ids"])

    def answers(self, key: str) -> bool:
        """Does the index answer for a vector that is listed? Its files may be damaged or gone behind an intact list.

        That it finds the vector itself is not asked: HNSW is approximate, and among near-equal vectors it need not.
        """
        with self._errors():
            stored: Any = self._collection.get(ids=[key], include=["embeddings"])["embeddings"]
            found = self._collection.query(query_embeddings=stored, n_results=1, include=["distances"])
        return bool(found["ids"][0])

    @contextmanager
    def _errors(self) -> Iterator[None]:
        with storage_errors(Path(self._place), REBUILD):
            try:
                yield
            except (FactcheckError, OSError):
                raise
            except BaseException as error:
                # Chroma's native part panics on damaged files, with an exception that is no `Exception`.
                if not isinstance(error, Exception) and type(error).__name__ != "PanicException":
                    raise
                raise self._translated(error) from error

    def _translated(self, error: BaseException) -> FactcheckError:
        said = " ".join(str(error).split())[:200]
        if "full" in said and ("disk" in said or "database" in said):
            return StorageFullError(f"{self._place}: no room left to write; what was stored before is intact")
        if "too many SQL variables" in said:  # too much was asked at once; nothing is damaged
            return StoreError(f"{self._place}: {said}. Ask for fewer chunks or sources at once")
        if self._url is not None:
            return ModelUnavailableError(f"Chroma server {self._url}: {said}. Check its address, and that it runs")
        return StoreCorruptError(f"the vectors in {self._place} cannot be used ({said}); {REBUILD}")


def _conditions(sources: Sequence[str], known: Callable[[], Iterable[str]]) -> list[Any]:
    """Return conditions no two of which a vector meets, and which together let through those of `sources`."""
    if len(sources) > _MOST_IDS:
        others = set(known()).difference(sources)
        if not others:
            return [None]
        if len(others) <= min(_MOST_IDS, len(sources)):
            return [{"source": {"$nin": sorted(others)}}]
    blocks = (sources[i : i + _MOST_IDS] for i in range(0, len(sources), _MOST_IDS))
    return [{"source": {"$in": list(block)}} for block in blocks]


def _forget_client(folder: Path) -> None:
    """chromadb keeps a client that failed to start and hands it out again, useless, for the same folder: drop it."""
    from chromadb.api.shared_system_client import SharedSystemClient  # noqa: PLC0415

    SharedSystemClient._identifier_to_system.pop(str(folder), None)


def wipe(folder: Path) -> None:
    """Remove an embedded vector folder; the catalog can fill a new one."""
    shutil.rmtree(folder, ignore_errors=True)
