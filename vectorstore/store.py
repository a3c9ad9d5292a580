"""The store: what the rest of the program sees of the catalog, the lexical index and the vectors.

A search never returns a chunk that the catalog does not have; `vectorstore.indexes` says how both indexes follow it.
"""

from __future__ import annotations

import difflib
import hashlib
from collections.abc import Callable, Iterable
from functools import lru_cache
from types import TracebackType
from typing import Literal

from factcheck.days import check_day
from factcheck.errors import SourceError, UserError
from factcheck.records import Filters, Passage, Provenance, Source, Span
from factcheck.settings import Settings
from vectorstore.catalog import Catalog, ChunkRow
from vectorstore.embedder import Embedder, OpenEmbedder
from vectorstore.indexes import Indexes
from vectorstore.lexical import match_expression
from vectorstore.lock import StoreLock
from vectorstore.segment import split_sentences

__all__ = ["PutOutcome", "Store", "default_embedder"]

PutOutcome = Literal["added", "changed", "provenance", "unchanged"]

_SPARE_HITS = 10  # asked of Chroma on top, for hits whose text has changed since and which are dropped


def default_embedder(threads: int = 2) -> Embedder:
    """Open the embedder that ships with the program."""
    from vectorstore.embed import MiniLmEmbedder  # noqa: PLC0415 - loads onnxruntime

    embedder: Embedder = MiniLmEmbedder(threads=threads)
    return embedder


def _opener(embedder: Embedder | OpenEmbedder | None, threads: int) -> OpenEmbedder:
    if embedder is None:
        return lambda: default_embedder(threads)
    return embedder if callable(embedder) else lambda: embedder


class Store:
    """The sources and their indexes under `settings.home`. Use `with Store.open(settings) as store`.

    Reading needs no lock until the first dense search; writing takes the store alone, from `open` on.
    """

    def __init__(
        self, settings: Settings, open_embedder: OpenEmbedder, catalog: Catalog, lock: StoreLock, *, write: bool
    ) -> None:
        self.settings = settings
        self._catalog, self._lock = catalog, lock
        self._data_version = 0
        self._text = lru_cache(maxsize=128)(catalog.text)
        self._digest = lru_cache(maxsize=1)(self._digest_at)
        self._indexes = Indexes(settings, open_embedder, catalog, lock, write=write, text=self._text)
        self._split = lru_cache(maxsize=128)(split_sentences)

    @classmethod
    def open(
        cls, settings: Settings, embedder: Embedder | OpenEmbedder | None = None, *, write: bool = False,
        wait_s: float | None = None,
    ) -> Store:  # fmt: skip
        """Open the store; `embedder` is one, or what opens one when the first vector is needed; None =
        the one that ships.

        Raises: StoreError where nothing was ingested yet; StoreLockedError after `wait_s` seconds (default 3) when
        another process writes, or reads vectors while this one wants to write; StoreCorruptError.
        """
        opened = _opener(embedder, settings.threads)
        lock = StoreLock(settings.home, write=write, wait_s=wait_s)
        if write:
            lock.acquire()
        try:
            catalog = Catalog(settings.home / "catalog.sqlite", write=write)
        except BaseException:
            lock.release()
            raise
        return cls(settings, opened, catalog, lock, write=write)

    def close(self) -> None:
        self._indexes.close()
        self._catalog.close()
        self._lock.release()

    def rest(self) -> None:
        """Let writers in, for as long as nobody searches: a service rests between two questions.

        The next dense search takes the lock again, and opens the vectors anew where another process has written.
        """
        self._indexes.rest()

    def __enter__(self) -> Store:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # -- sources

    def sources(self) -> list[Source]:
        """Return all sources with their current texts, by id."""
        return self._catalog.sources()

    def hashes(self) -> dict[str, str]:
        """Return id -> source_sha256 of every source's current text, by id; no text is read."""
        return dict(self._catalog.hashes())

    def source_ids(self) -> list[str]:
        return self._catalog.ids()

    def source(self, source_id: str) -> Source:
        """Raises: UserError for an unknown id, with the nearest one."""
        found = self._catalog.source(source_id)
        if found is None:
            raise UserError(self._unknown(source_id))
        return found

    def find(self, source_id: str) -> Source | None:
        """Return that source, or None."""
        return self._catalog.source(source_id)

    def paths(self) -> list[tuple[str, str]]:
        """Return (id, absolute path) of every source that came from a file, by id."""
        return self._catalog.paths()

    def is_current(self, source_id: str, *, path: str | None, file_sha256: str, stamp: str) -> bool:
        """Was this source stored from the same bytes of the same file, read in the same way? Costs one row."""
        return self._catalog.origin(source_id) == (path, file_sha256, stamp)

    def versions(self, source_id: str) -> list[tuple[int, str, str]]:
        """Return (version, source_sha256, stored_at) of every text stored under this id, oldest first."""
        return self._catalog.versions(source_id)

    def n_sources(self, filters: Filters | None = None) -> int:
        """Return how many sources may be read under `filters`."""
        allowed = self._allowed(filters)
        return len(self.source_ids() if allowed is None else allowed)

    def text_by_hash(self, source_id: str, sha256: str) -> str | None:
        """Return the text with this hash: of this source, earlier versions too, else of any; None if there is none."""
        return self._catalog.text_by_hash(source_id, sha256)

    def sentences(self, source_id: str) -> tuple[Span, ...]:
        """Return the sentences of the current text, in order."""
        return self._split(self.source(source_id).text)

    def find_version(self, source_id: str, sha256: str | None = None) -> Source | None:
        """Return the source with the text of that hash (None: the current text), or None where it is gone.

        Its provenance is today's; a source that was removed since has none.
        """
        current = self.find(source_id)
        if sha256 is None or (current is not None and current.source_sha256 == sha256):
            return current
        text = self.text_by_hash(source_id, sha256)
        if text is None:
            return None
        return Source(source_id, text, sha256, sha256, provenance=current.provenance if current else Provenance())

    def index_digest(self) -> str:
        """Return `sha256:…` over the sources' ids and hashes, the chunker and the embedder.

        It is made once for each state of the catalog.
        """
        return self._digest(self._catalog.state())

    def _digest_at(self, _state: tuple[int, int]) -> str:
        digest = hashlib.sha256((self._catalog.meta("index") or "").encode())
        for source_id, sha256 in self.hashes().items():
            digest.update(f"\n{source_id}\t{sha256}".encode())
        return f"sha256:{digest.hexdigest()}"

    def passages_at(self, source_id: str, spans: Iterable[Span]) -> list[Passage]:
        """Return the chunks of a source that overlap any of `spans`, in order, as passages with score 1."""
        source, wanted = self.source(source_id), tuple(spans)
        chunks = [row.span for row in self._catalog.chunk_rows(source_id)]
        found = [chunk for chunk in chunks if any(chunk.overlaps(span) for span in wanted)]
        return [Passage(source_id, chunk.start, chunk.end, chunk.of(source.text), 1.0) for chunk in found]

    # -- search

    def search_lexical(self, query: str, n: int, filters: Filters | None = None) -> list[Passage]:
        """Return up to `n` passages by BM25, best first; `score` > 0, higher is better.

        A query without words gives [].
        """
        match = match_expression(query)
        if match is None:
            return []
        hits = self._catalog.search(match, n, self._allowed(filters))
        return self._passages("lexical", hits)

    def search_dense(self, query: str, n: int, filters: Filters | None = None) -> list[Passage]:
        """Return up to `n` passages by cosine similarity, best first; `score` is in -1..1.

        Raises: StoreError where another embedder made the vectors; StoreLockedError while another process writes.
        """
        allowed = self._allowed(filters)
        if allowed == [] or not query.strip():
            return []
        vectors, vector = self._indexes.vectors, self._indexes.embedder.embed([query])[0]
        hits = vectors.search(vector, n + _SPARE_HITS, allowed, known=self._catalog.ids)
        rows = [(self._catalog.chunk_row(hit.source, hit.version, hit.no), hit.score) for hit in hits]
        found = [(row, score) for row, score in rows if row is not None]
        found.sort(key=lambda item: (-item[1], item[0].source, item[0].no))
        return self._passages("dense", found[:n])

    def _passages(self, ranked_by: str, hits: list[tuple[ChunkRow, float]]) -> list[Passage]:
        self._forget_if_changed()
        found: list[Passage] = []
        for row, score in hits:
            text = self._text(row.source, row.version)
            if text is not None:  # removed by another process since
                ranks = {ranked_by: len(found) + 1}
                found.append(Passage(row.source, row.span.start, row.span.end, row.span.of(text), score, ranks))
        return found

    def _forget_if_changed(self) -> None:
        """Drop cached texts when another process has written: an id may be removed and given again."""
        version = self._catalog.data_version()
        if version != self._data_version:
            self._text.cache_clear()
            self._data_version = version

    def _allowed(self, filters: Filters | None) -> list[str] | None:
        if filters is None:
            return None
        for name in ("since", "until", "as_of"):
            check_day(name, getattr(filters, name))
        if filters.sources:
            known = set(self._catalog.ids())
            for source_id in filters.sources:
                if source_id not in known:
                    raise UserError(self._unknown(source_id))
        return self._catalog.allowed(filters)

    def _unknown(self, source_id: str) -> str:
        close = difflib.get_close_matches(source_id, self._catalog.ids(), n=1, cutoff=0.3)
        hint = f"did you mean {close[0]!r}? " if close else ""
        return f"no source {source_id!r}; {hint}`factcheck sources` lists them"

    # -- changes

    def put(
        self, source_id: str, text: str, *, provenance: Provenance | None = None, path: str | None = None,
        file_sha256: str | None = None, pages: tuple[int, ...] = (), stamp: str = "",
    ) -> PutOutcome:  # fmt: skip
        """Store a text under an id, with its chunks and words; `complete()` makes the vectors.

        Another text under a known id becomes a new version. `file_sha256` None = that of the text; `pages` is where
        each begins; `stamp` says how the file was read, for `is_current`.
        Raises: SourceError for a blank text or an id that cannot be one.
        """
        _check_id(source_id)
        _check_text(source_id, text)
        sha256 = hashlib.sha256(text.encode()).hexdigest()
        old = self._catalog.source(source_id)
        new_text = old is None or old.source_sha256 != sha256
        version = 1 if old is None else old.version + new_text
        new = Source(source_id, text, sha256, file_sha256 or sha256, version, path, provenance or Provenance(), pages)
        if new == old:
            self._catalog.set_stamp(source_id, stamp)
            return "unchanged"
        with self._catalog.transaction():
            self._catalog.put(new, new_text=new_text)
            if new_text:
                self._indexes.add(new)
            self._catalog.set_stamp(source_id, stamp)
        self._text.cache_clear()
        return "added" if old is None else "changed" if new_text else "provenance"

    def remove(self, source_id: str) -> None:
        """Forget a source, all its versions and its index entries. Raises: UserError for an unknown id."""
        self.source(source_id)
        with self._catalog.transaction():
            self._catalog.remove(source_id)
        self._text.cache_clear()
        self._indexes.drop_removed()

    def complete(self, progress: Callable[[int], None] | None = None) -> int:
        """Bring both indexes up to the catalog; return how many chunks were embedded.

        Costs nothing where nothing is missing. `progress` is told the number of chunks after each batch.
        """
        return self._indexes.complete(progress)

    def is_complete(self) -> bool:
        """Return whether `complete()` would find nothing to do: all chunks are of today's chunker, and have vectors."""
        return self._indexes.is_current() and not self._catalog.n_missing()

    def n_missing(self) -> int:
        """Return how many chunks have no vector yet."""
        return self._catalog.n_missing()

    def rebuild(self) -> None:
        """Empty both indexes; `complete()` then fills them from the catalog."""
        self._indexes.rebuild()


def _check_id(source_id: str) -> None:
    if not source_id.strip() or len(source_id) > 500 or not source_id.isprintable():
        raise SourceError(f"source id {source_id[:60]!r} cannot be used; give 1 to 500 printable characters")


def _check_text(source_id: str, text: str) -> None:
    if not text.strip():
        raise SourceError(f"{source_id}: the text is empty; leave the file out or give one with words")
    if "\0" in text:
        raise SourceError(f"{source_id}: the text has NUL characters, as binary files do; give plain text")
