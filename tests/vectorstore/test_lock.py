"""One writer or many readers, across processes; a lock dies with its process."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from factcheck.errors import StoreLockedError
from factcheck.settings import Settings
from vectorstore.hash_embedder import HashEmbedder
from vectorstore.lock import StoreLock, holders
from vectorstore.store import Store

ROOT = Path(__file__).parents[2]
HOLD = """
import sys, time
from pathlib import Path
from vectorstore.lock import StoreLock
with StoreLock(Path(sys.argv[1]), write=sys.argv[2] == "write"):
    print("held", flush=True)
    time.sleep(60)
"""


@contextmanager
def another_process(home: Path, mode: str) -> Iterator[subprocess.Popen[bytes]]:
    """A process that holds the lock of `home`, until the end of the block."""
    command = [sys.executable, "-c", HOLD, str(home), mode]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=ROOT, env={**os.environ, "PYTHONPATH": "."}) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"held\n"
        try:
            yield process
        finally:
            process.kill()


@pytest.mark.parametrize(("theirs", "ours"), [("write", True), ("write", False), ("read", True)])
def test_the_second_is_told_who_holds_the_store(tmp_path: Path, theirs: str, ours: bool) -> None:
    with another_process(tmp_path, theirs) as process:
        begin = time.monotonic()
        with pytest.raises(StoreLockedError, match=f"in use by process {process.pid}; wait for it to end, or stop it"):
            StoreLock(tmp_path, write=ours, wait_s=0.3).acquire()
        assert time.monotonic() - begin < 5
        assert holders(tmp_path) == (process.pid,)


def test_readers_share(tmp_path: Path) -> None:
    with another_process(tmp_path, "read"), StoreLock(tmp_path, write=False, wait_s=0):
        pass


@pytest.mark.parametrize("mode", ["write", "read"])
def test_a_killed_process_leaves_the_store_free(tmp_path: Path, mode: str) -> None:
    with another_process(tmp_path, mode) as process:
        process.send_signal(signal.SIGKILL)
        process.wait(10)
        with StoreLock(tmp_path, write=True, wait_s=2):
            assert holders(tmp_path) == (os.getpid(),)
    assert holders(tmp_path) == ()


def test_a_waiting_writer_goes_on_when_the_other_ends(tmp_path: Path) -> None:
    with another_process(tmp_path, "write") as process:
        lock = StoreLock(tmp_path, write=True, wait_s=20)
        process.terminate()
        lock.acquire()
        lock.acquire()  # held already: harmless
        lock.release()
        lock.release()


def test_reading_the_catalog_goes_on_while_another_process_writes(settings: Settings, embedder: HashEmbedder) -> None:
    with Store.open(settings, embedder, write=True) as store:
        store.put("a", "A text on quokkas.")
        store.complete()
    with another_process(settings.home, "write"):
        with Store.open(settings, embedder, wait_s=0.2) as reader:
            assert reader.search_lexical("quokkas", 1)
            assert reader.source("a").version == 1
            with pytest.raises(StoreLockedError):
                reader.search_dense("quokkas", 1)
        with pytest.raises(StoreLockedError):
            Store.open(settings, embedder, write=True, wait_s=0.2)
    with Store.open(settings, embedder, wait_s=2) as reader:
        assert reader.search_dense("quokkas", 1)
