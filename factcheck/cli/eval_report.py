"""`factcheck eval report`: one HTML page of one or more runs."""

from __future__ import annotations

from pathlib import Path

import click

from factcheck.cli.common import console, home_option, settings_from
from factcheck.files import write_whole


@click.command("report")
@click.argument("runs", nargs=-1, required=True)
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), default=Path("report.html"), show_default=True,
    help="The page; a file that is there is replaced.",
)  # fmt: skip
@click.option("--suite", metavar="FILE", help="Score by these labels, instead of those the runs name.")
@home_option
def command(*, runs: tuple[str, ...], output: Path, suite: str | None, home: Path | None) -> None:
    """Write a page of RUNS: figures, plots, and every sample with its quotes in their articles.

    One file that needs no network; up to six runs over one suite, named by file or id.
    """
    from eval.report import render_report
    from eval.scored_run import open_runs

    scored = open_runs(runs, settings_from(home=home).home, suite=suite)
    size = write_whole(output, render_report(scored)) / 1e6
    console(stderr=True).print(
        f"{output}: {len(scored)} run{'s' * (len(scored) > 1)}, {size:.1f} MB; open it in a browser", soft_wrap=True
    )
