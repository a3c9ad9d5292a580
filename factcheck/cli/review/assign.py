"""`factcheck review assign`."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from factcheck.cli.common import console, home_option, json_option, print_json
from factcheck.cli.review.desk import open_desk


@click.command("assign")
@click.option("--to", "names", multiple=True, required=True, metavar="NAME", help="A reviewer; repeat it.")
@click.option(
    "--double", type=click.FloatRange(0, 1), default=0.0, show_default=True,
    help="Share of the items that two reviewers judge, without seeing each other.",
)  # fmt: skip
@click.option("--tag", "tags", multiple=True, help="Only items with this tag; repeat it.")
@click.option("--run", "runs", multiple=True, metavar="ID", help="Only items of this run; repeat it.")
@click.option("--seed", type=int, default=0, show_default=True, help="Another seed deals otherwise.")
@home_option
@json_option
def command(
    *, names: tuple[str, ...], double: float, tags: tuple[str, ...], runs: tuple[str, ...], seed: int,
    home: Path | None, as_json: bool,
) -> None:  # fmt: skip
    """Deal the open items that nobody has yet to the reviewers, in turn."""
    from review.assign import assign
    from review.listing import QueueFilter

    with open_desk(home) as store:
        report = assign(store, names, double=double, filter_=QueueFilter(tags=tags, runs=runs), seed=seed)
    if as_json:
        print_json(asdict(report))
        return
    hands = ", ".join(f"{name} {n}" for name, n in report.by_reviewer.items())
    console(stderr=True).print(f"{report.n_items} items, {report.n_double} of them twice: {hands}", soft_wrap=True)
