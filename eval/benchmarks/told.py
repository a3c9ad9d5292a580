"""What a reader of a public set says of rows that it cannot read, or that are not there."""

from __future__ import annotations

import functools
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from eval.benchmarks.items import PairSet, QuerySet, QuestionSet
from factcheck.errors import UserError

__all__ = ["told"]

S = TypeVar("S", PairSet, QuestionSet, QuerySet)


def told(reader: Callable[[Path, str], S]) -> Callable[[Path, str], S]:
    """A row that lacks a field, or has it in another form, is told by the set, not by a traceback."""

    @functools.wraps(reader)
    def read(folder: Path, where: str) -> S:
        try:
            found = reader(folder, where)
        except (KeyError, TypeError, AttributeError, IndexError) as error:
            raise UserError(f"{folder}: a row is not in the form that was expected ({error!r}); {where}") from error
        if not found.items:
            raise UserError(f"{folder}: the files are there and hold no usable row; {where}")
        return found

    return read
