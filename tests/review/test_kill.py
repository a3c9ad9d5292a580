"""1,000 decisions by 8 clients over HTTP while the server is killed at random: none that was acknowledged is lost."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import httpx
import pytest

from review.items import items_of
from review.keeping import verify_log
from review.listing import QueueFilter
from review.store import ReviewStore
from review.texts import open_texts
from tests.review.browser import free_port
from tests.review.records import answer, cite, put_sources
from tests.review.visitor import hidden_fields

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

N_CLIENTS, N_EACH = 8, 125
LABELS = ("supports", "partly", "refutes", "wrong_span", "out_of_context", "irrelevant")


class Server:
    """`factcheck review` in a process of its own, killed and started again on the same port."""

    def __init__(self, home: Path) -> None:
        self.port = free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self.command = [
            sys.executable, "-m", "factcheck.cli.main", "review", "--no-browser", "--port", str(self.port),
            "--reviewer", "Ada", "--home", str(home),
        ]  # fmt: skip
        self.n_killed = 0
        self.start()

    def start(self) -> None:
        self.process = subprocess.Popen(self.command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def kill(self) -> None:
        os.kill(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self.n_killed += 1


def client(address: str, keys: list[tuple[int, str]], number: int, acknowledged: list[tuple[str, str]]) -> None:
    """Judge until N_EACH decisions were acknowledged; whatever was not is sent again, as a person would."""
    dice = random.Random(number)
    with httpx.Client(base_url=address, timeout=30) as http:
        n = 0
        while n < N_EACH:
            item, key = keys[(number * N_EACH + n) % len(keys)]
            comment = f"client {number} decision {n}"
            try:
                page = http.get(f"/item/{item}", params={"t": 0})
                fields = hidden_fields(page.text, "/decide/citation")
                fields |= {"label": dice.choice(LABELS), "comment": comment}
                while True:  # the same form again until it is acknowledged: stored once
                    try:
                        reply = http.post("/decide/citation", data=fields, headers={"origin": address})
                        break
                    except httpx.TransportError:
                        time.sleep(0.1)
            except httpx.TransportError:
                time.sleep(0.1)
                continue
            assert reply.status_code == 303, reply.text[:500]
            acknowledged.append((key, comment))
            n += 1


def test_no_acknowledged_decision_is_lost(tmp_path: Path, hashing: Any) -> None:
    home = tmp_path / "home"
    put_sources(home, {"treaty": "The treaty was signed in Moscow."}, hashing)
    texts = {"treaty": "The treaty was signed in Moscow."}
    cited = cite("treaty", "signed in Moscow", texts=texts)
    with ReviewStore(home, open_texts(home)) as store:
        store.add(items_of((f"line {n}", answer(f"Question {n}?", [cited], id=str(n))) for n in range(40)))
        keys = [(row.id, row.key) for row in store.queue(QueueFilter(state="all"), limit=100).rows]
    server = Server(home)
    acknowledged: list[list[tuple[str, str]]] = [[] for _ in range(N_CLIENTS)]
    clients = [
        threading.Thread(target=client, args=(server.address, keys, n, acknowledged[n]), daemon=True)
        for n in range(N_CLIENTS)
    ]
    for one in clients:
        one.start()
    dice = random.Random(1)
    try:
        while any(one.is_alive() for one in clients):
            # After so many more decisions, however long this machine takes over them; or at once, while it starts.
            goal = sum(map(len, acknowledged)) + (dice.randint(1, 100) if dice.random() < 0.75 else 0)
            while sum(map(len, acknowledged)) < goal and any(one.is_alive() for one in clients):
                assert server.process.poll() is None, "the desk ended by itself"
                time.sleep(0.01)
            time.sleep(dice.uniform(0, 0.5))
            if any(one.is_alive() for one in clients):
                server.kill()
                server.start()
    finally:
        server.kill()
    done = [pair for found in acknowledged for pair in found]
    assert len(done) == N_CLIENTS * N_EACH
    with ReviewStore(home, open_texts(home)) as store:
        stored = [(row.item, row.comment) for row in store.log()]
        check = verify_log(store)
    assert sorted(set(done) - set(stored)) == []
    assert len(stored) == len(set(stored)) == len(done)  # and what was sent twice is there once
    assert check.faults == ()
    assert server.n_killed > 3
