"""Reviewers: names with tokens, of which only a hash is kept. A token has 256 random bits: one SHA-256 is enough."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from typing import Literal

from factcheck.errors import UserError
from review.deciding import check_name, utc_now
from review.listing import Viewer
from review.store import ReviewStore

__all__ = ["Reviewer", "add_reviewer", "list_reviewers", "reviewer_of_token", "revoke_reviewer", "viewer_named"]

Role = Literal["reviewer", "adjudicator"]
_COLUMNS = "name, role, created, revoked"


@dataclass(frozen=True, slots=True)
class Reviewer:
    """An adjudicator sees everybody's decisions and settles disputes; `revoked` is when the token ceased to open."""

    name: str
    role: Role
    created: str
    revoked: str | None


def add_reviewer(store: ReviewStore, name: str, role: Role = "reviewer") -> str:
    """Register a name and return its token, which is shown this once.

    A known name gets a new token and the old one ceases to open: for a token that was lost or seen by others.
    Raises: UserError for a name that cannot be used.
    """
    token = f"fcr_{secrets.token_urlsafe(32)}"
    with store.transaction() as db:
        db.execute(
            """INSERT INTO reviewers (name, token_sha256, role, created) VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE
            SET token_sha256 = excluded.token_sha256, role = excluded.role, revoked = NULL""",
            (check_name(name), _hashed(token), role, utc_now()),
        )
    return token


def revoke_reviewer(store: ReviewStore, name: str) -> None:
    """Make a token open nothing any more; the reviewer's decisions stay. Raises: UserError for an unknown name."""
    with store.transaction() as db:
        found = db.execute(
            "UPDATE reviewers SET revoked = ? WHERE name = ? RETURNING name", (utc_now(), name)
        ).fetchone()
    if found is None:
        raise UserError(f"no reviewer {name!r}; `factcheck review reviewers` lists them")


def list_reviewers(store: ReviewStore) -> list[Reviewer]:
    """Return all reviewers, the revoked too, by name."""
    with store.transaction(write=False) as db:
        return [Reviewer(*row) for row in db.execute(f"SELECT {_COLUMNS} FROM reviewers ORDER BY name")]


def reviewer_of_token(store: ReviewStore, token: str) -> Reviewer | None:
    """Return who has this token; None where nobody has it, or it was revoked. Says nothing of which."""
    hashed = _hashed(token)
    with store.transaction(write=False) as db:
        rows = db.execute(f"SELECT {_COLUMNS}, token_sha256 FROM reviewers WHERE revoked IS NULL").fetchall()
    found = [Reviewer(*row[:4]) for row in rows if hmac.compare_digest(row[4], hashed)]
    return found[0] if found else None


def viewer_named(store: ReviewStore, name: str) -> Viewer:
    """Return how this name sees the desk: all of it where the desk is not blind, or the name is an adjudicator's."""
    role = {reviewer.name: reviewer.role for reviewer in list_reviewers(store)}.get(name)
    return Viewer(check_name(name), sees_all=role == "adjudicator" or not store.blind)


def _hashed(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
