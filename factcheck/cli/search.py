"""`factcheck search`: passages, with their scores and the list that found each."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from factcheck.cli.common import (
    chroma_option,
    console,
    filter_options,
    home_option,
    json_option,
    print_json,
    printable,
    settings_from,
)

if TYPE_CHECKING:
    from factcheck.records import Filters, Passage
    from vectorstore.store import Store


@click.command("search")
@click.argument("query")
@click.option("-n", "n", type=click.IntRange(1, 100), default=10, show_default=True, help="Passages shown.")
@click.option(
    "--by", type=click.Choice(["hybrid", "dense", "lexical"]), default="hybrid", show_default=True, help="Lists."
)
@filter_options
@home_option
@chroma_option
@json_option
def command(
    *, query: str, n: int, by: str, filters: Filters, home: Path | None, chroma: str | None, as_json: bool
) -> None:
    """Find passages for QUERY, with scores and the list that found each."""
    from vectorstore.store import Store

    with Store.open(settings_from(home=home, chroma=chroma)) as store:
        passages = _search(store, query, n, by, filters)
    for place, passage in enumerate(passages, 1):
        if as_json:
            print_json({"schema": "factcheck/passage/1", "rank": place, **asdict(passage)})
        else:
            _print(place, passage)
    if not passages and not as_json:
        console(stderr=True).print("no passage found; try other words, or fewer filters")


def _search(store: Store, query: str, n: int, by: str, filters: Filters) -> list[Passage]:
    if by == "dense":
        return store.search_dense(query, n, filters)
    if by == "lexical":
        return store.search_lexical(query, n, filters)
    from pipeline.retrieve import retrieve

    return list(retrieve(query, store, n=n, filters=filters))


def _print(place: int, passage: Passage) -> None:
    ranks = ", ".join(f"{name} {rank}" for name, rank in passage.ranks.items())
    out = console()
    where = f"{printable(passage.source)} {passage.start}:{passage.end}"
    out.print(f"{place}. {where}  score {passage.score:.4f} ({ranks})", soft_wrap=True, style="bold")
    out.print(printable(passage.text).strip(), soft_wrap=True)
    out.print()
