"""`factcheck review import`."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict
from pathlib import Path

import click

from factcheck.cli.common import console, home_option, json_option, print_json, printable
from factcheck.cli.review.desk import open_desk
from factcheck.errors import PartialFailure


@click.command("import")
@click.argument("files", nargs=-1, required=True, metavar="DECISIONS…", type=click.Path(path_type=Path))
@click.option("--reviewer", metavar="NAME", help="Who made them, instead of the name in the file.")
@home_option
@json_option
def command(files: tuple[Path, ...], reviewer: str | None, home: Path | None, as_json: bool) -> None:
    """Merge the decisions that bundles saved. A file may be imported again: what is there already is passed over.

    Not stored, and told: decisions on a record or a source that has changed since, and those that their reviewer
    overrode on the desk later. Exit 4 then; the others are stored.
    """
    from review.merging import merge_decisions

    told: Counter[str] = Counter()
    with open_desk(home) as store:
        for path in files:
            for merged in merge_decisions(store, path, reviewer=reviewer):
                told[merged.outcome] += 1
                if as_json:
                    print_json({"file": str(path), **asdict(merged)})
                elif merged.why:
                    console().print(
                        printable(f"{path}: decision {merged.number}: {merged.outcome}: {merged.why}"), soft_wrap=True
                    )
    console(stderr=True).print(f"{told['stored']} decisions stored, {told['known']} were there already")
    if left := told["conflict"] + told["refused"]:
        raise PartialFailure(f"{left} of {told.total()} decisions were not stored, each is told above")
