"""eval run and eval score: what they print and keep, kills and errors, and what bad input gets."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from eval.run_files import read_run
from eval.runner import State
from factcheck.cli.eval_present import shown
from factcheck.errors import CostLimitError, ModelReplyError
from pipeline.models.prices import Price
from pipeline.models.scripted import ScriptedModel
from pipeline.readers import reader_over

Run = Callable[..., SimpleNamespace]
DESIGN_GOLD = str(Path(__file__).with_name("design_gold.yaml"))
FIVE = (
    "--sample",
    "b-every-key",
    "--sample",
    "u-years",
    "--sample",
    "k-refuted",
    "--sample",
    "l-null",
    "--sample",
    "11",
)


@pytest.fixture(scope="session")
def corpora(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the corpora of all these tests lie: each is ingested once."""
    return tmp_path_factory.mktemp("corpora")


@pytest.fixture
def home(run: Run, corpora: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    home = tmp_path / "home"
    home.mkdir()
    (home / "corpora").symlink_to(corpora)
    monkeypatch.setenv("FACTCHECK_HOME", str(home))
    return home


def runs(home: Path) -> list[Path]:
    return sorted((home / "runs").glob("*"), key=lambda p: p.stat().st_mtime_ns)


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


@pytest.fixture(scope="session")
def made() -> dict[str, bytes]:
    """Run files that were made once, by name."""
    return {}


@pytest.fixture
def five(run: Run, home: Path, made: dict[str, bytes]) -> Path:
    """A complete run of five samples."""
    if not made:
        done = run("eval", "run", DESIGN_GOLD, *FIVE)
        assert done.code == 0, done.err
        made.update({path.name: path.read_bytes() for path in runs(home)})
    ((name, raw),) = made.items()
    (home / "runs").mkdir(exist_ok=True)
    (home / "runs" / name).write_bytes(raw)
    return home / "runs" / name


def test_every_shape_of_the_schema_loads_runs_and_is_scored_the_same_again(run: Run, home: Path) -> None:
    done = run("eval", "run", DESIGN_GOLD, "-j", "2")
    assert done.code == 0, done.err
    (path,) = runs(home)
    found = read_run(path)
    assert (found.closed, len(found.samples), found.n_errors) == (True, 60, 0)
    assert found.header.suite.n_samples == 60
    for row in ("boolean questions right", "value questions right", "claims right"):
        assert re.search(rf"\| {row} \| [\d.]+% \| [\d.]+% - [\d.]+% \| \d+ \|", done.out), row
    assert "citations byte-equal at their offsets | 100.0% |" in done.out
    assert f"run {found.header.id}: {path}" in done.err
    again = run("eval", "score", found.header.id)
    assert (again.code, again.out) == (0, done.out)
    by_id = {s.id: s.record for s in found.samples}
    assert by_id["k-refuted"]["claim"] == "The treaty includes a mutual defence clause."
    assert by_id["k-refuted"]["verdict"] in ("supported", "refuted", "not_enough_evidence", "conflicting_evidence")
    assert by_id["b-as-of"]["question"]["as_of"] == "2025-01-01"
    assert by_id["11"]["question"]["type"] == "boolean"


def test_a_users_own_sources_are_neither_read_nor_touched(run: Run, home: Path, tmp_path: Path) -> None:
    (tmp_path / "own.txt").write_text("The treaty does include a mutual defence clause, says my own note.", "utf-8")
    assert run("ingest", "own.txt").code == 0
    before = run("sources", "--json").out
    run("eval", "run", DESIGN_GOLD, "--sample", "b-every-key")
    assert run("sources", "--json").out == before
    (sample,) = read_run(runs(home)[-1]).samples
    assert "own.txt" not in {source["source"] for source in sample.record["sources"]}


def test_a_corpus_is_ingested_once(run: Run, home: Path, five: Path) -> None:
    stamps = {p: p.stat().st_mtime_ns for p in (home / "corpora").resolve().glob("*/catalog.sqlite")}
    assert run("eval", "run", DESIGN_GOLD, *FIVE).code == 0
    assert {p: p.stat().st_mtime_ns for p in stamps} == stamps


def test_json_tells_the_same_figures(run: Run, home: Path, five: Path) -> None:
    scores = json.loads(run("eval", "score", str(five), "--json").out)
    assert scores["schema"] == "factcheck/scores/1"
    assert (scores["run"], scores["model"], scores["n_samples"]) == (five.stem, "none", 5)
    assert {"boolean", "value", "claim"} <= set(scores["metrics"])
    assert set(scores["metrics"]["boolean"]) == {"value", "low", "high", "n", "unscored"}


def test_the_run_file_is_that_of_the_contract(five: Path) -> None:
    head, *samples, end = lines(five)
    assert head["schema"] == "factcheck/run/1"
    assert head["settings"]["n_passages"] == 12
    assert head["index"].startswith("sha256:")
    assert head["samples"] == ["b-every-key", "u-years", "k-refuted", "l-null", "11"]
    assert all(s["record"]["question"]["id"] == s["id"] for s in samples)
    assert end["n_completed"] == 5


def test_oracle_evidence_reads_the_gold_passages_and_nothing_else(run: Run, home: Path) -> None:
    ids = ("--sample", "x-why", "--sample", "l-null")
    assert run("eval", "run", DESIGN_GOLD, *ids, "--oracle-evidence").code == 0
    found = read_run(runs(home)[-1])
    assert found.header.oracle_evidence
    given, retrieved = (next(s.record for s in found.samples if s.id == id_) for id_ in ("x-why", "l-null"))
    assert [s["source"] for s in given["sources"]] == ["eu-global-preview"]
    assert given["coverage"]["n_passages_read"] == 1
    assert len(retrieved["sources"]) == 5, "where the label has no evidence, it is retrieved as always"


def test_a_kill_costs_the_torn_line_and_resume_asks_the_rest(run: Run, home: Path, five: Path) -> None:
    raw = five.read_bytes()
    ends = [i + 1 for i, byte in enumerate(raw) if byte == 10]
    five.write_bytes(raw[: ends[2] + 40])
    done = run("eval", "run", DESIGN_GOLD, *FIVE, "--resume")
    assert done.code == 0, done.err
    assert "2 samples are there, 3 are asked" in done.err
    assert runs(home) == [five]
    assert five.read_bytes()[: ends[2]] == raw[: ends[2]], "what was completed is not written again"
    assert Counter(s.id for s in read_run(five).samples) == Counter(
        ["b-every-key", "u-years", "k-refuted", "l-null", "11"]
    )
    assert lines(five)[-1]["n_completed"] == 5


def test_resume_of_two_models_skips_what_is_complete_and_begins_what_is_not(run: Run, home: Path, five: Path) -> None:
    raw = five.read_bytes()
    five.write_bytes(raw[: raw.rindex(b"{")])
    done = run("eval", "run", DESIGN_GOLD, *FIVE, "--model", "auto", "--model", "none", "--resume")
    assert done.code == 0, done.err
    assert len(runs(home)) == 2, "both names stand for `none` here: one run was left open, one not begun"


def test_errors_are_asked_again(run: Run, home: Path, five: Path) -> None:
    head, *rest = lines(five)
    error = {
        "schema": "factcheck/error/1",
        "question": {"id": rest[1]["id"]},
        "error": {"kind": "model", "message": "down"},
    }
    rest[1]["record"], rest[-1]["n_errors"] = error, 1
    five.write_text("".join(json.dumps(line) + "\n" for line in (head, *rest)), "utf-8")
    scored = run("eval", "score", five.stem)
    assert "1 of 5 samples are unscored, neither right nor wrong:\n- 1 x model: down: " in scored.out
    done = run("eval", "run", "--retry-errors", five.stem)
    assert done.code == 0, done.err
    found = read_run(runs(home)[-1])
    assert (found.header.parent, len(found.samples), found.n_errors, found.closed) == (five.stem, 5, 0, True)
    assert runs(home)[-1] != five
    again = run("eval", "run", "--retry-errors", found.header.id)
    assert again.code == 1
    assert "nothing to retry" in again.err


def test_repeats_are_all_kept_and_scored(run: Run, home: Path) -> None:
    done = run("eval", "run", DESIGN_GOLD, "--tag", "off-topic", "--limit", "1", "--repeat", "3")
    assert done.code == 0, done.err
    assert [s.repeat for s in read_run(runs(home)[-1]).samples] == [0, 1, 2]
    assert "3 answers" in done.out


def test_an_answer_that_fails_is_told_and_the_others_are_scored(run: Run, home: Path, tmp_path: Path) -> None:
    (tmp_path / "g.yaml").write_text(
        "schema: factcheck/gold/1\ncorpus: seeds\nsamples:\n"
        f"  - {{id: long, question: 'Is it {'very ' * 500}so?', type: boolean, answer: yes}}\n"
        "  - {id: good, claim: The treaty was signed., answer: supported}\n",
        "utf-8",
    )
    done = run("eval", "run", "g.yaml")
    assert done.code == 4
    assert "1 of 2 answers failed" in done.err
    assert "--retry-errors" in done.err
    assert "claims right" in done.out
    assert "1 of 2 samples are unscored" in done.out
    assert "boolean questions right | - | - | 0 |" in done.out, "a kind whose samples all failed stays in view"


def test_a_dry_run_counts_and_asks_nothing(run: Run, home: Path) -> None:
    models = ("--model", "openai:gpt-4o", "--model", "local", "--model", "none", "--model", "openai:unheard-of")
    done = run("eval", "run", DESIGN_GOLD, *FIVE, "--repeat", "2", "--dry-run", "--json", *models)
    assert done.code == 0, done.err
    paid, local, none, unknown = (json.loads(line) for line in done.out.splitlines())
    assert (paid["n_answers"], none["calls"], none["cost_usd"]) == (10, 0, 0.0)
    assert (local["cost_usd"], unknown["cost_usd"]) == (0.0, None)
    assert local["calls"] > 0
    assert paid["calls"] > 0
    # gpt-4o: 2.50 and 10.00 dollars for a million tokens
    # of each question the one reply asked for again: the prompt, 1,024 tokens of the reply and 100 of what was wrong
    # more in, twice as many out; a claim that is worded first has two replies, and may be asked three times in all
    n_in, n_out = 2 * paid["input_tokens"] + 1124 * paid["calls"], 3 * paid["output_tokens"]
    assert paid["most_cost_usd"] == pytest.approx(n_in * 2.5e-6 + n_out * 1e-5, abs=1e-6)
    assert paid["most_calls"] == 2 * paid["calls"] == 20
    assert (none["most_calls"], unknown["most_cost_usd"]) == (0, None)
    assert paid["cost_usd"] == pytest.approx(paid["input_tokens"] * 2.5e-6 + paid["output_tokens"] * 1e-5, abs=1e-6)
    assert not (home / "runs").exists()
    assert "a price that is not known" in run("eval", "run", DESIGN_GOLD, *FIVE, "--dry-run", *models).out


def test_a_dry_run_of_a_reasoning_model_counts_what_it_may_think(
    run: Run, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    command = ("eval", "run", DESIGN_GOLD, "--sample", "k-refuted", "--dry-run", "--json", "--model", "openai:gpt-5")
    assert json.loads(run(*command).out)["output_tokens"] == 1024 + 8192
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:9/v1")  # there it is only a name
    assert json.loads(run(*command).out)["output_tokens"] == 1024


def test_a_failed_answer_is_paid_for(run: Run, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A scripted reply has 8 tokens: at a dollar each, 8 dollars."""
    model = ScriptedModel([ModelReplyError("prose")])
    model.price = Price(input=0, output=1e6)
    monkeypatch.setattr("eval.run_suite.open_reader", lambda settings, resumed: reader_over(model, settings))
    done = run("eval", "run", DESIGN_GOLD, "--sample", "k-refuted", "--model", "openai:gpt-4o")
    assert done.code == 4
    assert "| cost | $8.0000 | - | 1 |" in done.out
    (sample,) = read_run(runs(home)[-1]).samples
    assert sample.record["run"]["usage"]["calls"] == 1


def test_what_asks_errors_again_is_named_for_each_run_that_has_some(
    run: Run, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of two models the first fails; and of one with -o, whose run is not in HOME/runs."""
    models = [ScriptedModel([ModelReplyError("prose")]), None, ScriptedModel([ModelReplyError("prose")])]
    monkeypatch.setattr(
        "eval.run_suite.open_reader", lambda settings, resumed: (m := models.pop(0)) and reader_over(m, settings)
    )
    command = ("eval", "run", DESIGN_GOLD, "--sample", "k-refuted", "--model", "openai:gpt-4o")
    done = run(*command, "--model", "none")
    failed, good = runs(home)
    assert [read_run(path).n_errors for path in (failed, good)] == [1, 0]
    assert f"the first with: prose; `factcheck eval run --retry-errors {failed}` asks them again" in done.err
    assert "`factcheck eval run --retry-errors o.jsonl` asks" in run(*command, "-o", "o.jsonl").err
    models[:] = [ScriptedModel([{"quotes": []}])]
    again = run("eval", "run", "--retry-errors", "o.jsonl", "-o", "again.jsonl")
    assert again.code == 0, again.err


def test_a_model_that_cannot_be_had_leaves_no_run(run: Run, home: Path) -> None:
    done = run("eval", "run", DESIGN_GOLD, *FIVE, "--model", "openai:gpt-4o")
    assert done.code == 5
    assert "OPENAI_API_KEY" in done.err
    assert not (home / "runs").exists()


def test_a_limit_on_cost_stops_the_run_and_a_higher_one_goes_on(
    run: Run, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    judged, valued = (
        {"quotes": []},
        {"answer": "", "quotes": []},
    )  # in the suite's order: two booleans, two values, a claim
    models = [
        ScriptedModel([judged, judged, CostLimitError("too dear")]),
        ScriptedModel([valued, valued, judged]),
    ]
    monkeypatch.setattr("eval.run_suite.open_reader", lambda settings, resumed: reader_over(models.pop(0), settings))
    command = ("eval", "run", DESIGN_GOLD, *FIVE, "--model", "openai:gpt-4o", "--max-cost")
    done = run(*command, "0.01")
    assert done.code == 4
    assert "--max-cost is reached; 3 samples are not asked; --resume goes on with" in done.err
    (path,) = runs(home)
    assert (len(read_run(path).samples), read_run(path).n_errors) == (2, 0)
    done = run(*command, "5", "--resume")
    assert done.code == 0, done.err
    found = read_run(path)
    assert (found.closed, len(found.samples), found.n_errors) == (True, 5, 0)
    assert found.samples[0].record["run"]["model"] == "scripted"


def test_predictions_of_another_system(run: Run, home: Path, tmp_path: Path) -> None:
    given = [
        {"id": "b-every-key", "answer": "no"},
        {"id": "k-refuted", "answer": "SUPPORTED"},
        {"id": "u-years", "answer": "20 years"},
    ]
    (tmp_path / "p.jsonl").write_text("".join(json.dumps(line) + "\n" for line in given), "utf-8")
    done = run("eval", "score", "--suite", DESIGN_GOLD, "--predictions", "p.jsonl", "--failures")
    assert done.code == 4
    assert "p.jsonl has no answer for 57 of 60 samples, which are unscored: b-bare-no, " in done.err
    assert "boolean questions right | 100.0%" in done.out
    assert "claims right | 0.0%" in done.out
    assert "- k-refuted [claim] The treaty includes a mutual defence clause." in done.out
    part = run("eval", "score", "--suite", DESIGN_GOLD, "--predictions", "p.jsonl", "--tag", "multi-source")
    assert part.code == 0, part.err


def test_predictions_become_a_run_that_is_compared(run: Run, home: Path, tmp_path: Path) -> None:
    """One of two right against both right, of two samples with a tag; the third of them has no line."""
    a = [{"id": "b-every-key", "answer": "yes"}, {"id": "u-years", "answer": "20 years"}]
    b = [{"id": "b-every-key", "answer": "no"}, {"id": "u-years", "answer": "twenty years"}]
    for name, given in (("a", a), ("b", b)):
        (tmp_path / f"{name}.jsonl").write_text("".join(json.dumps(line) + "\n" for line in given), "utf-8")
        score = ("eval", "score", "--suite", DESIGN_GOLD, "--predictions", f"{name}.jsonl", "-o", f"{name}.run.jsonl")
        assert run(*score).code == 4
    made = read_run(tmp_path / "a.run.jsonl")
    assert (made.closed, len(made.samples), made.n_errors, made.header.model) == (True, 60, 58, "a")
    by_id = {s.id: s.record for s in made.samples}
    assert by_id["k-refuted"]["error"]["kind"] == "missing"
    assert by_id["u-years"]["question"]["text"].startswith("How")
    done = run("eval", "compare", "a.run.jsonl", "b.run.jsonl", "--metric", "right")
    assert done.code == 0, done.err
    assert "| right | 2 | 2 | 50.0% | 100.0% | +50.0 |" in done.out
    assert "Errors and missing records, not compared: A 58, B 58." in done.out
    assert run("eval", "gate", "b.run.jsonl", "--baseline", "a.run.jsonl").code == 4
    again = run("eval", "score", "--suite", DESIGN_GOLD, "--predictions", "a.jsonl", "-o", "a.run.jsonl")
    assert (again.code, "exists" in again.err) == (1, True)
    refused = run("eval", "compare", "a.jsonl", "b.run.jsonl")
    assert (refused.code, "eval score --predictions" in refused.err) == (1, True)


def test_a_run_file_is_a_predictions_file_too(run: Run, home: Path, five: Path) -> None:
    done = run("eval", "score", "--suite", DESIGN_GOLD, "--predictions", str(five), "--json")
    assert json.loads(done.out)["n_unscored"] == 55
    assert done.code == 4


def test_a_score_may_be_of_a_part(run: Run, home: Path, five: Path) -> None:
    part = run("eval", "score", str(five), "--tag", "negation", "--json")
    assert json.loads(part.out)["n_samples"] == 2
    unknown = run("eval", "score", str(five), "--tag", "negatoin")
    assert (unknown.code, "did you mean 'negation'" in unknown.err) == (1, True)


def test_labels_that_have_changed_are_told_of(run: Run, home: Path, five: Path, tmp_path: Path) -> None:
    text = Path(DESIGN_GOLD).read_text("utf-8").replace('answer: "no"', 'answer: "yes"', 1)
    (tmp_path / "new.yaml").write_text(text, "utf-8")
    done = run("eval", "score", str(five), "--suite", "new.yaml")
    assert done.code == 0
    assert "has changed since the run" in done.err


def _break(text: str, path: Path) -> None:
    path.write_text(text, "utf-8")


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["run"], 2, "name a suite"),
        (["run", "treati"], 1, "no suite 'treati'.*treaty"),
        (["run", "GOLD", "--tag", "silnet"], 1, "no tag 'silnet' in the suite; did you mean 'silent'"),
        (["run", "GOLD", "--sample", "b-every"], 1, "no sample 'b-every' in the suite; did you mean 'b-every-key'"),
        (["run", "GOLD", "--limit", "0"], 2, "limit"),
        (["run", "GOLD", "-j", "0"], 2, "jobs"),
        (["run", "GOLD", "--model", "gpt"], 2, "no model is called 'gpt'"),
        (["run", "GOLD", "--model", "none", "--model", "auto", "-o", "x.jsonl"], 2, "each model makes a run"),
        (["run", "GOLD", "--resume"], 1, "left open in .*leave --resume out"),
        (["run", "GOLD", "--resume", "-o", "none.jsonl"], 1, "none.jsonl: cannot be read"),
        (["run", "GOLD", "--retry-errors", "nothing"], 1, "no run 'nothing'"),
        (["run", "--retry-errors", "nothing", "--limit", "3"], 1, "no run 'nothing'"),
        (["run", "broken.yaml"], 1, r"samples\[0\] \(a\): unknown key 'anwser'; did you mean 'answer'"),
        (["run", "mixed.yaml"], 1, "schema: 'factcheck/run/1'"),
        (["run", "sourceless.yaml"], 1, "source 'nobody' is not in the corpus"),
        (["run", "homeless.yaml"], 1, "corpus 'nowhere' is neither in"),
        (["score"], 2, "give a run, or --predictions"),
        (["score", "r", "--predictions", "p"], 2, "give a run, or --predictions"),
        (["score", "--predictions", "p"], 2, "needs --suite"),
        (["score", "r", "-o", "x.jsonl"], 2, "leave -o out"),
        (["score", "--predictions", "none.jsonl", "--suite", "GOLD"], 1, "none.jsonl does not exist"),
        (["score", "broken.yaml"], 1, "broken.yaml: line 1 is not the head of a run"),
        (["score", "nothing"], 1, "no run 'nothing'"),
    ],
)
def test_bad_input_is_one_clear_line(arguments: list[str], code: int, said: str, run: Run, home: Path) -> None:
    tmp_path = Path.cwd()
    head = "schema: factcheck/gold/1\ncorpus: seeds\nsamples:\n"
    _break(f"{head}  - {{id: a, claim: It is., anwser: supported}}\n", tmp_path / "broken.yaml")
    _break("schema: factcheck/run/1\ncorpus: seeds\nsamples: []\n", tmp_path / "mixed.yaml")
    _break(f"{head}  - {{id: a, claim: It is., answer: supported, sources: [nobody]}}\n", tmp_path / "sourceless.yaml")
    _break(
        head.replace("seeds", "nowhere") + "  - {id: a, claim: It is., answer: refuted}\n", tmp_path / "homeless.yaml"
    )
    done = run("eval", *[DESIGN_GOLD if a == "GOLD" else a for a in arguments])
    assert done.code == code, done.err
    assert re.search(said, done.err), done.err
    if code == 1:
        assert done.err.count("\n") == 1
        assert done.err.startswith("factcheck: ")
    assert not (home / "runs").exists()


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (lambda raw: raw[:-60].replace(b'"repeat":0', b'"repeat":"x"', 1), "line 2 is no line of a run file"),
        (lambda raw: raw, "is complete, there is nothing to resume; --retry-errors"),
        (lambda raw: b"", "line 1 is not the head of a run"),
        (
            lambda raw: raw[: raw.rindex(b"{")].replace(b'"sha256":"', b'"sha256":"f', 1),
            "is of another version of the suite",
        ),
        (
            lambda raw: raw[: raw.rindex(b"{")].replace(b'"version":"', b'"version":"9', 1),
            "is of another program version: 9",
        ),
    ],
)
def test_a_run_that_cannot_be_gone_on_with_is_left_as_it_is(
    damage: Callable[[bytes], bytes], said: str, run: Run, home: Path, five: Path
) -> None:
    five.write_bytes(damage(five.read_bytes()))
    before = five.read_bytes()
    done = run("eval", "run", DESIGN_GOLD, *FIVE, "--resume", "-o", str(five))
    assert done.code == 1
    assert said in done.err
    assert done.err.count("\n") == 1
    assert five.read_bytes() == before


def test_a_run_is_not_written_over(run: Run, home: Path, five: Path) -> None:
    done = run("eval", "run", DESIGN_GOLD, *FIVE, "-o", str(five))
    assert done.code == 1
    assert "exists; give another file, or --resume" in done.err


def test_retry_takes_all_from_the_run(run: Run, home: Path, five: Path) -> None:
    done = run("eval", "run", "--retry-errors", five.stem, "--limit", "2")
    assert done.code == 2
    assert "--retry-errors takes model and selection from the run" in done.err


def test_the_line_of_progress() -> None:
    assert shown("none", State(12, 181, 1, 10.4, 12, 0.0)) == "none  12/181  1 error  0:10 gone, 2:26 to go"
    assert shown("openai:x", State(3, 9, 0, 3725.0, 3, 0.0123)) == "openai:x  3/9  1:02:05 gone, 2:04:10 to go  $0.0123"
    assert shown("none", State(5, 5, 2, 0.4, 0, None)) == "none  5/5  2 errors  0:00 gone"
