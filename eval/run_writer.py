"""Writing run files so that a kill at any moment costs nothing that was completed."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO

import portalocker

from eval.run_files import END_SCHEMA, RUN_SCHEMA, SAMPLE_SCHEMA, Run, RunHeader, RunSample, parse_run, read_bytes
from factcheck.errors import StorageFullError, UserError

__all__ = ["RunWriter", "now"]


def now() -> str:
    """Return the time in UTC, as in `created`."""
    return f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"


class RunWriter:
    """Appends to one run file; a context manager. One process writes a run at a time."""

    def __init__(self, path: Path, file: BinaryIO, samples: Iterable[RunSample]) -> None:
        self.path, self._file = path, file
        self._n_completed = self._n_errors = 0
        for sample in samples:
            self._count(sample)

    @classmethod
    def create(cls, path: Path, header: RunHeader, carried: Iterable[RunSample] = ()) -> RunWriter:
        """Begin a run. The header and what is carried over from its parent appear at once, or not at all.

        Raises: UserError where the file exists already, or cannot be written.
        """
        carried = tuple(carried)
        part = path.with_name(f".{path.name}.{os.getpid()}.part")
        lines = [{"schema": RUN_SCHEMA, **asdict(header)}, *map(_sample_line, carried)]
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with part.open("wb") as file:
                file.write(b"".join(map(_encode, lines)))
                _to_disk(file)
            os.link(part, path)  # unlike rename, never over a run that is there
        except FileExistsError:
            raise UserError(f"{path} exists; give another file, or --resume to go on with it") from None
        except OSError as error:
            raise UserError(f"{path} cannot be written: {error.strerror or error}; give another place") from None
        finally:
            part.unlink(missing_ok=True)
        return cls(path, _open(path), carried)

    @classmethod
    def append(cls, path: Path) -> tuple[Run, RunWriter]:
        """Go on with an unclosed run: return what it holds, and its writer. A torn last line is cut off.

        Raises: UserError as in `read_run`, for a closed run, and while another process writes it.
        """
        raw = read_bytes(path)
        file = _open(path)
        try:
            raw = read_bytes(path)  # nobody else writes from here on
            run, whole = parse_run(path, raw)
            if run.closed:
                raise UserError(f"{path} is complete, there is nothing to resume; --retry-errors asks its errors again")
            file.truncate(whole)
            if raw[:whole][-1:] != b"\n":
                file.write(b"\n")
            _to_disk(file)
        except BaseException:
            file.close()
            raise
        return run, cls(path, file, run.samples)

    def add(self, sample: RunSample) -> None:
        """Append one sample; it is on the disk when this returns. Raises: StorageFullError."""
        self._write(_sample_line(sample))
        self._count(sample)

    def close_run(self) -> None:
        """Write the footer: nothing is missing any more."""
        end = {"schema": END_SCHEMA, "n_completed": self._n_completed, "n_errors": self._n_errors, "created": now()}
        self._write(end)

    def __enter__(self) -> RunWriter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def _write(self, line: Mapping[str, Any]) -> None:
        try:
            self._file.write(_encode(line))
            _to_disk(self._file)
        except OSError as error:
            raise StorageFullError(
                f"{self.path} cannot be written ({error.strerror or error}); what was completed is kept: make room, "
                "then --resume"
            ) from error

    def _count(self, sample: RunSample) -> None:
        self._n_completed += 1
        self._n_errors += sample.errored


def _open(path: Path) -> BinaryIO:
    try:
        file = path.open("ab")
    except OSError as error:
        raise UserError(f"{path} cannot be written: {error.strerror}; give another place") from None
    try:
        portalocker.lock(file, portalocker.LockFlags.EXCLUSIVE | portalocker.LockFlags.NON_BLOCKING)
    except portalocker.LockException:
        file.close()
        raise UserError(f"{path} is being written by another process; wait for it to end") from None
    return file


def _to_disk(file: BinaryIO) -> None:
    file.flush()
    os.fsync(file.fileno())


def _encode(line: Mapping[str, Any]) -> bytes:
    try:
        return (json.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n").encode()
    except UnicodeEncodeError:  # a lone surrogate, in a model's words
        return (json.dumps(line, separators=(",", ":")) + "\n").encode()


def _sample_line(sample: RunSample) -> dict[str, Any]:
    return {"schema": SAMPLE_SCHEMA, "id": sample.id, "repeat": sample.repeat, "record": sample.record}
