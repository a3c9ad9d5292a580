"""`factcheck review stats`."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from factcheck.cli.common import console, home_option, json_option, print_json
from factcheck.cli.review.desk import open_desk

if TYPE_CHECKING:
    from review.agreement import Agreement
    from review.keeping import DeskStats


@click.command("stats")
@home_option
@json_option
def command(home: Path | None, as_json: bool) -> None:
    """Show what is open, what was decided, and how far reviewers agree where they judged without seeing each other.

    Cohen's kappa for each pair, Krippendorff's alpha over all, over all labels and for each, with 95 % intervals that
    resample whole answers.
    """
    from review.agreement import agreement
    from review.keeping import desk_stats

    with open_desk(home) as store:
        stats, figures = desk_stats(store), agreement(store)
    if as_json:
        print_json({**asdict(stats), "agreement": [asdict(figure) for figure in figures]})
        return
    _print_stats(stats)
    for figure in figures:
        console().print(_line(figure), soft_wrap=True)


def _print_stats(stats: DeskStats) -> None:
    out = console()
    out.print(
        f"{stats.n_items} items: {stats.n_open} open, {stats.n_disputed} disputed, {stats.n_returned} returned; "
        f"{stats.n_citations} citations, {stats.n_orphans} of them orphans; {stats.n_decisions} rows in the log",
        soft_wrap=True,
    )
    for name, n in stats.by_reviewer.items():
        out.print(f"  {name}: {n} items judged whole", soft_wrap=True)
    for label, n in stats.labels.items():
        out.print(f"  {label}: {n}")


def _line(figure: Agreement) -> str:
    who = " and ".join(figure.pair) if figure.pair else "all reviewers"
    what = f"{figure.target} {figure.label} against the rest" if figure.label else f"{figure.target}, all labels"
    value = "not defined, one label alone" if figure.value is None else f"{figure.value:.2f}"
    interval = "" if figure.low is None else f" [{figure.low:.2f}, {figure.high:.2f}]"
    return (
        f"{figure.coefficient} {value}{interval}: {what}; {who}; {figure.n_units} units of {figure.n_items} items, "
        f"{figure.observed:.0%} the same"
    )
