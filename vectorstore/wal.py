"""SQLite's write-ahead log, switched on where several processes may open a new file at once."""

from __future__ import annotations

import sqlite3
import time

__all__ = ["use_wal"]

_PAUSE_S = 0.01


def use_wal(db: sqlite3.Connection, *, wait_s: float) -> None:
    """Switch `db` to the write-ahead log; readers and one writer then work side by side.

    The switch needs the file for itself, and SQLite's busy timeout does not cover it: where another process has the
    file it fails at once. It is tried again for `wait_s` seconds; a file that has the log already costs nothing.
    Raises: sqlite3.OperationalError where the file stays busy.
    """
    until = time.monotonic() + wait_s
    while True:
        try:
            db.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as error:
            busy = error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY
            if not busy or time.monotonic() > until:
                raise
        time.sleep(_PAUSE_S)
