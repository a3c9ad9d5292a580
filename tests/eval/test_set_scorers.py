"""Figures of a whole set: worked out by hand, and equal to scikit-learn, scipy and ir-measures where they have them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from scipy.stats import binomtest
from sklearn.metrics import balanced_accuracy_score, brier_score_loss, f1_score, recall_score

from eval.corpus import CorpusText
from eval.gold import Sample
from eval.score import ScoredSample, SetScorer
from eval.scorers.abstention import abstention_precision, abstention_recall, gives_no_answer
from eval.scorers.answer_f1 import ANSWERS, answer_f1, claim_f1
from eval.scorers.balanced_accuracy import balanced_accuracy
from eval.scorers.calibration import brier, brier_skill, ece, expected_calibration_error, reliability
from eval.scorers.cost import cost, latency
from eval.scorers.macro_f1 import class_f1, class_recall, confusion_matrix, macro_f1
from eval.scorers.retrieval import retrieval_mrr, retrieval_ndcg, retrieval_recall
from eval.scorers.risk_coverage import aurc, risk_coverage
from eval.scorers.stance_f1 import stance_f1
from eval.scoring import metric, score_all


def sample(name: str = "a", answer: str | None = "yes", **change: Any) -> Sample:
    return Sample.model_validate({"id": name, "question": "Q?", "type": "boolean", "answer": answer, **change})


def record(answer: str | None = "yes", **change: Any) -> dict[str, Any]:
    return {"answer": answer, "value": None, "citations": [], **change}


def figure(scorer: SetScorer, items: list[ScoredSample]) -> float | None:
    return scorer.value(np.array([row for item in items for row in scorer.rows(item)], dtype=np.float64))


def pairs(*labels: tuple[str, str]) -> list[ScoredSample]:
    """Boolean questions as (gold, said)."""
    return score_all(
        [sample(str(i), gold) for i, (gold, _) in enumerate(labels)],
        {str(i): record(said) for i, (_, said) in enumerate(labels)},
        {},
    )


def test_macro_f1_and_recall_by_hand() -> None:
    # yes: TP 2, FP 1, FN 1 -> F1 4/6; no: TP 1, FP 1, FN 1 -> 2/4; not_stated: 0 of 1 -> 0; conflicting has no gold.
    items = pairs(
        ("yes", "yes"), ("yes", "yes"), ("yes", "no"), ("no", "no"), ("no", "yes"), ("not_stated", "conflicting")
    )
    assert figure(answer_f1, items) == pytest.approx((4 / 6 + 2 / 4 + 0) / 3, abs=1e-12)
    found = [metric(items, f"recall_{name}") for name in ANSWERS]
    assert [m.value for m in found] == [pytest.approx(2 / 3), 0.5, 0.0, None]
    assert [m.n for m in found] == [3, 2, 1, 0]


def test_a_withheld_answer_and_nonsense_are_misses_and_no_class() -> None:
    samples = [sample("a"), sample("b"), sample("c", "no")]
    records = {"a": record("yes"), "b": record("yes", abstained=True), "c": record("maybe")}
    # yes: TP 1, FN 1, FP 0 -> 2/3; no: 0 -> mean 1/3
    assert figure(answer_f1, score_all(samples, records, {})) == pytest.approx(1 / 3, abs=1e-12)


def test_claims_are_counted_by_verdict_and_apart_from_questions() -> None:
    claims = [Sample(id=i, claim="It is.", answer=a) for i, a in (("a", "supported"), ("b", "refuted"))]
    records = {"a": record(None, verdict="supported"), "b": record(None, verdict="supported")}
    items = score_all(claims, records, {})
    assert figure(claim_f1, items) == pytest.approx((2 / 3 + 0) / 2, abs=1e-12)
    assert [row for item in items for row in answer_f1.rows(item)] == []


def test_macro_f1_is_that_of_scikit_learn() -> None:
    random = np.random.default_rng(3)
    for n_gold in (2, 3, 4):
        rows = np.column_stack([random.integers(n_gold, size=90), random.integers(4, size=90)]).astype(float)
        known = sorted(set(rows[:, 0]))
        theirs = f1_score(rows[:, 0], rows[:, 1], labels=known, average=None, zero_division=0)
        assert macro_f1(rows, 4) == pytest.approx(theirs.mean(), abs=1e-9)
        assert [f for f in class_f1(rows, 4) if f is not None] == pytest.approx(theirs, abs=1e-9)
        recalls = recall_score(rows[:, 0], rows[:, 1], labels=known, average=None, zero_division=0)
        assert [class_recall(rows, 4, i) for i in range(n_gold)] == pytest.approx(recalls, abs=1e-9)


def test_the_confusion_matrix_keeps_what_is_no_class_in_its_last_column() -> None:
    rows = np.array([[0, 0], [0, 1], [1, 2], [1, -1]], dtype=float)
    assert confusion_matrix(rows, 2).tolist() == [[1, 1, 0], [0, 0, 2]]


def test_balanced_accuracy_is_that_of_scikit_learn() -> None:
    truth = np.array([True] * 8 + [False] * 4)
    said = np.array([True] * 6 + [False] * 2 + [True] + [False] * 3)
    # recalls 6/8 and 3/4
    value, half = balanced_accuracy(said, truth)
    assert value == pytest.approx(0.75, abs=1e-12)
    assert value == pytest.approx(balanced_accuracy_score(truth, said), abs=1e-9)
    # variance (.1875/8 + .1875/4) / 4
    assert half == pytest.approx(1.96 * ((0.1875 / 8 + 0.1875 / 4) / 4) ** 0.5, abs=1e-12)
    with pytest.raises(ValueError, match="both classes"):
        balanced_accuracy(said, np.ones(12, dtype=bool))


def test_stances_are_counted_by_source_and_an_unread_one_is_silent() -> None:
    gold = sample(stances={"a": "supports", "b": "silent", "c": "refutes", "d": "mixed"})
    said = [{"source": "a", "stance": "supports"}, {"source": "c", "stance": "supports"}]
    items = score_all([gold], {"a": record(sources=[*said, "junk"])}, {})
    # supports TP 1 FP 1 -> 2/3; refutes 0; mixed 0; silent: b right, d said silent -> TP 1 FP 1 -> 2/3
    assert figure(stance_f1, items) == pytest.approx((2 / 3 + 0 + 0 + 2 / 3) / 4, abs=1e-12)
    assert metric(items, "stance_f1").n == 4


VALUE = {"type": "number", "answer": "2", "value": {"number": 2, "unit": None}}


@pytest.mark.parametrize(
    ("gold", "said", "none"),
    [
        (sample(answer="not_stated"), record("not_stated"), True),
        (sample(answer="not_stated"), record("yes"), False),
        (sample(), record("yes", abstained=True), True),
        (sample(answer="conflicting"), record("conflicting"), False),
        (sample(**VALUE), record(None), True),
        (sample(**VALUE), record(None, value={"number": 2}), False),
        (Sample(id="a", claim="X.", answer="supported"), record(None, verdict="supported"), False),
        (Sample(id="a", claim="X.", answer="refuted"), record(None, verdict="not_enough_evidence"), True),
    ],
)
def test_what_counts_as_no_answer(gold: Sample, said: dict[str, Any], none: bool) -> None:
    assert gives_no_answer(gold, said) is none


def test_abstention_precision_and_recall_by_hand() -> None:
    items = pairs(("not_stated", "not_stated"), ("not_stated", "yes"), ("yes", "not_stated"), ("no", "not_stated"))
    assert figure(abstention_precision, items) == pytest.approx(1 / 3)
    assert figure(abstention_recall, items) == 0.5
    assert (metric(items, "abstention_precision").n, metric(items, "abstention_recall").n) == (3, 2)
    assert figure(abstention_precision, pairs(("yes", "yes"))) is None
    assert figure(abstention_recall, pairs(("yes", "yes"))) is None


def test_ece_by_hand() -> None:
    # two bins of two: |.2 - 0| and |.85 - .5| -> (2 * .2 + 2 * .35) / 4
    found = expected_calibration_error(np.array([0.9, 0.1, 0.8, 0.3]), np.array([1, 0, 0, 0]), bins=2)
    assert found == pytest.approx(0.275, abs=1e-12)


def test_reliability_bins_have_equal_mass_and_wilsons_interval() -> None:
    random = np.random.default_rng(0)
    rows = np.column_stack([random.random(103), random.integers(2, size=103)])
    bins = reliability(rows)
    assert [b.n for b in bins] == [11, 11, 11, *[10] * 7]
    assert sum(b.n * abs(b.confidence - b.accuracy) for b in bins) / 103 == pytest.approx(ece.value(rows), abs=1e-12)
    theirs = binomtest(round(bins[0].accuracy * 11), 11).proportion_ci(method="wilson")
    assert (bins[0].low, bins[0].high) == pytest.approx((theirs.low, theirs.high), abs=1e-9)
    assert reliability(np.empty((0, 2))) == []


def test_brier_and_its_skill() -> None:
    rows = np.array([[0.9, 1.0], [0.6, 1.0], [0.7, 0.0], [0.2, 0.0]])
    # (.01 + .16 + .49 + .04) / 4 = .175; always .5 would be .25 -> skill .3
    assert brier.value(rows) == pytest.approx(0.175, abs=1e-12)
    assert brier.value(rows) == pytest.approx(brier_score_loss(rows[:, 1], rows[:, 0]), abs=1e-9)
    assert brier_skill.value(rows) == pytest.approx(0.3, abs=1e-12)
    assert brier_skill.value(rows[:2]) is None


def test_risk_coverage_by_hand_with_a_tie() -> None:
    # most probable first: right; then a tie of a right and a wrong one, half an error each; then wrong
    rows = np.array([[0.5, 0.0], [0.9, 1.0], [0.5, 1.0], [0.1, 0.0]])
    expected = [[0.25, 0.0], [0.5, 0.25], [0.75, 1 / 3], [1.0, 0.5]]
    assert risk_coverage(rows) == pytest.approx(np.array(expected))
    assert aurc.value(rows) == pytest.approx((0 + 0.25 + 1 / 3 + 0.5) / 4, abs=1e-12)
    assert aurc.value(rows[::-1]) == pytest.approx(aurc.value(rows), abs=1e-12)
    assert risk_coverage(np.empty((0, 2))).shape == (0, 2)


def test_probabilities_that_say_nothing_have_the_area_of_the_error_rate() -> None:
    rows = np.column_stack([np.full(50, 0.7), np.arange(50) % 5 > 0])
    assert aurc.value(rows) == pytest.approx(0.2, abs=1e-12)


@pytest.mark.parametrize(
    "change", [{"abstained": True}, {"probability": None}, {"probability": 1.2}, {"probability": True}]
)
def test_only_answers_with_a_probability_are_judged_by_it(change: dict[str, Any]) -> None:
    items = score_all([sample()], {"a": record(**{"probability": 0.8, **change})}, {})
    assert list(ece.rows(items[0])) == []
    assert metric(items, "ece").value is None


def test_calibration_takes_value_questions_too() -> None:
    items = score_all([sample(**VALUE)], {"a": record("2", value={"number": 2}, probability=0.8)}, {})
    assert list(brier.rows(items[0])) == [(0.8, 1.0)]


CORPUS = {name: CorpusText("It is so. It is not.") for name in "abcdefgh"}


def ranked(*names: str) -> dict[str, Any]:
    return record(sources=[{"source": n, "stance": "silent"} for n in names])


@pytest.mark.parametrize(
    ("scorer", "names", "value"),
    [
        (retrieval_recall, "abc", 0.5),  # a of a, h
        (retrieval_recall, "bcdefah", 0.0),  # both after the fifth place
        (retrieval_mrr, "bca", 1 / 3),
        (retrieval_mrr, "bc", 0.0),
        (retrieval_ndcg, "bah", (1 / np.log2(3) + 1 / 2) / (1 + 1 / np.log2(3))),  # places 2 and 3 of 1 and 2
        (retrieval_ndcg, "", 0.0),
        (retrieval_mrr, "aah", 1.0),
    ],
)
def test_retrieval_by_hand(scorer: Callable[..., Any], names: str, value: float) -> None:
    gold = sample(evidence={"a": ["It is so"], "h": ["It is so"]})
    assert scorer(gold, ranked(*names), CORPUS).value == pytest.approx(value, abs=1e-9)


def test_without_evidence_the_sources_with_a_stance_are_relevant() -> None:
    gold = sample(stances={"b": "refutes", "c": "silent"})
    found = retrieval_mrr(gold, ranked("c", "b"), CORPUS)
    assert found is not None
    assert (found.value, found.why) == (0.5, "1 of 1 relevant among 2 read")
    assert retrieval_mrr(sample(), ranked("c"), CORPUS) is None


def test_latency_percentiles_and_costs() -> None:
    runs = [{"latency_s": t, "usage": {"input_tokens": 10, "output_tokens": 2, "calls": 1}} for t in (1, 2, 3, 4, 5)]
    runs[0]["cost_usd"], runs[1]["cost_usd"] = 0.25, 0.5
    records = [record(run=run) for run in runs] + [record(), record(run="junk")]
    found = latency(records)
    assert found is not None
    # linear: 90 % of the way along 1..5 is 4.6
    assert (found.n, found.p50, found.p90, found.p95, found.longest) == (
        5,
        3.0,
        pytest.approx(4.6),
        pytest.approx(4.8),
        5.0,
    )
    total = cost(records)
    assert (total.n, total.input_tokens, total.output_tokens, total.calls) == (7, 50, 10, 5)
    assert (total.cost_usd, total.n_unpriced) == (0.75, 5)
    assert latency([record()]) is None
    assert cost([record()]).cost_usd is None
