"""`factcheck ask` against a server with every fault of the table: an error of its kind, in time, never a verdict."""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from factcheck.settings import Settings
from tests.cli.conftest import KEY, Run
from tests.pipeline.models.fault_server import QUOTE, Fault, FaultServer, fault_server
from tests.pipeline.models.fault_table import FAULTS

TREATY = "Does the treaty include a mutual defence clause?"
BOUND_S = 45.0  # of a slow and busy machine; an idle one needs less than 2, and waiting in vain takes 60


@pytest.fixture(scope="module")
def server() -> Iterator[FaultServer]:
    with fault_server() as running:
        yield running


@pytest.fixture(autouse=True)
def environment(run: Run, server: FaultServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    monkeypatch.setenv("OPENAI_BASE_URL", server.base_url)
    monkeypatch.setenv("FACTCHECK_MODEL", "openai:faulty")
    monkeypatch.setenv("FACTCHECK_RETRY_WAIT_S", "0.01")
    monkeypatch.setenv("FACTCHECK_MAX_RETRIES", "1")
    monkeypatch.setenv("FACTCHECK_CACHE_RESPONSES", "false")
    monkeypatch.setenv("FACTCHECK_QUESTION_TIMEOUT_S", "120")


def meet(server: FaultServer, fault: Fault, monkeypatch: pytest.MonkeyPatch) -> None:
    server.meet(fault)
    monkeypatch.setenv("FACTCHECK_TIMEOUT_S", str(fault.timeout_s))


FAILING = [name for name, fault in FAULTS.items() if fault.kind]
ANSWERED = [name for name, fault in FAULTS.items() if not fault.kind]


def test_the_table_is_long_enough() -> None:
    assert len(FAILING) >= 30


@pytest.mark.parametrize("name", FAILING)
def test_a_fault_is_an_error_record_and_never_a_verdict(
    name: str, run: Run, server: FaultServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    fault = FAULTS[name]
    meet(server, fault, monkeypatch)
    started = time.monotonic()
    done = run("ask", TREATY, "--json")
    assert time.monotonic() - started < BOUND_S
    assert done.code == 5
    [record] = map(json.loads, done.out.splitlines())
    assert (record["schema"], record["question"]["text"]) == ("factcheck/error/1", TREATY)
    assert record["error"]["kind"] == fault.kind
    assert re.search(fault.message, record["error"]["message"]), record["error"]
    assert record.keys() == {"schema", "question", "error", "run"}
    assert record["run"].keys() == {"model", "usage", "cost_usd"}
    assert "verdict" not in done.out.replace("verdict: ", "")  # of the reply that has too much in it
    assert done.err.startswith("factcheck: openai:faulty")
    assert done.err.count("\n") == 1
    assert 1 <= len(server.requests) <= fault.most_requests


@pytest.mark.parametrize("name", ANSWERED)
def test_what_can_be_mended_is_answered(
    name: str, run: Run, server: FaultServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    fault = FAULTS[name]
    meet(server, fault, monkeypatch)
    done = run("ask", TREATY, "--json")
    assert done.code == 0, done.err
    [record] = map(json.loads, done.out.splitlines())
    if name == "quotes invented":
        assert (record["answer"], record["citations"], record["quotes"]["not_found"]) == ("not_stated", [], 1)
    else:
        assert (record["answer"], record["citations"][0]["exact"]) == ("no", QUOTE)
    assert any(fault.warning in warning for warning in record["warnings"])
    assert len(server.requests) <= fault.most_requests
    usage = record["run"]["usage"]
    assert usage["input_tokens"] > 0
    assert usage["output_tokens"] > 0
    assert usage["retries"] == (
        1 if name in ("one 500, then well", "one 429 with Retry-After, then well", "one reset, then well") else 0
    )


def questions(path: Path, *texts: str) -> str:
    path.write_text("".join(json.dumps({"id": f"q{i}", "question": text}) + "\n" for i, text in enumerate(texts)))
    return str(path)


def test_what_was_answered_before_and_after_a_fault_is_kept(run: Run, server: FaultServer, tmp_path: Path) -> None:
    server.meet(Fault(lambda e: e.good() if e.n in (0, 3) else e.send(500, {}), None))
    done = run("ask", "--file", questions(tmp_path / "q.jsonl", *[TREATY] * 3), "--json")
    assert done.code == 4
    records = [json.loads(line) for line in done.out.splitlines()]
    assert [record.get("answer") for record in records] == ["no", None, "no"]
    assert records[1]["error"]["kind"] == "model_unavailable"
    assert "1 of 3 questions failed" in done.err


def test_a_server_that_is_down_is_not_asked_for_every_question(run: Run, server: FaultServer, tmp_path: Path) -> None:
    server.meet(FAULTS["503 overloaded"])
    done = run("ask", "--file", questions(tmp_path / "q.jsonl", *[TREATY] * 8), "--json")
    assert done.code == 5
    errors = [json.loads(line)["error"] for line in done.out.splitlines()]
    assert [error["kind"] for error in errors] == ["model_unavailable"] * 3 + ["model_paused"] * 5
    messages = [error["message"] for error in errors]
    assert len(server.requests) == 3 * 2  # three questions, each tried twice
    assert all("status 503" in message for message in messages)
    assert all("was not asked: it failed 3 times in a row" in message for message in messages[3:])


def test_the_breaker_lets_one_try_after_its_pause(
    run: Run, server: FaultServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FACTCHECK_OUTAGE_PAUSE_S", "0")
    server.meet(Fault(lambda e: e.send(503, {}) if e.n < 6 else e.good(), None))
    done = run("ask", "--file", questions(tmp_path / "q.jsonl", *[TREATY] * 5), "--json")
    answers = [json.loads(line).get("answer") for line in done.out.splitlines()]
    assert answers == [None, None, None, "no", "no"]


def test_nobody_listens(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    monkeypatch.setenv("OPENAI_BASE_URL", f"http://127.0.0.1:{port}/v1")
    done = run("ask", TREATY)
    assert (done.code, done.out) == (5, "")
    assert "not reachable" in done.err


@pytest.mark.parametrize("address", ["ftp://x/v1", "host:80", "http://", "http://h:99999/v1", "http://[::1/v1"])
def test_what_is_no_address(address: str, run: Run) -> None:
    done = run("ask", TREATY, "--base-url", address)
    assert (done.code, done.out) == (2, "")
    assert f"{address!r} is no address; write it as http://HOST:PORT/v1" in done.err


def test_the_deadline_of_a_question_ends_its_retries(
    run: Run, server: FaultServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.meet(FAULTS["500 server error"])
    monkeypatch.setenv("FACTCHECK_MAX_RETRIES", "10")
    monkeypatch.setenv("FACTCHECK_RETRY_WAIT_S", "1")
    monkeypatch.setenv("FACTCHECK_QUESTION_TIMEOUT_S", "3")
    started = time.monotonic()
    assert run("ask", TREATY).code == 5
    assert time.monotonic() - started < BOUND_S
    assert len(server.requests) <= 3  # the waits, of 0.5 + 1 + 2 s at least, would end after the deadline


def test_a_limit_of_cost_stops_before_the_call(
    run: Run, server: FaultServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A reply costs 14 tokens; a call may cost its prompt (some 1,500 tokens) and 1,024 more."""
    (tmp_path / "prices.toml").write_text('["openai:faulty"]\ninput = 100.0\noutput = 100.0\n')
    monkeypatch.setenv("FACTCHECK_PRICES", "prices.toml")
    server.meet(Fault(lambda e: e.good(), None))
    file = questions(tmp_path / "q.jsonl", *[TREATY] * 2)
    done = run("ask", "--file", file, "--json", "--max-cost", "0.01")
    assert done.code == 4
    assert len(server.requests) == 0
    assert {json.loads(line)["error"]["kind"] for line in done.out.splitlines()} == {"cost_limit"}
    done = run("ask", "--file", file, "--json", "--max-cost", "5")
    assert done.code == 0, done.err
    assert [json.loads(line)["run"]["cost_usd"] for line in done.out.splitlines()] == [0.0014, 0.0014]


def test_a_price_that_is_not_known_is_null_with_a_warning_and_no_limit_can_hold(run: Run, server: FaultServer) -> None:
    server.meet(Fault(lambda e: e.good(), None))
    [record] = map(json.loads, run("ask", TREATY, "--json").out.splitlines())
    assert record["run"]["cost_usd"] is None
    assert "the price of openai:faulty is not known; see the setting `prices`" in record["warnings"]
    done = run("ask", TREATY, "--max-cost", "1")
    assert done.code == 2
    assert "--max-cost needs the price of openai:faulty" in done.err


def test_a_run_replayed_is_the_same_apart_from_timings(run: Run, server: FaultServer, tmp_path: Path) -> None:
    server.meet(Fault(lambda e: e.send(500, {}) if e.n in (1, 2) else e.good(), None))
    file = questions(tmp_path / "q.jsonl", TREATY, "Is the treaty valid for 20 years?", TREATY)
    recorded = run("ask", "--file", file, "--json", "--record", "calls.jsonl")
    server.meet(FAULTS["401 wrong key, sent back"])
    replayed = run("ask", "--file", file, "--json", "--replay", "calls.jsonl", "--model", "auto")
    timings = re.compile(r'"latency_s":[0-9.]+')
    assert (replayed.code, timings.sub("", replayed.out)) == (recorded.code, timings.sub("", recorded.out))
    assert len(recorded.out.splitlines()) == 3
    assert server.requests == []


@pytest.mark.timeout(600)
@pytest.mark.parametrize(
    ("name", "debug"),
    [
        ("401 wrong key, sent back", True),
        pytest.param("401 wrong key, sent back", False, marks=pytest.mark.slow),
        pytest.param("reset in the body", True, marks=pytest.mark.slow),
        pytest.param("prose", False, marks=pytest.mark.slow),
    ],
)
def test_no_key_in_any_output_or_file(
    name: str, debug: bool, server: FaultServer, tmp_path: Path, seed_home: Path
) -> None:
    """In a process of its own, with all logs of all libraries on: what it prints, writes and crashes with."""
    server.meet(FAULTS[name])
    environment = {
        "PATH": os.environ["PATH"], "PYTHONPATH": str(Path.cwd()), "HOME": str(tmp_path), "OPENAI_LOG": "debug",
        "OPENAI_API_KEY": KEY, "OPENAI_BASE_URL": server.base_url.replace("//", f"//user:{KEY}@"),
        "FACTCHECK_MAX_RETRIES": "0", "FACTCHECK_HOME": str(seed_home),
    }  # fmt: skip
    arguments = ["--debug"] * debug + ["ask", TREATY, "--json", "--model", "openai:x", "--record", "calls.jsonl"]
    done = subprocess.run(
        [sys.executable, "-c", f"from factcheck.cli.main import main; main({arguments!r})"],
        capture_output=True, text=True, env=environment, cwd=tmp_path, timeout=400, check=False,
    )  # fmt: skip
    assert done.returncode == 5
    assert ("Traceback" in done.stderr) == debug
    assert (tmp_path / "calls.jsonl").is_file()
    written = b"".join(p.read_bytes() for f in (tmp_path, seed_home) for p in f.rglob("*") if p.is_file())
    assert KEY not in done.stdout + done.stderr
    assert KEY.encode() not in written
    assert any(KEY in head for head in server.heads) or "Authorization: Basic" in "".join(server.heads)


@pytest.fixture
def seed_home(seed_settings: Settings, tmp_path: Path) -> Path:
    """A copy of the home of the seeds, as users have it: something may be written into it."""
    return Path(shutil.copytree(seed_settings.home, tmp_path / "home"))
