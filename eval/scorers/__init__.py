"""The scorers, one file each. Adding one is one line in `SCORERS` (means) or `SET_SCORERS` (figures of a whole set)."""

from __future__ import annotations

from collections.abc import Mapping

from eval.score import Scorer, SetScorer
from eval.scorers.abstention import abstention_precision, abstention_recall
from eval.scorers.answer_accuracy import answer_accuracy
from eval.scorers.answer_f1 import answer_f1, answer_recall, claim_f1
from eval.scorers.calibration import brier, brier_skill, ece
from eval.scorers.citation_carries import citation_carries
from eval.scorers.citation_coverage import citation_coverage
from eval.scorers.citation_precision import citation_precision
from eval.scorers.citation_proof import citation_proof
from eval.scorers.citation_recall import citation_recall
from eval.scorers.quote_validity import quote_validity
from eval.scorers.retrieval import retrieval_mrr, retrieval_ndcg, retrieval_recall
from eval.scorers.right import right
from eval.scorers.risk_coverage import aurc
from eval.scorers.set_f1 import set_f1
from eval.scorers.stance_f1 import stance_f1
from eval.scorers.value_match import value_match

__all__ = ["SCORERS", "SET_SCORERS"]

SCORERS: Mapping[str, Scorer] = {
    "right": right,
    "answer_accuracy": answer_accuracy,
    "value_match": value_match,
    "set_f1": set_f1,
    "citation_proof": citation_proof,
    "citation_carries": citation_carries,
    "citation_precision": citation_precision,
    "citation_recall": citation_recall,
    "citation_coverage": citation_coverage,
    "quote_validity": quote_validity,
    "retrieval_recall": retrieval_recall,
    "retrieval_mrr": retrieval_mrr,
    "retrieval_ndcg": retrieval_ndcg,
}

SET_SCORERS: Mapping[str, SetScorer] = {
    "answer_f1": answer_f1,
    **{f"recall_{name}": scorer for name, scorer in answer_recall.items()},
    "claim_f1": claim_f1,
    "stance_f1": stance_f1,
    "abstention_precision": abstention_precision,
    "abstention_recall": abstention_recall,
    "ece": ece,
    "brier": brier,
    "brier_skill": brier_skill,
    "aurc": aurc,
}
