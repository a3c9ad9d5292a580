"""`factcheck review backup`."""

from __future__ import annotations

from pathlib import Path

import click

from factcheck.cli.common import console, home_option
from factcheck.cli.review.desk import open_desk
from factcheck.errors import ChecksFailed


@click.command("backup")
@click.argument("path", type=click.Path(path_type=Path, dir_okay=False))
@home_option
def command(path: Path, home: Path | None) -> None:
    """Copy the desk, as it is at one moment, to PATH, and prove the copy's log. PATH must be free.

    To restore: put the copy at HOME/reviews.sqlite while no desk is open, and remove reviews.sqlite-wal beside it.
    """
    from review.keeping import backup

    with open_desk(home) as store:
        check = backup(store, path)
    console(stderr=True).print(f"{path}: {check.n_rows} decisions; head {check.head}", soft_wrap=True)
    if check.faults:
        raise ChecksFailed(f"the log is not as it was written, in the copy and in the desk: {check.faults[0]}")
