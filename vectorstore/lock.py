"""Readers share the vectors, one writer has them alone: Chroma's files are not process-safe.

An OS lock on `<home>/lock`, so it dies with its process: a killed ingest leaves nothing to clean up. The writer leaves
its process id in the file, for the message only. The catalog needs no lock of ours (SQLite has its own): `sources`,
`show` and lexical search work while another process ingests; a reader takes the lock when it first touches the vectors.
"""

from __future__ import annotations

import os
import time
from pathlib import Path
from types import TracebackType
from typing import IO

import portalocker

from factcheck.errors import StoreLockedError

__all__ = ["StoreLock", "holders"]

WAIT_S = 3.0
_STEP_S = 0.05


class StoreLock:
    """Hold the store shared (`write=False`) or alone; a context manager."""

    def __init__(self, home: Path, *, write: bool, wait_s: float | None = None) -> None:
        self._path = home / "lock"
        self._write = write
        self._wait_s = WAIT_S if wait_s is None else wait_s
        self._file: IO[bytes] | None = None

    def acquire(self) -> None:
        """Take the lock; harmless when it is held already.

        Raises: StoreLockedError after `wait_s` seconds, naming the process that holds it.
        """
        if self._file is not None:
            return
        mode = portalocker.LockFlags.EXCLUSIVE if self._write else portalocker.LockFlags.SHARED
        self._path.parent.mkdir(parents=True, exist_ok=True)
        file = self._path.open("a+b")
        deadline = time.monotonic() + self._wait_s
        while True:
            try:
                portalocker.lock(file, mode | portalocker.LockFlags.NON_BLOCKING)
                break
            except portalocker.LockException:
                if time.monotonic() >= deadline:
                    file.close()
                    raise StoreLockedError(self._message()) from None
                time.sleep(_STEP_S)
        self._file = file
        if self._write:
            file.truncate(0)
            file.write(str(os.getpid()).encode())
            file.flush()

    @property
    def held(self) -> bool:
        return self._file is not None

    def release(self) -> None:
        """Let others in; doing it twice is harmless."""
        file, self._file = self._file, None
        if file is not None:
            if self._write:
                file.truncate(0)
            portalocker.unlock(file)
            file.close()

    def _message(self) -> str:
        pids = holders(self._path.parent)
        who = f"process {', '.join(map(str, pids))}" if pids else "another process"
        return f"{self._path.parent} is in use by {who}; wait for it to end, or stop it, and try again"

    def __enter__(self) -> StoreLock:
        self.acquire()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()


def holders(home: Path) -> tuple[int, ...]:
    """Return the processes that hold the lock of `home`, as far as the system tells; () = nobody, or not known.

    Linux lists the holders of every lock; elsewhere only a writer is known, by what it wrote.
    """
    path = home / "lock"
    try:
        inode = path.stat().st_ino
        rows = [line.split() for line in Path("/proc/locks").read_text("ascii").splitlines() if "->" not in line]
    except OSError:
        written = path.read_bytes() if path.is_file() else b""
        return (int(written),) if written.isdigit() else ()
    return tuple(sorted({int(row[4]) for row in rows if row[5].rsplit(":", 1)[-1] == str(inode) and int(row[4]) > 0}))
