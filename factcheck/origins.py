"""Where each setting comes from, for `factcheck config show`. Keys and passwords are never shown."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from factcheck.redact import MASK, is_secret_name, redact
from factcheck.settings import DEFAULT, Settings, given_environment, load_settings, read_layers

__all__ = ["LIBRARY_VARIABLES", "Origin", "library_variables", "trace_settings"]

LIBRARY_VARIABLES = ("OPENAI_API_KEY", "OPENAI_BASE_URL", "OPENAI_ORG_ID", "OPENAI_PROJECT_ID")


@dataclass(frozen=True, slots=True)
class Origin:
    """A setting or a variable, its value as it may be shown, and the place that had it first."""

    name: str
    value: Any
    place: str


def trace_settings(flags: Mapping[str, Any] | None = None, *, directory: Path | None = None) -> list[Origin]:
    """Return every setting with its place, in the order of `Settings`. Raises: UsageError as `load_settings`."""
    layers = read_layers(flags, directory=directory)
    shown = load_settings(flags, directory=directory).model_dump(mode="json")
    places = {key: layer.place for layer in layers for key in layer.values}
    return [Origin(name, shown[name], places.get(name, DEFAULT)) for name in Settings.model_fields]


def library_variables(*, directory: Path | None = None) -> list[Origin]:
    """Return the variables that the libraries read, as far as they are set, and every key of another provider."""
    dotenv = next(layer.place for layer in read_layers(directory=directory) if layer.place.endswith(".env"))
    given = given_environment()
    names = [*LIBRARY_VARIABLES, *sorted(n for n in os.environ if n.endswith("_API_KEY") and n != "OPENAI_API_KEY")]
    return [
        Origin(
            name,
            MASK if is_secret_name(name) else redact(os.environ[name]),
            "the environment" if name in given else dotenv,
        )
        for name in names
        if name in os.environ
    ]
