"""Importing records, and following the sources: which citations still prove."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping
from typing import Any, Literal

from pipeline.prove import reprove
from review.chain import canonical
from review.counting import CURRENT, recount
from review.deciding import FindSource, utc_now
from review.items import NewItem

__all__ = ["Orphan", "add_item", "follow_sources", "orphan_of"]

Outcome = Literal["added", "changed", "unchanged"]
Orphan = Literal["gone", "changed", "unproved"]
"""`gone`: the catalog has no such source; `changed`: it has another text now; `unproved`: the text at the offsets is
not what was quoted."""


def add_item(db: sqlite3.Connection, item: NewItem, find_source: FindSource) -> Outcome:
    """Import one item. A known key with other bytes gets a new version."""
    known = db.execute("SELECT id, version FROM items WHERE key = ?", (item.key,)).fetchone()
    if known and known[1] == item.version:
        _add_tags(db, known[0], item)
        return "unchanged"
    now = utc_now()
    values = (
        item.version, item.run, item.sample, item.model, item.text, item.answer, item.verdict, item.probability,
        item.abstained, len(item.citations), canonical(item.context), now,
    )  # fmt: skip
    if known:
        item_id = int(known[0])
        db.execute(
            """UPDATE items SET version = ?, run = ?, sample = ?, model = ?, text = ?, answer = ?, verdict = ?,
            probability = ?, abstained = ?, n_citations = ?, context = ?, imported = ? WHERE id = ?""",
            (*values, item_id),
        )
        for table in ("citations WHERE item", "items_fts WHERE rowid"):
            db.execute(f"DELETE FROM {table} = ?", (item_id,))
    else:
        found = db.execute(
            """INSERT INTO items (key, kind, version, run, sample, model, text, answer, verdict, probability,
            abstained, n_citations, context, imported) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            RETURNING id""",
            (item.key, item.kind, *values),
        ).fetchone()
        item_id = int(found[0])
    db.execute("INSERT OR IGNORE INTO versions VALUES (?, ?, ?, ?)", (item_id, item.version, item.record, now))
    db.execute("INSERT INTO items_fts (rowid, words) VALUES (?, ?)", (item_id, item.words))
    _add_tags(db, item_id, item)
    _add_citations(db, item_id, item, find_source)
    recount(db, item_id)
    return "changed" if known else "added"


def _add_tags(db: sqlite3.Connection, item_id: int, item: NewItem) -> None:
    db.executemany("INSERT OR IGNORE INTO tags VALUES (?, ?)", [(item_id, tag) for tag in item.tags])


def _add_citations(db: sqlite3.Connection, item_id: int, item: NewItem, find_source: FindSource) -> None:
    recorded = json.loads(item.record)["citations"] if item.citations else []
    db.executemany(
        "INSERT INTO citations VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        [
            (
                item_id,
                no,
                span.source,
                span.source_sha256,
                span.start,
                span.end,
                span.stance,
                orphan_of(cited, find_source),
            )
            for no, (span, cited) in enumerate(zip(item.citations, recorded, strict=True))
        ],
    )


def orphan_of(citation: Mapping[str, Any], find_source: FindSource) -> Orphan | None:
    """Return why a citation does not prove against the sources as they are; None = it proves."""
    source = find_source(str(citation["source"]))
    if source is None:
        return "gone"
    if source.source_sha256 != citation["source_sha256"]:
        return "changed"
    return None if reprove(source.text, citation) else "unproved"


def follow_sources(db: sqlite3.Connection, now: Mapping[str, str], find_source: FindSource) -> int:
    """Note the sources as they are (id -> sha256), and count every item anew that cites one that differs."""
    seen = dict(db.execute("SELECT id, sha256 FROM sources").fetchall())
    differ = {name for name in now.keys() | seen.keys() if now.get(name) != seen.get(name)}
    db.execute("DELETE FROM sources WHERE id IN (SELECT value FROM json_each(?))", (_json(differ),))
    db.executemany("INSERT INTO sources VALUES (?, ?)", [(name, now[name]) for name in sorted(differ) if name in now])
    _judge_orphans(db, differ, find_source)
    return len(differ)


def _judge_orphans(db: sqlite3.Connection, differ: Iterable[str], find_source: FindSource) -> None:
    named = _json(differ)
    affected = db.execute(
        """SELECT item FROM citations WHERE source IN (SELECT value FROM json_each(?1))
        UNION SELECT i.id FROM log l JOIN items i ON i.key = l.item WHERE l.kind = 'missed'
        AND json_extract(l.payload, '$.source') IN (SELECT value FROM json_each(?1))""",
        (named,),
    ).fetchall()
    for (item_id,) in affected:
        record = db.execute(f"SELECT v.record {CURRENT}", (item_id,)).fetchone()
        for no, citation in enumerate(json.loads(record[0])["citations"]):
            values = (orphan_of(citation, find_source), item_id, no)
            db.execute("UPDATE citations SET orphan = ? WHERE item = ? AND no = ?", values)
        recount(db, item_id)


def _json(values: Iterable[str]) -> str:
    return json.dumps(sorted(values))
