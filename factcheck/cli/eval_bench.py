"""`factcheck eval bench`: one of the field's public sets."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from factcheck.cli.common import console, json_option, print_json, settings_from
from factcheck.errors import PartialFailure, UsageError


@click.command("bench")
@click.argument("name", required=False)
@click.option(
    "--data", type=click.Path(path_type=Path), help="Folder with the set's files; without it, where to get them."
)
@click.option(
    "--model", default="none", show_default=True, help="Of the question sets; pairs are the verifier's alone."
)
@click.option("--limit", type=click.IntRange(1), help="Items, drawn by a fixed seed (default: all).")
@click.option("--home", type=click.Path(path_type=Path, file_okay=False), help="Keep the corpus in HOME/corpora.")
@json_option
def command(
    *, name: str | None, data: Path | None, model: str, limit: int | None, home: Path | None, as_json: bool
) -> None:
    """Measure NAME, a public set, from files that you have fetched; without NAME, list the sets.

    Claims are put to their documents by the verifier, at 0.5; questions go the whole way over the ingested texts. No
    file is fetched and none is changed. Where a question fails, the figures are of the others (exit 4).
    """
    from eval.benchmarks.table import BENCHMARKS

    out = console()
    if name is None or data is None:
        shown = BENCHMARKS if name is None else {name: BENCHMARKS[name]} if name in BENCHMARKS else None
        if shown is None:
            raise UsageError(f"no benchmark {name!r}; there are {', '.join(BENCHMARKS)}")
        if name is None and (data or limit or home):
            raise UsageError(f"name the set: {', '.join(BENCHMARKS)}")
        for key, benchmark in shown.items():
            out.print(f"{key:<16} {benchmark.title}: {benchmark.asks}\n{'':<16} {benchmark.where}", soft_wrap=True)
        return

    from eval.benchmarks.run import run_benchmark
    from eval.benchmarks.show import lines_of

    done = 0

    def advance(n: int) -> None:
        nonlocal done
        done += n
        if sys.stderr.isatty():
            click.echo(f"\r{done} ", nl=False, err=True)

    result = run_benchmark(name, data, settings_from(model=model), limit=limit, home=home, progress=advance)
    if sys.stderr.isatty():
        click.echo(err=True)
    if as_json:
        print_json(result.as_json())
    else:
        for line in lines_of(result):
            out.print(line, soft_wrap=True)
    if result.failure is not None:
        n = result.n + result.unscored
        raise PartialFailure(f"{result.unscored} of {n} questions failed, the first with: {result.failure}")
