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

if TYPE_CHECKING:
    from rich.console import Console

    from factcheck.settings import Settings

F = TypeVar("F", bound=Callable[..., Any])

_BIDI = {chr(c) for c in (0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A))}


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


def settings_from(**flags: Any) -> Settings:
    """Return the settings with these flags on top; a flag that is None was not given."""
    from factcheck.settings import load_settings

    return load_settings(flags)


def printable(text: str) -> str:
    """Neutralise what could drive a terminal or reorder text: controls and bidi marks become `\\u{…}`."""

    def shown(char: str) -> str:
        if char in "\n\t":
            return char
        if char in _BIDI or unicodedata.category(char) in {"Cc", "Cs"}:
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


def console(*, stderr: bool = False) -> Console:
    """A rich console without markup or emoji interpretation; NO_COLOR is honoured by rich."""
    from rich.console import Console

    return Console(stderr=stderr, markup=False, emoji=False, highlight=False)


def fail(message: str, exit_code: int) -> NoReturn:
    """Print one line to stderr and exit."""
    line = " ".join(printable(message).split())
    sys.stderr.write(f"factcheck: {line}\n")
    sys.exit(exit_code)
