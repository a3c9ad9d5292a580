"""The child process: takes one job after another on stdin, answers on stdout, and may die over any of them.

A job is one line of JSON (format, size of the data, options, limits) and the data; the answer is one line of JSON and
the text. Limits are set before the first byte is parsed: memory for good, processor time anew for each job. The child
opens no file and ends when its stdin does, so it never outlives the program.
"""

from __future__ import annotations

import importlib
import json
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import IO, Any

from vectorstore.formats.extracted import Extracted, UnreadableError

__all__ = ["main"]

_RECURSION = 3_000


def main() -> None:
    """Serve jobs until stdin ends."""
    jobs, answers = sys.stdin.buffer, sys.stdout.buffer
    sys.stdout = sys.stderr  # a library that prints must not speak for us
    sys.setrecursionlimit(_RECURSION)
    while line := jobs.readline():
        job = json.loads(line)
        data = jobs.read(job["n_bytes"])
        if len(data) < job["n_bytes"]:
            return
        _limit(job["memory_mb"], job["cpu_s"])
        _answer(answers, *_done(job, data))
        del data


def _done(job: dict[str, Any], data: bytes) -> tuple[dict[str, Any], bytes]:
    try:
        found = _reader(job["format"])(data, **job["options"])
        text = found.text.encode("utf-8", "replace")
    except UnreadableError as error:
        return {"unreadable": str(error)}, b""
    except MemoryError:
        return {"limit": "memory"}, b""
    except RecursionError:
        return {"unreadable": "is nested too deep to be read; give its text as .txt"}, b""
    except Exception as error:  # noqa: BLE001, RUF100 - whatever a library does with hostile bytes is one file's failure
        return {"fault": f"{type(error).__name__}: {error}"[:300]}, b""
    if len(text) > job["max_text"]:
        return {"unreadable": f"has {len(text) / 1e6:.1f} MB of text, more than max_source_mb; split it"}, b""
    return {"pages": found.pages, "facts": found.facts, "warnings": found.warnings}, text


def _reader(kind: str) -> Callable[..., Extracted]:
    """Each format loads libraries of its own, when its first file comes."""
    module = importlib.import_module(f"vectorstore.formats.from_{kind}")
    read: Callable[..., Extracted] = module.extract
    return read


def _answer(answers: IO[bytes], head: dict[str, Any], text: bytes) -> None:
    answers.write(json.dumps({**head, "n_bytes": len(text)}).encode() + b"\n" + text)
    answers.flush()


def _limit(memory_mb: int, cpu_s: int) -> None:
    """Where the system has no such limits, the parent's deadline is left."""
    try:
        import resource  # noqa: PLC0415 - not on every system
    except ImportError:
        return
    used = resource.getrusage(resource.RUSAGE_SELF)
    seconds = int(used.ru_utime + used.ru_stime) + 1 + cpu_s
    limits = {"RLIMIT_AS": memory_mb << 20, "RLIMIT_CPU": seconds, "RLIMIT_CORE": 0, "RLIMIT_FSIZE": 0}
    for name, value in limits.items():
        if (limit := getattr(resource, name, None)) is not None:
            with suppress(OSError, ValueError):
                hard = resource.getrlimit(limit)[1]
                resource.setrlimit(limit, (value if hard == resource.RLIM_INFINITY else min(value, hard), hard))
