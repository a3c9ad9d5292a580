"""`factcheck review verify-log`."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from factcheck.cli.common import console, home_option, json_option, print_json
from factcheck.cli.review.desk import open_desk
from factcheck.errors import ChecksFailed


@click.command("verify-log")
@click.option("--head", metavar="HASH", help="A head noted earlier: then a cut or a rewriting is detected too.")
@home_option
@json_option
def command(head: str | None, home: Path | None, as_json: bool) -> None:
    """Prove the log: every row by its hash, every record by its version, and what is shown by the log.

    Prints the head: the hash of the last row. Note it somewhere else; with it, a later check detects also that rows
    were cut off or the log was rewritten. Exit 3 if something was changed.
    """
    from review.keeping import verify_log

    with open_desk(home) as store:
        check = verify_log(store, head)
    if as_json:
        print_json(asdict(check))
    else:
        for fault in check.faults:
            console().print(fault, soft_wrap=True)
        console(stderr=True).print(f"{check.n_rows} decisions; head {check.head}", soft_wrap=True)
    if check.faults:
        raise ChecksFailed(
            f"the log is not as it was written ({len(check.faults)} findings); compare it with the last "
            "`factcheck review backup`"
        )
