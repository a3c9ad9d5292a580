"""Files of public sets: found under their published name or as a development copy, and read row by row."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from factcheck.errors import UserError

__all__ = ["find", "missing", "read_json", "read_rows"]


def find(folder: Path, *names: str) -> Path | None:
    """Return the first of `names` that lies in `folder`, or in one of its folders data, dev, e2e, train."""
    for name in names:
        for place in (folder, *(folder / sub for sub in ("data", "dev", "e2e", "train"))):
            if (place / name).is_file():
                return place / name
    return None


def missing(folder: Path, where: str) -> UserError:
    """The error for a folder that holds none of the files; `where` says what to get."""
    what = "is no folder" if not folder.is_dir() else "holds none of the files of this set"
    return UserError(f"{folder} {what}; {where}, and give their folder with --data")


def read_rows(path: Path) -> Iterator[dict[str, Any]]:
    """Yield the objects of a JSONL file, gzipped or not. Raises: UserError with the line that is none."""
    try:
        with path.open("rb") as raw, gzip.open(raw, "rb") if path.suffix == ".gz" else raw as lines:
            for number, line in enumerate(lines, 1):
                if not line.strip():
                    continue
                row = json.loads(line)
                if not isinstance(row, dict):
                    raise UserError(f"{path}: line {number} is a {type(row).__name__}, not an object")
                yield row
    except (OSError, EOFError, UnicodeDecodeError, ValueError) as error:
        raise UserError(f"{path}: cannot be read as JSON lines ({error}); fetch it again") from error


def read_json(path: Path) -> Any:
    """Return what a JSON file holds. Raises: UserError."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, ValueError) as error:
        raise UserError(f"{path}: cannot be read as JSON ({error}); fetch it again") from error
