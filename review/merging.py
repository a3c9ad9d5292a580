"""Merging decisions that were made away from the desk, in a bundle, from the JSON file that it saves.

Each decision is stored by itself, so one that cannot be stored stops none of the others. A file may be imported again,
whole or grown: what is on the desk already is known by its id. Not stored, and shown instead: a decision on a record or
a source that has changed since, and one that its reviewer overrode on the desk later.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from factcheck.errors import ConflictError, StoreError, UserError
from review.counting import COLUMNS, decision_of
from review.deciding import check_name
from review.decisions import AnyDraft, Decision, read_draft
from review.listing import Viewer
from review.reviewers import list_reviewers
from review.store import ReviewStore

__all__ = ["DECISIONS_SCHEMA", "Merged", "merge_decisions"]

DECISIONS_SCHEMA = "factcheck/review-decisions/1"
MAX_MB = 50
Outcome = Literal["stored", "known", "conflict", "refused"]


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    schema_: Literal["factcheck/review-decisions/1"] = Field(alias="schema")
    bundle: str = Field(max_length=100)
    reviewer: str = Field(max_length=100)
    saved: str = Field(max_length=40)
    decisions: list[object]


@dataclass(frozen=True, slots=True)
class Merged:
    """What became of one decision of a file. `why` says it for those that were not stored."""

    number: int  # from 1, its place in the file
    outcome: Outcome
    item: str
    why: str | None = None
    seen: str | None = None  # the versions of a conflict
    current: str | None = None


def merge_decisions(store: ReviewStore, path: Path, *, reviewer: str | None = None) -> Iterator[Merged]:
    """Merge a file's decisions in their order, telling of each; `reviewer` overrides the name in the file.

    Raises: UserError for a file that is none of ours or damaged, and for a name that the desk, which has reviewers,
    does not know; then nothing was stored. StoreError where the desk cannot be written: what was told is stored.
    """
    file = _read(path)
    name = check_name(reviewer or file.reviewer)
    known = {one.name for one in list_reviewers(store)}
    if known and name not in known:
        raise UserError(
            f"{path}: {name!r} is no reviewer of this desk; `factcheck review add-reviewer`, or say who it is by "
            "--reviewer"
        )
    drafts = [_draft(path, number, data) for number, data in enumerate(file.decisions, start=1)]
    return _merged(store, drafts, Viewer(name, sees_all=False))


def _merged(store: ReviewStore, drafts: list[AnyDraft], author: Viewer) -> Iterator[Merged]:
    for number, draft in enumerate(drafts, start=1):
        try:
            yield _merge(store, number, draft, author)
        except StoreError:
            raise
        except ConflictError as error:
            yield Merged(number, "conflict", draft.item, str(error), error.seen, error.current)
        except UserError as error:
            yield Merged(number, "refused", draft.item, str(error))


def _merge(store: ReviewStore, number: int, draft: AnyDraft, author: Viewer) -> Merged:
    later = _later(store, draft, author.name)
    if later is not None:
        if later.id == draft.id:
            return Merged(number, "known", draft.item)
        return Merged(
            number, "conflict", draft.item,
            f"{author.name!r} judged {later.target} {later.label!r} on the desk at {later.time}, after this "
            f"({getattr(draft, 'label', draft.kind)!r}, {draft.made}); the later one stays",
        )  # fmt: skip
    n_before = store.head()[0]
    decision = store.decide(draft, author=author)
    return Merged(number, "stored" if decision.seq > n_before else "known", draft.item)


def _later(store: ReviewStore, draft: AnyDraft, author: str) -> Decision | None:
    """The same decision, if it is stored; else one that the reviewer made on the target after it, on the desk."""
    with store.transaction(write=False) as db:
        rows = db.execute(f"SELECT {COLUMNS} FROM log WHERE item = ? AND author = ? ORDER BY seq", (draft.item, author))
        log = [decision_of(row) for row in rows]
    same = [one for one in log if one.id == draft.id]
    if same:
        return same[0]
    target, withdrawn = _target(draft), {one.payload["decision"] for one in log if one.kind == "withdraw"}
    later = [
        one for one in log
        if (one.target, one.version) == (target, draft.version) and one.id not in withdrawn
        and _when(one) > (draft.made or "")
    ]  # fmt: skip
    return later[-1] if later and draft.made else None


def _target(draft: AnyDraft) -> str:
    if draft.kind == "citation":
        return f"citation:{draft.citation}"
    return "answer" if draft.kind == "answer" else f"{draft.kind}:{draft.id}"


def _when(decision: Decision) -> str:
    """When it was made; a decision of a bundle says so itself."""
    return str(decision.payload.get("made") or decision.time)


def _draft(path: Path, number: int, data: object) -> AnyDraft:
    try:
        return read_draft(data)
    except UserError as error:
        raise UserError(f"{path}: decision {number}: {error}") from None


def _read(path: Path) -> _File:
    try:
        if path.stat().st_size > MAX_MB * 1024 * 1024:
            raise UserError(f"{path} is larger than {MAX_MB} MB; it is no file of decisions")
        data = json.loads(path.read_text("utf-8"))
    except OSError as error:
        raise UserError(f"{path} cannot be read ({error.strerror}); give the file that a bundle saved") from None
    except (ValueError, RecursionError) as error:
        raise UserError(f"{path} is not whole JSON ({error}); save it from the bundle again") from None
    schema = data.get("schema") if isinstance(data, dict) else None
    if schema != DECISIONS_SCHEMA:
        raise UserError(f"{path} has schema {schema!r}, not {DECISIONS_SCHEMA!r}; give the file that a bundle saved")
    try:
        return _File.model_validate(data)
    except ValidationError as error:
        first = error.errors()[0]
        raise UserError(f"{path}: {'.'.join(map(str, first['loc']))}: {first['msg']}; save it again") from None
