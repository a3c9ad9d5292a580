"""What a run has to ask: all of a selection, what a killed run lacks, or what failed in another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from eval.find_runs import new_run_id
from eval.gold import Sample
from eval.run_files import Run, RunHeader, RunSample, read_run
from eval.run_writer import RunWriter, now
from eval.suite import Suite, select
from factcheck import __version__
from factcheck.errors import UserError
from factcheck.settings import Settings

__all__ = ["Plan", "Selection", "find_unclosed", "resume_run", "retry_run", "start_run"]

# Where things lie, what they may cost and how patiently a server is asked changes no answer. `model` has its own line.
_OF_NO_MATTER = frozenset({
    "home", "cache", "threads", "model", "timeout_s", "question_timeout_s", "max_retries", "retry_wait_s",
    "outages_to_stop", "outage_pause_s", "max_cost_usd", "prices", "cache_responses", "record", "replay",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Selection:
    """Which part of a suite is run, and how."""

    tags: tuple[str, ...] = ()
    samples: tuple[str, ...] = ()
    limit: int | None = None
    repeat: int = 1
    oracle_evidence: bool = False

    @classmethod
    def of(cls, header: RunHeader) -> Selection:
        return cls(header.tags, header.samples, header.limit, header.repeat, header.oracle_evidence)


@dataclass(frozen=True, slots=True)
class Plan:
    """A run that is open for writing: its head, what it holds already, and what is left to ask, in order."""

    header: RunHeader
    writer: RunWriter
    done: tuple[RunSample, ...]
    left: tuple[tuple[Sample, int], ...]  # (sample, repeat)


def start_run(
    suite: Suite, settings: Settings, selection: Selection, *, model: str, index: str, path: Path | None,
    verifier: str | None = None,
) -> Plan:  # fmt: skip
    """Begin a new run in `path`, or in `HOME/runs`. Raises: UserError for a file that exists."""
    header = _header(suite, settings, selection, model=model, index=index, verifier=verifier)
    tasks = _tasks(suite, selection)
    return Plan(header, RunWriter.create(_place(path, header, settings), header), (), tuple(tasks))


def retry_run(
    parent: Run, suite: Suite, settings: Settings, *, model: str, index: str, path: Path | None,
    verifier: str | None = None,
) -> Plan:  # fmt: skip
    """Begin a new run that takes over what was answered in `parent`, and asks what failed or is missing there.

    Raises: UserError where the suite, the program or the settings are not those of the parent, or nothing failed.
    """
    selection = Selection.of(parent.header)
    header = replace(
        _header(suite, settings, selection, model=model, index=index, verifier=verifier), parent=parent.header.id
    )
    _same(parent.header, header, f"run {parent.header.id}", "start a new run without --retry-errors")
    good = tuple(sample for sample in parent.samples if not sample.errored)
    left = _without(_tasks(suite, selection), good)
    if not left:
        raise UserError(f"run {parent.header.id} has no errors and lacks nothing; there is nothing to retry")
    return Plan(header, RunWriter.create(_place(path, header, settings), header, good), good, left)


def resume_run(
    suite: Suite, settings: Settings, selection: Selection, *, model: str, index: str, path: Path | None,
    verifier: str | None = None,
) -> Plan:  # fmt: skip
    """Go on with the unclosed run in `path`; without one, with the newest of this suite, model and selection.

    Raises: UserError where there is none, or the suite, the program or the settings have changed since.
    """
    wanted = _header(suite, settings, selection, model=model, index=index, verifier=verifier)
    path = path or find_unclosed(suite.ref.path, model, selection, settings.home / "runs")
    if path is None:
        raise UserError(f"no run of {suite.ref.path} with model {model} and this selection is left open")
    _same(read_run(path).header, wanted, str(path), "start a new run without --resume")
    run, writer = RunWriter.append(path)
    return Plan(run.header, writer, run.samples, _without(_tasks(suite, selection), run.samples))


def _header(
    suite: Suite, settings: Settings, selection: Selection, *, model: str, index: str, verifier: str | None
) -> RunHeader:
    return RunHeader(
        id=new_run_id(model),
        created=now(),
        suite=suite.ref,
        model=model,
        settings=settings.model_dump(mode="json"),
        index=index,
        version=__version__,
        verifier=verifier,
        repeat=selection.repeat,
        tags=selection.tags,
        limit=selection.limit,
        samples=selection.samples,
        oracle_evidence=selection.oracle_evidence,
    )


def _place(path: Path | None, header: RunHeader, settings: Settings) -> Path:
    return path or settings.home / "runs" / f"{header.id}.jsonl"


def _tasks(suite: Suite, selection: Selection) -> list[tuple[Sample, int]]:
    """Whole passes over the samples, so that a run that is cut off holds a first answer for most of them."""
    chosen = select(suite.samples, tags=selection.tags, ids=selection.samples, limit=selection.limit)
    return [(sample, repeat) for repeat in range(selection.repeat) for sample in chosen]


def _without(tasks: Sequence[tuple[Sample, int]], done: Sequence[RunSample]) -> tuple[tuple[Sample, int], ...]:
    keys = {(sample.id, sample.repeat) for sample in done}
    return tuple((sample, repeat) for sample, repeat in tasks if (sample.id, repeat) not in keys)


def find_unclosed(suite: str, model: str, selection: Selection, folder: Path) -> Path | None:
    """Return the newest unclosed run of this suite (by the path it was given), model and selection, or None.

    What the suite held then is looked at when the run is resumed.
    """
    for path in sorted(folder.glob("*.jsonl"), reverse=True):
        try:
            run = read_run(path)
        except UserError:
            continue  # a damaged one is none to go on with
        same = (run.header.suite.path, run.header.model, Selection.of(run.header)) == (suite, model, selection)
        if same and not run.closed:
            return path
    return None


def _same(was: RunHeader, wanted: RunHeader, name: str, todo: str) -> None:
    """Raises: UserError that says what differs, where answers of the two cannot stand in one run."""
    for noun, old, new in (
        ("version of the suite", _named(was), _named(wanted)),
        ("model", was.model, wanted.model),
        ("program version", was.version, wanted.version),
        ("selection", Selection.of(was), Selection.of(wanted)),
        ("index of the corpus", was.index, wanted.index),
        ("verifier", was.verifier, wanted.verifier),
    ):  # fmt: skip
        if old != new:
            raise UserError(f"{name} is of another {noun}: {_shown(old)}, now {_shown(new)}; {todo}")
    changed = _changed(was.settings, wanted.settings)
    if changed:
        key = changed[0]
        raise UserError(
            f"{name} was made with {key}={was.settings.get(key)!r}, now {wanted.settings.get(key)!r}; "
            f"set it back, or {todo}"
        )


def _named(header: RunHeader) -> str:
    """The suite by what it says, not by where it lies: a moved file is the same suite."""
    return f"sha256:{header.suite.sha256[:12]} of {header.suite.n_samples} samples"


def _changed(was: Mapping[str, object], wanted: Mapping[str, object]) -> list[str]:
    keys = sorted((was.keys() | wanted.keys()) - _OF_NO_MATTER)
    return [key for key in keys if was.get(key) != wanted.get(key)]


def _shown(value: object) -> str:
    if not isinstance(value, Selection):
        return str(value)
    parts = [*(f"--tag {tag}" for tag in value.tags), *(f"--sample {id_}" for id_ in value.samples)]
    parts += [f"--limit {value.limit}"] if value.limit is not None else []
    parts += [f"--repeat {value.repeat}"] if value.repeat != 1 else []
    parts += ["--oracle-evidence"] if value.oracle_evidence else []
    return " ".join(parts) or "the whole suite"
