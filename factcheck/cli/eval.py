"""`factcheck eval`: the group of the evaluation harness; one module a subcommand."""

from __future__ import annotations

import click

from factcheck.cli.lazy import Commands, LazyGroup

COMMANDS: Commands = {
    "run": ("factcheck.cli.eval_run", "Ask a suite's questions and claims, and score the answers."),
    "score": ("factcheck.cli.eval_score", "Score a run again, or another system's answers."),
    "compare": ("factcheck.cli.eval_compare", "What changed between two runs, and how sure that is."),
    "gate": ("factcheck.cli.eval_gate", "Exit 3 on a drop that is significant and larger than allowed."),
    "report": ("factcheck.cli.eval_report", "One HTML page of runs: figures, plots, every sample with its quotes."),
    "bench": ("factcheck.cli.eval_bench", "Measure one of the field's public sets."),
    "calibrate": ("factcheck.cli.eval_calibrate", "Fit the probabilities on labelled runs."),
    "lint": ("factcheck.cli.eval_lint", "Find faults in gold labels."),
}


@click.group("eval", cls=LazyGroup, commands_at=COMMANDS)
def command() -> None:
    """Run suites of gold labels against models, score the answers, compare runs.

    A suite is a YAML file of gold labels (docs/evaluation.md). Runs are kept in HOME/runs and named by file or id.
    """
