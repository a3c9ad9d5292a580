"""The queue: which items, in which order, how many. Every condition is a look-up in an index."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass, field
from typing import Any, Literal

__all__ = ["Facets", "Page", "QueueFilter", "QueueRow", "Viewer", "facets", "list_ids", "list_page"]

State = Literal["open", "todo", "done", "disputed", "orphan", "returned", "all"]
"""`open`: something is judged by nobody, or has returned; `todo`: assigned to the viewer (or to nobody) and not done by
them; `done`: all judged by somebody; `disputed`: decisions differ; `orphan`: a citation no longer proves; `returned`:
a decision's source changed since."""
Sort = Literal["uncertain", "certain", "newest", "oldest"]

STATES: tuple[State, ...] = ("open", "todo", "done", "disputed", "orphan", "returned", "all")
SORTS: dict[Sort, str] = {
    "uncertain": "i.probability, i.id",
    "certain": "i.probability DESC, i.id",
    "newest": "i.id DESC",
    "oldest": "i.id",
}


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who looks. `sees_all`: not blind, or an adjudicator."""

    name: str
    sees_all: bool = True


@dataclass(frozen=True, slots=True)
class QueueFilter:
    """What to list. Several values of one field: any of them; several fields: all. `search`: every word, as part."""

    state: State = "open"
    verdicts: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    models: tuple[str, ...] = ()
    runs: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    min_probability: float | None = None
    max_probability: float | None = None
    reviewer: str | None = None  # who has judged some of it
    assigned: str | None = None
    search: str = ""


@dataclass(frozen=True, slots=True)
class QueueRow:
    """An item as a line of the queue. `n_mine`: targets judged by the viewer; targets = citations and the answer."""

    id: int
    key: str
    kind: str
    version: str
    text: str
    answer: str | None
    verdict: str
    probability: float
    abstained: bool
    model: str | None
    run: str | None
    sample: str | None
    n_citations: int
    n_judged: int
    n_disputed: int
    n_orphans: int
    n_returned: int
    open: bool
    n_mine: int
    assigned: tuple[str, ...]
    tags: tuple[str, ...]
    sources: tuple[str, ...]

    @property
    def n_targets(self) -> int:
        return self.n_citations + 1


@dataclass(frozen=True, slots=True)
class Page:
    rows: tuple[QueueRow, ...]
    n_total: int
    offset: int


@dataclass(frozen=True, slots=True)
class Facets:
    """How many items of a filter there are by each value; `states` is over all items, whatever the filter."""

    states: dict[str, int]
    verdicts: dict[str, int]
    sources: dict[str, int]
    tags: dict[str, int]
    models: dict[str, int]
    runs: dict[str, int]
    reviewers: dict[str, int] = field(default_factory=dict)


_COLUMNS = (
    "id", "key", "kind", "version", "text", "answer", "verdict", "probability", "abstained", "model", "run", "sample",
    "n_citations", "n_judged", "n_disputed", "n_orphans", "n_returned", "open",
)  # fmt: skip
ROW = ", ".join(f"i.{name}" for name in _COLUMNS)


def list_page(
    db: sqlite3.Connection, filter_: QueueFilter, viewer: Viewer | None, *, sort: Sort, offset: int, limit: int
) -> Page:
    """Return one page and the number of all."""
    where, values = conditions(filter_, viewer)
    n_total = int(db.execute(f"SELECT count(*) FROM items i WHERE {where}", values).fetchone()[0])
    found = db.execute(
        f"SELECT {ROW} FROM items i WHERE {where} ORDER BY {SORTS[sort]} LIMIT ? OFFSET ?", [*values, limit, offset]
    ).fetchall()
    return Page(tuple(row_of(db, row, viewer) for row in found), n_total, offset)


def list_ids(db: sqlite3.Connection, filter_: QueueFilter, viewer: Viewer | None, *, sort: Sort) -> list[int]:
    """Return the ids of all items of a filter, in order."""
    where, values = conditions(filter_, viewer)
    return [int(row[0]) for row in db.execute(f"SELECT i.id FROM items i WHERE {where} ORDER BY {SORTS[sort]}", values)]


def row_of(db: sqlite3.Connection, row: tuple[Any, ...], viewer: Viewer | None) -> QueueRow:
    """Return the line for a row of `ROW`. Disputes stay hidden from a viewer who has not judged the item."""
    item = row[0]
    mine, done = 0, viewer is None
    if viewer is not None:
        found = db.execute(
            "SELECT n_judged, done FROM progress WHERE item = ? AND reviewer = ?", (item, viewer.name)
        ).fetchone()
        mine, done = (int(found[0]), bool(found[1])) if found else (0, False)
    hidden = viewer is not None and not viewer.sees_all and not done
    known = dict(zip(_COLUMNS, row, strict=True))
    return QueueRow(
        **known | {"n_disputed": 0 if hidden else known["n_disputed"]}
        | {name: bool(known[name]) for name in ("abstained", "open")},
        n_mine=mine,
        assigned=_column(db, "SELECT reviewer FROM assignments WHERE item = ? ORDER BY reviewer", item),
        tags=_column(db, "SELECT tag FROM tags WHERE item = ? ORDER BY tag", item),
        sources=_column(db, "SELECT DISTINCT source FROM citations WHERE item = ? ORDER BY source", item),
    )  # fmt: skip


def facets(db: sqlite3.Connection, filter_: QueueFilter, viewer: Viewer | None) -> Facets:
    """Return the counts beside the queue. The filter is evaluated once, into a table of this connection."""
    where, values = conditions(filter_, viewer)
    db.execute("DROP TABLE IF EXISTS temp.chosen")
    db.execute("CREATE TEMP TABLE chosen (id INTEGER PRIMARY KEY, verdict TEXT, model TEXT, run TEXT)")
    chosen = f"SELECT i.id, i.verdict, i.model, i.run FROM items i WHERE {where}"
    n_chosen = db.execute(f"INSERT INTO temp.chosen {chosen}", values).rowcount
    whole = n_chosen == db.execute("SELECT count(*) FROM items").fetchone()[0]

    def by(column: str) -> dict[str, int]:
        return _counts(db, f"SELECT {column}, count(*) FROM temp.chosen WHERE {column} IS NOT NULL")

    def beside(column: str, table: str) -> dict[str, int]:
        """By a table with several rows an item; where all items are chosen its index alone answers."""
        joined = table if whole else f"temp.chosen i JOIN {table} t ON t.item = i.id"
        return _counts(db, f"SELECT {column}, count(DISTINCT item) FROM {joined}")

    found = Facets(
        _states(db, viewer), by("verdict"), beside("source", "citations"), beside("tag", "tags"), by("model"),
        by("run"), beside("reviewer", "progress"),
    )  # fmt: skip
    db.execute("DROP TABLE temp.chosen")
    return found


def _counts(db: sqlite3.Connection, statement: str) -> dict[str, int]:
    return dict(db.execute(f"{statement} GROUP BY 1 ORDER BY 2 DESC, 1").fetchall())


def _states(db: sqlite3.Connection, viewer: Viewer | None) -> dict[str, int]:
    """How many items are in each state, in the order of `STATES`; `todo` is a viewer's."""
    sums = db.execute(
        """SELECT sum(open), sum(NOT open), sum(n_disputed > 0), sum(n_orphans > 0), sum(n_returned > 0), count(*)
        FROM items"""
    ).fetchone()
    known = dict(zip(("open", "done", "disputed", "orphan", "returned", "all"), (n or 0 for n in sums), strict=True))
    asked: tuple[State, ...] = () if viewer is None else ("todo",) if viewer.sees_all else ("todo", "disputed")
    for state in asked:
        clause, values = conditions(QueueFilter(state=state), viewer)
        known[state] = db.execute(f"SELECT count(*) FROM items i WHERE {clause}", values).fetchone()[0]
    return {state: int(known[state]) for state in STATES if state in known}


def conditions(filter_: QueueFilter, viewer: Viewer | None) -> tuple[str, list[Any]]:
    """Return the WHERE clause over `items i` with its values."""
    parts: list[str] = ["1"]
    values: list[Any] = []

    def add(clause: str, *given: Any) -> None:
        parts.append(clause)
        values.extend(given)

    _add_state(filter_.state, viewer, add)
    for column, wanted in (
        ("verdict", filter_.verdicts), ("model", filter_.models), ("run", filter_.runs), ("kind", filter_.kinds),
    ):  # fmt: skip
        if wanted:
            add(f"i.{column} IN (SELECT value FROM json_each(?))", json.dumps(wanted))
    if filter_.sources:
        add(
            "i.id IN (SELECT item FROM citations WHERE source IN (SELECT value FROM json_each(?)))",
            json.dumps(filter_.sources),
        )
    for tag in filter_.tags:
        add("i.id IN (SELECT item FROM tags WHERE tag = ?)", tag)
    if filter_.min_probability is not None:
        add("i.probability >= ?", filter_.min_probability)
    if filter_.max_probability is not None:
        add("i.probability <= ?", filter_.max_probability)
    if filter_.reviewer:
        add("i.id IN (SELECT item FROM progress WHERE reviewer = ?)", filter_.reviewer)
    if filter_.assigned:
        add("i.id IN (SELECT item FROM assignments WHERE reviewer = ?)", filter_.assigned)
    _add_search(filter_.search, add)
    return " AND ".join(parts), values


def _add_state(state: State, viewer: Viewer | None, add: Any) -> None:
    if state == "open":
        add("i.open = 1")
    elif state == "done":
        add("i.open = 0")
    elif state in ("orphan", "returned"):
        add(f"i.n_{state}{'s' if state == 'orphan' else ''} > 0")
    elif state == "disputed":
        add("i.n_disputed > 0")
        if viewer is not None and not viewer.sees_all:
            add("i.id IN (SELECT item FROM progress WHERE reviewer = ? AND done)", viewer.name)
    elif state == "todo" and viewer is not None:
        add("i.id NOT IN (SELECT item FROM progress WHERE reviewer = ? AND done)", viewer.name)
        add(
            """(EXISTS (SELECT 1 FROM assignments a WHERE a.item = i.id AND a.reviewer = ?)
            OR (i.open = 1 AND NOT EXISTS (SELECT 1 FROM assignments a WHERE a.item = i.id)))""",
            viewer.name,
        )


def _add_search(search: str, add: Any) -> None:
    """Words of three characters and more by the trigram index; shorter ones as part of question or answer."""
    for word in search.replace("\0", " ").split():
        if len(word) >= 3:
            quoted = word.replace('"', '""')
            add("i.id IN (SELECT rowid FROM items_fts WHERE items_fts MATCH ?)", f'"{quoted}"')
        else:
            add("(instr(lower(i.text), ?) OR instr(lower(coalesce(i.answer, '')), ?))", word.lower(), word.lower())


def _column(db: sqlite3.Connection, statement: str, item: int) -> tuple[str, ...]:
    return tuple(str(row[0]) for row in db.execute(statement, (item,)))
