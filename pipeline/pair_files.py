"""Pairs to score: JSON lines `{"id", "claim", "document"}`, read one by one so that a bad line costs itself alone."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

__all__ = ["BadLine", "PairLine", "read_pairs"]

_KEYS = ("id", "claim", "document")


@dataclass(frozen=True, slots=True)
class PairLine:
    """One claim and its document; `id` is as given, of any JSON type, or the line's number."""

    line: int
    id: object
    claim: str
    document: str


@dataclass(frozen=True, slots=True)
class BadLine:
    """A line that holds no pair, and why."""

    line: int
    reason: str


def read_pairs(lines: Iterable[bytes]) -> Iterator[PairLine | BadLine]:
    """Yield what each line holds, numbered from 1; blank lines are passed over. Other keys than ours are ignored."""
    for number, raw in enumerate(lines, 1):
        if raw.strip():
            yield _read(number, raw)


def _read(number: int, raw: bytes) -> PairLine | BadLine:
    try:
        row = json.loads(raw.decode("utf-8-sig" if number == 1 else "utf-8"))
    except UnicodeDecodeError:
        return BadLine(number, "is not UTF-8")
    except (ValueError, RecursionError):
        return BadLine(number, f"is not JSON: {raw[:40]!r}")
    if not isinstance(row, dict):
        return BadLine(number, f"is a {type(row).__name__}, not an object with claim and document")
    if reason := _fault(row, "claim") or _fault(row, "document"):
        return BadLine(number, reason)
    return PairLine(number, row.get("id", number), row["claim"], row["document"])


def _fault(row: dict[str, Any], key: str) -> str | None:
    """Why `row[key]` is no text to score; None where it is."""
    value = row.get(key)
    if value is None:
        close = difflib.get_close_matches(key, [k for k in row if k not in _KEYS], n=1, cutoff=0.5)
        return f"has no {key!r}" + (f"; is {close[0]!r} meant?" if close else "")
    if not isinstance(value, str):
        return f"{key!r} is a {type(value).__name__}, not text"
    if not value.strip():
        return f"{key!r} is blank"
    half = any(0xD800 <= ord(c) < 0xE000 for c in value)
    return f"{key!r} holds half a character (a lone surrogate)" if half else None
