"""Small questions of the web application to the store, each one look-up."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from factcheck.records import Source
from review.counting import COLUMNS, decision_of
from review.decisions import Decision
from review.listing import Viewer
from review.store import ReviewStore

__all__ = ["find_source", "gone_sources", "last_decision", "progress", "record_at", "source_ids", "token_mark"]


def find_source(store: ReviewStore, source_id: str) -> Source | None:
    """Return a source with its current text, or None. The catalog's connection is shared, so one call at a time."""
    with store.transaction(write=False):
        return store.texts.source(source_id)


def source_ids(store: ReviewStore, n: int = 500) -> list[str]:
    """Return the first `n` ids of the catalog, in order."""
    with store.transaction(write=False) as db:
        return [str(row[0]) for row in db.execute("SELECT id FROM sources ORDER BY id LIMIT ?", (n,))]


def last_decision(store: ReviewStore, author: str) -> Decision | None:
    """Return the author's last decision that stands and is on an item's current version; None if there is none."""
    with store.transaction(write=False) as db:
        found = db.execute(
            f"""SELECT {COLUMNS} FROM log l WHERE author = ? AND kind <> 'withdraw' AND NOT EXISTS (
            SELECT 1 FROM log w WHERE w.item = l.item AND w.kind = 'withdraw'
            AND json_extract(w.payload, '$.decision') = l.id)
            ORDER BY seq DESC LIMIT 1""",
            (author,),
        ).fetchone()
        if found is None:
            return None
        decision = decision_of(found)
        current = db.execute("SELECT version FROM items WHERE key = ?", (decision.item,)).fetchone()
    return decision if current and current[0] == decision.version else None


def record_at(store: ReviewStore, key: str, version: str) -> Mapping[str, Any] | None:
    """Return an item's record at a version, earlier ones too; None where it is not stored."""
    with store.transaction(write=False) as db:
        found = db.execute(
            "SELECT v.record FROM items i JOIN versions v ON v.item = i.id WHERE i.key = ? AND v.version = ?",
            (key, version),
        ).fetchone()
    return json.loads(found[0]) if found else None


def progress(store: ReviewStore, viewer: Viewer) -> tuple[int, int]:
    """Return (items that the viewer has judged whole, items that are theirs to judge or were)."""
    with store.transaction(write=False) as db:
        done = db.execute("SELECT count(*) FROM progress WHERE reviewer = ? AND done", (viewer.name,)).fetchone()[0]
        assigned = db.execute("SELECT count(*) FROM assignments WHERE reviewer = ?", (viewer.name,)).fetchone()[0]
        total = assigned or db.execute("SELECT count(*) FROM items").fetchone()[0]
    return int(done), max(int(done), int(total))


def token_mark(store: ReviewStore, name: str) -> str | None:
    """Return what changes when a reviewer's token does, which ends the sessions opened with the old one.

    None where there is no such reviewer, or the token was revoked.
    """
    with store.transaction(write=False) as db:
        found = db.execute("SELECT token_sha256 FROM reviewers WHERE name = ? AND revoked IS NULL", (name,)).fetchone()
    return str(found[0]) if found else None


def gone_sources(store: ReviewStore) -> list[str]:
    """Return the ids of cited sources that the catalog does not hold, in order."""
    statement = "SELECT DISTINCT source FROM citations WHERE orphan = 'gone' ORDER BY source"
    with store.transaction(write=False) as db:
        return [str(row[0]) for row in db.execute(statement)]
