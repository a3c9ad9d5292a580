"""The scorers, one file each. Adding one is one line in `SCORERS`."""

from __future__ import annotations

from collections.abc import Mapping

from eval.score import Scorer
from eval.scorers.answer_accuracy import answer_accuracy
from eval.scorers.citation_carries import citation_carries
from eval.scorers.citation_coverage import citation_coverage
from eval.scorers.citation_proof import citation_proof
from eval.scorers.value_match import value_match

__all__ = ["SCORERS"]

SCORERS: Mapping[str, Scorer] = {
    "answer_accuracy": answer_accuracy,
    "value_match": value_match,
    "citation_proof": citation_proof,
    "citation_carries": citation_carries,
    "citation_coverage": citation_coverage,
}
