"""Comparing and gating: on scores worked out by hand, and through the command on run files."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner, Result

from eval.compare import compare
from eval.gate import holm, judge_gate
from eval.gold import Sample
from eval.score import Score, ScoredSample
from factcheck.cli.main import cli
from factcheck.errors import ChecksFailed, FactcheckError, PartialFailure, UsageError, UserError


def scored(values: dict[str, float | None], *, scorer: str = "right", per_family: int = 1) -> list[ScoredSample]:
    """Samples with a score; None = an error."""
    found = []
    for i, (name, value) in enumerate(values.items()):
        family = f"f{i // per_family}"
        sample = Sample.model_validate(
            {"id": name, "family": family, "question": "Q?", "type": "boolean", "answer": "yes"}
        )
        if value is None:
            found.append(ScoredSample(sample, None, {}, "model: down"))
        else:
            found.append(ScoredSample(sample, {"answer": "yes"}, {scorer: Score(value, "")}))
    return found


def invoke(*arguments: object) -> Result:
    return CliRunner().invoke(cli, ["eval", *map(str, arguments)])


def table(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))


def answers(*wrong: int, n: int = 40, **change: Any) -> dict[str, Any]:
    return {f"q{i}": "no" if i in wrong else "yes" for i in range(n)} | change


def test_a_comparison_by_hand() -> None:
    a = scored({"a": 1.0, "b": 1.0, "c": 0.0, "d": 1.0, "e": None})
    b = scored({"a": 0.0, "b": 1.0, "c": 1.0, "d": 0.0, "e": 1.0})
    found = compare(a, b)
    assert (found.n, found.n_families, found.a, found.b, found.difference) == (4, 4, 0.75, 0.5, -0.25)
    assert found.mcnemar is not None
    assert (found.mcnemar.only_a, found.mcnemar.only_b, found.mcnemar.p) == (2, 1, 1.0)
    # three coins: a net of -1 or less in 4 of 8
    assert (found.p_drop, found.p_change) == (0.5, 1.0)
    assert [(p.sample.id, p.difference) for p in found.changed] == [("a", -1.0), ("d", -1.0), ("c", 1.0)]
    assert (found.n_unscored_a, found.n_unscored_b) == (1, 0)


def test_repeats_count_once_with_their_mean() -> None:
    a = [*scored({"a": 1.0, "b": 1.0}), *scored({"a": 1.0, "b": 0.0})]
    b = [*scored({"a": 0.0, "b": 1.0}), *scored({"a": 1.0, "b": None}), *scored({"a": 0.0, "b": 1.0})]
    found = compare(a, b)
    assert found.n == 2
    assert [p.difference for p in found.pairs] == [pytest.approx(1 / 3 - 1), 0.5]
    assert found.mcnemar is not None
    assert (found.mcnemar.only_a, found.mcnemar.only_b) == (1, 1)  # 1 > half >= 1/3, and half is not more than half


def test_graded_scores_have_no_mcnemar() -> None:
    assert compare(scored({"a": 0.3}), scored({"a": 1.0})).mcnemar is None


def test_what_cannot_be_compared_is_said() -> None:
    with pytest.raises(UserError, match="no sample has a score for 'right' in both"):
        compare(scored({"a": 1.0}), scored({"b": 1.0}))
    with pytest.raises(UserError, match="cannot compare by 'rihgt'; give one of right, "):
        compare(scored({"a": 1.0}), scored({"a": 1.0}), "rihgt")


def test_a_figure_of_a_whole_set_is_compared_by_hand() -> None:
    """Brier of A: (0 + 0) / 2. Of B: (0.25 + 1) / 2; c is an error in B, so it counts in neither."""

    def probable(*said: float | None) -> list[ScoredSample]:
        items = scored(dict.fromkeys("abc", 1.0))
        return [
            ScoredSample(item.sample, None, {}, "down") if p is None
            else ScoredSample(item.sample, {"answer": "yes", "probability": p}, item.scores)
            for item, p in zip(items, said, strict=True)
        ]  # fmt: skip

    found = compare(probable(1.0, 1.0, 0.0), probable(0.5, 0.0, None), "brier")
    assert (found.n, found.n_families, found.a, found.b, found.difference) == (2, 2, 0.0, 0.625, 0.625)
    assert (found.pairs, found.mcnemar, found.detectable, found.n_unscored_b) == ((), None, None, 1)
    assert found.p_change == pytest.approx(0.5, abs=0.05)  # 2 of the 4 exchanges are as extreme
    with pytest.raises(UserError, match="'brier' is not defined in both runs"):
        compare(scored({"a": 1.0}), scored({"a": 1.0}), "brier")
    with pytest.raises(UsageError, match="cannot judge by 'ece', which is of no sample; give one of right"):
        judge_gate(scored({"a": 1.0}), scored({"a": 1.0}), scorers=("ece",))


def test_compare_prints_figures_of_whole_sets(yes_suite: Any, tmp_path: Path) -> None:
    a, b = yes_suite.run("a", answers()), yes_suite.run("b", answers(1, 2))
    done = invoke("compare", a, b, "--metric", "brier")
    assert done.exit_code == 0, done.output
    # at 0.9: 0.01 where right, 0.81 where wrong; B is wrong twice of 40
    assert any(line.startswith("| brier | 40 | 20 | 1.0% | 5.0% | +4.0 |") for line in done.stdout.splitlines())
    assert "cannot be seen" not in done.stdout
    both = invoke("compare", a, b, "--metric", "brier", "--metric", "right").stdout
    assert "2 of 40 samples changed (right): 2 fell, 0 rose" in both
    (record,) = [json.loads(line) for line in invoke("compare", a, b, "--metric", "ece", "--json").stdout.splitlines()]
    assert (record["scorer"], record["changed"]) == ("ece", [])
    refused = invoke("compare", a, b, "--metric", "ece", "-o", tmp_path / "x.csv")
    assert isinstance(refused.exception, UsageError)
    assert not (tmp_path / "x.csv").exists()


def names(n: int) -> list[str]:
    return [f"q{i}" for i in range(n)]


@pytest.mark.parametrize(
    ("n_fell", "max_drop", "passed", "reason"),
    [
        (0, 0.0, True, "no drop"),
        (4, 0.0, True, "a drop of 10.0 points that may be chance (p 0.062)"),  # (1/2)^4
        (5, 0.0, False, "a drop of 12.5 points, more than the 0 allowed (p 0.031)"),  # (1/2)^5
        (5, 0.125, True, "a drop of 12.5 points, not more than the 12.5 allowed"),
        (5, 0.12, False, "a drop of 12.5 points, more than the 12 allowed (p 0.031)"),
    ],
)
def test_the_rule(n_fell: int, max_drop: float, passed: bool, reason: str) -> None:
    baseline = scored(dict.fromkeys(names(40), 1.0))
    run = scored({name: float(i >= n_fell) for i, name in enumerate(names(40))})
    gate = judge_gate(baseline, run, max_drop=max_drop)
    assert (gate.passed, gate.checks[0].reason) == (passed, reason)


def test_a_family_is_one_witness() -> None:
    """Ten samples down in two families are two coins: p is 1 of 4."""
    run = {name: float(i >= 10) for i, name in enumerate(names(40))}
    baseline = scored(dict.fromkeys(names(40), 1.0), per_family=5)
    assert not judge_gate(scored(dict.fromkeys(names(40), 1.0)), scored(run)).passed
    gate = judge_gate(baseline, scored(run, per_family=5))
    assert gate.passed
    assert gate.checks[0].p == 0.25


def test_a_gain_passes() -> None:
    assert judge_gate(scored(dict.fromkeys(names(40), 0.0)), scored(dict.fromkeys(names(40), 1.0))).passed


def test_holm_by_hand() -> None:
    # sorted .01 .02 .04: x3, x2, x1 = .03 .04 .04
    assert holm([0.04, 0.01, 0.02]) == pytest.approx([0.04, 0.03, 0.04])
    assert holm([0.9, 0.5]) == [1.0, 1.0]


@pytest.mark.parametrize(("change", "match"), [({"max_drop": -0.1}, "-10 points"), ({"alpha": 0.7}, "0.7 makes no")])
def test_settings_out_of_range(change: dict[str, float], match: str) -> None:
    with pytest.raises(UsageError, match=match):
        judge_gate(scored({"a": 1.0}), scored({"a": 1.0}), **change)


def test_compare_prints_what_changed_with_both_answers(yes_suite: Any, tmp_path: Path) -> None:
    a, b = yes_suite.run("a", answers(1, 2)), yes_suite.run("b", answers(2, 3, 4, q7="error:down"))
    done = invoke("compare", a, b, "-o", tmp_path / "out.md", "-o", tmp_path / "out.csv")
    assert done.exit_code == 0, done.output
    lines = done.stdout.splitlines()
    assert lines[0] == "A = a (none), B = b (none)"
    assert any(line.startswith("| right | 39 | 20 | 94.9% | 92.3% | -2.6 |") for line in lines)
    assert "- fell: q3 [boolean] Is it so, 3?" in lines
    assert "  gold: yes | A: no | B: yes" in lines
    assert any("samples in 20 families a drop under" in line for line in lines)
    assert "Errors and missing records, not compared: A 0, B 1." in lines
    rows = [r for r in table(tmp_path / "out.csv") if r["figure"] == "right" and r["difference"] != "0.0"]
    changed = {r["id"]: (r["answer_a"], r["answer_b"]) for r in rows}
    assert changed == {"q1": ("no", "yes"), "q3": ("yes", "no"), "q4": ("yes", "no")}
    assert (tmp_path / "out.md").read_text(encoding="utf-8").count("| right |") == 1


def test_compare_as_json(yes_suite: Any) -> None:
    done = invoke(
        "compare", yes_suite.run("a", answers()), yes_suite.run("b", answers(3)), "--json", "--metric", "right"
    )
    record = json.loads(done.stdout)
    assert (record["scorer"], record["difference"], record["run_a"]) == ("right", -0.025, "a (none)")
    assert [(c["id"], c["answers_a"], c["answers_b"]) for c in record["changed"]] == [("q3", ["yes"], ["no"])]


def test_the_gate_fails_with_3_and_writes_its_reasons(yes_suite: Any, tmp_path: Path) -> None:
    baseline, run = yes_suite.run("base", answers()), yes_suite.run("new", answers(*range(12)))
    files = [tmp_path / f"out.{ending}" for ending in ("junit.xml", "csv", "md")]
    done = invoke("gate", "--baseline", baseline, run, *(part for f in files for part in ("-o", f)))
    assert isinstance(done.exception, ChecksFailed)
    # six families of two, all down: (1/2)^6
    assert "a drop of 30.0 points, more than the 0 allowed (p 0.016)" in str(done.exception)
    suite = ElementTree.fromstring(files[0].read_text(encoding="utf-8"))
    assert (suite.get("tests"), suite.get("failures"), suite.get("errors")) == ("2", "1", "0")
    assert suite.find("testcase/failure") is not None
    row = table(files[1])[0]
    assert (row["figure"], row["passed"], row["drop"]) == ("right", "False", "0.3")
    assert "FAIL: a drop of 30.0 points" in files[2].read_text(encoding="utf-8")


def test_the_gate_passes_what_chance_explains_and_allows_what_is_allowed(yes_suite: Any) -> None:
    baseline = yes_suite.run("base", answers())
    small, large = yes_suite.run("small", answers(1, 2)), yes_suite.run("large", answers(*range(12)))
    assert invoke("gate", "--baseline", baseline, small).exit_code == 0
    assert invoke("gate", "--baseline", baseline, large, "--max-drop", 30).exit_code == 0


def test_the_gate_works_over_repeats(yes_suite: Any) -> None:
    baseline = yes_suite.run("base", [answers(0), answers(1), answers(2)])
    run = yes_suite.run("new", [answers(*range(10, 22))] * 2)
    done = invoke("gate", "--baseline", baseline, run, "--json")
    assert isinstance(done.exception, ChecksFailed)
    (check,) = json.loads(done.stdout)["checks"]
    assert check["drop"] == pytest.approx(12 / 40 - 1 / 40)


def test_errors_make_the_gate_partial_and_are_no_drop(yes_suite: Any, tmp_path: Path) -> None:
    baseline = yes_suite.run("base", answers())
    run = yes_suite.run("new", answers(**{f"q{i}": "error:down" for i in range(12)}))
    done = invoke("gate", "--baseline", baseline, run, "-o", tmp_path / "out.xml")
    assert isinstance(done.exception, PartialFailure)
    assert str(done.exception) == (
        "errors and missing records of the run: 12; nothing fell of what is in both; "
        f"ask again with `factcheck eval run --retry-errors {run}`"
    )
    assert ElementTree.fromstring((tmp_path / "out.xml").read_text(encoding="utf-8")).get("errors") == "1"


def test_what_the_run_was_not_asked_is_missing(yes_suite: Any, tmp_path: Path) -> None:
    """Thirty of forty are in both, more than half; the ten others make the gate partial."""
    done = invoke(
        "gate", "--baseline", yes_suite.run("a", answers()), yes_suite.run("b", answers(n=30)), "-o", tmp_path / "o.xml"
    )
    assert isinstance(done.exception, PartialFailure)
    assert str(done.exception) == (
        "samples of the baseline that the run was not asked: 10; nothing fell of what is in both; "
        "ask both the same samples"
    )
    assert "Not judged: samples of the baseline that the run was not asked: 10." in done.stdout
    suite = ElementTree.fromstring((tmp_path / "o.xml").read_text(encoding="utf-8"))
    assert (suite.get("failures"), suite.get("errors")) == ("0", "1")


def test_errors_of_the_baseline_are_told_and_half_is_the_least_that_is_judged(yes_suite: Any) -> None:
    run = yes_suite.run("new", answers())
    for n_errors, code in ((20, 0), (21, 4)):
        baseline = yes_suite.run(f"base{n_errors}", answers(**{f"q{i}": "error:down" for i in range(n_errors)}))
        done = invoke("gate", "--baseline", baseline, run)
        assert f"Errors and missing records of the baseline, not compared: {n_errors}." in done.stdout
        assert (done.exit_code if code == 0 else done.exception.exit_code) == code  # type: ignore[union-attr]
    assert "only 19 of 40 samples are answered in both, too few to judge" in str(done.exception)
    assert f"--retry-errors {baseline}`" in str(done.exception)
    few = invoke("gate", "--baseline", yes_suite.run("few", answers(n=5)), run)
    assert "only 5 of 40 samples are answered in both" in str(few.exception)


def test_what_cannot_be_seen_is_told_of_each_figure_at_its_level(yes_suite: Any) -> None:
    """Twenty families, none changed: at 5 % five must be down, 25 points; at 2.5 % six, 30; at 0.1 % ten, 50."""
    a, b = yes_suite.run("a", answers()), yes_suite.run("b", answers())
    both = ("--metric", "right", "--metric", "answer_accuracy")
    for options, lines in (
        ((), ["right: a drop under 25 points cannot be seen (one-sided 5 %"]),
        (("--alpha", "0.001"), ["right: a drop under 50 points cannot be seen (one-sided 0.1 %"]),
        (both, [f"{name}: a drop under 30 points cannot be seen (one-sided 2.5 %" for name in both[1::2]]),
    ):
        told = [line for line in invoke("gate", "--baseline", a, b, *options).stdout.splitlines() if "be seen" in line]
        said = [line.replace("With 40 samples in 20 families ", "").partition(",")[0] for line in told]
        assert said == lines
    (check, _) = json.loads(invoke("gate", "--baseline", a, b, *both, "--json").stdout)["checks"]
    assert check["detectable"] == pytest.approx(0.3)


def failure(*arguments: object) -> FactcheckError:
    done = invoke(*arguments)
    assert isinstance(done.exception, FactcheckError), done.output
    assert "\n" not in str(done.exception)
    return done.exception


def test_two_suites(yes_suite: Any, make_suite: Any) -> None:
    other = make_suite([{**yes_suite.gold["samples"][0], "answer": "no"}], name="two")
    a, b = yes_suite.run("a", answers()), other.run("b", {"q0": "yes"})
    for command in (("compare", a, b), ("gate", "--baseline", a, b)):
        error = failure(*command)
        assert error.exit_code == 1
        assert "different labels; run one of them again, or name all's with --suite FILE" in str(error)
    done = invoke("compare", a, b, "--suite", yes_suite.path)
    assert done.exit_code == 0
    assert "39 samples were asked in one of the two runs only" in done.stdout


def test_another_index(yes_suite: Any) -> None:
    a, b = yes_suite.run("a", answers()), yes_suite.run("b", answers(), index="sha256:" + "1" * 64)
    assert "a read the index sha256:000000000000, b sha256:111111111111" in str(failure("gate", "--baseline", a, b))
    assert invoke("gate", "--baseline", a, b, "--any-index").exit_code == 0
    assert "Note: a read the index sha256:000000000000" in invoke("compare", a, b).stdout


def test_a_run_that_was_cut_off(yes_suite: Any) -> None:
    a, b = yes_suite.run("a", answers()), yes_suite.run("b", answers(n=30), closed=False)
    error = failure("gate", "--baseline", a, b)
    assert "the run was cut off: 30 of 40 answers are there; go on with `factcheck eval run --resume`" in str(error)
    done = invoke("compare", a, b)
    assert "Note: b: the run was cut off: 30 of 40" in done.stdout
    assert "Errors and missing records, not compared: A 0, B 10." in done.stdout


def test_labels_that_changed_since(yes_suite: Any) -> None:
    a, b = yes_suite.run("a", answers()), yes_suite.run("b", answers(3))
    changed = yes_suite.path.read_text(encoding="utf-8").replace("Is it so, 5?", "Is it otherwise?")
    yes_suite.path.write_text(changed, encoding="utf-8")
    done = invoke("compare", a, b)
    assert "has changed since the run; scored by the labels as they are now" in done.stdout
    assert "Errors and missing records, not compared: A 1, B 1." in done.stdout  # q5 was asked in other words


def test_a_run_against_itself_and_runs_that_are_not_there(yes_suite: Any, tmp_path: Path) -> None:
    a = yes_suite.run("a", answers())
    assert "are the same run; name each run once" in str(failure("compare", a, a))
    assert "no run 'b'" in str(failure("compare", a, "b", "--home", tmp_path))
    gone = yes_suite.run("gone", answers(), suite={**yes_suite.header("x")["suite"], "path": "gone.yaml"})
    also = yes_suite.run("also", answers(), suite={**yes_suite.header("x")["suite"], "path": "gone.yaml"})
    assert "its suite 'gone.yaml' cannot be used" in str(failure("compare", gone, also))
    assert invoke("compare", gone, also, "--suite", yes_suite.path).exit_code == 0
    (tmp_path / "junk.jsonl").write_text("{}\n", encoding="utf-8")
    assert "is not the head of a run" in str(failure("compare", a, tmp_path / "junk.jsonl"))


def test_an_output_of_unknown_form(yes_suite: Any, tmp_path: Path) -> None:
    a, b = yes_suite.run("a", answers()), yes_suite.run("b", answers())
    error = failure("compare", a, b, "-o", tmp_path / "out.docx")
    assert error.exit_code == 2
    assert "end it with .md, .csv" in str(error)
    assert "cannot be written" in str(failure("compare", a, b, "-o", tmp_path / "none" / "out.md"))


def test_markup_in_questions_stays_text(make_suite: Any, tmp_path: Path) -> None:
    text = "Is <b>it</b> | so\u202e?\n# yes"
    suite = make_suite([{"id": "%q", "question": text, "type": "boolean", "answer": "yes"}])
    a, b = suite.run("a", {"%q": "yes"}), suite.run("b", {"%q": "no"})
    done = invoke("compare", a, b, "-o", tmp_path / "o.md", "-o", tmp_path / "o.csv")
    assert "\u202e" not in done.stdout
    assert r"Is \<b\>it\</b\> \| so" in (tmp_path / "o.md").read_text(encoding="utf-8")
    assert ",'%q," in (tmp_path / "o.csv").read_text(encoding="utf-8")
    gate = invoke("gate", "--baseline", a, b, "-o", tmp_path / "o.xml", "--metric", "right")
    assert gate.exit_code == 0
    ElementTree.fromstring((tmp_path / "o.xml").read_text(encoding="utf-8"))
