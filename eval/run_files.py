"""Run files: one execution of a suite by one model, JSONL, appended to until a footer closes it.

    {"schema": "factcheck/run/1", "id": "20261127T124500Z-none-1a2b3c", "suite": {…}, "model": "none", …}
    {"schema": "factcheck/run-sample/1", "id": "defence-clause", "repeat": 0, "record": {…}}   one a sample and repeat
    {"schema": "factcheck/run-end/1", "n_completed": 181, "n_errors": 0, "created": "…"}

Every line is on the disk before the next one is begun (`eval.run_writer`), so a kill costs at most the questions in
flight. Samples stand in the order of their completion. A record is an answer record or an error record; scores are not
stored, they follow from records and gold labels at any time.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError

from factcheck.errors import UserError
from pipeline.record import ANSWER_SCHEMA, ERROR_SCHEMA

__all__ = ["Run", "RunHeader", "RunSample", "SuiteRef", "read_run"]

RUN_SCHEMA, SAMPLE_SCHEMA, END_SCHEMA = "factcheck/run/1", "factcheck/run-sample/1", "factcheck/run-end/1"
_STRICT = ConfigDict(extra="forbid")


@dataclass(frozen=True, slots=True)
class SuiteRef:
    """The gold file as it was. `path` is as given, `sha256` of its bytes, `corpus` as it says, `n_samples` in all."""

    __pydantic_config__ = _STRICT

    path: str
    sha256: str
    n_samples: int
    corpus: str | list[str]


@dataclass(frozen=True, slots=True)
class RunHeader:
    """What was run, and with what. `model` is as resolved; `tags`, `limit`, `samples` say which part of the suite."""

    __pydantic_config__ = _STRICT

    id: str
    created: str  # ISO, UTC
    suite: SuiteRef
    model: str
    settings: Mapping[str, Any]
    index: str  # `sha256:…` of the sources and how they are indexed
    version: str
    verifier: str | None = None
    parent: str | None = None  # the run whose good records were taken over by `--retry-errors`
    repeat: int = 1
    tags: tuple[str, ...] = ()
    limit: int | None = None
    samples: tuple[str, ...] = ()
    oracle_evidence: bool = False


@dataclass(frozen=True, slots=True)
class RunSample:
    """One sample, asked once. `repeat` counts from 0."""

    id: str
    repeat: int
    record: Mapping[str, Any]

    @property
    def errored(self) -> bool:
        return bool(self.record["schema"] == ERROR_SCHEMA)


@dataclass(frozen=True, slots=True)
class Run:
    """A run file as read. `closed` is False while it runs, and where it was cut off."""

    header: RunHeader
    samples: tuple[RunSample, ...]
    closed: bool

    @property
    def n_errors(self) -> int:
        return sum(sample.errored for sample in self.samples)


@dataclass(frozen=True, slots=True)
class _SampleLine:
    __pydantic_config__ = _STRICT

    schema: Literal["factcheck/run-sample/1"]
    id: str
    repeat: Annotated[int, Field(ge=0)]
    record: dict[str, Any]


@dataclass(frozen=True, slots=True)
class _EndLine:
    __pydantic_config__ = _STRICT

    schema: Literal["factcheck/run-end/1"]
    n_completed: int
    n_errors: int
    created: str


_HEADER, _SAMPLE, _END = TypeAdapter(RunHeader), TypeAdapter(_SampleLine), TypeAdapter(_EndLine)


def read_run(path: Path) -> Run:
    """Return the run in `path`. A torn last line of an unclosed file is ignored: its sample counts as not asked.

    Raises: UserError for a file that cannot be read or is no run file, and for any other line that is not whole,
    stands twice or comes after the footer, with its number.
    """
    return parse_run(path, read_bytes(path))[0]


def read_bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise UserError(f"{path}: cannot be read ({error.strerror}); give a run file") from None


def parse_run(path: Path, raw: bytes) -> tuple[Run, int]:
    """Return the run and how many bytes of it are whole."""
    lines = raw.split(b"\n")
    header = _header(path, lines[0], n_lines=len(lines))
    samples: dict[tuple[str, int], RunSample] = {}
    end: _EndLine | None = None
    whole = len(lines[0]) + 1
    for number, line in enumerate(lines[1:], start=2):
        last = number == len(lines)  # what follows the last line break; empty in a whole file
        place = f"{path}: line {number}"
        if last and not line:
            break
        entry = _entry(line)
        if entry is None and last and end is None:
            return Run(header, tuple(samples.values()), False), whole
        if end is not None:
            raise UserError(f"{place} comes after the footer; was something appended by hand? Remove it")
        if isinstance(entry, _EndLine):
            end = entry
        elif isinstance(entry, RunSample):
            key = (entry.id, entry.repeat)
            if key in samples:
                raise UserError(f"{place}: sample {entry.id!r}, repeat {entry.repeat}, stands twice; remove one line")
            samples[key] = entry
        else:
            raise UserError(f"{place} is no line of a run file ({_shown(line)}); mend or remove it")
        whole += len(line) + (not last)
    if end is not None and end.n_completed != len(samples):
        raise UserError(
            f"{path}: the footer counts {end.n_completed} samples and {len(samples)} are there; lines are lost"
        )
    return Run(header, tuple(samples.values()), end is not None), min(whole, len(raw))


def _header(path: Path, line: bytes, *, n_lines: int) -> RunHeader:
    try:
        data = json.loads(line)
        schema = data.pop("schema") if isinstance(data, dict) else None
    except (ValueError, KeyError, RecursionError):
        schema = None
    if schema != RUN_SCHEMA or n_lines < 2:
        raise UserError(
            f"{path}: line 1 is not the head of a run ({_shown(line)}); `factcheck eval run` writes run files, and "
            "`factcheck eval score --predictions FILE --suite SUITE -o RUN` makes one of another system's answers"
        )
    try:
        return _HEADER.validate_python(data)
    except ValidationError as error:
        first = error.errors()[0]
        raise UserError(
            f"{path}: line 1: {'.'.join(map(str, first['loc']))}: {first['msg']}; is it of a newer version?"
        ) from None


def _entry(line: bytes) -> RunSample | _EndLine | None:
    """Return what a line says; None where it is not whole, or no line of a run file."""
    try:
        data = json.loads(line)
        if data["schema"] == END_SCHEMA:
            return _END.validate_python(data)
        sample = _SAMPLE.validate_python(data)
    except (ValueError, TypeError, KeyError, RecursionError):
        return None
    if sample.record.get("schema") not in (ANSWER_SCHEMA, ERROR_SCHEMA):
        return None
    return RunSample(sample.id, sample.repeat, sample.record)


def _shown(line: bytes) -> str:
    text = line.decode("utf-8", "replace")
    return repr(text if len(text) <= 40 else f"{text[:40]}…") if text else "it is empty"
