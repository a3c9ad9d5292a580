"""`factcheck eval compare`: what changed between two runs, and how sure that is."""

from __future__ import annotations

from pathlib import Path

import click

from factcheck.cli.common import home_option, json_option, print_json, printable, settings_from


@click.command("compare")
@click.argument("a")
@click.argument("b")
@click.option("--metric", "metrics", multiple=True, metavar="NAME", help="Only this figure (right, …); repeat it.")
@click.option("--suite", metavar="FILE", help="Score both by these labels, instead of those the runs name.")
@click.option("--any-index", is_flag=True, help="Say nothing of runs that read different sources.")
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), multiple=True, help="Write FILE.md or FILE.csv (a row a sample)."
)
@home_option
@json_option
def command(
    *, a: str, b: str, metrics: tuple[str, ...], suite: str | None, any_index: bool, output: tuple[Path, ...],
    home: Path | None, as_json: bool,
) -> None:  # fmt: skip
    """Compare run B with run A, sample by sample: differences with intervals, paired tests, and what changed.

    Runs are named by file or id. Samples that either run has no answer for are counted apart.
    """
    from eval.compare import compare, compare_all
    from eval.compare_text import compare_csv, compare_json, compare_lines
    from eval.scored_run import pair_runs
    from eval.table_text import markdown, write_table

    one, other, notes = pair_runs(a, b, settings_from(home=home).home, suite=suite, any_index=any_index, strict=False)
    found = [compare(one.scored, other.scored, m) for m in metrics] or compare_all(one.scored, other.scored)
    names = (one.label, other.label)
    for path in output:
        write_table(
            path,
            {
                ".md": lambda: "\n".join(compare_lines(found, names=names, notes=notes, escape=markdown)) + "\n",
                ".csv": lambda: compare_csv(found, names=names),
            },
        )
    if as_json:
        for record in compare_json(found, names=names):
            print_json(record)
    else:
        click.echo(printable("\n".join(compare_lines(found, names=names, notes=notes))))
