"""What was acknowledged is there: after kills, on a full disk, with several writers at once."""

from __future__ import annotations

import random
import resource
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from factcheck.errors import StorageFullError
from review.chain import faults
from review.keeping import verify_log
from review.listing import Viewer
from review.store import ReviewStore
from tests.review.test_store import judge

ROOT = Path(__file__).parents[2]
N_CLIENTS, N_WRITES = 8, 1000


class Client:
    """A process that writes decisions; it is killed and started again until its share is acknowledged."""

    def __init__(self, home: Path, number: int, folder: Path, *, n: int = N_WRITES // N_CLIENTS) -> None:
        self.home, self.name, self.acks, self.left = home, f"client {number}", folder / f"{number}.acks", n
        self.acks.touch()
        self.process: subprocess.Popen[bytes] | None = None

    def start(self, *, max_bytes: int | None = None) -> None:
        limit = (lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (max_bytes, max_bytes))) if max_bytes else None
        command = [sys.executable, "-m", "tests.review.desk_client", str(self.home), self.name, str(self.left)]
        with self.acks.open("ab") as out:
            self.process = subprocess.Popen(command, stdout=out, cwd=ROOT, preexec_fn=limit)  # noqa: PLW1509

    def acknowledged(self) -> list[str]:
        """Whole lines only: a client killed in the middle of one had not told anybody."""
        return [line for line in self.acks.read_text().split("\n")[:-1] if line]

    def stop(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_no_acknowledged_decision_is_lost_in_1000_writes_by_8_clients_killed_at_random(
    desk: ReviewStore, home: Path, tmp_path: Path
) -> None:
    rng = random.Random(20261127)
    clients = [Client(home, number, tmp_path) for number in range(N_CLIENTS)]
    n_kills = 0
    try:
        for client in clients:
            client.start()
        while any(client.left > 0 for client in clients):
            time.sleep(rng.uniform(0.3, 1.5))
            for client in clients:
                assert client.process is not None
                client.left = N_WRITES // N_CLIENTS - len(client.acknowledged())
                running = client.process.poll() is None
                if client.left > 0 and (not running or (n_kills < 40 and rng.random() < 0.15)):
                    n_kills += running
                    client.stop()
                    client.start()
    finally:
        for client in clients:
            client.stop()
    acknowledged = {one for client in clients for one in client.acknowledged()}
    stored = {row.id for row in desk.log()}
    assert len(acknowledged) >= N_WRITES
    assert n_kills > 0
    assert acknowledged - stored == set()
    assert verify_log(desk).faults == ()


@pytest.mark.slow
def test_a_file_that_cannot_grow_loses_nothing_acknowledged(desk: ReviewStore, home: Path, tmp_path: Path) -> None:
    size = max(path.stat().st_size for path in home.glob("reviews.sqlite*"))
    client = Client(home, 1, tmp_path, n=5000)
    client.start(max_bytes=size + 300_000)
    assert client.process is not None
    assert client.process.wait(timeout=120) == 9
    acknowledged = set(client.acknowledged())
    assert acknowledged
    assert acknowledged - {row.id for row in desk.log()} == set()
    assert verify_log(desk).faults == ()
    judge(desk, 2, "refutes")  # with room again, the desk goes on


def test_a_full_disk_is_told_and_loses_nothing(desk: ReviewStore) -> None:
    heads = [desk.head()]

    def fill() -> None:
        for _ in range(500):
            judge(desk, 1, "supports", comment="x" * 4000)
            heads.append(desk.head())

    n_pages = desk._db.execute("PRAGMA page_count").fetchone()[0]
    desk._db.execute(f"PRAGMA max_page_count = {n_pages + 5}")
    with pytest.raises(StorageFullError, match="what was stored before is intact"):
        fill()
    assert len(heads) > 1
    assert desk.head() == heads[-1]
    assert list(faults(desk.log())) == []
    desk._db.execute("PRAGMA max_page_count = 1000000")
    judge(desk, 1, "supports")
    assert desk.head()[0] == heads[-1][0] + 1


def test_two_stores_in_threads_write_one_chain(desk: ReviewStore, home: Path) -> None:
    from review.texts import open_texts

    failed: list[BaseException] = []

    def work(name: str) -> None:
        try:
            with ReviewStore(home, open_texts(home)) as store:
                for _ in range(10):
                    judge(store, 1, "supports", who=Viewer(name))
        except BaseException as error:
            failed.append(error)

    threads = [threading.Thread(target=work, args=(name,)) for name in ("Ada", "Bob", "Cy")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert desk.head()[0] == 30
    assert verify_log(desk).faults == ()
