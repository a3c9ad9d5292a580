"""`factcheck verify`: prove saved citations again, without a model."""

from __future__ import annotations

from pathlib import Path

import click

from factcheck.cli.common import console, home_option, json_option, print_json, printable, settings_from
from factcheck.errors import ChecksFailed


@click.command("verify")
@click.argument("answers", type=click.Path(path_type=Path))
@click.option(
    "--sources",
    "directory",
    type=click.Path(path_type=Path),
    help="Prove against the files of this folder, not the catalog.",
)
@home_option
@json_option
def command(answers: Path, directory: Path | None, home: Path | None, as_json: bool) -> None:
    """Prove every citation of ANSWERS again: a record, NDJSON or a run file (`-` for stdin). Exit 3 if one fails."""
    from pipeline.reprove import open_texts, reprove_file

    failed = n = 0
    with open_texts(settings_from(home=home), directory) as texts:
        for check in reprove_file(answers, texts):
            n += 1
            failed += not check.ok
            if as_json:
                print_json(check.as_json())
            elif not check.ok:
                console().print(
                    f"{printable(check.place)}: {printable(check.source)} {check.start}:{check.end}: {check.reason}",
                    soft_wrap=True,
                )
    console(stderr=True).print(f"{n - failed} of {n} citations proved")
    if failed:
        raise ChecksFailed(
            f"{failed} of {n} citations do not hold; ask again, or restore the sources they were made from"
        )
