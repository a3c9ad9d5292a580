"""`factcheck eval score`: a run, or another system's answers, against the labels; no model is asked."""

from __future__ import annotations

from collections.abc import Container, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from factcheck.cli.common import home_option, json_option, settings_from
from factcheck.errors import PartialFailure, UsageError

if TYPE_CHECKING:
    from eval.run_files import RunHeader
    from eval.score import ScoredSample


@click.command("score")
@click.argument("run", required=False)
@click.option("--suite", metavar="SUITE", help="The gold file; of a run the one it was made with, if left out.")
@click.option(
    "--predictions", type=click.Path(path_type=Path), help="Another system's answers: records, or lines of id, answer."
)
@click.option("--tag", "tags", multiple=True, help="Only samples with this tag; repeated: with all of them.")
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), help="Keep the --predictions as a run file, to compare and gate."
)
@click.option("--failures", is_flag=True, help="List the samples that are not right, with the reason.")
@home_option
@json_option
def command(
    *, run: str | None, suite: str | None, predictions: Path | None, tags: tuple[str, ...], output: Path | None,
    failures: bool, home: Path | None, as_json: bool,
) -> None:  # fmt: skip
    """Score RUN (a file, or the id of a run in HOME/runs) again, or the answers in --predictions.

    Labels are taken as they are now. Samples without an answer are unscored, neither right nor wrong, and are named.
    """
    from factcheck.cli.eval_present import print_scores

    if (run is None) == (predictions is None):
        raise UsageError("give a run, or --predictions with --suite; see `factcheck eval score --help`")
    if predictions is None and output is not None:
        raise UsageError("-o keeps --predictions as a run file, and a run is one already; leave -o out")
    if predictions is None:
        scored, head = _of_run(run or "", suite, tags, home)
        print_scores(scored, head, as_json=as_json, failures=failures)
        return
    if suite is None:
        raise UsageError("--predictions needs --suite: the gold file that the answers are for")
    scored, answered = _of_predictions(predictions, suite, tags, output)
    print_scores(scored, None, as_json=as_json, failures=failures)
    _refuse_missing(scored, answered, predictions)


def _of_run(
    run: str, suite: str | None, tags: Sequence[str], home: Path | None
) -> tuple[list[ScoredSample], RunHeader]:
    from eval.find_runs import find_run
    from eval.scored_run import open_run
    from eval.suite import open_suite, select
    from factcheck.cli.eval_present import note

    path = find_run(run, settings_from(home=home).home)
    found = open_run(path, suite=open_suite(suite) if suite else None)
    for line in found.notes:
        note(line)
    chosen = {sample.id for sample in select(found.suite.samples, tags=tags)}
    return [item for item in found.scored if item.sample.id in chosen], found.run.header


def _of_predictions(
    path: Path, suite: str, tags: Sequence[str], output: Path | None
) -> tuple[list[ScoredSample], Container[str]]:
    from eval.predicted_run import write_predicted_run
    from eval.predictions import read_predictions
    from eval.score_run import score_samples
    from eval.suite import open_suite, select

    opened = open_suite(suite)
    records = read_predictions(path, opened.samples)
    samples = select(opened.samples, tags=tags)
    if output is not None:
        write_predicted_run(output, records, samples, suite=opened, name=path.stem, tags=tags)
    return score_samples(samples, records, opened), records


def _refuse_missing(scored: Sequence[ScoredSample], answered: Container[str], path: Path) -> None:
    missing = [s.sample.id for s in scored if s.sample.id not in answered]
    if missing:
        named = ", ".join(missing[:20]) + (f" and {len(missing) - 20} more" if len(missing) > 20 else "")
        raise PartialFailure(
            f"{path} has no answer for {len(missing)} of {len(scored)} samples, which are unscored: {named}; "
            "add a line for each"
        )
