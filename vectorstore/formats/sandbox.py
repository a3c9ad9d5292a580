"""Reading of risky formats in a child process with limits. One child serves many files, one at a time.

The child is started at the first file that needs it (0.05 s, and the libraries of its format), and again after one that
killed it. It is a fresh interpreter, not a fork: the program has threads of native libraries by then.
"""

from __future__ import annotations

import atexit
import json
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from threading import Lock, Timer
from typing import Any

from vectorstore.formats.extracted import Extracted, UnreadableError
from vectorstore.formats.kinds import Format

__all__ = ["Sandbox", "extract_safely"]

MEMORY_MB = 2048  # address space of the child; more for large files
_MEMORY_TIMES = 40  # the size of the file; an HTML tree takes 10 to 20 times its source
CPU_S = 60
WALL_S = 120.0
_ROOT = Path(__file__).parents[2]  # where our packages are, also if that was found as the working directory
_N_FILES = 500  # then a new child: what libraries leak stays bounded

# `-I`: nothing from the environment or the working directory. The path is the parent's, so both run the same code.
_BOOT = "import json,sys; sys.path[:] = json.loads(sys.argv[1]); from vectorstore.formats.worker import main; main()"


class Sandbox:
    """A child process that extracts text; safe to share between threads. Close it, or let the program's end do so."""

    def __init__(self, *, memory_mb: int = MEMORY_MB, cpu_s: int = CPU_S, wall_s: float = WALL_S) -> None:
        self._memory_mb, self._cpu_s, self._wall_s = memory_mb, cpu_s, wall_s
        self._lock = Lock()
        self._child: subprocess.Popen[bytes] | None = None
        self._n_files = 0

    def extract(
        self, kind: Format, data: bytes, *, max_mb: float, options: Mapping[str, Any] | None = None
    ) -> Extracted:
        """Return what a file holds. Raises: UnreadableError, also where reading it broke a limit or the reader."""
        job = {
            "format": kind, "n_bytes": len(data), "options": dict(options or {}), "cpu_s": self._cpu_s,
            "memory_mb": max(self._memory_mb, _MEMORY_TIMES * len(data) >> 20), "max_text": int(max_mb * 1_000_000),
        }  # fmt: skip
        with self._lock:
            head, text = self._ask(job, data)
        if "unreadable" in head:
            raise UnreadableError(head["unreadable"])
        if "limit" in head:
            raise UnreadableError(f"{head['limit']}; give its text as .txt, or leave it out")
        if "fault" in head:
            raise UnreadableError(f"cannot be read ({head['fault']}); give its text as .txt")
        warnings = tuple(str(warning) for warning in head["warnings"])
        return Extracted(text.decode(), tuple(head["pages"]), dict(head["facts"]), warnings)

    def close(self) -> None:
        """End the child; a later `extract` starts another."""
        with self._lock:
            self._end()

    def _ask(self, job: Mapping[str, Any], data: bytes) -> tuple[dict[str, Any], bytes]:
        child = self._running()
        late = False

        def end_it() -> None:
            nonlocal late
            late = True
            child.kill()

        timer = Timer(self._wall_s, end_it)
        timer.daemon = True
        timer.start()
        try:
            answer = _exchange(child, json.dumps(job).encode() + b"\n", data)
        except BaseException:
            self._end()  # interrupted: its answer would be taken for that to the next job
            raise
        finally:
            timer.cancel()
        if answer is None:
            return self._died(late), b""
        if answer[0].get("limit") == "memory":
            self._end()  # what is left of it may be short of memory for good
            return {"limit": self._too_much_memory(job)}, b""
        return answer

    def _died(self, late: bool) -> dict[str, str]:
        code = self._end(grace_s=1.0)
        if late:
            return {"limit": f"took longer than {self._wall_s:g} s to read"}
        if code == -24:  # SIGXCPU
            return {"limit": f"took more than {self._cpu_s} s of processor time to read"}
        return {"limit": f"made its reader fail (exit status {code}), as damaged and hostile files do"}

    def _too_much_memory(self, job: Mapping[str, Any]) -> str:
        return f"needs more than {job['memory_mb']:,} MB of memory to read"

    def _running(self) -> subprocess.Popen[bytes]:
        if self._child is not None and (self._n_files >= _N_FILES or self._child.poll() is not None):
            self._end()
        if self._child is None:
            path = json.dumps([str(_ROOT), *(entry for entry in sys.path if entry)])
            command = [sys.executable, "-I", "-c", _BOOT, path]
            pipe = subprocess.PIPE
            self._child = subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL)  # noqa: S603
            self._n_files = 0
        self._n_files += 1
        return self._child

    def _end(self, grace_s: float = 0.0) -> int | None:
        """End the child, after `grace_s` if it does not by itself; return its exit status. It has nothing to lose."""
        child, self._child = self._child, None
        if child is None:
            return None
        for pipe in (child.stdin, child.stdout):
            if pipe is not None:
                with suppress(OSError):  # unsent data for a child that is dead
                    pipe.close()
        try:
            return child.wait(grace_s)
        except subprocess.TimeoutExpired:
            child.kill()
            return child.wait()


def _exchange(child: subprocess.Popen[bytes], *parts: bytes) -> tuple[dict[str, Any], bytes] | None:
    """Send a job and return its answer; None where the child died over it."""
    assert child.stdin is not None
    assert child.stdout is not None
    try:
        for part in parts:
            child.stdin.write(part)
        child.stdin.flush()
    except OSError:
        return None
    line = child.stdout.readline()
    if not line.endswith(b"\n"):
        return None
    head = json.loads(line)
    text = child.stdout.read(head["n_bytes"])
    return (head, text) if len(text) == head["n_bytes"] else None


_shared = Sandbox()
atexit.register(_shared.close)


def extract_safely(kind: Format, data: bytes, *, max_mb: float, options: Mapping[str, Any] | None = None) -> Extracted:
    """`Sandbox.extract` in the child that all of this process share."""
    return _shared.extract(kind, data, max_mb=max_mb, options=options)
