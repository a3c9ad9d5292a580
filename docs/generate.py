"""The parts of docs/ that the program can write about itself: `python -m docs.generate [--check]`.

`docs/cli.md` is the `--help` of every command, `docs/evaluation.md` has those of two; the table of `docs/settings.md`
is read off `Settings`. With `--check` nothing is written; the exit code is 1 where a file differs from what would be.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path
from types import UnionType
from typing import Any, get_args

import click

from factcheck.cli.main import cli
from factcheck.settings import ENV_PREFIX, Settings

DOCS = Path(__file__).parent
WIDTH = 100
_BEGIN, _END = "<!-- generated: begin -->\n", "<!-- generated: end -->\n"


def generated_files() -> dict[Path, str]:
    """Return what each generated file should hold."""
    blocks = {DOCS / "settings.md": settings_table(), DOCS / "evaluation.md": evaluation_commands()}
    return {DOCS / "cli.md": cli_page(), **{p: with_block(p.read_text("utf-8"), text) for p, text in blocks.items()}}


def cli_page() -> str:
    """Return the page of all commands: a heading and the `--help` of each."""
    parts = ["# Commands\n\nWritten by `make docs` from `--help`; do not edit.\n"]
    parts += [f"## {path}\n\n```text\n{text}```\n" for path, text in help_texts(cli, "factcheck")]
    return "\n".join(parts)


def evaluation_commands() -> str:
    """Return the `--help` of the commands that docs/evaluation.md explains."""
    texts = dict(help_texts(cli, "factcheck"))
    return "\n".join(f"```text\n{texts[f'factcheck eval {name}']}```\n" for name in ("run", "score"))


def help_texts(command: click.Command, path: str, parent: click.Context | None = None) -> Iterator[tuple[str, str]]:
    """Yield (full name, help text) of a command and of all below it, in the order of `--help`."""
    settings: dict[str, Any] = {**command.context_settings, "terminal_width": WIDTH, "max_content_width": WIDTH}
    with click.Context(command, info_name=path.rpartition(" ")[2], parent=parent, **settings) as context:
        text = "\n".join(line.rstrip() for line in command.get_help(context).splitlines())
        yield path, text + "\n"
        if isinstance(command, click.Group):
            for name in command.list_commands(context):
                below = command.get_command(context, name)
                if below is not None:
                    yield from help_texts(below, f"{path} {name}", context)


def settings_table() -> str:
    """Return the table of all settings: name, environment name, type, default, meaning."""
    rows = ["| setting | environment | type | default | meaning |", "|---|---|---|---|---|"]
    for name, field in Settings.model_fields.items():
        default = "the platform's cache folder" if field.default_factory else _shown(field.default)
        kind = _type_name(field.annotation, field.metadata)
        rows.append(f"| `{name}` | `{ENV_PREFIX}{name.upper()}` | {kind} | {default} | {field.description} |")
    return "\n".join(rows) + "\n"


def with_block(page: str, block: str) -> str:
    """Return the page with `block` between its two markers. Raises: ValueError where they are missing."""
    before, begin, rest = page.partition(_BEGIN)
    _, end, after = rest.partition(_END)
    if not (begin and end):
        raise ValueError(f"the page lacks {_BEGIN.strip()} or {_END.strip()}")
    return before + begin + block + end + after


def _shown(default: object) -> str:
    return "none" if default is None else f"`{default}`"


def _type_name(annotation: Any, limits: list[Any]) -> str:
    names = {Path: "path", str: "text", int: "whole number", bool: "true or false", float: "number"}
    kinds = (
        [k for k in get_args(annotation) if k is not type(None)] if isinstance(annotation, UnionType) else [annotation]
    )
    signs = {"ge": "from", "gt": "above", "le": "up to"}
    bounds = [
        f"{sign} {getattr(limit, key):g}" for limit in limits for key, sign in signs.items() if hasattr(limit, key)
    ]
    return " ".join([names[kinds[0]], *bounds])


def main(arguments: list[str] | None = None) -> int:
    """Write the generated files, or say which differ; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m docs.generate", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 where a file is out of date")
    check = parser.parse_args(arguments).check
    n_stale = 0
    for path, text in generated_files().items():
        if path.is_file() and path.read_text("utf-8") == text:
            continue
        n_stale += 1
        if not check:
            path.write_text(text, "utf-8")
        sys.stderr.write(f"docs/{path.name}: {'out of date; run `make docs`' if check else 'written'}\n")
    return 1 if check and n_stale else 0


if __name__ == "__main__":
    sys.exit(main())
