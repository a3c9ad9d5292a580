"""Assigning items to reviewers: in turn, with a random sample that two of them judge without seeing each other."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass

from factcheck.errors import UserError
from review.deciding import check_name, utc_now
from review.listing import QueueFilter, conditions
from review.store import ReviewStore

__all__ = ["AssignReport", "assign"]


@dataclass(frozen=True, slots=True)
class AssignReport:
    """How many items were assigned, how many of them to two reviewers, and how many to each."""

    n_items: int
    n_double: int
    by_reviewer: dict[str, int]


def assign(
    store: ReviewStore,
    reviewers: Sequence[str],
    *,
    double: float = 0.0,
    filter_: QueueFilter | None = None,
    seed: int = 0,
) -> AssignReport:
    """Assign every item of the filter (default: open ones) that nobody is assigned to.

    Items are shuffled by a hash of `seed` and key, then dealt in turn; the first `double` (0 to 1) of them go to the
    next reviewer too. The same seed on the same items gives the same hands. All or nothing.
    Raises: UserError for no reviewer, one named twice, or a double review by one.
    """
    names = [check_name(name) for name in reviewers]
    if not names or len(set(names)) < len(names):
        raise UserError("name one reviewer or more, each once: --to ANN --to BOB")
    if double and len(names) < 2:
        raise UserError("a double review needs two reviewers: --to ANN --to BOB")
    store.refresh_sources()
    where, values = conditions(filter_ or QueueFilter(), None)
    with store.transaction() as db:
        found = db.execute(
            f"SELECT i.id, i.key FROM items i WHERE {where} AND i.id NOT IN (SELECT item FROM assignments)", values
        ).fetchall()
        shuffled = sorted(found, key=lambda row: hashlib.sha256(json.dumps([seed, row[1]]).encode()).digest())
        n_double = round(double * len(shuffled))
        hands = [(row[0], names[at % len(names)]) for at, row in enumerate(shuffled)]
        hands += [(row[0], names[(at + 1) % len(names)]) for at, row in enumerate(shuffled[:n_double])]
        now = utc_now()
        db.executemany("INSERT INTO assignments VALUES (?, ?, ?)", [(item, name, now) for item, name in hands])
    return AssignReport(len(found), n_double, {name: sum(one == name for _, one in hands) for name in names})
