"""Files of records for the desk: answers, checks, or a run file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from hashlib import sha256
from pathlib import Path
from typing import Any

from eval.gold import read_gold
from eval.run_files import Run, SuiteRef, read_run
from factcheck.errors import UserError
from pipeline.record_files import ANSWERS, CHECKS, read_records
from review.items import NewItem, items_of

__all__ = ["read_items"]

_RUN = b'"factcheck/run/'


def read_items(path: Path) -> Iterator[NewItem]:
    """Yield the items of a file: one record, NDJSON of answer or check records, or a run file; `-` reads records.

    Raises: UserError for a file that cannot be read, holds nothing to review, or was written by another version.
    """
    n = 0
    for item in _run_items(read_run(path)) if _is_run(path) else _record_items(path):
        n += 1
        yield item
    if n == 0:
        raise UserError(
            f"{path} holds no answer and no claim to review; give the output of `factcheck ask --json`, "
            "`factcheck check --json` or a run file"
        )


def _is_run(path: Path) -> bool:
    """Told by the first line, so that a run file of another version gets the run reader's message."""
    if path == Path("-"):
        return False
    try:
        with path.open("rb") as file:
            return _RUN in file.readline(1 << 20)
    except OSError:
        return False  # the reader of records says what is wrong


def _record_items(path: Path) -> Iterator[NewItem]:
    return items_of((f"{path}:{number}", record) for number, record in read_records(path, ANSWERS | CHECKS))


def _run_items(run: Run) -> Iterator[NewItem]:
    schema = "factcheck/run-sample/1"
    samples: Iterator[tuple[str, Mapping[str, Any]]] = (
        (f"sample {sample.id}", {"schema": schema, "id": sample.id, "repeat": sample.repeat, "record": sample.record})
        for sample in run.samples
    )
    return items_of(samples, run=asdict(run.header), tags=_gold_tags(run.header.suite))


def _gold_tags(suite: SuiteRef) -> dict[str, list[str]]:
    """Tags by sample id, of the run's suite where it still lies there unchanged; {} elsewhere. Labels are not kept."""
    path = Path(suite.path)
    if not path.is_file() or sha256(path.read_bytes()).hexdigest() != suite.sha256:
        return {}
    return {sample.id: list(sample.tags) for sample in read_gold(path).samples}
