"""The figures of a run: each over the samples of its kind; perfect answers reach them all."""

from __future__ import annotations

from typing import Any

import pytest

from eval.bars import agreement, bars, bars_table, failure_lines, summary
from eval.gold import Sample
from eval.scoring import score_all
from eval.suite import Suite, open_suite


def perfect(sample: Sample, suite: Suite) -> dict[str, Any]:
    """What a system would say that knows the labels."""
    source, quotes = next(iter(sample.evidence.items()), (None, [""]))
    citations = []
    if source is not None:
        start, end = suite.corpus[source].spans_of(quotes[0])[0]
        citations = [{"source": source, "start": start, "end": end, "exact": quotes[0], "stance": "supports"}]
    return {
        "schema": "factcheck/answer/1",
        "question": {"id": sample.id},
        "answer": sample.answer,
        "verdict": sample.answer,
        "value": sample.value.model_dump() if sample.value else None,
        "citations": citations,
        "run": {"latency_s": 0.5},
    }


def test_the_labels_themselves_reach_every_figure() -> None:
    suite = open_suite("treaty")
    scored = score_all(suite.samples, {s.id: perfect(s, suite) for s in suite.samples}, suite.corpus)
    found = bars(scored)
    assert {"boolean", "value", "proof", "carries", "coverage"} <= set(found)
    assert all(m.value == 1.0 for m in found.values())
    assert not any("unscored" in line for line in bars_table(scored))
    assert list(failure_lines(scored)) == ["", "Not right (samples tagged `test` are not listed):"]


SAMPLES = [
    Sample(id="b1", question="Is it?", type="boolean", answer="no"),
    Sample(id="b2", question="Is it so?", type="boolean", answer="yes"),
    Sample(id="c1", claim="It is.", answer="refuted"),
    Sample(id="c2", claim="It is so.", answer="supported"),
]


def scored_by_hand() -> Any:
    """One boolean question of two right, no claim of one; one claim failed."""
    records: dict[str, dict[str, Any]] = {
        "b1": {"answer": "no", "verdict": "refuted", "run": {"latency_s": 1.0}},
        "b2": {"answer": "no", "verdict": "refuted", "run": {"latency_s": 3.0}},
        "c1": {"answer": "yes", "verdict": "supported", "run": {"latency_s": 2.0}},
        "c2": {"schema": "factcheck/error/1", "error": {"kind": "model", "message": "it is down"}},
    }
    return score_all(SAMPLES, records, {})


def test_the_cost_is_that_of_errors_too_and_the_seconds_are_of_answers() -> None:
    """An answer of a dollar and an error of two cents: 1.02 for three calls."""
    paid = {"usage": {"calls": 1, "input_tokens": 10, "output_tokens": 1}, "cost_usd": 1.0, "latency_s": 4.0}
    failed = {"usage": {"calls": 2, "input_tokens": 20, "output_tokens": 2}, "cost_usd": 0.02}
    error = {"schema": "factcheck/error/1", "error": {"kind": "model_reply", "message": "bad"}, "run": failed}
    scored = score_all(SAMPLES[:2], {"b1": {"answer": "no", "verdict": "refuted", "run": paid}, "b2": error}, {})
    told = summary(scored)
    assert told["cost"] == {
        "n": 2, "input_tokens": 30, "output_tokens": 3, "calls": 3, "cost_usd": 1.02, "n_unpriced": 0
    }  # fmt: skip
    assert told["latency_s"]["n"] == 1
    assert "| cost | $1.0200 | - | 2 |" in list(bars_table(scored))


def test_claims_and_questions_are_counted_apart_and_errors_in_neither() -> None:
    found = bars(scored_by_hand())
    assert (found["boolean"].value, found["boolean"].n) == (0.5, 2)
    assert (found["claim"].value, found["claim"].n, found["claim"].unscored) == (0.0, 1, 1)
    assert "value" not in found, "the suite has none"


def test_the_table_shows_what_is_unscored_and_why() -> None:
    lines = list(bars_table(scored_by_hand()))
    assert "| median latency | 2.00 s | - | 3 |" in lines
    assert lines[-2:] == ["1 of 4 samples are unscored, neither right nor wrong:", "- 1 x model: it is down: c2"]


def test_a_figure_stays_in_view_when_every_sample_of_its_kind_failed() -> None:
    error = {"schema": "factcheck/error/1", "error": {"kind": "model", "message": "down"}}
    scored = score_all(SAMPLES[:2], {"b1": error, "b2": error}, {})
    assert "| boolean questions right | - | - | 0 |" in list(bars_table(scored))


def test_failures_of_the_test_half_stay_unseen() -> None:
    samples = [s.model_copy(update={"tags": ["test"] if s.id == "b2" else []}) for s in SAMPLES]
    wrong = {s.id: {"answer": "conflicting", "verdict": "conflicting_evidence"} for s in samples}
    listed = [line for line in failure_lines(score_all(samples, wrong, {})) if line.startswith("- ")]
    assert listed == ["- b1 [boolean] Is it?", "- c1 [claim] It is.", "- c2 [claim] It is so."]


def test_repeats_that_answer_otherwise_are_counted() -> None:
    """b1: yes, yes. b2: yes, no. c1: one answer and one error, so nothing to compare."""
    yes, no = {"answer": "yes", "verdict": "supported"}, {"answer": "no", "verdict": "refuted"}
    error = {"schema": "factcheck/error/1", "error": {"kind": "model", "message": "down"}}
    first = score_all(SAMPLES[:3], {"b1": yes, "b2": yes, "c1": yes}, {})
    second = score_all(SAMPLES[:3], {"b1": yes, "b2": no, "c1": error}, {})
    assert agreement([*first, *second]) == (1, 2)
    assert "| answers the same in all repeats | 50.0% | - | 2 |" in list(bars_table([*first, *second]))
    assert agreement(first) == (0, 0)
    assert not any("repeats" in line for line in bars_table(first))


def test_the_summary_is_the_same_as_numbers() -> None:
    found = summary(scored_by_hand())
    assert (found["n_samples"], found["n_unscored"]) == (4, 1)
    assert found["metrics"]["boolean"]["value"] == 0.5
    assert found["latency_s"]["p50"] == 2.0


def test_the_summary_has_every_scorer_that_applies() -> None:
    """Two boolean answers, `no` right at 0.8 and wrong at 0.6: Brier (0.04 + 0.36) / 2."""
    said = {"answer": "no", "verdict": "refuted"}
    records = {"b1": {**said, "probability": 0.8}, "b2": {**said, "probability": 0.6}}
    found = summary(score_all(SAMPLES[:2], records, {}))["metrics"]
    assert set(found) == {
        "boolean", "right", "answer_accuracy", "answer_f1", "recall_yes", "recall_no", "ece", "brier", "brier_skill",
        "aurc",
    }  # fmt: skip
    assert found["brier"]["value"] == pytest.approx(0.2)
    assert (found["recall_no"]["value"], found["recall_yes"]["value"]) == (1.0, 0.0)
    assert set(found["ece"]) == {"value", "low", "high", "n", "unscored"}
