"""What the verifier thinks of gold evidence: warnings for a person, since a verifier errs more often than a label."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from eval.findings import Finding
from eval.gold import Sample
from pipeline.claims import claim_from_question
from pipeline.support import Scorer, judge_sentences

__all__ = ["doubted"]

_WRONG_SIDE = {"supports": "refuting", "refutes": "supporting"}


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
            judged = judge_sentences(claim, quotes, scorer)
            least = min(p.refutes if wrong == "refuting" else p.supports for p in judged)
            if least > 0.5:
                message = (
                    f"{source} {sample.stances[source]}, and the verifier reads its quotes as {wrong} ({least:.2f})"
                )
                yield Finding(sample.id, "support", message, "warning")
