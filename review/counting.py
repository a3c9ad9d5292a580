"""What follows from the log for one item: which decisions count, who is done, what is open or disputed.

- Of one reviewer's decisions on one target the last that was not withdrawn is live. Adjudications are apart.
- A live decision counts while its source is the version that the reviewer saw; else it has returned to the queue.
- The targets to judge are the citations and the answer. A target is disputed when decisions that count differ and no
  adjudication settles it.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NoReturn

from factcheck.errors import StoreCorruptError
from review.chain import row_hash
from review.decisions import Decision

__all__ = ["LiveDecision", "Standing", "decision_of", "live_decisions", "recount", "standing", "unproved_decision"]

CURRENT = "FROM items i JOIN versions v ON v.item = i.id AND v.version = i.version WHERE i.id = ?"
COLUMNS = "seq, id, time, author, kind, item, version, payload, comment, prev, hash"


@dataclass(frozen=True, slots=True)
class LiveDecision:
    """A decision that neither a later one nor an undo replaced. `counts` False = its source changed since."""

    decision: Decision
    counts: bool


@dataclass(frozen=True, slots=True)
class Standing:
    """Where an item stands, in numbers of targets."""

    n_judged: int
    n_disputed: int
    n_returned: int
    open: bool
    by_reviewer: Mapping[str, int]  # targets judged, adjudications not counted


def decision_of(row: tuple[Any, ...]) -> Decision:
    """Return the decision in a row of `COLUMNS`, once its hash proves it: an edited row is never shown or counted.

    Raises: StoreCorruptError for a row that is not what its hash was made of.
    """
    decision = unproved_decision(row)
    if decision is None or row_hash(decision.as_json()) != decision.hash:
        raise StoreCorruptError(
            f"row {row[0]} of the review log was changed after it was written; run `factcheck review verify-log`, and "
            "compare with the last backup"
        )
    return decision


def unproved_decision(row: tuple[Any, ...]) -> Decision | None:
    """Return the decision in a row, whatever its hash; None where its payload is no JSON object."""
    known = dict(zip(COLUMNS.split(", "), row, strict=True))
    try:
        payload = json.loads(known["payload"], parse_constant=_no_constant)
    except (TypeError, ValueError, RecursionError):
        return None
    return Decision(**known | {"payload": payload}) if isinstance(payload, dict) else None


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON number")


def live_decisions(log: Iterable[Decision], version: str, sources: Mapping[str, str]) -> list[LiveDecision]:
    """Return the live decisions on this version of an item, in the order of the log. `sources`: id -> sha256 now."""
    rows = list(log)
    withdrawn = {row.payload["decision"] for row in rows if row.kind == "withdraw"}
    last: dict[tuple[str, str, bool], Decision] = {}
    for row in rows:
        if row.kind != "withdraw" and row.id not in withdrawn and row.version == version:
            last[row.target, row.author, row.final] = row
    return [LiveDecision(row, _counts(row, sources)) for row in sorted(last.values(), key=lambda row: row.seq)]


def _counts(row: Decision, sources: Mapping[str, str]) -> bool:
    if row.kind == "answer":
        return True
    source, seen = row.payload["source"], row.payload["source_seen"]
    return bool(sources.get(source) == seen)


def standing(live: Iterable[LiveDecision], n_citations: int) -> Standing:
    """Return where an item with these live decisions stands."""
    labels: dict[str, set[str]] = {}
    settled: set[str] = set()
    returned: set[str] = set()
    by_reviewer: dict[str, set[str]] = {}
    for row in live:
        decision, target = row.decision, row.decision.target
        if not row.counts:
            returned.add(target)
            continue
        labels.setdefault(target, set()).add(str(decision.label))
        if decision.final:
            settled.add(target)
        elif decision.kind != "missed":
            by_reviewer.setdefault(decision.author, set()).add(target)
    judged = {target for target in labels if not target.startswith("missed:")}
    disputed = {target for target, found in labels.items() if len(found) > 1} - settled
    left = returned - set(labels)
    return Standing(
        n_judged=len(judged), n_disputed=len(disputed), n_returned=len(left),
        open=len(judged) < n_citations + 1 or bool(left),
        by_reviewer={name: len(targets) for name, targets in sorted(by_reviewer.items())},
    )  # fmt: skip


def recount(db: sqlite3.Connection, item_id: int) -> None:
    """Write `live`, `progress` and the counters of one item anew. Inside a transaction."""
    key, version, n_citations = db.execute(
        "SELECT key, version, n_citations FROM items WHERE id = ?", (item_id,)
    ).fetchone()
    log = [decision_of(row) for row in db.execute(f"SELECT {COLUMNS} FROM log WHERE item = ? ORDER BY seq", (key,))]
    names = {row.payload["source"] for row in log if "source" in row.payload}
    sources = dict(
        db.execute("SELECT id, sha256 FROM sources WHERE id IN (SELECT value FROM json_each(?))", (_json(names),))
    )
    live = live_decisions(log, version, sources)
    now = standing(live, n_citations)
    db.execute("DELETE FROM live WHERE item = ?", (item_id,))
    db.executemany(
        "INSERT INTO live VALUES (?, ?, ?, ?, ?, ?, ?)",
        [
            (row.decision.seq, item_id, row.decision.target, row.decision.author, row.decision.label,
             row.decision.final, row.counts)
            for row in live
        ],
    )  # fmt: skip
    db.execute("DELETE FROM progress WHERE item = ?", (item_id,))
    db.executemany(
        "INSERT INTO progress VALUES (?, ?, ?, ?)",
        [(item_id, name, n, n >= n_citations + 1) for name, n in now.by_reviewer.items()],
    )
    db.execute(
        """UPDATE items SET n_judged = ?, n_disputed = ?, n_returned = ?, open = ?,
        n_orphans = (SELECT count(*) FROM citations c WHERE c.item = items.id AND c.orphan IS NOT NULL) WHERE id = ?""",
        (now.n_judged, now.n_disputed, now.n_returned, now.open, item_id),
    )


def _json(values: Iterable[str]) -> str:
    return json.dumps(sorted(values))
