"""The aggregate: what is unscored, intervals by family, the ways of no, latency."""

from __future__ import annotations

from typing import Any

import pytest

from eval.gold import Sample
from eval.score import Metric, Score, ScoredSample
from eval.scorers.ways_of_no import three_ways_of_no
from eval.scoring import metric, score_all


def sample(name: str, answer: str | None = "yes", **change: Any) -> Sample:
    base = {"id": name, "question": "Q?", "type": "boolean", "answer": answer}
    return Sample.model_validate({**base, **change})


def record(name: str, answer: str | None, **change: Any) -> dict[str, Any]:
    return {"question": {"id": name}, "answer": answer, "value": None, "citations": [], **change}


def test_a_failed_or_missing_record_is_unscored_and_never_wrong() -> None:
    error = {"schema": "factcheck/error/1", "question": {"id": "b"}, "error": {"kind": "model", "message": "down"}}
    scored = score_all([sample("a"), sample("b"), sample("c")], {"a": record("a", "yes"), "b": error}, {})
    found = metric(scored, "answer_accuracy")
    assert (found.value, found.n, found.unscored) == (1.0, 1, 2)
    assert [s.unscored for s in scored] == [None, "model: down", "no record"]


def test_a_metric_is_weighted_and_says_nothing_of_nothing() -> None:
    # citation_proof: 1 of 1, and 1 of 3 -> 2 of 4
    scored = [
        ScoredSample(sample("a"), {}, {"citation_proof": Score(1.0, "", weight=1)}),
        ScoredSample(sample("b"), {}, {"citation_proof": Score(1 / 3, "", weight=3)}),
    ]
    found = metric(scored, "citation_proof")
    assert (found.value, found.n) == (pytest.approx(0.5), 4)
    assert metric(scored, "value_match") == Metric(None, None, None, 0, 0)


def test_the_interval_resamples_families() -> None:
    def scored(families: int, size: int) -> list[ScoredSample]:
        return [
            ScoredSample(sample(f"{f}-{i}", family=f"f{f}"), {}, {"answer_accuracy": Score(float(f % 2), "")})
            for f in range(families)
            for i in range(size)
        ]

    def width(scores: list[ScoredSample]) -> float:
        found = metric(scores, "answer_accuracy")
        assert found.low is not None
        assert found.high is not None
        return found.high - found.low

    # 40 families: se of a fair coin's mean is .5 / sqrt(40) = .079, so the interval is 2 * 1.96 * .079 = .31 wide.
    assert width(scored(40, 1)) == pytest.approx(0.31, abs=0.03)
    # Ten samples that stand or fall together say no more than one.
    assert width(scored(40, 10)) == pytest.approx(width(scored(40, 1)), abs=0.02)
    assert metric(scored(1, 10), "answer_accuracy").low is None


def test_the_three_ways_of_no() -> None:
    samples = [
        sample("a", "no"),
        sample("b", "not_stated", tags=["silent"]),
        sample("c", "not_stated", tags=["off-topic"]),
        sample("d", None, type="number", tags=["silent"]),
        sample("e", "yes"),
        sample("f", "no"),
    ]
    records = {
        "a": record("a", "not_stated", coverage={"reason": "silent"}),
        "b": record("b", "no"),
        "c": record("c", "not_stated", coverage={"reason": "off_topic"}),
        "d": record("d", None, coverage={"reason": None}),
        "e": record("e", "no"),
        "f": record("f", "yes"),
    }
    assert three_ways_of_no(score_all(samples, records, {})) == {
        ("no", "silent"): 1,
        ("silent", "no"): 1,
        ("off_topic", "off_topic"): 1,
        ("silent", "unexplained"): 1,
        ("no", "answered"): 1,
    }
