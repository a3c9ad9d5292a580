"""`factcheck serve` as a process: started, stopped with grace, over a store that others write to."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest

from factcheck.errors import UsageError
from factcheck.settings import Settings
from pipeline.answerer import Answerer
from pipeline.service.app import create_app
from pipeline.service.library import Library
from pipeline.service.run import Serving, check_token
from tests.pipeline.service.conftest import SlowScorer

COMMAND = (sys.executable, "-m", "factcheck.cli.main")


@contextmanager
def serving(home: Path, *arguments: str) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """Start the service on a free port; gives the process and the port once it answers."""
    env = {**os.environ, "FACTCHECK_HOME": str(home), "FACTCHECK_MODEL": "none", "PYTHONPATH": ":".join(sys.path)}
    command = [*COMMAND, "serve", "--port", "0", *arguments]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=env, cwd=home.parent) as process:
        try:
            assert process.stderr is not None
            line = process.stderr.readline()
            assert line.startswith("serving on http://127.0.0.1:"), line
            yield process, int(line.split("127.0.0.1:")[1].split()[0])
        finally:
            process.kill()


def ask(port: int, path: str, body: Any = None) -> tuple[int, dict[str, Any]]:
    data = None if body is None else json.dumps(body)
    with closing(HTTPConnection("127.0.0.1", port, timeout=60)) as connection:
        connection.request("GET" if body is None else "POST", path, data, {"Content-Type": "application/json"})
        response = connection.getresponse()
        return response.status, json.loads(response.read())


@pytest.mark.slow
def test_what_another_process_ingests_is_found_and_a_stop_is_exit_code_0(
    seed_settings: Settings, tmp_path: Path
) -> None:
    home = tmp_path / "home"
    shutil.copytree(seed_settings.home, home)
    question = {"question": "Is the Zorbian bridge open?"}
    with serving(home) as (process, port):
        assert ask(port, "/ask", question)[1]["answer"] == "not_stated"
        (tmp_path / "bridge.txt").write_text("The Zorbian bridge is open.\n")
        env = {**os.environ, "FACTCHECK_HOME": str(home), "PYTHONPATH": ":".join(sys.path)}
        subprocess.run([*COMMAND, "ingest", str(tmp_path / "bridge.txt")], check=True, env=env, capture_output=True)
        found = ask(port, "/ask", question)[1]
        assert (found["answer"], found["citations"][0]["exact"]) == ("yes", "The Zorbian bridge is open.")
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0
    with pytest.raises(ConnectionRefusedError):
        ask(port, "/health")


def test_what_is_under_way_is_answered_when_the_service_is_stopped(
    hashed_store: Any, hashed_settings: Settings, hashing: Any, serve_app: Any
) -> None:
    slow = SlowScorer()
    answerer = Answerer(hashed_store, hashed_settings, embedder=hashing, scorer=slow)
    body = {"pairs": [{"claim": "a b", "document": "a b"}]}
    statuses: list[int] = []
    with serve_app(create_app(Library(answerer))) as url:
        port = int(url.rpartition(":")[2])
        asking = threading.Thread(target=lambda: statuses.append(ask(port, "/score", body)[0]))
        asking.start()
        assert slow.begun.wait(60)
        threading.Timer(0.3, slow.go.set).start()  # after the stop, which leaving the block is
    asking.join(60)
    assert statuses == [200]


@pytest.mark.slow
def test_an_ingest_gets_its_turn_under_steady_load(seed_settings: Settings, tmp_path: Path) -> None:
    home = tmp_path / "home"
    shutil.copytree(seed_settings.home, home)
    with serving(home) as (_, port):
        over = threading.Event()
        statuses: list[int] = []

        def keep_asking() -> None:
            while not over.is_set():
                statuses.append(ask(port, "/ask", {"question": "Was the treaty signed in Moscow?"})[0])

        threads = [threading.Thread(target=keep_asking) for _ in range(4)]
        for thread in threads:
            thread.start()
        env = {**os.environ, "FACTCHECK_HOME": str(home), "PYTHONPATH": ":".join(sys.path)}
        (tmp_path / "a.txt").write_text("The bridge is open.\n")
        command = [*COMMAND, "ingest", str(tmp_path / "a.txt")]
        for _ in range(8):  # it waits 3 s for its turn, and a busy machine may take longer over the questions
            done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
            if done.returncode == 0:
                break
        over.set()
        for thread in threads:
            thread.join(60)
    assert done.returncode == 0, done.stderr
    assert set(statuses) <= {200, 503}
    assert 200 in statuses


def run(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, "PYTHONPATH": ":".join(sys.path)}
    return subprocess.run(
        [*COMMAND, *arguments], capture_output=True, text=True, env=env, cwd=cwd, check=False, timeout=60
    )


def test_a_port_in_use_and_a_bad_token_are_told_at_once(tmp_path: Path) -> None:
    (tmp_path / "short").write_text("abc\n")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        done = run("serve", "--port", port, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (1, "")
    assert "another --port" in done.stderr
    for arguments, code, said in [
        (["--host", "0.0.0.0"], 2, "--token-file"),
        (["--token-file", "short"], 2, "16"),
        (["--token-file", "missing"], 1, "openssl"),
    ]:
        done = run("serve", *arguments, cwd=tmp_path)
        assert (done.returncode, "Traceback" in done.stderr) == (code, False), done.stderr
        assert said in done.stderr


@pytest.mark.parametrize(
    ("host", "loopback"),
    [("127.0.0.1", True), ("127.5.0.1", True), ("::1", True), ("localhost", True), ("0.0.0.0", False), ("::", False),
     ("192.168.0.1", False), ("example.org", False), ("localhost.example.org", False)],
)  # fmt: skip
def test_only_loopback_goes_without_a_token(host: str, loopback: bool) -> None:
    check_token(Serving(host, token="a" * 16))
    if loopback:
        check_token(Serving(host))
    else:
        with pytest.raises(UsageError, match="token"):
            check_token(Serving(host))
