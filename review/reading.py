"""One item as a reviewer sees it: the record, its citations as they stand, the decisions that may be seen."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from factcheck.errors import UserError
from review.counting import COLUMNS, CURRENT, decision_of, live_decisions
from review.decisions import Decision
from review.importing import Orphan
from review.listing import ROW, QueueRow, Viewer, row_of

__all__ = ["Cited", "Item", "Shown", "log_of", "read_item"]

DecisionState = Literal["counts", "returned", "replaced", "withdrawn", "earlier_version"]


@dataclass(frozen=True, slots=True)
class Cited:
    """A citation of the record as it stands. `orphan` None = it proves, and may be highlighted."""

    no: int
    citation: Mapping[str, Any]
    orphan: Orphan | None


@dataclass(frozen=True, slots=True)
class Shown:
    """A decision and where it stands: it counts, its source changed since (`returned`), or it was replaced."""

    decision: Decision
    state: DecisionState


@dataclass(frozen=True, slots=True)
class Item:
    """An item with its record and the decisions that the viewer may see; `n_hidden` others are hidden (blind)."""

    row: QueueRow
    record: Mapping[str, Any]
    context: Mapping[str, Any]
    citations: tuple[Cited, ...]
    decisions: tuple[Shown, ...]
    n_hidden: int


def read_item(db: sqlite3.Connection, item_id: int, viewer: Viewer | None) -> Item:
    """Return an item. Raises: UserError for an unknown id."""
    found = db.execute(f"SELECT {ROW} FROM items i WHERE i.id = ?", (item_id,)).fetchone()
    if found is None:
        raise UserError(f"no item {item_id} on this desk; the queue lists them")
    row = row_of(db, found, viewer)
    record, context = db.execute(f"SELECT v.record, i.context {CURRENT}", (item_id,)).fetchone()
    parsed = json.loads(record)
    sources = dict(db.execute("SELECT id, sha256 FROM sources").fetchall())
    orphans = dict(db.execute("SELECT no, orphan FROM citations WHERE item = ?", (item_id,)).fetchall())
    shown = _shown(db, row, sources)
    visible = [one for one in shown if _may_see(viewer, row, one.decision)]
    cited = tuple(Cited(no, citation, orphans.get(no)) for no, citation in enumerate(parsed["citations"]))
    return Item(row, parsed, json.loads(context), cited, tuple(visible), len(shown) - len(visible))


def log_of(db: sqlite3.Connection, key: str) -> list[Decision]:
    """Return the rows of the log on one item, in order."""
    return [decision_of(r) for r in db.execute(f"SELECT {COLUMNS} FROM log WHERE item = ? ORDER BY seq", (key,))]


def _may_see(viewer: Viewer | None, row: QueueRow, decision: Decision) -> bool:
    """Blind: the decisions of others are hidden until the viewer has judged the whole item."""
    return viewer is None or viewer.sees_all or row.n_mine >= row.n_targets or decision.author == viewer.name


def _shown(db: sqlite3.Connection, row: QueueRow, sources: Mapping[str, str]) -> list[Shown]:
    log = log_of(db, row.key)
    withdrawn = {one.payload["decision"] for one in log if one.kind == "withdraw"}
    live = {one.decision.id: one.counts for one in live_decisions(log, row.version, sources)}

    def state(one: Decision) -> DecisionState:
        if one.id in withdrawn:
            return "withdrawn"
        if one.version != row.version:
            return "earlier_version"
        if one.id not in live:
            return "replaced"
        return "counts" if live[one.id] else "returned"

    return [Shown(one, state(one)) for one in log if one.kind != "withdraw"]
