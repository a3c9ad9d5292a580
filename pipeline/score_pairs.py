"""Score a stream of pairs: order kept, a pair that cannot be scored reported by its line and skipped."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

from factcheck.errors import UserError
from pipeline.grounding import Grounding, ground
from pipeline.pair_files import BadLine, PairLine
from pipeline.support import Scorer

__all__ = ["score_stream"]

BLOCK = 64  # pairs that are batched by length together


def score_stream(lines: Iterable[PairLine | BadLine], scorer: Scorer) -> Iterator[dict[str, Any] | BadLine]:
    """Yield a record `{id, supports, refutes, neutral, evidence: {start, end}}` or a BadLine for each line, in order.

    `warnings` is there only where there are any.
    """
    lines = iter(lines)
    while block := list(islice(lines, BLOCK)):
        pairs = [line for line in block if isinstance(line, PairLine)]
        scored = dict(zip((p.line for p in pairs), _scored(pairs, scorer), strict=True))
        for line in block:
            yield scored[line.line] if isinstance(line, PairLine) else line


def _scored(pairs: list[PairLine], scorer: Scorer) -> list[dict[str, Any] | BadLine]:
    """Score a block at once; where one pair is refused, each by itself, so that it costs no other."""
    try:
        return [
            _record(p, g) for p, g in zip(pairs, ground([(p.claim, p.document) for p in pairs], scorer), strict=True)
        ]
    except UserError as error:
        if len(pairs) == 1:
            return [BadLine(pairs[0].line, str(error).replace("of pair 1 ", ""))]
        return [row for pair in pairs for row in _scored([pair], scorer)]


def _record(pair: PairLine, found: Grounding) -> dict[str, Any]:
    p = found.support
    record: dict[str, Any] = {
        "id": pair.id,
        "supports": round(p.supports, 6),
        "refutes": round(p.refutes, 6),
        "neutral": round(p.neutral, 6),
        "evidence": {"start": found.evidence.start, "end": found.evidence.end},
    }
    return record | ({"warnings": list(found.warnings)} if found.warnings else {})
