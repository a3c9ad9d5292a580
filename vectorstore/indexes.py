"""The two indexes of a store, made from its catalog: the words in the catalog's own file, the vectors in Chroma.

Crash safety. Text, chunks and words of a source are written in one transaction, which also marks its vectors as
missing; the vectors follow, and only then the mark goes. Whatever dies in between, the catalog is right, and the next
`complete()` (every ingest calls it) makes what is missing.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from functools import cached_property

from factcheck.errors import StoreCorruptError, StoreError
from factcheck.records import Source
from factcheck.settings import Settings
from vectorstore.catalog import Catalog, ChunkRow
from vectorstore.chunks import CHUNKER, chunk_spans
from vectorstore.embedder import Embedder, OpenEmbedder, embedder_name
from vectorstore.faults import REBUILD
from vectorstore.lexical import words
from vectorstore.lock import StoreLock
from vectorstore.vectors import Vectors, wipe

__all__ = ["Indexes", "open_vectors"]

_BATCH = 128  # chunks embedded and stored at once; bounds memory, and what a kill can cost


class Indexes:
    """Both indexes of one catalog. The vectors are opened, and the lock taken, when they are first needed."""

    def __init__(
        self, settings: Settings, open_embedder: OpenEmbedder, catalog: Catalog, lock: StoreLock, *, write: bool,
        text: Callable[[str, int], str | None],
    ) -> None:  # fmt: skip
        """`text` reads the text of a source and version from the catalog; it may remember some."""
        self._settings, self._open_embedder = settings, open_embedder
        self._catalog, self._lock, self._write = catalog, lock, write
        self._text = text
        self._open_vectors: Vectors | None = None
        self._opening = threading.RLock()
        self._vectors_version = 0

    def close(self) -> None:
        """Close the vectors; what needs them next opens them again."""
        if self._open_vectors is not None:
            self._open_vectors.close()
            self._open_vectors = None

    def rest(self) -> None:
        """Let writers in until the vectors are needed again; a writer does not rest."""
        with self._opening:
            if not self._write:
                self._lock.release()

    @cached_property
    def embedder(self) -> Embedder:
        """The embedder, opened when it is first needed."""
        return self._open_embedder()

    @property
    def vectors(self) -> Vectors:
        """The vectors, opened and the lock taken; opened anew where another process has written since.

        Raises: StoreError where another embedder made them; StoreLockedError while another process writes;
        StoreCorruptError where some are missing.
        """
        with self._opening:  # threads that answer side by side open it once
            if self._open_vectors is not None and not self._lock.held:
                self._lock.acquire()
                if self._catalog.data_version() != self._vectors_version:
                    self.close()
            if self._open_vectors is None:
                self._open_vectors = self._opened()
            return self._open_vectors

    def add(self, source: Source) -> None:
        """Store the chunks and words of a source's current text. The caller holds a transaction."""
        embedder = self.embedder
        chunks = chunk_spans(
            source.text, self._settings.chunk_tokens,
            n_word_pieces=embedder.n_word_pieces, max_word_pieces=embedder.max_word_pieces,
        )  # fmt: skip
        indexed = ((span, words(span.of(source.text))) for span in chunks)  # one at a time: a text may have 50 MB
        self._catalog.put_chunks(source.id, self._chunker, indexed)

    def complete(self, progress: Callable[[int], None] | None = None) -> int:
        """Bring both indexes up to the catalog; return how many chunks were embedded.

        Costs nothing where nothing is missing. `progress` is told the number of chunks after each batch.
        """
        if not self._catalog.ids():
            self.drop_removed()
            return 0
        if not self.is_current():
            for source_id in self._catalog.outdated(self._chunker):
                source = self._catalog.source(source_id)
                assert source is not None
                with self._catalog.transaction():
                    self.add(source)
            self._catalog.set_meta("index", self._chunker)
            self._catalog.set_meta("embedder", embedder_name(self.embedder))
        self.drop_removed()
        self._reconcile()
        n_embedded = 0
        for rows, ready in self._missing_vectors():
            texts = [row.span.of(self._text(row.source, row.version) or "") for row in rows]
            self.vectors.upsert(rows, self.embedder.embed(texts))
            self._catalog.set_vectors(ready, "ready")
            n_embedded += len(rows)
            if progress is not None:
                progress(len(rows))
        return n_embedded

    def drop_removed(self) -> None:
        """Delete the vectors of sources that are gone from the catalog."""
        removed = self._catalog.removed()
        if removed:
            again = set(self._catalog.ids())  # given again since: marked stale, complete() deletes the old vectors
            self.vectors.delete([source_id for source_id in removed if source_id not in again])
            self._catalog.forget_removed(removed)

    def rebuild(self) -> None:
        """Empty both indexes; `complete()` then fills them from the catalog."""
        self.close()
        with self._catalog.transaction():
            self._catalog.reset_indexes()
        if self._settings.chroma is None:
            wipe(self._settings.home / "chroma")

    def is_current(self) -> bool:
        """Were all chunks made by today's chunker and embedder? Without opening the embedder where nothing changed."""
        return self._catalog.meta("index") == self._chunker and not self._catalog.outdated(self._chunker)

    def _missing_vectors(self) -> Iterator[tuple[list[ChunkRow], list[str]]]:
        """Yield batches of chunks without vectors, each with the sources that are complete once it is stored."""
        rows: list[ChunkRow] = []
        ready: list[str] = []
        for source_id, state in self._catalog.without_vectors():
            if state == "stale":
                self.vectors.delete([source_id])
            for row in self._catalog.chunk_rows(source_id):
                if len(rows) >= _BATCH:
                    yield rows, ready
                    rows, ready = [], []
                rows.append(row)
            ready.append(source_id)
        if ready:
            yield rows, ready

    def _reconcile(self) -> None:
        """Where Chroma holds another number of vectors than the catalog says, find which, and mark or drop them."""
        if self.vectors.count() == self._catalog.n_ready():
            return
        wanted, stored = self._catalog.keys(), self.vectors.keys()
        missing = {source_id for key, source_id in wanted.items() if key not in stored}
        self._catalog.set_vectors(sorted(missing), "stale")
        self.vectors.delete_keys(sorted(stored - wanted.keys()))

    @cached_property
    def _chunker(self) -> str:
        limit = self.embedder.max_word_pieces
        return f"{CHUNKER}:{self._settings.chunk_tokens}:{embedder_name(self.embedder)}:{limit}"

    def _opened(self) -> Vectors:
        name, made_by = embedder_name(self.embedder), self._catalog.meta("embedder")
        if not self._write and made_by not in {None, name}:
            raise StoreError(f"the vectors were made by {made_by}, not by {name}; {REBUILD}")
        self._lock.acquire()
        self._vectors_version = self._catalog.data_version()
        vectors = open_vectors(self._settings, self._catalog, name, write=self._write)
        if not self._write:
            try:
                self._check_complete(vectors)
            except BaseException:
                vectors.close()
                raise
        return vectors

    def _check_complete(self, vectors: Vectors) -> None:
        """Rather an error than passages that are silently never found: compare the number, and look up the oldest."""
        n_ready, oldest = self._catalog.n_ready(), self._catalog.oldest_ready()
        n_stored = vectors.count()
        if n_stored < n_ready or (oldest is not None and not vectors.answers(oldest.key)):
            raise StoreCorruptError(f"the vectors are incomplete ({n_stored} of {n_ready} listed); {REBUILD}")


def open_vectors(settings: Settings, catalog: Catalog, embedder: str, *, write: bool = False) -> Vectors:
    """Open the vectors that an embedder of this name made for this catalog. The caller holds the lock."""
    folder = settings.home / "chroma"
    return Vectors(folder, catalog.meta("catalog") or "", embedder, url=settings.chroma, write=write)
