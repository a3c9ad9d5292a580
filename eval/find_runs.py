"""Where runs lie: `HOME/runs/<id>.jsonl`."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime
from pathlib import Path

from factcheck.errors import UserError

__all__ = ["find_run", "new_run_id"]


def find_run(given: str, home: Path) -> Path:
    """Return the file of a run that is given by its path, its id or the unique beginning of its id in `home`/runs.

    Raises: UserError where there is none, or more than one.
    """
    path = Path(given)
    if path.is_file():
        return path
    folder = home / "runs"
    found = sorted(folder.glob("*.jsonl"))
    fitting = [p for p in found if p.stem == given] or [p for p in found if given and p.stem.startswith(given)]
    if len(fitting) == 1:
        return fitting[0]
    if fitting:
        raise UserError(f"{given!r} begins the id of {len(fitting)} runs in {folder}; give more of it")
    newest = f"; the newest there is {found[-1].stem}" if found else ""
    raise UserError(f"no run {given!r}: no such file, and none in {folder}{newest}. `factcheck eval run` makes one")


def new_run_id(model: str) -> str:
    """Return a new id that sorts by time: `20261127T124500Z-openai-gpt-5-1a2b3c`."""
    slug = "-".join("".join(c if c.isalnum() or c == "." else " " for c in model).split())
    return f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{slug or 'model'}-{secrets.token_hex(3)}"
