"""Settings: flag > environment > `.env` > `factcheck.toml` > default. Unknown keys are refused."""

from __future__ import annotations

import difflib
import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import platformdirs
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from factcheck.errors import UsageError

ENV_PREFIX = "FACTCHECK_"


def _cache_dir() -> Path:
    return Path(platformdirs.user_cache_dir("factcheck"))


class Settings(BaseModel):
    """One frozen set of settings for a run; its JSON form is saved with the run."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    home: Path = Field(Path(".factcheck"), description="Where the catalog, the vectors and the runs live.")
    cache: Path = Field(default_factory=_cache_dir, description="Where downloaded weights are kept, shared by homes.")
    model: str = Field("auto", description="auto, none, local, openai:NAME or PROVIDER:NAME.")
    chroma: str | None = Field(None, description="URL of a Chroma server; without it the vectors are embedded.")
    threads: int = Field(2, ge=1, description="Processor threads for the embedder, the verifier and the local model.")
    n_passages: int = Field(12, ge=1, le=100, description="Passages read for a question.")
    chunk_tokens: int = Field(160, ge=32, le=240, description="Largest chunk, in tiktoken tokens.")
    timeout_s: float = Field(120.0, gt=0, description="Longest wait for one model call, in seconds.")
    max_question_chars: int = Field(2000, ge=1, description="Longest question accepted, in code points.")
    max_source_mb: float = Field(50.0, gt=0, description="Largest source file read, in megabytes.")


def load_settings(flags: Mapping[str, Any] | None = None, *, directory: Path | None = None) -> Settings:
    """Return the settings for `directory` (default: the working one); `flags` with value None are ignored.

    Raises: UsageError for an unknown key or a value that does not fit, with the place it came from.
    """
    directory = directory or Path.cwd()
    layers = [
        (f"{directory / 'factcheck.toml'}", _read_toml(directory / "factcheck.toml")),
        (f"{directory / '.env'}", _from_environment(_read_dotenv(directory / ".env"))),
        ("the environment", _from_environment(os.environ)),
        ("the command line", {k: v for k, v in (flags or {}).items() if v is not None}),
    ]
    merged: dict[str, Any] = {}
    for place, layer in layers:
        for key, value in layer.items():
            if key not in Settings.model_fields:
                raise UsageError(_unknown_key(place, key))
            merged[key] = value
    try:
        return Settings(**merged)
    except ValidationError as error:
        first = error.errors()[0]
        key = str(first["loc"][0])
        place = next(place for place, layer in reversed(layers) if key in layer)
        raise UsageError(f"{place}: setting {key}={first['input']!r}: {first['msg']}. See docs/settings.md") from None


def _unknown_key(place: str, key: str) -> str:
    close = difflib.get_close_matches(key, Settings.model_fields, n=1)
    hint = f"did you mean {close[0]!r}?" if close else f"known: {', '.join(Settings.model_fields)}."
    return f"{place}: unknown setting {key!r}; {hint} See docs/settings.md"


def _read_toml(path: Path) -> dict[str, Any]:
    if not path.is_file():
        return {}
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{path} is not valid TOML: {error}. Correct or remove it") from None


def _read_dotenv(path: Path) -> dict[str, str]:
    """`.env` fills what the environment lacks, for the libraries' own variables too (OPENAI_API_KEY)."""
    if not path.is_file():
        return {}
    from dotenv import dotenv_values  # noqa: PLC0415 - only when there is a file

    values = {key: value for key, value in dotenv_values(path).items() if value is not None}
    for key, value in values.items():
        if not key.startswith(ENV_PREFIX):
            os.environ.setdefault(key, value)
    return values


def _from_environment(variables: Mapping[str, str]) -> dict[str, Any]:
    known = {f"{ENV_PREFIX}{key.upper()}": key for key in Settings.model_fields}
    found = {known[name]: value for name, value in variables.items() if name in known and value != ""}
    unknown = [n for n in variables if n.startswith(ENV_PREFIX) and n not in known]
    return found | {name.removeprefix(ENV_PREFIX).lower(): variables[name] for name in unknown}
