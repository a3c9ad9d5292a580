"""`factcheck export`: saved answers in other people's formats."""

from __future__ import annotations

import sys
from contextlib import ExitStack
from pathlib import Path

import click

from factcheck.cli.common import console, home_option, printable, settings_from
from factcheck.errors import StoreError
from factcheck.files import check_writable, write_whole
from pipeline.exports import FORMATS, export

_HELP = "; ".join(f"{name}: {line}" for name, line in FORMATS.items())


@click.command("export")
@click.argument("answers", type=click.Path(path_type=Path))
@click.option("--format", "format_", type=click.Choice(list(FORMATS)), required=True, help=f"{_HELP}.")
@click.option("-o", "--output", type=click.Path(path_type=Path, dir_okay=False), help="Write to this file, not stdout.")
@home_option
def command(answers: Path, format_: str, output: Path | None, home: Path | None) -> None:
    """Write ANSWERS (a record, NDJSON or a run file; `-` for stdin) in another format. Failed ones stay in it."""
    from pipeline.exports.items import read_items
    from vectorstore.store import Store

    if output is not None:
        check_writable(output)
    items = read_items(answers)
    with ExitStack() as stack:
        try:
            find_source = stack.enter_context(Store.open(settings_from(home=home))).find_version
        except StoreError as error:
            console(stderr=True).print(
                f"titles and addresses of the sources are left out: {printable(str(error))}", soft_wrap=True
            )
            text = export(items, format_, lambda source_id, sha256: None)
        else:
            text = export(items, format_, find_source)
    if output is not None:
        write_whole(output, text)
        return
    if sys.stdout.isatty():
        text = printable(text)
    sys.stdout.flush()
    sys.stdout.buffer.write(text.encode("utf-8", "backslashreplace"))
    sys.stdout.buffer.flush()
