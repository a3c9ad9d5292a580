"""`factcheck eval gate`: exit 3 on a drop that is larger than allowed and that chance does not explain."""

from __future__ import annotations

from pathlib import Path

import click

from factcheck.cli.common import home_option, json_option, print_json, printable, settings_from
from factcheck.errors import ChecksFailed, PartialFailure


@click.command("gate")
@click.argument("run")
@click.option("--baseline", required=True, metavar="RUN", help="The run to hold it against, by file or id.")
@click.option("--max-drop", default=0.0, metavar="POINTS", help="Percentage points that a figure may lose (0).")
@click.option("--metric", "metrics", multiple=True, metavar="NAME", help="Judge this figure (right); repeat it.")
@click.option("--alpha", default=0.05, show_default=True, help="Share of false alarms that is accepted.")
@click.option("--suite", metavar="FILE", help="Score both by these labels, instead of those the runs name.")
@click.option("--any-index", is_flag=True, help="Accept a baseline that read other sources, or indexed otherwise.")
@click.option("-o", "--output", type=click.Path(path_type=Path), multiple=True, help="FILE.junit.xml, .csv or .md.")
@home_option
@json_option
def command(
    *, run: str, baseline: str, max_drop: float, metrics: tuple[str, ...], alpha: float, suite: str | None,
    any_index: bool, output: tuple[Path, ...], home: Path | None, as_json: bool,
) -> None:  # fmt: skip
    """Fail (exit 3) if RUN is worse than the baseline by more than --max-drop, significantly.

    Paired by sample, one-sided, by families (docs/statistics.md). Where nothing fell, but answers of RUN
    are errors or missing, or too few are in both runs, the exit code is 4.
    """
    from eval.gate import judge_gate
    from eval.gate_text import gate_csv, gate_json, gate_junit, gate_lines
    from eval.scored_run import pair_runs
    from eval.table_text import markdown, write_table

    home = settings_from(home=home).home
    one, other, notes = pair_runs(baseline, run, home, suite=suite, any_index=any_index, strict=True)
    scorers = metrics or ("right",)
    gate = judge_gate(one.scored, other.scored, scorers=scorers, max_drop=max_drop / 100, alpha=alpha)
    names = (one.label, other.label)
    for path in output:
        write_table(
            path,
            {
                ".xml": lambda: gate_junit(gate, names=names, notes=notes),
                ".csv": lambda: gate_csv(gate, names=names),
                ".md": lambda: "\n".join(gate_lines(gate, names=names, notes=notes, escape=markdown)) + "\n",
            },
        )
    if as_json:
        print_json(gate_json(gate, names=names))
    else:
        click.echo(printable("\n".join(gate_lines(gate, names=names, notes=notes))))
    if not gate.passed:
        failed = [check for check in gate.checks if not check.passed]
        raise ChecksFailed("; ".join(f"{c.comparison.scorer}: {c.reason}" for c in failed))
    if gate.gaps:
        again = [f"`factcheck eval run --retry-errors {run.path}`" for run in (one, other) if run.n_unscored]
        todo = f"ask again with {' and '.join(again)}" if again else "ask both the same samples"
        raise PartialFailure(f"{'; '.join(gate.gaps)}; nothing fell of what is in both; {todo}")
