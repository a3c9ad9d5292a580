"""Keeping the desk safe: proving the log, copying the file, and the figures of what was done."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from factcheck.errors import StoreCorruptError, UserError
from review.chain import GENESIS, faults
from review.counting import COLUMNS, LiveDecision, decision_of, live_decisions, unproved_decision
from review.items import sha256_of
from review.store import ReviewStore
from vectorstore.faults import storage_errors

__all__ = ["DeskStats", "LogCheck", "backup", "desk_stats", "verify_log"]


@dataclass(frozen=True, slots=True)
class LogCheck:
    """What `verify_log` found. `head` is the hash of the last row: note it, to detect a cut or a rewriting later."""

    n_rows: int
    head: str
    faults: tuple[str, ...]


def verify_log(store: ReviewStore, head: str | None = None) -> LogCheck:
    """Prove the log row by row, the records by their versions, and what is shown by what the log says.

    `head`: a hash noted earlier, which must be in the log; without one, a cut of the last rows or a rewriting to the
    end is not seen. Raises: UserError for a head that is no hash.
    """
    if head is not None and (len(head) != 64 or set(head) - set("0123456789abcdef")):
        raise UserError(f"head {head[:80]!r} is no hash; give the 64 hex digits that `verify-log` printed")
    if damage := _damage(store):
        return LogCheck(0, GENESIS, damage)
    with store.transaction(write=False) as db:
        found = [*_log_faults(db, head), *_changed_records(db)]
        found += () if found else _changed_standings(db)  # what follows from a log that is not the log says nothing
    n_rows, last = store.head()
    return LogCheck(n_rows, last, tuple(found))


def _damage(store: ReviewStore) -> tuple[str, ...]:
    """What SQLite finds wrong with its own pages and indexes; it may break off at the first."""
    try:
        with store.transaction(write=False) as db:
            said = [str(row[0]) for row in db.execute("PRAGMA integrity_check(5)")]
    except StoreCorruptError as error:
        said = [str(error)]
    return tuple(f"the file is damaged: {' '.join(one.split())}" for one in said if one != "ok")


def _log_faults(db: sqlite3.Connection, head: str | None = None) -> Iterator[str]:
    rows = db.execute(f"SELECT {COLUMNS} FROM log ORDER BY seq").fetchall()
    unreadable = [row[0] for row in rows if unproved_decision(row) is None]
    if unreadable:
        yield from (f"row {seq} was changed: its payload is no JSON object" for seq in unreadable)
        return
    yield from faults((one for row in rows if (one := unproved_decision(row)) is not None), head)


def _changed_records(db: sqlite3.Connection) -> Iterator[str]:
    rows = db.execute("SELECT i.key, v.version, v.record FROM versions v JOIN items i ON i.id = v.item")
    for key, version, record in rows:
        if sha256_of(record) != version:
            yield f"the record of {key!r} was changed: its bytes are not those of version {version[:12]}"
    for (key,) in db.execute(
        """SELECT key FROM items i WHERE NOT EXISTS
        (SELECT 1 FROM versions v WHERE v.item = i.id AND v.version = i.version)"""
    ):
        yield f"the record of {key!r} is missing at its current version"


def _changed_standings(db: sqlite3.Connection) -> Iterator[str]:
    """The tables that the queue reads must be what the log says."""
    sources = dict(db.execute("SELECT id, sha256 FROM sources").fetchall())
    kept: dict[str, set[tuple[int, str, str, bool]]] = {}
    for key, seq, author, label, counts in db.execute(
        "SELECT i.key, l.seq, l.author, l.label, l.counts FROM live l JOIN items i ON i.id = l.item"
    ):
        kept.setdefault(key, set()).add((seq, author, label, bool(counts)))
    keys = db.execute("SELECT DISTINCT l.item, i.version FROM log l LEFT JOIN items i ON i.key = l.item").fetchall()
    for key, version in keys:
        if version is None:
            yield f"the log speaks of {key!r}, and the item is missing"
            continue
        log = [decision_of(row) for row in db.execute(f"SELECT {COLUMNS} FROM log WHERE item = ? ORDER BY seq", (key,))]
        said = {_as_kept(one) for one in live_decisions(log, version, sources)}
        if said != kept.pop(key, set()):
            yield f"what the queue shows of {key!r} is not what the log says"
    for key in sorted(kept):
        yield f"the queue shows decisions on {key!r} that the log does not hold"


def _as_kept(one: LiveDecision) -> tuple[int, str, str, bool]:
    return (one.decision.seq, one.decision.author, str(one.decision.label), one.counts)


def backup(store: ReviewStore, path: Path) -> LogCheck:
    """Copy the desk as it is at one moment to `path`, while others go on writing, and prove the copy's log.

    The copy is whole or not there: it is written beside `path` and then renamed. Raises: UserError where `path`
    exists; StorageFullError and others where it cannot be written.
    """
    if path.exists():
        raise UserError(f"{path} exists; give a name that is free, a backup never replaces another")
    with storage_errors(path, "choose another place"):
        path.parent.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(prefix=f".{path.name}.", suffix=".part", dir=path.parent) as folder:
            part = Path(folder) / "copy.sqlite"
            with closing(sqlite3.connect(part)) as copy:
                with closing(sqlite3.connect(f"file:{store.path}?mode=ro", uri=True, timeout=20)) as source:
                    source.backup(copy, pages=512)
                copy.execute("PRAGMA journal_mode = DELETE")
                found = tuple(_log_faults(copy))
                last = copy.execute("SELECT seq, hash FROM log ORDER BY seq DESC LIMIT 1").fetchone()
            part.replace(path)
    return LogCheck(int(last[0]) if last else 0, str(last[1]) if last else GENESIS, found)


@dataclass(frozen=True, slots=True)
class DeskStats:
    """What is on the desk and what was decided. `labels`: decisions that count, by kind and label."""

    n_items: int
    n_open: int
    n_disputed: int
    n_returned: int
    n_orphans: int
    n_citations: int
    n_decisions: int
    labels: dict[str, int]
    by_reviewer: dict[str, int]


def desk_stats(store: ReviewStore) -> DeskStats:
    """Return the figures; `n_decisions` counts rows of the log, `by_reviewer` items that each has judged whole."""
    store.refresh_sources()
    with store.transaction(write=False) as db:
        numbers = db.execute(
            """SELECT count(*), coalesce(sum(open), 0), coalesce(sum(n_disputed > 0), 0),
            coalesce(sum(n_returned > 0), 0), coalesce(sum(n_orphans), 0), coalesce(sum(n_citations), 0) FROM items"""
        ).fetchone()
        n_decisions = db.execute("SELECT count(*) FROM log").fetchone()[0]
        labels = db.execute(
            """SELECT g.kind || ':' || l.label, count(*) FROM live l JOIN log g ON g.seq = l.seq WHERE l.counts
            GROUP BY 1 ORDER BY 1"""
        ).fetchall()
        done = db.execute("SELECT reviewer, sum(done) FROM progress GROUP BY 1 ORDER BY 1").fetchall()
    n_items, n_open, n_disputed, n_returned, n_orphans, n_citations = numbers
    return DeskStats(
        n_items, n_open, n_disputed, n_returned, n_orphans, n_citations, n_decisions, dict(labels), dict(done)
    )
