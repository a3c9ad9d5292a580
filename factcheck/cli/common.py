"""What all commands share: options, safe printing, JSON lines. No heavy imports here."""

from __future__ import annotations

import functools
import json
import sys
import unicodedata
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar, cast

import click

from factcheck.errors import UserError
from factcheck.redact import redact

if TYPE_CHECKING:
    from rich.console import Console

    from factcheck.settings import Settings

F = TypeVar("F", bound=Callable[..., Any])

_BIDI = {chr(c) for c in (0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A))}
_HARMLESS = "\t\n\u00ad\u200c\u200d"  # joiners: Persian and emoji need them


def home_option(function: F) -> F:
    help_ = "Folder of the catalog and the vectors (default .factcheck; FACTCHECK_HOME)."
    return click.option("--home", type=click.Path(path_type=Path, file_okay=False), help=help_)(function)


def json_option(function: F) -> F:
    return click.option("--json", "as_json", is_flag=True, help="Print JSON, one record a line.")(function)


def chroma_option(function: F) -> F:
    help_ = "Address of a Chroma server (http://host:port) for the vectors; FACTCHECK_CHROMA."
    return click.option("--chroma", metavar="URL", help=help_)(function)


def filter_options(function: F) -> F:
    """Add --source, --since, --until, --as-of; the command gets one argument, `filters`."""

    @click.option("--source", "sources", multiple=True, metavar="ID", help="Only this source; may be repeated.")
    @click.option("--since", metavar="DAY", help="Leave out what was published before YYYY-MM-DD, as far as is known.")
    @click.option("--until", metavar="DAY", help="Leave out what was published after YYYY-MM-DD, as far as is known.")
    @click.option("--as-of", metavar="DAY", help="Only what can have been published by YYYY-MM-DD.")
    @functools.wraps(function)
    def with_filters(
        *args: Any, sources: tuple[str, ...], since: str | None, until: str | None, as_of: str | None, **kwargs: Any
    ) -> Any:
        from factcheck.records import Filters

        return function(*args, filters=Filters(sources, since, until, as_of), **kwargs)

    return cast(F, with_filters)


def call_options(function: F) -> F:
    """Add how models are called, not which; the command gets one argument, `model_flags`, for `settings_from`."""

    @click.option("--base-url", metavar="URL", help="Server that speaks OpenAI's protocol, for openai:NAME.")
    @click.option("--no-cache", is_flag=True, help="Neither use nor keep replies of models in the home.")
    @click.option("--record", type=click.Path(path_type=Path), help="Write what the model says to this new file.")
    @click.option("--replay", type=click.Path(path_type=Path), help="Take what the model says from a recording.")
    @click.option("--max-cost", type=click.FloatRange(min=0), metavar="USD", help="Most to spend on a hosted model.")
    @functools.wraps(function)
    def with_calls(
        *args: Any, base_url: str | None, no_cache: bool, record: Path | None, replay: Path | None,
        max_cost: float | None, **kwargs: Any,
    ) -> Any:  # fmt: skip
        flags = {
            "base_url": base_url,
            "cache_responses": False if no_cache else None,
            "record": record,
            "replay": replay,
            "max_cost_usd": max_cost,
        }
        return function(*args, model_flags=flags, **kwargs)

    return cast(F, with_calls)


def model_options(function: F) -> F:
    """Add --model and what goes with it (`call_options`), all in `model_flags`."""

    @click.option("--model", help="auto, none, local, openai:NAME or PROVIDER:NAME.")
    @call_options
    @functools.wraps(function)
    def with_model(*args: Any, model: str | None, model_flags: dict[str, Any], **kwargs: Any) -> Any:
        return function(*args, model_flags={"model": model, **model_flags}, **kwargs)

    return cast(F, with_model)


def settings_from(**flags: Any) -> Settings:
    """Return the settings with these flags on top; a flag that is None was not given."""
    from factcheck.settings import load_settings

    return load_settings(flags)


def printable(text: str) -> str:
    """Neutralise what could drive a terminal, reorder text or hide in it: controls, bidi and zero-width marks and tags
    become `\\u{…}`.
    """

    def shown(char: str) -> str:
        if unicodedata.category(char) in {"Cc", "Cf", "Cs"} and char not in _HARMLESS:
            return f"\\u{{{ord(char):x}}}"
        return char

    return "".join(map(shown, text))


def print_json(record: Mapping[str, Any]) -> None:
    """Print one record on one line of stdout; lone surrogates and C1 controls are escaped."""
    line = json.dumps(record, ensure_ascii=False, separators=(",", ":"))
    safe = "".join(
        f"\\u{ord(c):04x}" if 0x7F <= ord(c) < 0xA0 or 0xD800 <= ord(c) < 0xE000 or c in _BIDI else c for c in line
    )
    sys.stdout.write(safe + "\n")
    sys.stdout.flush()


def read_token(path: Path) -> str:
    """Return the token in a file, without the white space around it. Raises: UserError."""
    try:
        token = path.read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or "it is not text"
        raise UserError(f"the token in {path} cannot be read: {why}; make one with `openssl rand -hex 24`") from None
    if not token:
        raise UserError(f"{path} holds no token; make one with `openssl rand -hex 24`")
    return token


def console(*, stderr: bool = False) -> Console:
    """A rich console without markup or emoji interpretation; NO_COLOR is honoured by rich."""
    from rich.console import Console

    return Console(stderr=stderr, markup=False, emoji=False, highlight=False)


def fail(message: str, exit_code: int) -> NoReturn:
    """Print one line to stderr, without keys, and exit."""
    line = " ".join(redact(printable(message)).split())
    sys.stderr.write(f"factcheck: {line}\n")
    sys.exit(exit_code)
