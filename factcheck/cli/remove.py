"""`factcheck remove`: forget a source."""

from __future__ import annotations

from pathlib import Path

import click

from factcheck.cli.common import chroma_option, console, home_option, json_option, print_json, printable, settings_from


@click.command("remove")
@click.argument("source")
@home_option
@chroma_option
@json_option
def command(source: str, home: Path | None, chroma: str | None, as_json: bool) -> None:
    """Remove a source with all its versions and its index entries. The file it came from is not touched."""
    from vectorstore.store import Store

    settings = settings_from(home=home, chroma=chroma)
    with Store.open(settings):  # says so when there is no store yet, and makes none
        pass
    with Store.open(settings, write=True) as store:
        store.remove(source)
        n_sources = len(store.source_ids())
    if as_json:
        print_json({"schema": "factcheck/removed/1", "source": source, "n_sources": n_sources})
    else:
        console().print(f"removed {printable(source)}. {n_sources} sources stored.", soft_wrap=True)
