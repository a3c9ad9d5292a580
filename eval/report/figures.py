"""The headline table: which figures a report shows, in which words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from eval.score import Metric, ScoredSample
from eval.scoring import metric

__all__ = ["FIGURES", "Figure", "shown_metric"]

Kind = Literal["share", "score"]


@dataclass(frozen=True, slots=True)
class Figure:
    """One line. `share` is shown in percent, `score` with three decimals; `lower` is better where it says so."""

    group: str
    scorer: str
    label: str
    hint: str
    kind: Kind = "share"
    lower: bool = False


FIGURES: tuple[Figure, ...] = (
    Figure("Answers", "right", "right answers", "all types; a withheld answer is not right"),
    Figure("Answers", "answer_accuracy", "right yes-no answers and verdicts", "boolean questions and claims"),
    Figure("Answers", "value_match", "right values", "dates, numbers, durations, names, lists"),
    Figure("Answers", "set_f1", "list F1", "2 hits / (items said + gold items)", "score"),
    Figure("Answers", "answer_f1", "macro F1 of boolean answers", "mean of yes, no, not stated, conflicting", "score"),
    Figure("Answers", "recall_yes", "recall of yes", "right of those whose gold answer is yes"),
    Figure("Answers", "recall_no", "recall of no", "right of those whose gold answer is no"),
    Figure("Answers", "recall_not_stated", "recall of not stated", "right of those the sources do not answer"),
    Figure("Answers", "recall_conflicting", "recall of conflicting", "right of those on which sources disagree"),
    Figure("Answers", "claim_f1", "macro F1 of verdicts on claims", "mean over the four verdicts", "score"),
    Figure("Abstaining", "abstention_precision", "precision", "of answers withheld: rightly, the sources are silent"),
    Figure("Abstaining", "abstention_recall", "recall", "of questions without an answer: none was given"),
    Figure("Evidence", "citation_proof", "citations byte-equal at their offsets", "checked here against the texts"),
    Figure("Evidence", "quote_validity", "proposed quotes that stand in the sources", "before proof; n = quotes"),
    Figure("Evidence", "citation_carries", "right answers that cite what carries them", "half of the shorter span"),
    Figure("Evidence", "citation_precision", "citation precision", "citations that hit gold evidence; n = citations"),
    Figure("Evidence", "citation_recall", "citation recall", "gold quotes hit, two a source at most; n = quotes"),
    Figure("Evidence", "citation_coverage", "answerable questions with a citation", "proved, whatever it carries"),
    Figure("Evidence", "stance_f1", "macro F1 of source stances", "n = sources with a gold stance", "score"),
    Figure("Retrieval", "retrieval_recall", "recall@5 of sources", "sources read, in the order they were found"),
    Figure("Retrieval", "retrieval_mrr", "MRR of sources", "1 / rank of the first relevant source", "score"),
    Figure("Retrieval", "retrieval_ndcg", "nDCG@10 of sources", "relevant: sources with gold evidence", "score"),
    Figure("Calibration", "ece", "expected calibration error", "ten bins of equal mass", "score", lower=True),
    Figure("Calibration", "brier", "Brier score", "mean of (probability - right)²", "score", lower=True),
    Figure("Calibration", "brier_skill", "Brier skill", "1 - Brier / that of always saying the base rate", "score"),
    Figure("Calibration", "aurc", "area under risk-coverage", "mean risk over all coverages", "score", lower=True),
)


def shown_metric(figure: Figure, scored: Sequence[ScoredSample]) -> tuple[Metric, str, str]:
    """Return the metric, its value and its interval in words; `-` where there is none."""
    found = metric(scored, figure.scorer)
    if found.value is None:
        return found, "-", ""
    interval = ""
    if found.low is not None and found.high is not None:
        interval = f"{_bare(figure, found.low)} – {_bare(figure, found.high)}"
    return found, f"{100 * found.value:.1f} %" if figure.kind == "share" else f"{found.value:.3f}", interval


def _bare(figure: Figure, value: float) -> str:
    return f"{100 * value:.1f}" if figure.kind == "share" else f"{value:.3f}"
