"""Run files: what is written is read again; a kill costs the torn line and no more; damage is told with its line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from eval.find_runs import find_run, new_run_id
from eval.run_files import RunHeader, RunSample, SuiteRef, read_run
from eval.run_writer import RunWriter
from factcheck.errors import UserError

SUITE = SuiteRef("gold.yaml", "00" * 32, 3, "seeds")
HEADER = RunHeader("r1", "2026-11-27T12:45:00Z", SUITE, "none", {"n_passages": 12}, "sha256:00", "0.1.0")


def answered(id_: str, repeat: int = 0, text: str = "yes") -> RunSample:
    return RunSample(id_, repeat, {"schema": "factcheck/answer/1", "question": {"id": id_}, "answer": text})


def errored(id_: str) -> RunSample:
    return RunSample(id_, 0, {"schema": "factcheck/error/1", "question": {"id": id_}, "error": {"kind": "x"}})


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """An unclosed run of two samples, one of them an error."""
    path = tmp_path / "runs" / "r1.jsonl"
    with RunWriter.create(path, HEADER) as writer:
        writer.add(answered("a", text="ärger 𝄞\u2028x"))
        writer.add(errored("b"))
    return path


def test_what_is_written_is_read(run: Path) -> None:
    found = read_run(run)
    assert found.header == HEADER
    assert found.samples == (answered("a", text="ärger 𝄞\u2028x"), errored("b"))
    assert (found.closed, found.n_errors) == (False, 1)


def test_the_head_is_that_of_the_contract(run: Path) -> None:
    head = json.loads(run.read_bytes().split(b"\n")[0])
    assert {"schema", "id", "created", "parent", "suite", "model", "settings", "index", "version", "repeat", "tags",
            "limit", "oracle_evidence"} <= set(head)  # fmt: skip
    assert head["schema"] == "factcheck/run/1"
    assert set(head["suite"]) == {"path", "sha256", "n_samples", "corpus"}


def test_the_footer_counts_what_was_there_before_a_resume(run: Path) -> None:
    before, writer = RunWriter.append(run)
    with writer:
        writer.add(answered("c"))
        writer.close_run()
    assert [s.id for s in before.samples] == ["a", "b"]
    assert read_run(run).closed
    footer = json.loads(run.read_text("utf-8").split("\n")[-2])
    assert (footer["n_completed"], footer["n_errors"]) == (3, 1)


def test_a_kill_at_any_byte_costs_only_the_line_that_was_torn(run: Path) -> None:
    """Every prefix from the end of the head on is read, resumed, and holds exactly the lines that were whole."""
    raw = run.read_bytes()
    ends = [i + 1 for i, byte in enumerate(raw) if byte == 10]
    for cut in range(ends[0], len(raw) + 1):
        run.write_bytes(raw[:cut])
        # A line that lacks only its line break is whole: nothing of it was lost.
        n_whole = sum(cut >= end - 1 for end in ends[1:])
        assert len(read_run(run).samples) == n_whole, cut
        before, writer = RunWriter.append(run)
        with writer:
            writer.add(answered("c"))
        assert [s.id for s in read_run(run).samples] == [*"ab"[:n_whole], "c"], cut
        assert len(before.samples) == n_whole
        assert run.read_bytes()[: ends[n_whole]] == raw[: ends[n_whole]], "what was completed stays, byte for byte"


def test_nul_bytes_at_the_end_after_a_power_cut_are_a_torn_line(run: Path) -> None:
    run.write_bytes(run.read_bytes() + b"\0" * 64)
    assert len(read_run(run).samples) == 2


def test_what_is_carried_over_is_there_with_the_head(tmp_path: Path) -> None:
    path = tmp_path / "r2.jsonl"
    RunWriter.create(path, HEADER, [answered("a"), answered("a", 1)])._file.close()
    assert [(s.id, s.repeat) for s in read_run(path).samples] == [("a", 0), ("a", 1)]
    assert [p.name for p in tmp_path.iterdir()] == ["r2.jsonl"], "no part file stays"


def test_a_lone_surrogate_of_a_model_is_kept(tmp_path: Path) -> None:
    with RunWriter.create(tmp_path / "r.jsonl", HEADER) as writer:
        writer.add(answered("a", text="x\ud800y"))
    (tmp_path / "r.jsonl").read_text("utf-8")
    assert read_run(tmp_path / "r.jsonl").samples[0].record["answer"] == "x\ud800y"


def test_a_run_is_never_written_over(run: Path) -> None:
    before = run.read_bytes()
    with pytest.raises(UserError, match="exists; give another file, or --resume"):
        RunWriter.create(run, HEADER)
    assert run.read_bytes() == before


def test_one_process_writes_at_a_time(run: Path) -> None:
    with RunWriter.append(run)[1], pytest.raises(UserError, match="being written by another process"):
        RunWriter.append(run)


def test_a_closed_run_is_not_resumed(run: Path) -> None:
    with RunWriter.append(run)[1] as writer:
        writer.close_run()
    with pytest.raises(UserError, match=r"is complete.*--retry-errors"):
        RunWriter.append(run)


def _lines(run: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in run.read_text("utf-8").split("\n")[:-1]]


def _write(run: Path, lines: list[Any]) -> None:
    run.write_text("".join((x if isinstance(x, str) else json.dumps(x)) + "\n" for x in lines), "utf-8")


END = {"schema": "factcheck/run-end/1", "n_completed": 2, "n_errors": 1, "created": "2026-11-27T12:50:00Z"}


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda x: [x[0], '{"schema": "factcheck/run-sam', x[2]], "line 2 is no line of a run file"),
        (lambda x: [x[0], "", x[2]], r"line 2 is no line of a run file \(it is empty\)"),
        (lambda x: [x[0], x[1], x[1]], "line 3: sample 'a', repeat 0, stands twice"),
        (lambda x: [x[0], x[1], {**x[2], "extra": 1}], "line 3 is no line"),
        (lambda x: [x[0], {**x[1], "record": {"answer": "yes"}}], "line 2 is no line"),
        (lambda x: [x[0], {**x[1], "repeat": -1}], "line 2 is no line"),
        (lambda x: [*x, END, x[1]], "line 5 comes after the footer"),
        (lambda x: [*x[:2], END], "the footer counts 2 samples and 1 are there; lines are lost"),
        (lambda x: x[1:], "line 1 is not the head of a run"),
        (lambda x: [{**x[0], "schema": "factcheck/run/9"}], "line 1 is not the head of a run"),
        (lambda x: [{**x[0], "colour": "red"}], "line 1: colour: "),
        (lambda x: [{k: v for k, v in x[0].items() if k != "index"}], "line 1: index: "),
        (lambda x: [], r"line 1 is not the head of a run \(it is empty\)"),
    ],
)
def test_damage_is_told_with_its_line(run: Path, damage: Any, message: str) -> None:
    _write(run, damage(_lines(run)))
    with pytest.raises(UserError, match=message) as caught:
        read_run(run)
    assert "\n" not in str(caught.value)
    assert str(caught.value).startswith(str(run))


def test_a_file_that_is_not_there_or_not_text(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="cannot be read"):
        read_run(tmp_path / "none.jsonl")
    (tmp_path / "b.jsonl").write_bytes(b"\xff\xfe\x00\n\x01")
    with pytest.raises(UserError, match="line 1 is not the head of a run"):
        read_run(tmp_path / "b.jsonl")


def test_a_run_is_found_by_path_id_or_the_beginning_of_its_id(run: Path) -> None:
    home = run.parents[1]
    (run.parent / "r22.jsonl").touch()
    (run.parent / "r2.jsonl").touch()
    assert find_run(str(run), home) == run
    assert find_run("r1", home) == run
    assert find_run("r2", home) == run.parent / "r2.jsonl", "an id that is whole wins over one that it begins"
    for given, message in [("r", "begins the id of 3 runs"), ("x", "no run 'x'"), ("", "no run ''")]:
        with pytest.raises(UserError, match=message):
            find_run(given, home)


def test_an_id_says_when_and_which_model() -> None:
    import re

    assert re.fullmatch(r"\d{8}T\d{6}Z-openai-org-gpt-5.1-[0-9a-f]{6}", new_run_id("openai:org/gpt-5.1"))
    assert new_run_id("none") != new_run_id("none")
