"""Replies of models that were asked before: `<home>/responses.sqlite`, shared by processes and threads.

A key covers everything that decides a reply: model, address, messages, parameters, schema, repeat. Only replies that
fit their schema are kept: an error, a refusal, a cut or empty reply never is. The file holds replies, no prompts and
no keys; it may be deleted at any time. Where it cannot be used, one warning says so and every model is asked.
"""

from __future__ import annotations

import hashlib
import json
import logging
import sqlite3
import threading
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from vectorstore.wal import use_wal

__all__ = ["ResponseCache", "request_key"]

FILE = "responses.sqlite"
VERSION = 1  # of the file
WIRE_VERSION = 2  # of what is sent beside the messages; a change makes other keys, so that nothing old is used
_BUSY_S = 5.0
_log = logging.getLogger("factcheck")


def request_key(
    *, model: str, base_url: str | None, messages: Sequence[tuple[str, str]], parameters: Mapping[str, Any],
    schema: Mapping[str, Any], repeat: int = 0,
) -> str:  # fmt: skip
    """Return the sha256 (64 hex digits) of a request; `messages` are (role, text).

    The address must hold no password.
    """
    asked = {
        "wire": WIRE_VERSION,
        "model": model,
        "base_url": base_url,
        "messages": [list(message) for message in messages],
        "parameters": dict(parameters),
        "schema": dict(schema),
        "repeat": repeat,
    }
    return hashlib.sha256(json.dumps(asked, sort_keys=True, ensure_ascii=True).encode()).hexdigest()


class ResponseCache:
    """Replies by key. Never raises for its file: a cache that fails is a cache that is empty."""

    def __init__(self, home: Path) -> None:
        """The file is opened, or made, when it is first asked."""
        self.path = home / FILE
        self._lock = threading.Lock()
        self._db: sqlite3.Connection | None = None
        self._broken = False

    def get(self, key: str) -> dict[str, Any] | None:
        """Return the reply kept under `key`, or None."""
        rows = self._run("SELECT reply FROM responses WHERE key = ?", (key,))
        if not rows:
            return None
        try:
            reply = json.loads(rows[0][0])
        except (ValueError, TypeError):
            return None  # overwritten by the reply that comes now
        return reply if isinstance(reply, dict) else None

    def put(self, key: str, model: str, reply: Mapping[str, Any]) -> None:
        """Keep `reply` (a JSON object) under `key`."""
        now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        text = json.dumps(reply, ensure_ascii=True)
        self._run("INSERT OR REPLACE INTO responses VALUES (?, ?, ?, ?)", (key, model, now, text))

    def close(self) -> None:
        """Close the file; a later call opens it again."""
        with self._lock:
            if self._db is not None:
                self._db.close()
                self._db = None

    def _run(self, sql: str, values: tuple[str, ...]) -> list[Any]:
        with self._lock:
            if self._broken:
                return []
            try:
                if self._db is None:
                    self._db = _open(self.path)
                return self._db.execute(sql, values).fetchall()
            except (sqlite3.Error, OSError) as error:
                self._broken = True
                if self._db is not None:
                    self._db.close()
                    self._db = None
                _log.warning(
                    "the response cache %s cannot be used (%s); models are asked without it. "
                    "Remove the file, or give --no-cache",
                    self.path,
                    error,
                )
                return []


def _open(path: Path) -> sqlite3.Connection:
    """Open or make the file; several processes may do so at once."""
    path.parent.mkdir(parents=True, exist_ok=True)
    db = sqlite3.connect(path, isolation_level=None, timeout=_BUSY_S, check_same_thread=False)
    try:
        use_wal(db, wait_s=_BUSY_S)
        db.execute("PRAGMA synchronous = NORMAL")
        found = int(db.execute("PRAGMA user_version").fetchone()[0])
        if found > VERSION:
            raise sqlite3.DatabaseError(f"it has version {found}, of a newer factcheck")
        db.execute(
            "CREATE TABLE IF NOT EXISTS responses "
            "(key TEXT PRIMARY KEY, model TEXT NOT NULL, created TEXT NOT NULL, reply TEXT NOT NULL) WITHOUT ROWID"
        )
        db.execute(f"PRAGMA user_version = {VERSION}")
    except BaseException:
        db.close()
        raise
    return db
