"""The hash chain of the log: each row's hash covers the row and the hash before it.

An edit of any row breaks its own hash; a row taken out or put in breaks the next one's `prev`. Who rewrites the log
from some row to its end gets another head, and who cuts its end off has a head that stands earlier: both are seen by
whoever has noted a head (`verify-log --head`), and by nobody else.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from typing import Any

from review.decisions import Decision

__all__ = ["GENESIS", "canonical", "faults", "row_hash"]

GENESIS = "0" * 64  # `prev` of the first row


def canonical(value: object) -> str:
    """Return the one JSON text of a value: sorted keys, no spaces, ASCII."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False)


def row_hash(row: dict[str, Any]) -> str:
    """Return the SHA-256, in hex, of the canonical JSON of everything in the row but `hash` itself."""
    return hashlib.sha256(canonical({key: row[key] for key in row if key != "hash"}).encode("ascii")).hexdigest()


def faults(rows: Iterable[Decision], head: str | None = None) -> Iterator[str]:
    """Yield what is wrong with a log, in its order; nothing = intact. `head`: a hash noted earlier must be in it."""
    prev, expected, seen_head = GENESIS, 1, head is None or head == GENESIS
    for row in rows:
        if row.seq != expected:
            yield f"row {expected} is missing: after row {expected - 1} comes row {row.seq}"
        if row.prev != prev:
            yield f"row {row.seq} does not follow the row before it: a row was changed, taken out or put in"
        if row_hash(row.as_json()) != row.hash:
            yield f"row {row.seq} was changed: it is not what its hash was made of"
        prev, expected = row.hash, row.seq + 1
        seen_head = seen_head or row.hash == head
    if not seen_head:
        yield f"no row has the hash {head}: the log was cut before it, or rewritten"
