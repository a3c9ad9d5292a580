"""`factcheck review bundle`."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Literal

import click

from factcheck.cli.common import console, home_option, json_option, print_json
from factcheck.cli.review.desk import open_desk


@click.command("bundle")
@click.option(
    "-o", "--output", "path", required=True, type=click.Path(path_type=Path, dir_okay=False), help="The file."
)
@click.option("--for", "reviewer", metavar="NAME", help="Whose name it carries; without it the page asks.")
@click.option("--assigned", metavar="NAME", help="Only what this reviewer has been assigned and not done.")
@click.option("--tag", "tags", multiple=True, help="Only items with this tag; repeat it.")
@click.option("--run", "runs", multiple=True, metavar="ID", help="Only items of this run; repeat it.")
@click.option("--all", "all_items", is_flag=True, help="Items that are judged already, too.")
@click.option("--all-sources", is_flag=True, help="Every stored article, not only those cited.")
@click.option("--limit", type=click.IntRange(1, 500), default=500, show_default=True, help="At most so many items.")
@home_option
@json_option
def command(
    *, path: Path, reviewer: str | None, assigned: str | None, tags: tuple[str, ...], runs: tuple[str, ...],
    all_items: bool, all_sources: bool, limit: int, home: Path | None, as_json: bool,
) -> None:  # fmt: skip
    """Write open items, least certain first, to one HTML file that needs no server: mail it, judge in it, save.

    It saves the decisions to a JSON file, which `factcheck review import` merges. It shows nobody's decisions.
    """
    from review.bundle import write_bundle
    from review.listing import QueueFilter, Viewer

    state: Literal["all", "todo", "open"] = "all" if all_items else "todo" if assigned else "open"
    filter_ = QueueFilter(state, tags=tags, runs=runs, assigned=assigned)
    viewer = Viewer(assigned) if assigned else None
    with open_desk(home) as store:
        report = write_bundle(
            store, path, filter_=filter_, limit=limit, viewer=viewer, reviewer=reviewer, all_sources=all_sources
        )
    if as_json:
        print_json({"file": str(path), **asdict(report)})
        return
    left = f"; {report.n_left} items more are left for another file" if report.n_left else ""
    console(stderr=True).print(
        f"{path}: {report.n_items} items, {report.n_sources} articles, {report.n_bytes / 1e6:.1f} MB{left}",
        soft_wrap=True,
    )
