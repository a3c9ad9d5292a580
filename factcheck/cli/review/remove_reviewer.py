"""`factcheck review remove-reviewer`."""

from __future__ import annotations

from pathlib import Path

import click

from factcheck.cli.common import console, home_option
from factcheck.cli.review.desk import open_desk


@click.command("remove-reviewer")
@click.argument("name")
@home_option
def command(name: str, home: Path | None) -> None:
    """Make the token of NAME open nothing any more. Their decisions stay."""
    from review.reviewers import revoke_reviewer

    with open_desk(home) as store:
        revoke_reviewer(store, name)
    console(stderr=True).print("The token opens nothing any more; the decisions stay.")
