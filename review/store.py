"""The desk's store, `reviews.sqlite` in the home: imported records, the append-only log, the queue.

One `ReviewStore` may be shared by the threads of a server (one call at a time), one file by several processes. A call
that returned has its change on the disk. A call that raised has changed nothing.
"""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import TracebackType

from review.chain import GENESIS
from review.counting import COLUMNS, decision_of
from review.deciding import append_decision
from review.decisions import AnyDraft, Decision
from review.importing import add_item, follow_sources
from review.items import NewItem
from review.listing import ROW, SORTS, Facets, Page, QueueFilter, Sort, Viewer, facets, list_ids, list_page
from review.reading import Cited, Item, Shown, read_item
from review.schema import BUSY_S, prepare
from review.texts import MemoryTexts, Texts
from vectorstore.faults import storage_errors

__all__ = ["Cited", "ImportReport", "Item", "ReviewStore", "Shown"]

FILE = "reviews.sqlite"
_REPAIR = "move it away and put the last `factcheck review backup` in its place"


@dataclass(frozen=True, slots=True)
class ImportReport:
    """How many items an import added, gave a new version, and found as they were."""

    added: int
    changed: int
    unchanged: int

    def as_json(self) -> dict[str, int]:
        return {"added": self.added, "changed": self.changed, "unchanged": self.unchanged}


class ReviewStore:
    """Use `with ReviewStore(home, texts) as store`; the file is made where there is none."""

    def __init__(self, home: Path, texts: Texts | None = None) -> None:
        """Raises: StoreError for a folder that cannot be written or a file of a newer program; StoreCorruptError."""
        self.path, self.texts = home / FILE, texts or MemoryTexts()
        self._lock = threading.RLock()
        self._sources_stale = True
        self._find_text = lru_cache(maxsize=64)(self.texts.source)
        with storage_errors(self.path, _REPAIR):
            home.mkdir(parents=True, exist_ok=True)
            self._db = sqlite3.connect(self.path, isolation_level=None, timeout=BUSY_S, check_same_thread=False)
            try:
                prepare(self._db, self.path)
            except BaseException:
                self._db.close()
                raise

    def close(self) -> None:
        with self._lock:
            self._db.close()
            self.texts.close()

    def __enter__(self) -> ReviewStore:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @contextmanager
    def transaction(self, *, write: bool = True) -> Iterator[sqlite3.Connection]:
        """One at a time in this process; with `write` in all. All or nothing, also when the process dies inside."""
        with self._lock, storage_errors(self.path, _REPAIR):
            self._db.execute("BEGIN IMMEDIATE" if write else "BEGIN")
            try:
                yield self._db
                self._db.execute("COMMIT")
            except BaseException:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                raise

    # -- settings of the desk

    @property
    def blind(self) -> bool:
        """Whether reviewers see the decisions of others only on items that they have judged whole. On at first."""
        with self.transaction(write=False) as db:
            found = db.execute("SELECT value FROM meta WHERE key = 'blind'").fetchone()
        return found is None or found[0] == "1"

    def set_blind(self, blind: bool) -> None:
        with self.transaction() as db:
            db.execute("INSERT OR REPLACE INTO meta VALUES ('blind', ?)", ("1" if blind else "0",))

    # -- items

    def add(self, items: Iterable[NewItem]) -> ImportReport:
        """Import items, all or none. A known key with other bytes gets a new version, and is to be judged anew."""
        self.refresh_sources()
        n = dict.fromkeys(("added", "changed", "unchanged"), 0)
        with self.transaction() as db:
            for item in items:
                n[add_item(db, item, self._find_text)] += 1
        return ImportReport(**n)

    def refresh_sources(self) -> int:
        """Compare the sources with those seen before; return how many differ. Costs nothing where none was written.

        Citations of a source that differs are orphans until judged again; decisions on them return to the queue.
        """
        with self._lock:
            self._sources_stale |= self.texts.changed()
            if not self._sources_stale:
                return 0
            self._find_text.cache_clear()
            with storage_errors(self.path, _REPAIR):
                now = dict(self.texts.hashes())
                seen = dict(self._db.execute("SELECT id, sha256 FROM sources").fetchall())
            n_differ = 0
            if now != seen:
                with self.transaction() as db:
                    n_differ = follow_sources(db, now, self._find_text)
            self._sources_stale = False  # only now: what failed is done by the next call
            return n_differ

    # -- reading

    def queue(
        self, filter_: QueueFilter, *, viewer: Viewer | None = None, sort: Sort = "uncertain", offset: int = 0,
        limit: int = 50,
    ) -> Page:  # fmt: skip
        """Return one page of the queue."""
        self.refresh_sources()
        with self.transaction(write=False) as db:
            return list_page(db, filter_, viewer, sort=sort, offset=offset, limit=limit)

    def facets(self, filter_: QueueFilter, *, viewer: Viewer | None = None) -> Facets:
        """Return how many items of the filter there are by verdict, source, tag, model, run, reviewer and state."""
        self.refresh_sources()
        with self.transaction(write=False) as db:
            return facets(db, filter_, viewer)

    def next_id(
        self,
        filter_: QueueFilter,
        after: int,
        *,
        viewer: Viewer | None = None,
        sort: Sort = "uncertain",
        back: bool = False,
    ) -> int | None:
        """Return the item after (or before) this one in the queue, judged or not; None at the end.

        Where the item itself is no longer in the filter (it was just judged), its place in the order decides.
        """
        with self.transaction(write=False) as db:
            row = db.execute(f"SELECT {ROW} FROM items i WHERE i.id = ?", (after,)).fetchone()
            ids = list_ids(db, filter_, viewer, sort=sort)
            if row is None:
                return ids[0] if ids else None
            if after not in ids:
                ids = self._with(db, ids, after, sort)
            at = ids.index(after) + (-1 if back else 1)
            return ids[at] if 0 <= at < len(ids) else None

    def _with(self, db: sqlite3.Connection, ids: list[int], item_id: int, sort: Sort) -> list[int]:
        wanted = json.dumps([*ids, item_id])
        statement = f"SELECT i.id FROM items i WHERE i.id IN (SELECT value FROM json_each(?)) ORDER BY {SORTS[sort]}"
        return [int(row[0]) for row in db.execute(statement, (wanted,))]

    def item(self, item_id: int, *, viewer: Viewer | None = None) -> Item:
        """Return an item. Raises: UserError for an unknown id."""
        self.refresh_sources()
        with self.transaction(write=False) as db:
            return read_item(db, item_id, viewer)

    def find(self, key: str) -> int | None:
        """Return the id of the item with this key, or None."""
        with self.transaction(write=False) as db:
            found = db.execute("SELECT id FROM items WHERE key = ?", (key,)).fetchone()
        return int(found[0]) if found else None

    def log(self, after: int = 0) -> Iterator[Decision]:
        """Yield the rows of the log after that number, in order."""
        while True:
            with self.transaction(write=False) as db:
                rows = db.execute(
                    f"SELECT {COLUMNS} FROM log WHERE seq > ? ORDER BY seq LIMIT 1000", (after,)
                ).fetchall()
            if not rows:
                return
            yield from map(decision_of, rows)
            after = rows[-1][0]

    def head(self) -> tuple[int, str]:
        """Return (number of rows, hash of the last one): what to note for `verify-log --head`."""
        with self.transaction(write=False) as db:
            found = db.execute("SELECT seq, hash FROM log ORDER BY seq DESC LIMIT 1").fetchone()
        return (int(found[0]), str(found[1])) if found else (0, GENESIS)

    # -- deciding

    def decide(self, draft: AnyDraft, *, author: Viewer) -> Decision:
        """Append a decision; what comes back is on the disk. The same draft again returns the row that is there.

        Raises:
            ConflictError: the record has changed since the reviewer saw it; `seen` and `current` name the versions.
            UserError: an item or a citation that does not exist, a span that its source does not hold, a label that
                an orphan cannot have, an undo of somebody else's decision.
        """
        self.refresh_sources()
        with self.transaction() as db:
            return append_decision(db, draft, author, self._find_text)
