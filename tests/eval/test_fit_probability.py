"""The fit and its bounds: against hand-worked values, and against what it promises, by simulation."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from click.testing import CliRunner

from benchmarks.calibration import counts, held_out, kept, report
from eval.benchmarks.items import QuestionItem
from eval.calibrate import Labelled, calibrate, calibration_text, observe
from eval.fit_probability import MIN_FIT, MIN_ISOTONIC, Observation, fit_maps, risk_curve, split
from factcheck.cli.main import cli
from factcheck.errors import FactcheckError, UserError
from factcheck.records import Question
from pipeline.calibration import read_calibration


def seen(n: int, *, truth: Any, kind: str = "boolean", seed: int = 0, size: int = 1) -> list[Observation]:
    """`n` answers with probabilities drawn evenly; right with probability `truth(p)`; clusters of `size`."""
    rng = np.random.default_rng(seed)
    raw = rng.uniform(0.05, 0.95, n)
    right = rng.uniform(size=n) < np.vectorize(truth)(raw)
    return [
        Observation("none", kind, True, float(p), bool(r), f"c{i // size}")
        for i, (p, r) in enumerate(zip(raw, right, strict=True))
    ]


def test_an_overconfident_probability_is_brought_down() -> None:
    fit = fit_maps(seen(1500, truth=lambda p: p**2))["none"]["boolean"]
    assert fit.method != "identity"
    assert fit.log_loss[fit.method] < fit.log_loss["identity"]
    assert [fit(p) for p in (0.3, 0.6, 0.9)] == pytest.approx([0.09, 0.36, 0.81], abs=0.08)


def test_a_right_probability_is_left_alone_or_nearly() -> None:
    fit = fit_maps(seen(1500, truth=lambda p: p))["none"]["boolean"]
    assert [fit(p) for p in (0.2, 0.5, 0.8)] == pytest.approx([0.2, 0.5, 0.8], abs=0.06)


def test_isotonic_regression_needs_many_answers() -> None:
    steps = lambda p: 0.05 if p < 0.5 else 0.95  # noqa: E731 - what isotonic regression follows best
    few, many = (fit_maps(seen(n, truth=steps))["none"]["boolean"] for n in (MIN_ISOTONIC - 1, 4 * MIN_ISOTONIC))
    assert few.method != "isotonic"
    assert "isotonic" not in few.log_loss
    assert many.method == "isotonic"


def test_few_answers_or_one_class_are_not_fitted() -> None:
    assert fit_maps(seen(MIN_FIT - 1, truth=lambda p: p)) == {}
    assert fit_maps(seen(200, truth=lambda p: 1.0)) == {}


def test_values_are_fitted_together_too_and_silence_by_itself() -> None:
    dates = seen(100, truth=lambda p: p, kind="date")
    silent = [Observation("none", "value/silent", False, o.raw, o.right, o.cluster) for o in dates]
    fits = fit_maps([*dates, *seen(40, truth=lambda p: p, kind="number", seed=1), *silent])["none"]
    assert {kind: fit.n for kind, fit in fits.items()} == {"date": 100, "value": 140, "value/silent": 100}


def test_clusters_are_never_split() -> None:
    first, second = split(seen(300, truth=lambda p: p, size=3))
    assert len(first) + len(second) == 300
    assert not {o.cluster for o in first} & {o.cluster for o in second}
    assert (len(first), len(second)) == (120, 180)


def one_point(right: list[bool], clusters: list[str]) -> float:
    """The bound where every answer has one probability, and all are kept."""
    observations = [Observation("none", "boolean", True, 0.5, r, c) for r, c in zip(right, clusters, strict=True)]
    (point,) = risk_curve(observations, {}, observations).points
    assert (point.threshold, point.n_answered, point.n_wrong) == (0.5, len(right), right.count(False))
    return point.upper


def test_bounds_are_clopper_and_pearsons() -> None:
    each = [str(i) for i in range(100)]
    assert one_point([True] * 100, each) == pytest.approx(1 - 0.05 ** (1 / 100), abs=1e-4)  # 0.0295
    assert one_point([False] * 10 + [True] * 90, each) == pytest.approx(0.1637, abs=2e-4)  # tables: 10 of 100
    assert one_point([False] * 100, each) == 1.0


def test_answers_that_fail_together_count_as_fewer() -> None:
    # 50 pairs that are both right or both wrong: design effect 2, so 5 of 50, whose bound is 0.1991
    pairs = [str(i // 2) for i in range(100)]
    assert one_point([False] * 10 + [True] * 90, pairs) == pytest.approx(0.1991, abs=5e-4)
    # none wrong: as if whole pairs failed together, 0 of 50
    assert one_point([True] * 100, pairs) == pytest.approx(1 - 0.05 ** (1 / 50), abs=1e-4)


def test_thresholds_fall_and_coverage_rises() -> None:
    grid, ours = seen(400, truth=lambda p: p), seen(400, truth=lambda p: p, seed=1)
    points = risk_curve(ours, {}, grid).points
    thresholds, answered = [p.threshold for p in points], [p.n_answered for p in points]
    assert thresholds == sorted(thresholds, reverse=True)
    assert answered == sorted(answered)
    assert risk_curve(ours, {}, []).points == ()


def test_the_promise_holds() -> None:
    """The true risk at the chosen threshold is above 0.3 in at most 5 % of 300 worlds (binomial slack: 26 of 300)."""
    broken = chosen = 0
    for world in range(300):
        grid, ours = seen(150, truth=lambda p: p, seed=2 * world), seen(250, truth=lambda p: p, seed=2 * world + 1)
        promise = risk_curve(ours, {}, grid).promise(0.3)
        if promise is not None:
            chosen += 1
            t = promise.point.threshold
            broken += 1 - (t + 0.95) / 2 > 0.3  # the mean of p over [t, 0.95] is the share of right answers
    assert chosen > 200
    assert broken <= 26


def labelled(n: int, *, public: bool, verifier: str = "v:1") -> Labelled:
    data = {"name": "made", "n": n, "sha256": "0" * 64}
    return Labelled(data, verifier, tuple(seen(n, truth=lambda p: p**2)), public)


def test_a_curve_needs_a_thousand_public_questions_in_its_part(tmp_path: Path) -> None:
    assert calibrate([labelled(1660, public=True)]).risk == {}  # 996
    assert calibrate([labelled(1700, public=False)]).risk == {}
    found = calibrate([labelled(1700, public=True), labelled(100, public=False)])
    assert found.risk["none"].n == 1020
    assert found.fits["none"]["boolean"].n == 680 + 100  # the curve's part is in no map
    path = tmp_path / "c.json"
    path.write_text(calibration_text(found))
    read = read_calibration(path)
    assert (read.fits, read.risk, read.verifier) == (found.fits, found.risk, "v:1")
    assert len(read.digest) == 64
    assert any("| none | boolean |" in line for line in report(read))


def test_suites_count_as_much_as_the_public_questions_of_their_kind() -> None:
    """Public answers at 0.5 are right one time in four, a tenth as many of a suite three times in four: half."""
    public = [Observation("none", "boolean", True, 0.5, i % 4 == 0, f"p{i}") for i in range(400)]
    suite = [Observation("none", "boolean", True, 0.5, i % 4 != 0, f"s{i}") for i in range(40)]
    data = {"name": "made", "n": 1, "sha256": "0" * 64}
    parts = [Labelled(data, "v:1", tuple(public), True), Labelled(data, "v:1", tuple(suite))]
    fit = calibrate(parts).fits["none"]["boolean"]
    assert fit(0.5) == pytest.approx(0.5, abs=0.03)
    alone = calibrate(parts[:1]).fits["none"]["boolean"]
    assert alone(0.5) == pytest.approx(0.25, abs=0.03)


def test_verifiers_are_not_mixed_and_too_little_is_refused() -> None:
    with pytest.raises(UserError, match="different verifiers"):
        calibrate([labelled(100, public=False), labelled(100, public=False, verifier="v:2")])
    with pytest.raises(UserError, match="too few"):
        calibrate([labelled(20, public=False)])


def record(answer: str, verdict: str, probability: float, *, id_: str = "a", **run: Any) -> dict[str, Any]:
    return {
        "schema": "factcheck/answer/1", "question": {"id": id_, "text": "?", "type": "boolean"}, "answer": answer,
        "value": None, "verdict": verdict, "probability": probability, "abstained": False,
        "run": {"model": "none", "verifier": "v:1", **run},
    }  # fmt: skip


def test_a_calibrated_record_is_fitted_by_its_raw_probability() -> None:
    told = record("yes", "supported", 0.4, calibration={"sha256": "x", "fit": "boolean", "raw": 0.9})
    assert observe(told, right=True, cluster="c").raw == 0.9
    silent = observe(record("not_stated", "not_enough_evidence", 0.7), right=True, cluster="c")
    assert (silent.kind, silent.given, silent.raw) == ("boolean/silent", False, 0.7)


@pytest.mark.parametrize(
    ("said", "gold", "expected"),
    [
        ("October 1973", ("1973",), True),
        ("in the long and very cold winter of 1973 and 1974 it", ("1973",), False),  # more than six words too many
        ("1974", ("1973",), False),
        (None, (), True),
        ("1973", (), False),
    ],
)
def test_a_value_counts_as_the_gold_suite_counts_it(said: str | None, gold: tuple[str, ...], expected: bool) -> None:
    assert counts(QuestionItem(Question("?"), gold, "c"), {"answer": said}) is expected


def run_file(folder: Path, n: int, **header: Any) -> Path:
    """A closed run over `n` labelled questions, of which those with a probability over a half are right."""
    (folder / "a.txt").write_text("Snow fell.")
    samples = [
        {"id": f"q{i}", "question": f"Is it {i}?", "type": "boolean", "answer": "yes" if i % 2 else "no"}
        for i in range(n)
    ]
    suite = folder / "s.yaml"
    suite.write_text(yaml.safe_dump({"schema": "factcheck/gold/1", "corpus": ["a.txt"], "samples": samples}))
    from eval.suite import open_suite

    ref = open_suite(str(suite)).ref
    head = {
        "schema": "factcheck/run/1", "id": "r", "created": "2026-01-01T00:00:00Z", "model": "none", "settings": {},
        "suite": {"path": ref.path, "sha256": ref.sha256, "n_samples": n, "corpus": ref.corpus}, "index": "sha256:0",
        "version": "0", **header,
    }  # fmt: skip
    lines = [head]
    for i in range(n):
        p = 0.6 + 0.3 * (i % 2)
        lines.append(
            {
                "schema": "factcheck/run-sample/1",
                "id": f"q{i}",
                "repeat": 0,
                "record": record("yes", "supported", p, id_=f"q{i}"),
            }
        )
    lines.append({"schema": "factcheck/run-end/1", "n_completed": n, "n_errors": 0, "created": "2026-01-01T00:00:00Z"})
    path = folder / "run.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return path


def invoke(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(cli, ["eval", "calibrate", *arguments])
    error = result.exception
    return (error.exit_code, str(error)) if isinstance(error, FactcheckError) else (result.exit_code, result.output)


def test_the_command_fits_a_run(tmp_path: Path) -> None:
    out = tmp_path / "c.json"
    code, said = invoke(str(run_file(tmp_path, 80)), "-o", str(out))
    assert code == 0
    assert "none boolean: " in said
    assert "n 80" in said
    fit = read_calibration(out).fits["none"]["boolean"]
    assert fit(0.6) < 0.1  # of the answers at 0.6 none is right, of those at 0.9 all are
    assert fit(0.9) > 0.9


def test_the_file_is_written_whole_and_through_a_link(tmp_path: Path) -> None:
    (tmp_path / "link.json").symlink_to("real.json")
    assert invoke(str(run_file(tmp_path, 80)), "-o", str(tmp_path / "link.json"))[0] == 0
    assert (tmp_path / "link.json").is_symlink()
    assert "none" in read_calibration(tmp_path / "real.json").fits
    assert "cannot be written" in invoke(str(tmp_path / "run.jsonl"), "-o", str(tmp_path / "no" / "c.json"))[1]


def repeated(path: Path, times: int, **header: Any) -> Path:
    """The same run with every answer given `times`."""
    head, *samples, end = map(json.loads, path.read_text().splitlines())
    every = [{**sample, "repeat": repeat} for repeat in range(times) for sample in samples]
    lines = [{**head, "repeat": times, **header}, *every, {**end, "n_completed": len(every)}]
    other = path.with_name(f"repeated-{lines[0]['id']}.jsonl")
    other.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return other


def test_a_question_counts_once_however_often_it_was_asked(tmp_path: Path) -> None:
    once = run_file(tmp_path, 80)
    fits = []
    for i, runs in enumerate([[once], [repeated(once, 5)], [once, repeated(once, 1, id="again")]]):
        code, said = invoke(*map(str, runs), "-o", str(tmp_path / f"{i}.json"))
        assert (code, "n 80" in said) == (0, True)
        fits.append(read_calibration(tmp_path / f"{i}.json").fits)
    assert fits[0] == fits[1] == fits[2]
    code, said = invoke(str(repeated(run_file(tmp_path, 20), 5)), "-o", str(tmp_path / "c.json"))
    assert (code, said.split(" are")[0]) == (1, "20 labelled answers")


def test_a_copy_of_a_run_is_refused_and_an_id_is_found(tmp_path: Path) -> None:
    path = run_file(tmp_path, 80)
    copy, out = tmp_path / "home" / "runs" / "r.jsonl", str(tmp_path / "c.json")
    copy.parent.mkdir(parents=True)
    copy.write_text(path.read_text())
    assert f"{path} and {copy} are the same run" in invoke(str(path), str(copy), "-o", out)[1]
    assert invoke("r", "--home", str(tmp_path / "home"), "-o", out)[0] == 0


def test_bad_runs_are_told(tmp_path: Path) -> None:
    out = str(tmp_path / "c.json")
    path = run_file(tmp_path, 80)
    assert invoke(str(tmp_path / "none.jsonl"), "-o", out)[0] == 1
    assert invoke(str(path))[0] == 2
    assert invoke(str(path), "-o", str(tmp_path / "no" / "c.json"))[0] == 1
    (tmp_path / "s.yaml").write_text((tmp_path / "s.yaml").read_text() + "\n")
    assert "has changed since" in invoke(str(path), "-o", out)[1]
    oracle = run_file(tmp_path, 80, oracle_evidence=True)
    assert "was given its evidence" in invoke(str(oracle), "-o", out)[1]


def test_the_report_says_how_good_the_probabilities_are_where_no_map_was_fitted() -> None:
    made = labelled(1700, public=True)
    table = list(held_out(calibrate([made]), [made]))
    raw, mapped = (float(line.split("|")[2].split()[0]) for line in table if line.startswith(("| raw", "| calibrated")))
    assert raw > 0.1  # p against p squared: the mean of p - p^2 over 0.05..0.95 is 0.18
    assert mapped < 0.06


def test_answers_are_kept_and_only_what_is_missing_is_asked_again(tmp_path: Path) -> None:
    asked: list[list[str]] = []

    def answer(left: Sequence[str]) -> Iterator[dict[str, Any]]:
        asked.append(list(left))
        yield from (
            record("yes", "supported", 0.5, id_=i) if i != "b" else {"error": {}, "question": {"id": i}} for i in left
        )

    named = ("none", "v:1", "made")
    assert list(kept(tmp_path, named, ["a", "b"], answer)) == ["a"]
    assert list(kept(tmp_path, named, ["c", "a", "b"], answer)) == ["c", "a"]
    assert list(kept(tmp_path, ("none", "v:2", "made"), ["a"], answer)) == ["a"]  # another verifier
    assert asked == [["a", "b"], ["c", "b"], ["a"]]
