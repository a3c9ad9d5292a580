"""Settings: flag > environment > `.env` > `factcheck.toml` > default. Unknown keys are refused."""

from __future__ import annotations

import difflib
import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import platformdirs
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_serializer

from factcheck.errors import UsageError
from factcheck.redact import redact

__all__ = ["ENV_PREFIX", "Layer", "Settings", "find_problems", "given_environment", "load_settings", "read_layers"]

ENV_PREFIX = "FACTCHECK_"
ALIASES = {"OPENAI_BASE_URL": "base_url"}  # what other tools call it; our own name goes first
DEFAULT = "default"
_FILLED: dict[str, str] = {}  # what `.env` put into this process's environment, so that it never counts as set there


def _cache_dir() -> Path:
    return Path(platformdirs.user_cache_dir("factcheck"))


class Settings(BaseModel):
    """One frozen set of settings for a run; its JSON form, without passwords in addresses, is saved with the run."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    home: Path = Field(Path(".factcheck"), description="Where the catalog, the vectors and the runs live.")
    cache: Path = Field(default_factory=_cache_dir, description="Where downloaded weights are kept, shared by homes.")
    model: str = Field("auto", description="auto, none, local, openai:NAME or PROVIDER:NAME.")
    model_below: float = Field(
        0.9,
        ge=0,
        le=1,
        description="The local model is asked where the verifier's own answer is less probable than this.",
    )
    base_url: str | None = Field(
        None, description="Address of another server that speaks OpenAI's protocol, for `openai:NAME`."
    )
    chroma: str | None = Field(None, description="URL of a Chroma server; without it the vectors are embedded.")
    threads: int = Field(2, ge=1, description="Processor threads for the embedder, the verifier and the local model.")
    n_passages: int = Field(12, ge=1, le=100, description="Passages read for a question.")
    chunk_tokens: int = Field(160, ge=32, le=240, description="Largest chunk, in tiktoken tokens.")
    timeout_s: float = Field(120.0, gt=0, description="Longest wait for one model call, in seconds.")
    question_timeout_s: float = Field(
        600.0,
        gt=0,
        description="Longest time for the model calls of one question, waits included, in seconds.",
    )
    max_retries: int = Field(2, ge=0, le=10, description="Further tries of a model call after a transient fault.")
    retry_wait_s: float = Field(
        0.5, ge=0, le=60, description="Wait before the first further try, in seconds; each next waits twice that."
    )
    outages_to_stop: int = Field(
        3, ge=1, description="Failed model calls in a row, over all questions, after which the model is left alone."
    )
    outage_pause_s: float = Field(30.0, ge=0, description="How long it is left alone before one call may try.")
    max_prompt_tokens: int = Field(
        8000, ge=500, description="Longest prompt, in tiktoken tokens; the least relevant passages are left out beyond."
    )
    max_cost_usd: float | None = Field(
        None, ge=0, description="Most that a command may spend on a hosted model, in US dollars."
    )
    prices: Path | None = Field(None, description="A TOML file of prices that go before the shipped ones.")
    cache_responses: bool = Field(True, description="Keep the replies of models in the home and use them again.")
    record: Path | None = Field(None, description="Write what the model says to this new file, for `replay`.")
    replay: Path | None = Field(None, description="Take what the model says from this recording; none is asked.")
    max_risk: float | None = Field(
        None, gt=0, lt=1, description="Withhold answers so that at most this share of those given is wrong."
    )
    calibration: Path | None = Field(None, description="Calibration file, instead of the one that ships.")
    max_question_chars: int = Field(2000, ge=1, description="Longest question accepted, in code points.")
    fetch_timeout_s: float = Field(30.0, gt=0, description="Longest wait for one page of `ingest --url`, in seconds.")
    max_source_mb: float = Field(50.0, gt=0, description="Largest source file read, in megabytes.")

    @field_serializer("base_url", "chroma", when_used="json")
    def _without_password(self, address: str | None) -> str | None:
        return None if address is None else redact(address)


@dataclass(frozen=True, slots=True)
class Layer:
    """What one place sets. `place` is for people: a path, `the environment`, `the command line`."""

    place: str
    values: Mapping[str, Any]


def load_settings(flags: Mapping[str, Any] | None = None, *, directory: Path | None = None) -> Settings:
    """Return the settings for `directory` (default: the working one); `flags` with value None are ignored.

    Raises: UsageError for an unknown key or a value that does not fit, with the place it came from.
    """
    layers = read_layers(flags, directory=directory)
    if problems := find_problems(layers):
        raise UsageError(problems[0])
    return Settings(**{key: value for layer in layers for key, value in layer.values.items()})


def read_layers(flags: Mapping[str, Any] | None = None, *, directory: Path | None = None) -> list[Layer]:
    """Return what each place sets, weakest first, unchecked. Raises: UsageError for a file that cannot be read."""
    directory = directory or Path.cwd()
    toml, dotenv = directory / "factcheck.toml", directory / ".env"
    environment, filling = given_environment(), _read_dotenv(dotenv)
    _fill_environment({name: value for name, value in filling.items() if name not in environment})
    return [
        Layer(str(toml), _read_toml(toml)),
        Layer(str(dotenv), _from_environment(filling)),
        Layer("the environment", _from_environment(environment)),
        Layer("the command line", {k: v for k, v in (flags or {}).items() if v is not None}),
    ]


def given_environment() -> dict[str, str]:
    """Return the variables that the process was given: without what a `.env` put there when settings were read."""
    return {name: value for name, value in os.environ.items() if _FILLED.get(name) != value}


def find_problems(layers: list[Layer]) -> list[str]:
    """Return a line for every unknown key and every value that does not fit, with its place; none when all is well."""
    problems = [_unknown_key(layer.place, key) for layer in layers for key in layer.values if key not in _known()]
    merged = {key: (layer.place, value) for layer in layers for key, value in layer.values.items() if key in _known()}
    try:
        Settings(**{key: value for key, (_, value) in merged.items()})
    except ValidationError as error:
        for one in error.errors():
            key = str(one["loc"][0])
            shown = redact(repr(one["input"]))[:100]
            problems.append(f"{merged[key][0]}: setting {key}={shown}: {one['msg']}. See docs/settings.md")
    return problems


def _known() -> Mapping[str, Any]:
    return Settings.model_fields


def _unknown_key(place: str, key: str) -> str:
    close = difflib.get_close_matches(key, _known(), n=1)
    hint = f"did you mean {close[0]!r}?" if close else f"known: {', '.join(_known())}."
    return f"{place}: unknown setting {key!r}; {hint} See docs/settings.md"


def _read_toml(path: Path) -> dict[str, Any]:
    if not path.is_file():
        return {}
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{path} is not valid TOML: {error}. Correct or remove it") from None
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}. Make it readable or remove it") from None


def _read_dotenv(path: Path) -> dict[str, str]:
    if not path.is_file():
        return {}
    from dotenv import dotenv_values  # noqa: PLC0415 - only when there is a file

    try:
        return {key: value for key, value in dotenv_values(path).items() if value is not None}
    except UnicodeDecodeError:
        raise UsageError(f"{path} is not UTF-8 text. Correct or remove it") from None
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}. Make it readable or remove it") from None


def _fill_environment(lacking: Mapping[str, str]) -> None:
    """Put the libraries' own variables (OPENAI_API_KEY) where they look; what another `.env` put there goes."""
    filling = {k: v for k, v in lacking.items() if not k.startswith(ENV_PREFIX) and "\0" not in v}
    for name in _FILLED.keys() - filling.keys() - given_environment().keys():
        os.environ.pop(name, None)
    os.environ.update(filling)
    _FILLED.clear()
    _FILLED.update(filling)


def _from_environment(variables: Mapping[str, str]) -> dict[str, Any]:
    """Return the settings that variables set; an empty one counts as not set, an unknown one keeps its name."""
    aliases = {ALIASES[name]: value for name, value in variables.items() if name in ALIASES}
    ours = {
        name.removeprefix(ENV_PREFIX).lower(): value for name, value in variables.items() if name.startswith(ENV_PREFIX)
    }
    return {key: value for key, value in (aliases | {k: v for k, v in ours.items() if v}).items() if value}
