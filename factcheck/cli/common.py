"""What all commands share: options, safe printing, JSON lines. No heavy imports here."""

from __future__ import annotations

import json
import sys
import unicodedata
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

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
    safe = "".join(f"\\u{ord(c):04x}" if 0x7F <= ord(c) < 0xA0 or 0xD800 <= ord(c) < 0xE000 or c in _BIDI else c for c in line)
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
