"""What the verifier thinks of gold evidence: warnings for a person, since a verifier errs more often than a label."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from eval.findings import Finding
from eval.gold import Sample
from pipeline.claims import claim_from_question
from pipeline.support import Scorer

__all__ = ["doubted"]

_WRONG_SIDE = {"supports": 1, "refutes": 0}  # the column that should be the small one


def doubted(samples: Sequence[Sample], scorer: Scorer) -> Iterator[Finding]:
    """Yield a warning where every quote of a source is judged, at more than 0.5, to bear the other way.

    Only claims and boolean questions; a stance of `mixed` cannot be told from one side, so it is left out.
    """
    for sample in samples:
        claim = sample.claim or (claim_from_question(sample.text) if sample.type == "boolean" else None)
        for source, quotes in sample.evidence.items() if claim else ():
            wrong = _WRONG_SIDE.get(sample.stances.get(source, "silent"))
            if wrong is None or not quotes or claim is None:
                continue
            rows = scorer.score_support(claim, quotes)
            least = float(np.min(rows[:, wrong]))
            if least > 0.5:
                side = ("supporting", "refuting")[wrong]
                message = (
                    f"{source} {sample.stances[source]}, and the verifier reads its quotes as {side} ({least:.2f})"
                )
                yield Finding(sample.id, "support", message, "warning")
