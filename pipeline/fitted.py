"""What is fitted to the verifier that ships, from `weights/fitted.json`. New weights need new fits.

The fits of `training` write it (`pooling`, `value_ranking`, `grounding`, each with `--write`), and nobody by hand.
An entry has its coefficients by name, the command that made it, the rows that it was fitted on, and the verifier whose
answers they are: a test holds it against the weights.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from factcheck.errors import WeightsError

__all__ = ["SHIPPED", "coefficients", "read_fits"]

SHIPPED = Path(__file__).parent / "weights" / "fitted.json"


@cache
def read_fits(path: Path = SHIPPED) -> Mapping[str, Any]:
    """Return every entry by its name. Raises: WeightsError where the file cannot be read."""
    try:
        entries: dict[str, Any] = json.loads(path.read_text("utf-8"))["fits"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise WeightsError(f"{path} cannot be read ({error}): install factcheck again") from error
    return entries


def coefficients(name: str) -> Mapping[str, float]:
    """Return the coefficients of one entry. Raises: WeightsError where the file cannot be read or lacks it."""
    try:
        found: dict[str, float] = read_fits()[name]["coefficients"]
    except KeyError as error:
        raise WeightsError(f"{SHIPPED} has no fit {name!r}: install factcheck again") from error
    return found
