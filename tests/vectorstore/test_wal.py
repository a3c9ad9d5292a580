"""The write-ahead log is switched on though another process has the file."""

import sqlite3
import threading
import time
from contextlib import closing
from pathlib import Path

import pytest

from vectorstore.wal import use_wal


def held(path: Path) -> sqlite3.Connection:
    """A connection that reads the file and does not let go, as an opener between two statements does."""
    db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    db.execute("CREATE TABLE rows (n)")
    db.execute("BEGIN")
    db.execute("SELECT * FROM rows").fetchall()
    return db


def test_waits_for_another_reader_of_the_file(tmp_path: Path) -> None:
    path = tmp_path / "db.sqlite"
    other = held(path)
    threading.Timer(0.2, lambda: (other.execute("COMMIT"), other.close())).start()
    with closing(sqlite3.connect(path, isolation_level=None, timeout=5)) as db:
        use_wal(db, wait_s=5)
        assert db.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_gives_up_in_time_where_it_stays_busy(tmp_path: Path) -> None:
    path = tmp_path / "db.sqlite"
    with closing(held(path)), closing(sqlite3.connect(path, isolation_level=None, timeout=0.1)) as db:
        began = time.monotonic()
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            use_wal(db, wait_s=0.1)
        assert time.monotonic() - began < 5


def test_another_fault_is_told_at_once(tmp_path: Path) -> None:
    path = tmp_path / "db.sqlite"
    path.write_bytes(b"no database at all, but words " * 40)
    with closing(sqlite3.connect(path)) as db, pytest.raises(sqlite3.DatabaseError, match="not a database"):
        use_wal(db, wait_s=60)


def test_many_openers_of_a_new_file_at_once(tmp_path: Path) -> None:
    for n in range(20):
        barrier, failed = threading.Barrier(12), []

        def opener(path: Path, barrier: threading.Barrier = barrier, failed: list[Exception] = failed) -> None:
            barrier.wait()
            try:
                with closing(sqlite3.connect(path, isolation_level=None, timeout=5)) as db:
                    use_wal(db, wait_s=5)
                    db.execute("PRAGMA user_version = 1")
            except sqlite3.Error as error:
                failed.append(error)

        threads = [threading.Thread(target=opener, args=(tmp_path / f"{n}.sqlite",)) for _ in range(12)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert not failed
