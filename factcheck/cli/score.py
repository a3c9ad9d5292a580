"""`factcheck score`: the verifier on pairs of claim and document."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from factcheck.cli.common import console, print_json, printable, settings_from
from factcheck.errors import PartialFailure, UserError


@click.command("score")
@click.argument("pairs", type=click.Path(path_type=Path))
@click.option("--threads", type=click.IntRange(1), help="Processor threads; FACTCHECK_THREADS.")
def command(pairs: Path, threads: int | None) -> None:
    """Score PAIRS, JSON lines of {"id", "claim", "document"} (`-` for stdin): does the document support the claim?

    Prints {"id", "supports", "refutes", "neutral", "evidence": {"start", "end"}} a line, in the same order. A bad line
    is reported by its number and skipped (exit 4).
    """
    from pipeline.pair_files import BadLine, read_pairs
    from pipeline.score_pairs import score_stream
    from pipeline.support import open_scorer

    if str(pairs) != "-" and not pairs.is_file():
        raise UserError(f"{pairs} is no file; give JSON lines of claim and document, or - for stdin")
    scorer = open_scorer(settings_from(threads=threads))
    n = n_bad = 0
    with click.open_file(str(pairs), "rb") as file, _counting(pairs) as advance:
        for found in score_stream(read_pairs(file), scorer):
            n += 1
            if isinstance(found, BadLine):
                n_bad += 1
                console(stderr=True).print(printable(f"{pairs}: line {found.line}: {found.reason}"), soft_wrap=True)
            else:
                print_json(found)
            advance()
    if not n:
        raise UserError(f"{pairs} holds no pairs; give one JSON object a line with claim and document")
    if n_bad:
        raise PartialFailure(f"{n_bad} of {n} lines could not be scored; they are named above, the others are done")


@contextmanager
def _counting(pairs: Path) -> Iterator[Callable[[], None]]:
    """A count on stderr where that is a terminal and the records go elsewhere; else nothing."""
    err = console(stderr=True)
    if not err.is_terminal or sys.stdout.isatty():
        yield lambda: None
        return
    from rich.progress import MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (SpinnerColumn(), TextColumn("{task.description}"), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=err, transient=True) as bar:
        task = bar.add_task(printable(pairs.name), total=None if str(pairs) == "-" else _n_lines(pairs))
        yield lambda: bar.advance(task)


def _n_lines(path: Path) -> int:
    with path.open("rb") as file:
        return sum(1 for line in file if line.strip())
