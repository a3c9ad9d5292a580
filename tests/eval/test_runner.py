"""Runs without a model: what is asked, what is kept after a stop, what may be resumed or retried."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from eval.gold import Sample
from eval.run_files import read_run
from eval.run_plan import Plan, Selection, find_unclosed, resume_run, retry_run, start_run
from eval.runner import N_OUTAGES, State, Stop, carry_out
from eval.score_run import score_run
from eval.suite import Suite, open_suite
from factcheck.errors import ModelPausedError, UserError
from factcheck.settings import Settings
from pipeline.models.breaker import Breaker

INDEX = "sha256:00"


@pytest.fixture
def suite(tmp_path: Path) -> Suite:
    """Twelve claims over one text; the odd ones are tagged."""
    lines = [
        f"  - {{id: s{i}, claim: Claim {i}., answer: supported, tags: [{'odd' if i % 2 else 'even'}]}}"
        for i in range(12)
    ]
    (tmp_path / "one.txt").write_text("It is so.", "utf-8")
    path = tmp_path / "gold.yaml"
    path.write_text("\n".join(["schema: factcheck/gold/1", "corpus: [one.txt]", "samples:", *lines]), "utf-8")
    return open_suite(str(path))


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path / "home", model="none")


class Asked:
    """Answers `supported`, an error for the ids in `fails`, and counts what it was asked."""

    def __init__(self, *fails: str, kind: str = "model_reply", cost: float | None = 0.0, wait_s: float = 0.0) -> None:
        self.fails, self.kind, self.cost, self.wait_s = fails, kind, cost, wait_s
        self.counts: Counter[tuple[str, int]] = Counter()
        self.most_at_once = self._now = 0
        self._lock = threading.Lock()

    def __call__(self, sample: Sample, repeat: int) -> dict[str, Any]:
        with self._lock:
            self.counts[sample.id, repeat] += 1
            self._now += 1
            self.most_at_once = max(self.most_at_once, self._now)
        time.sleep(self.wait_s)
        with self._lock:
            self._now -= 1
        question = {"id": sample.id, "text": sample.text}
        if sample.id in self.fails:
            error = {"kind": self.kind, "message": "it failed"}
            return {"schema": "factcheck/error/1", "question": question, "error": error}
        run = {"cost_usd": self.cost, "latency_s": 1.0}
        return {"schema": "factcheck/answer/1", "question": question, "verdict": "supported", "run": run}


def begin(suite: Suite, settings: Settings, selection: Selection | None = None, path: Path | None = None) -> Plan:
    return start_run(suite, settings, selection or Selection(), model="none", index=INDEX, path=path)


def resume(suite: Suite, settings: Settings, selection: Selection | None = None, path: Path | None = None) -> Plan:
    return resume_run(suite, settings, selection or Selection(), model="none", index=INDEX, path=path)


@pytest.mark.parametrize("jobs", [1, 4])
def test_everything_is_asked_once_and_no_more_than_jobs_at_a_time(suite: Suite, settings: Settings, jobs: int) -> None:
    asked, states = Asked(wait_s=0.005), list[State]()
    plan = begin(suite, settings, Selection(repeat=2))
    assert carry_out(plan, asked, jobs=jobs, progress=states.append) is None
    assert asked.counts == {(f"s{i}", r): 1 for i in range(12) for r in range(2)}
    assert asked.most_at_once <= jobs
    run = read_run(plan.writer.path)
    assert run.closed
    assert {(s.id, s.repeat) for s in run.samples} == set(asked.counts)
    assert plan.writer.path == settings.home / "runs" / f"{run.header.id}.jsonl"
    assert [s.n_done for s in states] == list(range(1, 25))
    assert states[-1].left_s == 0.0


def test_a_pass_over_all_samples_comes_before_the_second(suite: Suite, settings: Settings) -> None:
    plan = begin(suite, settings, Selection(repeat=2, limit=3))
    with plan.writer:
        pass
    assert [(s.id, r) for s, r in plan.left] == [(f"s{i}", r) for r in (0, 1) for i in (0, 4, 8)]


def test_the_state_tells_pace_errors_and_cost(suite: Suite, settings: Settings) -> None:
    states = list[State]()
    carry_out(begin(suite, settings), Asked("s3", cost=0.25), progress=states.append)
    # s3 failed before its model was asked: eleven at a quarter of a dollar
    assert (states[-1].n_errors, states[-1].cost_usd) == (1, 2.75)
    carry_out(begin(suite, settings), Asked(cost=None), progress=states.append)
    assert states[-1].cost_usd is None, "one price that is not known, and the sum is not known"
    assert State(3, 12, 0, 6.0, 2, 0.0).left_s == 27.0, "two answers in 6 s, nine to go"
    assert State(3, 12, 0, 6.0, 0, 0.0).left_s is None


class Purse:
    """Asks `asked` until `most` answers are paid for; then every question is refused, as a model's purse does."""

    def __init__(self, asked: Asked, most: int) -> None:
        self.asked, self.left = asked, most
        self._lock = threading.Lock()

    def __call__(self, sample: Sample, repeat: int) -> dict[str, Any]:
        with self._lock:
            self.left -= 1
            if self.left < 0:
                return {
                    "schema": "factcheck/error/1",
                    "question": None,
                    "error": {"kind": "cost_limit", "message": "x"},
                }
        return self.asked(sample, repeat)


@pytest.mark.parametrize("jobs", [1, 4])
def test_what_the_limit_on_cost_refused_is_not_in_the_run_and_can_be_resumed(
    suite: Suite, settings: Settings, jobs: int
) -> None:
    asked, plan = Asked(wait_s=0.002), begin(suite, settings)
    assert carry_out(plan, Purse(asked, 5), jobs=jobs) == Stop("cost", 7)
    run = read_run(plan.writer.path)
    assert (run.closed, len(run.samples), run.n_errors) == (False, 5, 0)
    assert carry_out(resume(suite, settings), asked, jobs=jobs) is None
    assert asked.counts == {(f"s{i}", 0): 1 for i in range(12)}


def test_a_model_that_is_gone_is_not_asked_for_ever(suite: Suite, settings: Settings) -> None:
    gone = Asked(*(f"s{i}" for i in range(1, 12)), kind="model_unavailable")
    plan = begin(suite, settings)
    assert carry_out(plan, gone) == Stop("outage", 12 - 1 - N_OUTAGES)
    assert read_run(plan.writer.path).n_errors == N_OUTAGES


class Breaking:
    """Asks `asked` through a breaker that opens after three outages; the first `n_down` calls fail."""

    def __init__(self, asked: Asked, n_down: int, *, pause_s: float = 0.05, lasting: bool = False) -> None:
        self.asked, self.n_down, self.lasting = asked, n_down, lasting
        self.breaker = Breaker("m", after=3, pause_s=pause_s)
        self.n_called = 0
        self._lock = threading.Lock()

    def __call__(self, sample: Sample, repeat: int) -> dict[str, Any]:
        self.breaker.enter()
        with self._lock:
            self.n_called += 1
            down = self.n_called <= self.n_down
        if down:
            self.breaker.failed("status 429", lasting=self.lasting)
            error = {"kind": "model_unavailable", "message": "status 429"}
            return {"schema": "factcheck/error/1", "question": {"id": sample.id, "text": sample.text}, "error": error}
        self.breaker.answered()
        return self.asked(sample, repeat)


@pytest.mark.parametrize("jobs", [1, 4])
def test_the_pause_of_a_model_is_waited_out_and_what_was_not_asked_is_asked(
    suite: Suite, settings: Settings, jobs: int
) -> None:
    """Five calls fail: three open the breaker, then (asked alone) one after each of two pauses; seven are answered."""
    asked, told = Breaking(Asked(), 5), list[str]()
    plan = begin(suite, settings)
    assert carry_out(plan, asked, jobs=jobs, note=told.append) is None
    run = read_run(plan.writer.path)
    assert (run.closed, len(run.samples), run.n_errors, asked.n_called) == (True, 12, 5, 12)
    assert {s.record["error"]["message"] for s in run.samples if s.errored} == {"status 429"}
    assert "m was not asked: it failed 3 times in a row, the last time with: status 429; going on in 0 s" in told


@pytest.mark.parametrize(("lasting", "n_errors"), [(False, N_OUTAGES), (True, 3)])
def test_a_run_stops_after_so_many_failed_calls_and_at_once_where_no_waiting_helps(
    suite: Suite, settings: Settings, lasting: bool, n_errors: int
) -> None:
    plan = begin(suite, settings)
    assert carry_out(plan, Breaking(Asked(), 99, lasting=lasting)) == Stop("outage", 12 - n_errors)
    run = read_run(plan.writer.path)
    assert (run.closed, len(run.samples), run.n_errors) == (False, n_errors, n_errors)


def test_an_interrupt_ends_the_waiting(suite: Suite, settings: Settings) -> None:
    plan, started = begin(suite, settings), time.monotonic()
    threading.Timer(0.1, os.kill, [os.getpid(), signal.SIGINT]).start()
    assert carry_out(plan, Breaking(Asked(), 99, pause_s=60)) == Stop("interrupt", 9)
    assert time.monotonic() - started < 30


def test_a_recording_that_ends_in_a_refusal_ends_the_run(suite: Suite, settings: Settings) -> None:
    def refuse(sample: Sample, repeat: int) -> dict[str, Any]:
        raise ModelPausedError("m was not asked")

    assert carry_out(begin(suite, settings), refuse, jobs=4) == Stop("outage", 12)


def test_an_interrupt_keeps_what_is_in_flight(suite: Suite, settings: Settings) -> None:
    asked, plan = Asked(wait_s=0.05), begin(suite, settings)
    threading.Timer(0.12, signal.raise_signal, [signal.SIGINT]).start()
    stop = carry_out(plan, asked, jobs=2)
    assert stop is not None
    assert stop.reason == "interrupt"
    kept = read_run(plan.writer.path)
    assert len(kept.samples) == sum(asked.counts.values()) == 12 - stop.n_left
    assert not kept.closed


def test_a_resumed_run_asks_neither_answers_nor_errors_again(suite: Suite, settings: Settings) -> None:
    first = Asked("s2")
    plan = begin(suite, settings)
    carry_out(replace(plan, left=plan.left[:5]), first)
    raw = plan.writer.path.read_bytes()
    plan.writer.path.write_bytes(raw[: raw.rindex(b"{")])  # cut off: the footer is not there
    again = Asked()
    carry_out(resume(suite, settings), again)
    assert first.counts.keys() & again.counts.keys() == set()
    run = read_run(plan.writer.path)
    assert (run.closed, len(run.samples), run.n_errors) == (True, 12, 1)


def test_errors_are_asked_again_in_a_new_run_that_names_its_parent(suite: Suite, settings: Settings) -> None:
    plan = begin(suite, settings)
    carry_out(plan, Asked("s2", "s7"))
    parent, before = read_run(plan.writer.path), plan.writer.path.read_bytes()
    retry, again = retry_run(parent, suite, settings, model="none", index=INDEX, path=None), Asked("s7")
    carry_out(retry, again)
    assert again.counts == {("s2", 0): 1, ("s7", 0): 1}
    run = read_run(retry.writer.path)
    assert (run.header.parent, len(run.samples), run.n_errors) == (parent.header.id, 12, 1)
    assert plan.writer.path.read_bytes() == before
    carry_out(retry_run(run, suite, settings, model="none", index=INDEX, path=None), Asked())
    newest = max((settings.home / "runs").iterdir(), key=lambda p: p.stat().st_mtime_ns)
    with pytest.raises(UserError, match="nothing to retry"):
        retry_run(read_run(newest), suite, settings, model="none", index=INDEX, path=None)


def _left_open(suite: Suite, settings: Settings, selection: Selection | None = None) -> Path:
    plan = begin(suite, settings, selection)
    with plan.writer:
        return plan.writer.path


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda k: k.update(model="local"), "is of another model: none, now local; start a new run without --resume"),
        (lambda k: k.update(verifier="v2"), "is of another verifier: None, now v2"),
        (lambda k: k.update(index="sha256:11"), "is of another index of the corpus: sha256:00, now sha256:11"),
        (lambda k: k.update(selection=Selection(limit=2)), "another selection: the whole suite, now --limit 2"),
        (
            lambda k: k.update(settings=k["settings"].model_copy(update={"n_passages": 7})),
            "was made with n_passages=12, now 7; set it back, or start a new run",
        ),
        (
            lambda k: k.update(suite=replace(k["suite"], ref=replace(k["suite"].ref, sha256="ff" * 32))),
            "is of another version of the suite: sha256:.* of 12 samples, now sha256:ffffffffffff",
        ),
    ],
)
def test_what_has_changed_since_is_told_and_nothing_is_appended(
    suite: Suite, settings: Settings, change: Callable[[dict[str, Any]], None], message: str
) -> None:
    path = _left_open(suite, settings)
    before = path.read_bytes()
    given: dict[str, Any] = {
        "suite": suite, "settings": settings, "selection": Selection(), "model": "none", "index": INDEX, "path": path
    }  # fmt: skip
    change(given)
    with pytest.raises(UserError, match=message) as caught:
        resume_run(given.pop("suite"), given.pop("settings"), given.pop("selection"), **given)
    assert "\n" not in str(caught.value)
    assert path.read_bytes() == before


def test_a_run_of_another_program_version_is_not_gone_on_with(
    suite: Suite, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = _left_open(suite, settings)
    monkeypatch.setattr("eval.run_plan.__version__", "9.9")
    with pytest.raises(UserError, match=r"another program version: .*, now 9\.9"):
        resume(suite, settings, path=path)


def test_threads_home_and_waiting_time_may_change(suite: Suite, settings: Settings) -> None:
    path = _left_open(suite, settings)
    other = settings.model_copy(update={"threads": 1, "timeout_s": 5.0})
    resume(suite, other, path=path).writer.__exit__(None, None, None)


def test_the_newest_open_run_of_the_same_kind_is_found(suite: Suite, settings: Settings) -> None:
    folder, name = settings.home / "runs", suite.ref.path
    assert find_unclosed(name, "none", Selection(), folder) is None
    carry_out(begin(suite, settings), Asked())
    assert find_unclosed(name, "none", Selection(), folder) is None, "a closed one is none"
    path = _left_open(suite, settings)
    (folder / "zzz.jsonl").write_text("damaged")
    assert find_unclosed(name, "none", Selection(), folder) == path
    assert find_unclosed(name, "local", Selection(), folder) is None
    assert find_unclosed(name, "none", Selection(limit=2), folder) is None
    with pytest.raises(UserError, match="left open"):
        resume(suite, settings, Selection(limit=2))


def test_a_run_is_scored_by_the_labels_of_today(suite: Suite, settings: Settings) -> None:
    plan = begin(suite, settings, Selection(repeat=2))
    carry_out(plan, Asked("s2"))
    run = read_run(plan.writer.path)
    samples = [s.model_copy(update={"answer": "refuted"} if s.id == "s0" else {}) for s in suite.samples]
    samples[1] = samples[1].model_copy(update={"claim": "Another claim."})
    changed = replace(suite, gold=suite.gold.model_copy(update={"samples": samples}))
    scored = score_run(run, changed)
    assert len(scored) == 24
    wrong = {s.sample.id for s in scored if s.unscored is None and s.scores["answer_accuracy"].value < 1}
    assert wrong == {"s0"}
    assert {(s.sample.id, s.unscored) for s in scored if s.unscored} == {
        ("s1", "the question has changed since it was asked"), ("s2", "model_reply: it failed")
    }  # fmt: skip


def test_what_an_open_run_has_not_asked_is_unscored(suite: Suite, settings: Settings) -> None:
    plan = begin(suite, settings, Selection(tags=("odd",)))
    carry_out(plan, Purse(Asked(), 2))
    scored = score_run(read_run(plan.writer.path), suite)
    assert [s.unscored for s in scored] == [None, None, *["no record"] * 4]


def test_a_run_of_another_suite_is_refused(suite: Suite, settings: Settings) -> None:
    plan = begin(suite, settings)
    carry_out(plan, Asked())
    with pytest.raises(UserError, match=r"is of another suite: none of its samples is in .*treaty.*gold\.yaml"):
        score_run(read_run(plan.writer.path), open_suite("treaty"))
