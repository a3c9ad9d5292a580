"""Write a fit to `pipeline/weights/fitted.json`, where `pipeline.fitted` reads it."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path

from pipeline.fitted import SHIPPED, read_fits


def command_line(module: str) -> str:
    """Return the command that runs, with DIR for whatever is a path of this machine."""
    parts = ["DIR" if Path(part).is_absolute() else part for part in sys.argv[1:] if part != "--write"]
    return " ".join([f"python -m {module}", *parts])


def write_fit(
    name: str, coefficients: Mapping[str, float], *, command: str, verifier: str, n: int, path: Path = SHIPPED
) -> None:
    """Put one fit into the file, in the place of the former one; coefficients to two decimals. `n`: rows."""
    fits = json.loads(path.read_text("utf-8"))["fits"] if path.is_file() else {}
    fits[name] = {
        "coefficients": {key: round(float(value), 2) + 0.0 for key, value in coefficients.items()},
        "command": command, "verifier": verifier, "n": n,
    }  # fmt: skip
    path.write_text(json.dumps({"schema": "factcheck/fits/1", "fits": fits}, indent=1) + "\n", "utf-8")
    read_fits.cache_clear()
