"""The maps, the file, what is done to an answer, and which threshold a risk gets."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from factcheck.errors import UserError
from factcheck.records import Answer, Question
from factcheck.settings import Settings
from pipeline.answerer import Answerer
from pipeline.calibration import (
    SHIPPED,
    Calibration,
    Fit,
    RiskCurve,
    RiskPoint,
    answer_kind,
    calibrated,
    model_kind,
    promise_for,
    read_calibration,
)
from pipeline.lexical import LexicalScorer
from pipeline.verifier import Verifier

LEXICAL = LexicalScorer().name
POINTS = (RiskPoint(0.9, 100, 2, 0.06), RiskPoint(0.7, 300, 30, 0.13), RiskPoint(0.5, 500, 100, 0.24))


def calibration(verifier: str = LEXICAL, **fits: Fit) -> Calibration:
    half = Fit("isotonic", 100, x=(0.0, 1.0), y=(0.0, 0.5))
    return Calibration(verifier, "2026-01-01T00:00:00Z", (), {"none": fits or {"boolean": half}}, {}, "d" * 64)


def test_isotonic_goes_straight_between_its_points_and_is_level_outside() -> None:
    fit = Fit("isotonic", 9, x=(0.2, 0.6, 0.8), y=(0.1, 0.5, 0.5))
    assert [fit(p) for p in (0.0, 0.2, 0.4, 0.7, 0.8, 1.0)] == pytest.approx([0.1, 0.1, 0.3, 0.5, 0.5, 0.5])


def test_platt_is_logistic_in_the_logit() -> None:
    assert Fit("platt", 9, a=1.0, b=0.0)(0.3) == pytest.approx(0.3)
    # logit 0.8 = 1.3863; 0.5 x 1.3863 - 1 = -0.3069; 1 / (1 + e^0.3069) = 0.4239
    assert Fit("platt", 9, a=0.5, b=-1.0)(0.8) == pytest.approx(0.4239, abs=1e-4)
    assert 0 < Fit("platt", 9, a=2.0)(0.0) < Fit("platt", 9, a=2.0)(1.0) < 1


@given(
    st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1)), min_size=1, max_size=8),
    st.floats(0, 1),
    st.floats(0, 1),
)
def test_a_map_never_turns_the_order_round(points: list[tuple[float, float]], p: float, q: float) -> None:
    x, y = (tuple(sorted(column)) for column in zip(*points, strict=True))
    fit = Fit("isotonic", 9, x=x, y=y)
    low, high = fit(min(p, q)), fit(max(p, q))
    assert low <= high + 1e-9
    assert 0 <= low <= 1


@pytest.mark.parametrize(
    ("model", "kind"),
    [("none", "none"), ("local:qwen", "local"), ("local", "local"), ("openai:gpt", "other"), ("nonesuch:x", "other")],
)
def test_models_are_of_three_kinds(model: str, kind: str) -> None:
    assert model_kind(model) == kind


def test_a_kind_of_answer_falls_back_on_all_values_but_never_on_another_sort() -> None:
    fits = {"boolean": Fit("identity", 1), "value": Fit("identity", 2), "date": Fit("identity", 3)}
    found = calibration(**fits)
    names = [answer_kind("date", given=True), answer_kind("number", given=True), answer_kind("boolean", given=True)]
    assert [(f := found.fit_for("none", name)) and f[0] for name in names] == ["date", "value", "boolean"]
    assert found.fit_for("none", answer_kind("date", given=False)) is None
    assert found.fit_for("none", answer_kind("boolean", given=False)) is None
    assert found.fit_for("local", "boolean") is None


def write(folder: Path, **change: Any) -> Path:
    data = {"schema": "factcheck/calibration/1", "verifier": "v", "created": "c", "data": [], "fits": {}, "risk": {}}
    path = folder / "c.json"
    path.write_text(json.dumps(data | change))
    return path


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"schema": "factcheck/run/1"}, "is no calibration"),
        ({"verifer": "v"}, "verifer: Unexpected"),
        ({"fits": {"some": {}}}, "fits.some"),
        ({"fits": {"none": {"boolean": {"method": "isotonic", "n": 3, "x": [0.5], "y": []}}}}, "as many x as y"),
        ({"fits": {"none": {"boolean": {"method": "isotonic", "n": 3, "x": [0.5, 0.1], "y": [0, 1]}}}}, "both rising"),
        ({"risk": {"none": {"n": 9, "confidence": 2, "points": []}}}, "risk.none.confidence"),
    ],
)
def test_a_file_that_is_none_is_told_in_one_line(change: dict[str, Any], said: str, tmp_path: Path) -> None:
    with pytest.raises(UserError) as caught:
        read_calibration(write(tmp_path, **change))
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)
    assert "eval calibrate" in str(caught.value)


def test_a_file_that_is_not_there_or_not_json(tmp_path: Path) -> None:
    (tmp_path / "x.json").write_bytes(b"\xff{")
    for name in ("x.json", "none.json"):
        with pytest.raises(UserError, match="eval calibrate"):
            read_calibration(tmp_path / name)


def answered(hashed_store: Any, settings: Settings, hashing: Any, found: Calibration | None) -> Answer:
    answerer = Answerer(hashed_store, settings, embedder=hashing, scorer=LexicalScorer(), calibration=found)
    return answerer.answer(Question("Does the treaty include a mutual defence clause?"))[0]


def test_the_probability_is_mapped_at_the_end_and_the_raw_one_kept(
    hashed_store: Any, hashed_settings: Settings, hashing: Any
) -> None:
    plain = answered(hashed_store, hashed_settings, hashing, None)
    assert plain.run["calibration"] is None
    assert plain.verdict in ("supported", "refuted")
    mapped = answered(hashed_store, hashed_settings, hashing, calibration())
    assert mapped.probability == pytest.approx(plain.probability / 2, abs=1e-4)
    assert mapped.run["calibration"] == {"sha256": "d" * 64, "fit": "boolean", "raw": plain.probability}
    assert (mapped.verdict, mapped.citations, mapped.answer) == (plain.verdict, plain.citations, plain.answer)


def test_another_verifiers_calibration_is_not_applied_and_the_record_says_so(
    hashed_store: Any, hashed_settings: Settings, hashing: Any
) -> None:
    plain = answered(hashed_store, hashed_settings, hashing, None)
    other = answered(hashed_store, hashed_settings, hashing, calibration("another:123"))
    assert other.probability == plain.probability
    assert other.run["calibration"] is None
    assert other.warnings[-1] == (
        f"the probability is not calibrated: the calibration was fitted for another:123, and this verifier is {LEXICAL}"
    )


def with_curve(points: tuple[RiskPoint, ...] = POINTS, **fits: Fit) -> Calibration:
    base = calibration(**fits)
    return Calibration(base.verifier, base.created, (), base.fits, {"none": RiskCurve(1000, 0.95, points)}, base.digest)


def test_a_withheld_answer_keeps_verdict_and_evidence(
    hashed_store: Any, hashed_settings: Settings, hashing: Any
) -> None:
    settings = hashed_settings.model_copy(update={"max_risk": 0.1})
    plain = answered(hashed_store, hashed_settings, hashing, None)
    withheld = answered(hashed_store, settings, hashing, with_curve())  # halved: never above 0.9
    assert (withheld.abstained, withheld.answer, withheld.value) == (True, None, None)
    assert (withheld.verdict, withheld.citations, withheld.sources) == (plain.verdict, plain.citations, plain.sources)
    sure = Fit("isotonic", 9, x=(0.5,), y=(0.95,))
    kept = answered(hashed_store, settings, hashing, with_curve(boolean=sure))
    assert (kept.abstained, kept.answer, kept.probability) == (False, plain.answer, 0.95)


def test_silence_is_no_answer_that_could_be_withheld() -> None:
    answer = Answer(
        Question("?", type="boolean"), "not_stated", None, "not_enough_evidence", 0.1, False, "c", (), (),
        None, {}, "", (), {"verifier": LEXICAL, "model": "none"},  # type: ignore[arg-type]
    )  # fmt: skip
    promise = with_curve().risk["none"].promise(0.1)
    assert promise is not None
    kept = calibrated(answer, with_curve(), promise)
    assert (kept.answer, kept.abstained) == ("not_stated", False)


@pytest.mark.parametrize(
    ("risk", "threshold"), [(0.05, None), (0.06, 0.9), (0.1, 0.9), (0.13, 0.7), (0.2, 0.7), (0.24, 0.5), (0.9, 0.5)]
)
def test_the_laxest_threshold_that_keeps_the_risk(risk: float, threshold: float | None) -> None:
    promise = RiskCurve(1000, 0.95, POINTS).promise(risk)
    assert (promise and promise.point.threshold) == threshold


def test_tests_end_with_the_first_that_fails() -> None:
    points = (RiskPoint(0.9, 100, 2, 0.06), RiskPoint(0.7, 300, 90, 0.35), RiskPoint(0.5, 500, 20, 0.05))
    promise = RiskCurve(1000, 0.95, points).promise(0.1)
    assert promise is not None
    assert promise.point.threshold == 0.9  # 0.5 would keep it, but its test is never made


def test_what_is_promised_is_said() -> None:
    assert str(RiskCurve(1000, 0.95, POINTS).promise(0.2)) == (
        "answers under probability 0.700 are withheld; of 1000 public questions 300 were answered above it, 30 of these "
        "wrongly: a risk of at most 0.130 at 95% confidence, for questions like those"
    )


@pytest.mark.parametrize(
    ("found", "model", "said"),
    [
        (None, "none", "there is no calibration, so nothing can be promised"),
        (calibration("another:1"), "none", "the calibration is for another:1, not for"),
        (with_curve(), "openai:gpt", "has no risk curve for openai:gpt (it has: none)"),
        (with_curve(), "none", "max risk 0.05 cannot be promised: with model none the lowest is 0.060 (over 1000"),
    ],
)
def test_what_cannot_be_promised_is_refused(found: Calibration | None, model: str, said: str) -> None:
    with pytest.raises(UserError) as caught:
        promise_for(Settings(max_risk=0.05), found, verifier=LEXICAL, model=model)
    assert said in str(caught.value)


def test_the_calibration_that_ships_is_for_the_verifier_that_ships() -> None:
    found = read_calibration(SHIPPED)
    assert found.verifier == Verifier().name, "fit it again: python -m benchmarks.calibration"
    assert {"boolean", "value"} <= set(found.fits["none"])
    assert found.risk["none"].n >= 1000
