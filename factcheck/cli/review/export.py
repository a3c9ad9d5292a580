"""`factcheck review export`."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from factcheck.cli.common import console, home_option, json_option, print_json
from factcheck.cli.review.desk import open_desk


@click.command("export")
@click.option("-o", "--output", "folder", required=True, type=click.Path(path_type=Path), help="A folder, made new.")
@click.option(
    "--corpus", metavar="NAME",
    help="Texts that the labels name (`seeds`, a folder), instead of a copy of the stored ones beside them.",
)  # fmt: skip
@home_option
@json_option
def command(folder: Path, corpus: str | None, home: Path | None, as_json: bool) -> None:
    """Write what was decided: gold labels, regression cases, annotations, tables, calibration data.

    gold.yaml passes `factcheck eval lint`, and runs are scored against it with `factcheck eval score`. Items that gave
    no label (disputed, contradicting, without the right answer) are in left-out.jsonl, each with the reason.
    """
    from review.export import export_desk

    with open_desk(home) as store:
        report = export_desk(store, folder, corpus=corpus)
    if as_json:
        print_json(asdict(report))
        return
    out = console(stderr=True)
    for one in report.left_out:
        out.print(f"no label: {one.text!r}: {one.why}", soft_wrap=True)
    out.print(
        f"{folder}: {report.n_samples} gold labels, {report.n_regressions} of them regression cases, from "
        f"{report.n_decisions} decisions; {len(report.left_out)} items gave none",
        soft_wrap=True,
    )
