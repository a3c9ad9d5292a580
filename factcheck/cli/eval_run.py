"""`factcheck eval run`: a suite put to models, one run file a model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from factcheck.cli.common import call_options, home_option, json_option, settings_from
from factcheck.errors import ModelUnavailableError, PartialFailure, UsageError

if TYPE_CHECKING:
    from eval.run_plan import Selection
    from eval.run_suite import Outcome
    from eval.suite import Suite
    from factcheck.settings import Settings


@click.command("run")
@click.argument("suite", required=False)
@click.option("--model", "models", multiple=True, help="auto, none, local, openai:NAME or PROVIDER:NAME; repeat it.")
@click.option("-j", "--jobs", type=click.IntRange(1, 64), default=1, show_default=True, help="Questions at a time.")
@click.option("--tag", "tags", multiple=True, help="Only samples with this tag; repeated: with all of them.")
@click.option("--sample", "ids", multiple=True, metavar="ID", help="Only this sample; repeat it.")
@click.option("--limit", type=click.IntRange(1), metavar="N", help="This many samples, spread evenly over the suite.")
@click.option(
    "--repeat", type=click.IntRange(1, 100), default=1, show_default=True, metavar="N", help="Ask each N times."
)
@click.option("--oracle-evidence", is_flag=True, help="Read the gold passages instead of retrieving.")
@click.option("--resume", is_flag=True, help="Go on with a run that was cut off: -o FILE, or the newest that fits.")
@click.option(
    "--retry-errors", "retry", metavar="RUN", help="A new run: RUN's answers, and its errors asked again (file or id)."
)
@click.option(
    "-o", "--out", type=click.Path(path_type=Path, dir_okay=False), help="The run file; else HOME/runs/ID.jsonl."
)
@click.option("--dry-run", is_flag=True, help="Ask no model: count the prompts and print what a run may cost.")
@call_options
@home_option
@json_option
def command(
    *, suite: str | None, models: tuple[str, ...], jobs: int, tags: tuple[str, ...], ids: tuple[str, ...],
    limit: int | None, repeat: int, oracle_evidence: bool, resume: bool, retry: str | None, out: Path | None,
    dry_run: bool, model_flags: Mapping[str, Any], home: Path | None, as_json: bool,
) -> None:  # fmt: skip
    """Ask every question and claim of SUITE, a gold file (or `treaty`, which ships), and score the answers.

    The suite's articles are ingested into a home of their own, HOME/corpora; your sources are not touched. Each record
    is on the disk before the next is written: after a kill, --resume goes on with what is missing. A sample that failed
    is in the run as an error, neither right nor wrong (exit 4).
    """
    from eval.find_runs import find_run
    from eval.run_files import read_run
    from eval.run_plan import Selection
    from eval.run_suite import Request, run_models
    from eval.suite import open_suite
    from factcheck.cli.eval_present import note, progress_line

    settings = settings_from(home=home, **model_flags)
    parent = read_run(find_run(retry, settings.home)) if retry else None
    if parent is not None:
        if models or tags or ids or limit or repeat > 1 or oracle_evidence or resume:
            raise UsageError("--retry-errors takes model and selection from the run; give it alone, or with -j, -o")
        suite, models = suite or parent.header.suite.path, (parent.header.model,)
    if suite is None:
        raise UsageError("name a suite: the path of a gold file, or `treaty`; see `factcheck eval run --help`")
    if len(models) > 1 and (out or settings.record or settings.replay):
        raise UsageError("-o, --record and --replay are one run's file, and each model makes a run; leave them out")
    opened = open_suite(suite)
    selection = Selection(tags, ids, limit, repeat, oracle_evidence)
    if dry_run:
        _preview(opened, settings, models or (settings.model,), selection, as_json=as_json)
        return
    request = Request(selection, resume, parent, out, jobs)
    runs = run_models(opened, settings, models or (settings.model,), request, progress=progress_line, note=note)
    _finish([_print(outcome, opened, as_json=as_json) for outcome in runs])


def _preview(suite: Suite, settings: Settings, models: Sequence[str], selection: Selection, *, as_json: bool) -> None:
    from eval.preview import preview
    from eval.run_suite import model_spec
    from factcheck.cli.eval_present import counting_line, print_preview

    for model in dict.fromkeys(model_spec(settings, given) for given in models):
        print_preview(preview(suite, settings, model, selection, progress=counting_line(model)), as_json=as_json)


def _print(outcome: Outcome, suite: Suite, *, as_json: bool) -> Outcome:
    from eval.score_run import score_run
    from factcheck.cli.eval_present import note, peak_memory_mb, print_scores

    print_scores(score_run(outcome.run, suite), outcome.run.header, as_json=as_json)
    peak = peak_memory_mb()
    note(f"run {outcome.run.header.id}: {outcome.path}{f'; peak memory {peak:.0f} MB' if peak else ''}")
    return outcome


def _finish(outcomes: list[Outcome]) -> None:
    """Raises: what the exit code tells of runs that stopped early, or have errors."""
    last = outcomes[-1]
    errors = [s for o in outcomes for s in o.run.samples if s.errored]
    if last.stop is not None:
        todo = f"{last.stop.n_left} samples are not asked; --resume goes on with {last.path}"
        if last.stop.reason == "outage":
            raise ModelUnavailableError(f"the model is not there: {errors[-1].record['error']['message']}; {todo}")
        if last.stop.reason == "interrupt":
            raise KeyboardInterrupt
        raise PartialFailure(f"--max-cost is reached; {todo}, with a higher --max-cost")
    if errors:
        n = sum(len(o.run.samples) for o in outcomes)
        again = [f"`factcheck eval run --retry-errors {o.path}`" for o in outcomes if o.run.n_errors]
        raise PartialFailure(
            f"{len(errors)} of {n} answers failed, the first with: {errors[0].record['error']['message']}; "
            f"{' and '.join(again)} asks them again"
        )
