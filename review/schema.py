"""The SQLite file of the desk: what is imported, the append-only log, and what follows from the two.

`items`, `versions`, `tags` and `citations` hold imported records; `log` holds decisions and is never updated nor
deleted (triggers refuse it); `live`, `progress` and the counters in `items` are computed from both, in the same
transaction as what changes them, so that the queue is a look-up. `verify-log` proves `live` by the log.
"""

from __future__ import annotations

import sqlite3

from factcheck.errors import StoreError
from vectorstore.wal import use_wal

__all__ = ["BUSY_S", "prepare"]

BUSY_S = 20.0  # how long a statement waits for another process
SCHEMA_VERSION = 1
_APPLICATION_ID = 0x46434B52  # "FCKR"

_SCHEMA = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE items (
  id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, version TEXT NOT NULL, run TEXT, sample TEXT,
  model TEXT, text TEXT NOT NULL, answer TEXT, verdict TEXT NOT NULL, probability REAL NOT NULL,
  abstained INTEGER NOT NULL, n_citations INTEGER NOT NULL, context TEXT NOT NULL, imported TEXT NOT NULL,
  n_judged INTEGER NOT NULL DEFAULT 0, n_disputed INTEGER NOT NULL DEFAULT 0, n_orphans INTEGER NOT NULL DEFAULT 0,
  n_returned INTEGER NOT NULL DEFAULT 0, open INTEGER NOT NULL DEFAULT 1
);
CREATE INDEX items_probability ON items (probability, id);
CREATE INDEX items_verdict ON items (verdict, probability, id);
CREATE INDEX items_open ON items (open, probability, id);
CREATE INDEX items_model ON items (model);
CREATE INDEX items_run ON items (run);
CREATE TABLE versions (
  item INTEGER NOT NULL REFERENCES items(id), version TEXT NOT NULL, record TEXT NOT NULL, imported TEXT NOT NULL,
  PRIMARY KEY (item, version)
) WITHOUT ROWID;
CREATE TABLE tags (
  item INTEGER NOT NULL REFERENCES items(id), tag TEXT NOT NULL, PRIMARY KEY (item, tag)
) WITHOUT ROWID;
CREATE INDEX tags_tag ON tags (tag, item);
CREATE TABLE citations (
  item INTEGER NOT NULL REFERENCES items(id), no INTEGER NOT NULL, source TEXT NOT NULL, source_sha256 TEXT NOT NULL,
  start INTEGER NOT NULL, stop INTEGER NOT NULL, stance TEXT, orphan TEXT, PRIMARY KEY (item, no)
) WITHOUT ROWID;
CREATE INDEX citations_source ON citations (source, item);
CREATE TABLE sources (id TEXT PRIMARY KEY, sha256 TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE log (
  seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, time TEXT NOT NULL, author TEXT NOT NULL,
  kind TEXT NOT NULL, item TEXT NOT NULL, version TEXT NOT NULL, payload TEXT NOT NULL, comment TEXT NOT NULL,
  prev TEXT NOT NULL UNIQUE, hash TEXT NOT NULL UNIQUE
);
CREATE INDEX log_item ON log (item, seq);
CREATE TRIGGER log_no_update BEFORE UPDATE ON log BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END;
CREATE TRIGGER log_no_delete BEFORE DELETE ON log BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END;
CREATE TABLE live (
  seq INTEGER PRIMARY KEY REFERENCES log(seq), item INTEGER NOT NULL REFERENCES items(id), target TEXT NOT NULL,
  author TEXT NOT NULL, label TEXT NOT NULL, final INTEGER NOT NULL, counts INTEGER NOT NULL
);
CREATE INDEX live_item ON live (item, target);
CREATE TABLE progress (
  item INTEGER NOT NULL REFERENCES items(id), reviewer TEXT NOT NULL, n_judged INTEGER NOT NULL, done INTEGER NOT NULL,
  PRIMARY KEY (item, reviewer)
) WITHOUT ROWID;
CREATE INDEX progress_reviewer ON progress (reviewer, item);
CREATE TABLE reviewers (
  name TEXT PRIMARY KEY, token_sha256 TEXT NOT NULL UNIQUE, role TEXT NOT NULL, created TEXT NOT NULL, revoked TEXT
) WITHOUT ROWID;
CREATE TABLE assignments (
  item INTEGER NOT NULL REFERENCES items(id), reviewer TEXT NOT NULL, assigned TEXT NOT NULL,
  PRIMARY KEY (item, reviewer)
) WITHOUT ROWID;
CREATE INDEX assignments_reviewer ON assignments (reviewer, item);
CREATE VIRTUAL TABLE items_fts USING fts5 (words, tokenize = "trigram");
"""


def prepare(db: sqlite3.Connection, path: object) -> None:
    """Set a connection up and create the tables where there are none.

    WAL, `synchronous=FULL`: what COMMIT returned from is on the disk, also after a power cut.
    Raises: StoreError for a file of a newer program.
    """
    db.execute("PRAGMA foreign_keys = ON")
    db.execute("PRAGMA temp_store = MEMORY")
    found = int(db.execute("PRAGMA user_version").fetchone()[0])
    if found > SCHEMA_VERSION:
        raise StoreError(f"{path} has schema {found}, of a newer factcheck; upgrade, or give another --home")
    use_wal(db, wait_s=BUSY_S)
    db.execute("PRAGMA synchronous = FULL")
    if found:
        return
    db.execute("BEGIN IMMEDIATE")
    try:
        if not db.execute("PRAGMA user_version").fetchone()[0]:  # another process may have been first
            for statement in _SCHEMA.split(";\nCREATE "):
                db.execute(statement if statement.lstrip().startswith("CREATE") else f"CREATE {statement}")
            db.execute(f"PRAGMA application_id = {_APPLICATION_ID}")
            db.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
        db.execute("COMMIT")
    except BaseException:
        if db.in_transaction:
            db.execute("ROLLBACK")
        raise
