"""`factcheck review add-reviewer`."""

from __future__ import annotations

from pathlib import Path

import click

from factcheck.cli.common import console, home_option, json_option, print_json
from factcheck.cli.review.desk import open_desk


@click.command("add-reviewer")
@click.argument("name")
@click.option("--adjudicator", is_flag=True, help="May settle disputes, and sees everybody's decisions.")
@home_option
@json_option
def command(name: str, adjudicator: bool, home: Path | None, as_json: bool) -> None:
    """Register NAME and print the token that opens the desk for them; only its hash is kept.

    A known name gets a new token, and the old one ceases to open.
    """
    from review.reviewers import add_reviewer

    with open_desk(home, create=True) as store:
        token = add_reviewer(store, name, "adjudicator" if adjudicator else "reviewer")
    if as_json:
        print_json({"name": name, "role": "adjudicator" if adjudicator else "reviewer", "token": token})
        return
    click.echo(token)
    console(stderr=True).print("Give it to them now: it cannot be shown again.")
