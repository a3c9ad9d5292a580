"""`factcheck sources`: what is stored."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from factcheck.cli.common import console, home_option, json_option, print_json, printable, settings_from

if TYPE_CHECKING:
    from factcheck.records import Provenance, Source


@click.command("sources")
@home_option
@json_option
def command(home: Path | None, as_json: bool) -> None:
    """List the stored sources: id, version, date or its bounds, size, title."""
    from vectorstore.store import Store

    with Store.open(settings_from(home=home)) as store:
        sources = store.sources()
    if as_json:
        for source in sources:
            print_json(source_record(source))
        return
    _print_table(sources)


def source_record(source: Source) -> dict[str, Any]:
    """Return the JSON form of a source, without its text."""
    from dataclasses import asdict

    record = {key: value for key, value in asdict(source).items() if key not in {"text", "pages"}}
    return {"schema": "factcheck/source/1", **record, "n_chars": len(source.text), "n_pages": len(source.pages)}


def _print_table(sources: list[Source]) -> None:
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    for name in ("source", "version", "published", "characters", "title"):
        right = name in {"version", "characters"}
        table.add_column(name, justify="right" if right else "left", no_wrap=name != "title", overflow="fold")
    for source in sources:
        facts = source.provenance
        size = f"{len(source.text):,}"
        table.add_row(printable(source.id), str(source.version), when(facts), size, printable(facts.title or ""))
    out = console()
    if not out.is_terminal:
        out.width = 1_000  # one line a source for grep; rich would fold at 80
    out.print(table)


def when(facts: Provenance) -> str:
    """Return the day of publication, or its bounds, or `not known`."""
    if facts.published:
        return facts.published
    bounds = [
        f"not before {facts.not_before}" if facts.not_before else "",
        f"by {facts.not_after}" if facts.not_after else "",
    ]
    return ", ".join(filter(None, bounds)) or "not known"
