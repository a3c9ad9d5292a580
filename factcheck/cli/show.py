"""`factcheck show`: a source's text, or exactly one span of it."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import click

from factcheck.cli.common import home_option, json_option, print_json, printable, settings_from


@click.command("show")
@click.argument("source")
@click.option("--span", metavar="A:B", help="Only the code points from A up to B, as a citation gives them.")
@home_option
@json_option
def command(source: str, span: str | None, home: Path | None, as_json: bool) -> None:
    """Print a source, or one span of it.

    Piped or redirected, the bytes are exactly those of the stored text. On a terminal, control characters are
    shown as \\u{…} and a line end is added.
    """
    from factcheck.cli.sources import source_record
    from vectorstore.store import Store

    with Store.open(settings_from(home=home)) as store:
        found = store.source(source)
        versions = store.versions(source)
    start, end = _parsed(span, len(found.text))
    exact = found.text[start:end]
    if as_json:
        history = [{"version": v, "source_sha256": sha256, "stored_at": at} for v, sha256, at in versions]
        print_json({**source_record(found), "start": start, "end": end, "exact": exact, "versions": history})
    elif sys.stdout.isatty():
        click.echo(printable(exact))
    else:
        sys.stdout.flush()
        sys.stdout.buffer.write(exact.encode())


def _parsed(span: str | None, length: int) -> tuple[int, int]:
    """Return (start, end) of `A:B`, `A:` or `:B`; None = all. Raises: UsageError outside 0..length."""
    from factcheck.errors import UsageError

    if span is None:
        return 0, length
    match = re.fullmatch(r"(\d{0,12}):(\d{0,12})", span, re.ASCII)
    if match is None:
        raise UsageError(f"--span {span!r} is not A:B; give two code point offsets, such as 120:184")
    start, end = int(match[1] or 0), int(match[2] or length)
    if not start <= end <= length:
        raise UsageError(f"--span {span} is not within the text, which has {length} code points")
    return start, end
