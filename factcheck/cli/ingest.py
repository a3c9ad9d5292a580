"""`factcheck ingest`: files into the store."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import click

from factcheck.cli.common import chroma_option, console, home_option, json_option, print_json, printable, settings_from

if TYPE_CHECKING:
    from factcheck.settings import Settings
    from vectorstore.formats.kinds import Format
    from vectorstore.ingest import Failure, IngestReport, Offered, Progress

KINDS = ("text", "html", "pdf", "docx", "jsonl")
_MAX_LINES = 50  # of warnings and failures on a terminal; --json has them all


@click.command("ingest")
@click.argument("paths", nargs=-1, type=click.Path(allow_dash=True))
@click.option("--url", "urls", multiple=True, metavar="URL", help="Fetch this page and store it; may be repeated.")
@click.option("--id", "source_id", metavar="ID", help="Id of the one source that is given; needed for standard input.")
@click.option("--format", "kind", type=click.Choice(KINDS), help="What standard input is, where its bytes do not tell.")
@click.option("--prune", is_flag=True, help="Also remove stored sources of these folders that are gone from them.")
@click.option("--rebuild", is_flag=True, help="Make the lexical index and the vectors again from the stored texts.")
@home_option
@chroma_option
@json_option
def command(
    *, paths: tuple[str, ...], urls: tuple[str, ...], source_id: str | None, kind: str | None, prune: bool,
    rebuild: bool, home: Path | None, chroma: str | None, as_json: bool,
) -> None:  # fmt: skip
    """Store articles and index them.

    PATHS are .txt, .md, .html, .pdf, .docx files, .jsonl files with one article a line, folders, globs, a
    sources.yaml with what is known of each article, or - for standard input. Without any, the five articles that
    ship with the program. What has not changed costs nothing; what has becomes a new version. One file that cannot
    be read does not stop the others (exit code 4).
    """
    from vectorstore.ingest import ingest
    from vectorstore.store import Store

    settings = settings_from(home=home, chroma=chroma)
    files = [path for path in paths if path != "-"]
    offered, failed = _offered(paths, urls, source_id, kind, settings)
    if not (files or offered or failed or rebuild):
        files = [_seeds()]
    with Store.open(settings, write=True) as store, _progress() as progress:
        if rebuild:
            store.rebuild()
        named = source_id if files else None
        report = ingest(files, store, offered=offered, source_id=named, prune=prune, progress=progress)
        n_sources = len(store.source_ids())
    report.failed.extend(failed)
    _print(report, n_sources, as_json)
    _raise_failures(report)


def _offered(
    paths: Sequence[str], urls: Sequence[str], source_id: str | None, kind: str | None, settings: Settings
) -> tuple[list[Offered], list[Failure]]:
    """Return what comes from standard input and from the web, read before the store is locked, and what failed."""
    from factcheck.errors import SourceError, UsageError

    stdin = "-" in paths
    if source_id is not None and len(paths) + len(urls) != 1:
        raise UsageError(f"--id {source_id!r} names one source; give exactly one path, `-`, or one --url with it")
    if kind is not None and not stdin:
        raise UsageError(f"--format {kind} is for standard input; give `-`, or a file whose name ends so")
    if stdin and source_id is None and kind != "jsonl":
        raise UsageError("`-` needs an id for what is read from standard input; give --id ID")
    offered: list[Offered] = []
    failed: list[Failure] = []
    reads = {"standard input": partial(_stdin, source_id or "-", kind, settings)} if stdin else {}
    reads |= {url: partial(_fetched, url, source_id, settings) for url in urls}
    for name, read in reads.items():
        try:
            offered.append(read())
        except SourceError as error:
            failed.append(_failure(name, error))
    return offered, failed


def _stdin(source_id: str, kind: str | None, settings: Settings) -> Offered:
    from factcheck.errors import SourceError
    from vectorstore.formats.kinds import format_of_bytes
    from vectorstore.ingest import Offered

    limit = int(settings.max_source_mb * 1_000_000)
    data = sys.stdin.buffer.read(limit + 1)
    if len(data) > limit:
        raise SourceError(f"standard input is over max_source_mb={settings.max_source_mb:g}; raise it, or give a file")
    return Offered(source_id, "standard input", data, cast("Format | None", kind) or format_of_bytes(data))


def _fetched(url: str, source_id: str | None, settings: Settings) -> Offered:
    from factcheck.records import Provenance
    from vectorstore.fetch import Limits, fetch
    from vectorstore.ingest import Offered

    page = fetch(url, Limits(settings.max_source_mb, settings.fetch_timeout_s))
    return Offered(source_id or url, url, page.data, page.kind, Provenance(url=page.url), page.encoding)


def _failure(name: str, error: Exception) -> Failure:
    from vectorstore.ingest import Failure

    return Failure(name, str(error))


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
    lines = [*report.warnings, *(failure.message for failure in report.failed)]
    for line in lines[:_MAX_LINES]:
        err.print(printable(line), soft_wrap=True)
    if len(lines) > _MAX_LINES:
        err.print(f"and {len(lines) - _MAX_LINES} more; --json lists them all", soft_wrap=True)
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
