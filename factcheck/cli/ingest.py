"""`factcheck ingest`: files into the store."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from factcheck.cli.common import chroma_option, console, home_option, json_option, print_json, printable, settings_from

if TYPE_CHECKING:
    from vectorstore.ingest import IngestReport, Progress


@click.command("ingest")
@click.argument("paths", nargs=-1, type=click.Path())
@click.option("--prune", is_flag=True, help="Also remove stored sources of these folders that are gone from them.")
@click.option("--rebuild", is_flag=True, help="Make the lexical index and the vectors again from the stored texts.")
@home_option
@chroma_option
@json_option
def command(
    *, paths: tuple[str, ...], prune: bool, rebuild: bool, home: Path | None, chroma: str | None, as_json: bool
) -> None:
    """Store articles and index them.

    PATHS are .txt and .md files, folders, globs, or a sources.yaml with what is known of each article.
    Without any, the five articles that ship with the program. What has not changed costs nothing; what has
    becomes a new version. One file that cannot be read does not stop the others (exit code 4).
    """
    from vectorstore.ingest import ingest
    from vectorstore.store import Store

    with Store.open(settings_from(home=home, chroma=chroma), write=True) as store, _progress() as progress:
        if rebuild:
            store.rebuild()
        report = ingest(paths or (() if rebuild else (_seeds(),)), store, prune=prune, progress=progress)
        n_sources = len(store.source_ids())
    _print(report, n_sources, as_json)
    _raise_failures(report)


def _seeds() -> str:
    import importlib.resources

    return str(importlib.resources.files("seeds"))


@contextmanager
def _progress() -> Iterator[Progress | None]:
    """A bar on stderr, on a terminal only."""
    err = console(stderr=True)
    if not err.is_terminal:
        yield None
        return
    from rich.progress import Progress as Bars

    with Bars(console=err, transient=True) as bars:
        tasks = {stage: bars.add_task(label, total=None, visible=False) for stage, label in _STAGES.items()}
        yield lambda stage, done, total: bars.update(tasks[stage], completed=done, total=total, visible=True)


_STAGES = {"read": "Reading files", "embed": "Embedding passages"}


def _print(report: IngestReport, n_sources: int, as_json: bool) -> None:
    err = console(stderr=True)
    for line in [*report.warnings, *(failure.message for failure in report.failed)]:
        err.print(printable(line), soft_wrap=True)
    if as_json:
        print_json({"schema": "factcheck/ingest/1", **asdict(report), "n_sources": n_sources})
        return
    counts: dict[str, list[Any]] = {
        "added": report.added,
        "changed": report.changed,
        "with new provenance": report.provenance,
        "unchanged": report.unchanged,
        "removed": report.removed,
        "failed": report.failed,
    }
    said = ", ".join(f"{len(items)} {name}" for name, items in counts.items() if items) or "nothing to do"
    passages = f"; {report.n_embedded} passages embedded" if report.n_embedded else ""
    console().print(f"{said}{passages}. {n_sources} sources stored.", soft_wrap=True)


def _raise_failures(report: IngestReport) -> None:
    from factcheck.errors import PartialFailure, UserError

    if not report.failed:
        return
    n = len(report.failed)
    if report.n_stored == 0:
        raise UserError(
            f"nothing ingested: {report.failed[0].message}" if n == 1 else f"none of the {n} could be ingested"
        )
    raise PartialFailure(f"{n} of {n + report.n_stored} could not be ingested; the others are stored")
