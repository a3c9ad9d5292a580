"""Appending a decision: what must hold before it enters the log."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from factcheck.errors import ConflictError, UserError
from factcheck.records import Source
from review.answers import abstained, given_answer, named_answer, same_answer
from review.chain import GENESIS, canonical, row_hash
from review.counting import COLUMNS, CURRENT, decision_of, recount
from review.decisions import (
    CARRIES,
    AnswerJudgement,
    AnyDraft,
    CitationJudgement,
    Decision,
    MissedEvidence,
    SpanRef,
    Withdrawal,
)
from review.listing import Viewer

__all__ = ["FindSource", "append_decision", "check_name", "utc_now"]

FindSource = Callable[[str], Source | None]
"""Source id -> the source as it is now, or None."""


def append_decision(db: sqlite3.Connection, draft: AnyDraft, author: Viewer, find_source: FindSource) -> Decision:
    """Append a draft to the log and count its item anew, inside a transaction; a known draft returns its row.

    Raises: ConflictError, UserError; see `ReviewStore.decide`.
    """
    name = check_name(author.name)
    known = db.execute(f"SELECT {COLUMNS} FROM log WHERE id = ?", (draft.id,)).fetchone()
    if known is not None:
        return _repeated(decision_of(known), draft, name)
    item_id = _item_to_decide(db, draft)
    payload = _payload(db, item_id, draft, author, find_source)
    decision = _append(db, draft, name, payload)
    recount(db, item_id)
    return decision


def check_name(name: str) -> str:
    """Return a reviewer's name. Raises: UserError for one that cannot be shown or stored."""
    if not name.strip() or len(name) > 100 or not name.isprintable() or name != name.strip():
        raise UserError(f"reviewer name {name[:40]!r} cannot be used; give 1 to 100 printable characters")
    return name


def utc_now() -> str:
    """Return the time now, ISO 8601 in UTC with milliseconds."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _repeated(known: Decision, draft: Any, author: str) -> Decision:
    if (known.author, known.item, known.kind) != (author, draft.item, draft.kind):
        raise UserError(f"decision id {draft.id} is taken by another decision; send a new id")
    return known


def _item_to_decide(db: sqlite3.Connection, draft: Any) -> int:
    found = db.execute("SELECT id, version FROM items WHERE key = ?", (draft.item,)).fetchone()
    if found is None:
        raise UserError(f"no item {draft.item!r} on this desk; import its answers first")
    if found[1] != draft.version:
        raise ConflictError(
            f"the record of {draft.item!r} has changed: the decision is on version {draft.version[:12]}, the desk "
            f"has {found[1][:12]}; look at the new record and judge that",
            seen=draft.version, current=str(found[1]),
        )  # fmt: skip
    return int(found[0])


def _payload(
    db: sqlite3.Connection, item_id: int, draft: Any, author: Viewer, find_source: FindSource
) -> dict[str, Any]:
    payload: dict[str, Any] = draft.model_dump(
        mode="json", exclude={"id", "kind", "item", "version", "comment"}, exclude_defaults=True
    )
    if isinstance(draft, Withdrawal):
        _check_withdrawal(db, draft, author)
        return payload
    if isinstance(draft, CitationJudgement):
        payload |= _judged_citation(db, item_id, draft, find_source)
    elif isinstance(draft, MissedEvidence):
        _check_span(draft.span, find_source)
        payload |= {"source": draft.span.source, "source_seen": draft.span.source_sha256}
    else:
        _check_answer(db, item_id, draft)
    if _saw_others(db, item_id, author):
        payload["informed"] = True
    return payload


def _judged_citation(
    db: sqlite3.Connection, item_id: int, draft: CitationJudgement, find_source: FindSource
) -> dict[str, Any]:
    found = db.execute(
        "SELECT source, orphan FROM citations WHERE item = ? AND no = ?", (item_id, draft.citation)
    ).fetchone()
    if found is None:
        raise UserError(f"{draft.item!r} has no citation {draft.citation}; they are counted from 0")
    source, orphan = found
    if draft.span is not None:
        if draft.span.source != source:
            raise UserError(
                f"the corrected span is of {draft.span.source!r}, the citation of {source!r}; "
                "mark a span of another source as missed evidence"
            )
        _check_span(draft.span, find_source)
    elif orphan and draft.label in CARRIES:
        raise UserError(
            f"citation {draft.citation} no longer proves ({orphan}), so it cannot be judged {draft.label!r}; "
            "select the span in the source as it is now, or judge it wrong_span"
        )
    now = db.execute("SELECT sha256 FROM sources WHERE id = ?", (source,)).fetchone()
    return {"source": source, "source_seen": now[0] if now else None}


def _check_answer(db: sqlite3.Connection, item_id: int, draft: AnswerJudgement) -> None:
    """What contradicts the record, or can never be a label, is said while the reviewer is there to mend it."""
    record = json.loads(db.execute(f"SELECT v.record {CURRENT}", (item_id,)).fetchone()[0])
    if draft.label == "should_abstain" and abstained(record):
        raise UserError("the program did abstain; judge that 'right', or 'wrong' where the sources do say")
    if draft.answer is None and draft.value is None:
        return
    if draft.label != "wrong":
        raise UserError(f"a corrected answer goes with the label 'wrong', not with {draft.label!r}; leave it out")
    if draft.answer is None:
        raise UserError("a corrected value needs its text; give `answer` too")
    if same_answer(named_answer(record, draft.answer, draft.value), given_answer(record)):
        raise UserError(
            f"{draft.answer[:60]!r} is what the program answered, so it is not wrong; judge it 'right', or name another"
        )


def _check_span(span: SpanRef, find_source: FindSource) -> None:
    source = find_source(span.source)
    if source is None:
        raise UserError(f"no source {span.source!r} in the catalog; ingest it, or choose another")
    if source.source_sha256 != span.source_sha256:
        raise ConflictError(
            f"source {span.source!r} has changed since it was shown; select the span in its text as it is now",
            seen=span.source_sha256, current=source.source_sha256,
        )  # fmt: skip
    if source.text[span.start : span.end] != span.exact or span.end > len(source.text):
        raise UserError(f"{span.source!r} does not hold the selected text at {span.start}:{span.end}; select it again")


def _check_withdrawal(db: sqlite3.Connection, draft: Withdrawal, author: Viewer) -> None:
    found = db.execute(f"SELECT {COLUMNS} FROM log WHERE id = ?", (draft.decision,)).fetchone()
    if found is None or found[5] != draft.item or found[4] == "withdraw":
        raise UserError(f"no decision {draft.decision} on {draft.item!r} to take back")
    if found[3] != author.name:
        raise UserError(f"the decision is by {found[3]!r}; only its author can take it back, others can decide anew")
    taken = db.execute(
        "SELECT 1 FROM log WHERE item = ? AND kind = 'withdraw' AND json_extract(payload, '$.decision') = ?",
        (draft.item, draft.decision),
    ).fetchone()
    if taken:
        raise UserError(f"decision {draft.decision} was taken back before; decide anew to restore it")


def _saw_others(db: sqlite3.Connection, item_id: int, author: Viewer) -> bool:
    """Whether the author could see a decision of another on this item: such a judgement is not independent."""
    others = db.execute("SELECT 1 FROM live WHERE item = ? AND author <> ? LIMIT 1", (item_id, author.name))
    if others.fetchone() is None:
        return False
    if author.sees_all:
        return True
    done = db.execute("SELECT done FROM progress WHERE item = ? AND reviewer = ?", (item_id, author.name)).fetchone()
    return bool(done and done[0])


def _append(db: sqlite3.Connection, draft: Any, author: str, payload: Mapping[str, Any]) -> Decision:
    last = db.execute("SELECT seq, hash FROM log ORDER BY seq DESC LIMIT 1").fetchone() or (0, GENESIS)
    row: dict[str, Any] = {
        "seq": last[0] + 1, "id": draft.id, "time": utc_now(), "author": author, "kind": draft.kind,
        "item": draft.item, "version": draft.version, "payload": dict(payload), "comment": draft.comment,
        "prev": last[1],
    }  # fmt: skip
    decision = Decision(**row, hash=row_hash(row))
    db.execute(
        f"INSERT INTO log ({COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (*list(row.values())[:7], canonical(payload), decision.comment, decision.prev, decision.hash),
    )
    return decision
