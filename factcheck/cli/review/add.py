"""`factcheck review add`: records onto the desk."""

from __future__ import annotations

from pathlib import Path

import click

from factcheck.cli.common import console, home_option, json_option, print_json
from factcheck.cli.review.desk import open_desk, warn_of_gone


@click.command("add")
@click.argument("files", nargs=-1, required=True, metavar="RUN|ANSWERS…", type=click.Path(path_type=Path))
@home_option
@json_option
def command(files: tuple[Path, ...], home: Path | None, as_json: bool) -> None:
    """Put the answers and claims of each file on the desk: records, NDJSON of them (`-` for stdin), or a run file.

    The same file again changes nothing. A record that has changed is a new version, to be judged anew; decisions on
    the earlier one stay in the log. A file is taken whole or not at all.
    """
    from review.read_input import read_items

    with open_desk(home, create=True) as store:
        for path in files:
            report = store.add(read_items(path))
            if as_json:
                print_json({"file": str(path), **report.as_json()})
            else:
                console(stderr=True).print(
                    f"{path}: {report.added} added, {report.changed} changed, {report.unchanged} as they were",
                    soft_wrap=True,
                )
        warn_of_gone(store)
