"""`factcheck review reviewers`."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from factcheck.cli.common import console, home_option, json_option, print_json
from factcheck.cli.review.desk import open_desk


@click.command("reviewers")
@home_option
@json_option
def command(home: Path | None, as_json: bool) -> None:
    """List the reviewers: name, role, since when, and whether the token was taken away."""
    from review.reviewers import list_reviewers

    with open_desk(home) as store:
        for reviewer in list_reviewers(store):
            if as_json:
                print_json(asdict(reviewer))
            else:
                left = f", token taken away {reviewer.revoked}" if reviewer.revoked else ""
                console().print(f"{reviewer.name}: {reviewer.role} since {reviewer.created}{left}", soft_wrap=True)
