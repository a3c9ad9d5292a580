"""A run file with scores: its records against the gold labels as they are now. No model is asked.

A sample that the run should have and does not is *unscored*, as is an error, and as is a record that answers another
wording than the label has today. What does not fit is told in `notes`, one line each, and never in silence.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from eval.find_runs import find_run
from eval.run_files import Run, read_run
from eval.score import ScoredSample
from eval.score_run import score_run
from eval.suite import Suite, open_suite
from factcheck.errors import UserError

__all__ = ["ScoredRun", "open_run", "open_runs", "pair_runs"]


@dataclass(frozen=True, slots=True)
class ScoredRun:
    """`scored` holds every sample of the run's selection once for each repeat, in the order of the suite."""

    path: Path
    run: Run
    suite: Suite
    scored: tuple[ScoredSample, ...]
    notes: tuple[str, ...]

    @property
    def name(self) -> str:
        """The run's id, which its file is named by."""
        return self.run.header.id

    @property
    def label(self) -> str:
        """The run's id and model."""
        return f"{self.name} ({self.run.header.model})"

    @property
    def n_unscored(self) -> int:
        return sum(item.unscored is not None for item in self.scored)


def open_run(path: Path, *, suite: Suite | None = None) -> ScoredRun:
    """Return the run in `path` scored by the suite that it names, or by the one given.

    Raises: UserError for a file that is no run, a suite that cannot be found or read, and a run of another suite.
    """
    run = read_run(path)
    head, asked = run.header, {sample.id for sample in run.samples}
    suite = suite or _suite_of(run, path)
    scored = score_run(run, suite)
    notes = []
    if suite.ref.sha256 != head.suite.sha256:
        notes.append(f"{suite.path} has changed since the run; scored by the labels as they are now")
    if unknown := sorted(asked - {sample.id for sample in suite.samples}):
        notes.append(f"{len(unknown)} samples of the run have no label any more: {', '.join(unknown[:5])}")
    if not run.closed:
        notes.append(
            f"the run was cut off: {len(run.samples)} of {len(scored)} answers are there; "
            "go on with `factcheck eval run --resume`"
        )
    return ScoredRun(path, run, suite, tuple(scored), tuple(notes))


def open_runs(names: Sequence[str], home: Path, *, suite: str | None = None) -> list[ScoredRun]:
    """Return runs named by file or id, scored by the same labels: those of `suite`, else those they all name.

    Raises: UserError: as `open_run`; a run that is named twice; different suites, unless `suite` is given.
    """
    paths = [find_run(name, home) for name in names]
    seen: dict[Path, str] = {}
    for path, name in zip(paths, names, strict=True):
        if path.resolve() in seen:
            raise UserError(f"{seen[path.resolve()]} and {name} are the same run; name each run once")
        seen[path.resolve()] = name
    labels = open_suite(suite) if suite is not None else None
    heads = [read_run(path).header for path in paths]
    other = next((h for h in heads if h.suite.sha256 != heads[0].suite.sha256), None)
    if labels is None and other is not None:
        told = (f"{h.id} was run over {h.suite.path} (sha256 {h.suite.sha256[:12]})" for h in (heads[0], other))
        raise UserError(f"{', '.join(told)}: different labels; run one of them again, or name all's with --suite FILE")
    return [open_run(path, suite=labels) for path in paths]


def pair_runs(
    a: str, b: str, home: Path, *, suite: str | None = None, any_index: bool = False, strict: bool
) -> tuple[ScoredRun, ScoredRun, list[str]]:
    """Return two runs as `open_runs` does, and what is to be noted of them.

    Different indexes are an error where `strict`, else a note; `any_index` accepts them. A run that was cut off cannot
    be judged strictly.

    Raises: UserError, as said.
    """
    one, other = open_runs([a, b], home, suite=suite)
    notes = [f"{run.name}: {note}" for run in (one, other) for note in run.notes]
    if strict and (cut := next((run for run in (one, other) if not run.run.closed), None)):
        raise UserError(f"{cut.path}: {cut.notes[-1]}")
    indexes = [run.run.header.index for run in (one, other)]
    if not any_index and indexes[0] != indexes[1]:
        difference = f"{one.name} read the index {indexes[0][:19]}, {other.name} {indexes[1][:19]}"
        if strict:
            raise UserError(
                f"{difference}: other sources, or indexed otherwise; run the baseline again or give --any-index"
            )
        notes.append(f"{difference}: other sources, or indexed otherwise")
    only = [{i.sample.id for i in run.scored} for run in (one, other)]
    if alone := len(only[0] ^ only[1]):
        notes.append(f"{alone} samples were asked in one of the two runs only, and are not compared")
    return one, other, notes


def _suite_of(run: Run, path: Path) -> Suite:
    named = run.header.suite.path
    beside = path.parent / named
    try:
        return open_suite(str(beside) if not Path(named).exists() and beside.exists() else named)
    except UserError as error:
        raise UserError(f"{path}: its suite {named!r} cannot be used: {error}; name one with --suite FILE") from error
