"""`factcheck models`: the weights that can be downloaded."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from factcheck.cli.common import settings_from

if TYPE_CHECKING:
    from factcheck.settings import Settings
    from pipeline.models.places import Progress
    from pipeline.models.weights import Weights


@click.group()
def command() -> None:
    """List, fetch and check downloadable weights."""


@command.command("list")
@click.option("--json", "as_json", is_flag=True, help="One JSON record a line.")
def list_(as_json: bool) -> None:
    """Show all weights and which are here."""
    from pipeline.models.weights import table

    settings = settings_from()
    for weights in table().values():
        _print(_record(weights, settings, _state(weights, settings)), as_json)


@command.command()
@click.argument("names", nargs=-1)
@click.option("--json", "as_json", is_flag=True, help="One JSON record a line.")
def pull(names: tuple[str, ...], as_json: bool) -> None:
    """Fetch weights by NAME (default: local); an interrupted pull goes on where it stopped."""
    from pipeline.models import weights

    settings = settings_from()
    for one in [weights.named(name) for name in names or ("local",)]:  # all names are known before the first download
        weights.pull(one, settings, progress=_progress(one.name))
        _print(_record(one, settings, "ok"), as_json)


@command.command()
@click.argument("names", nargs=-1)
@click.option("--json", "as_json", is_flag=True, help="One JSON record a line.")
def check(names: tuple[str, ...], as_json: bool) -> None:
    """Read weights again and compare size and sha256 (default: all that are here)."""
    from factcheck.errors import ChecksFailed
    from pipeline.models import weights

    settings, bad = settings_from(), []
    for one in [weights.named(name) for name in names] or list(weights.table().values()):
        state = weights.check(one, settings)
        if state == "ok" or names or state == "mismatch":
            _print(_record(one, settings, state), as_json)
            bad += [one.name] if state != "ok" else []
    if bad:
        raise ChecksFailed(f"not as they should be: {', '.join(bad)}. Run `factcheck models pull {' '.join(bad)}`")


def _state(weights: Weights, settings: Settings) -> str:
    from factcheck.errors import WeightsError
    from pipeline.models.weights import find

    try:
        return "missing" if find(weights, settings) is None else "ok"
    except WeightsError:
        return "mismatch"


def _record(weights: Weights, settings: Settings, state: str) -> dict[str, Any]:
    fields = {key: getattr(weights, key) for key in ("name", "size", "sha256", "licence", "use")}
    return {"schema": "factcheck/weights/1", **fields, "state": state, "path": str(weights.path(settings))}


def _print(record: dict[str, Any], as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(record, ensure_ascii=False))
    else:
        where = record["path"] if record["state"] == "ok" else record["use"]
        click.echo(f"{record['name']:<20} {record['state']:<9} {record['size'] / 1e6:>7.0f} MB  {where}")


def _progress(name: str) -> Progress:
    """A bar on a terminal's stderr, nothing elsewhere."""
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    console = Console(stderr=True)
    bar = Bar(TextColumn(name), BarColumn(), DownloadColumn(), TimeRemainingColumn(), console=console)
    if not console.is_terminal:
        return lambda here, total: None
    task = bar.add_task(name)

    def show(here: int, total: int) -> None:
        bar.start()
        bar.update(task, completed=here, total=total)
        if here >= total:
            bar.stop()

    return show
