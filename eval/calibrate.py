"""From labelled answers to a calibration file."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from eval.fit_probability import MIN_RISK, Observation, fit_maps, risk_curve, split
from eval.run_files import Run, read_run
from eval.scorers.right import right
from eval.suite import open_suite
from factcheck.errors import UserError
from pipeline.calibration import SCHEMA, Calibration, ModelKind, RiskCurve, answer_kind, is_given, model_kind

__all__ = ["Labelled", "calibrate", "calibration_text", "labelled_runs", "observe"]

MOST_WEIGHT = 15.0


@dataclass(frozen=True, slots=True)
class Labelled:
    """Answers with whether they are right, all by one verifier. `data` is told in the file: name, n, sha256."""

    data: Mapping[str, Any]
    verifier: str
    observations: tuple[Observation, ...]
    public: bool = False  # may stand behind a promise


def labelled_runs(paths: Iterable[Path]) -> list[Labelled]:
    """Return the answers of runs that their suites label. Errors, and answers that were withheld, are left out.

    A question counts once for each model: its first answer, in the order of the runs and of their repeats. Asked again
    it tells nothing new, and folds that share it are no test of each other.

    Raises: UserError for a file that is no run, a run that is given twice (a copy is), a suite that is not there or is
    another one by now, a run without answers, or with more than one verifier.
    """
    found: list[Labelled] = []
    given: dict[str, Path] = {}
    seen: set[tuple[str, str, str]] = set()
    for path in paths:
        run = read_run(path)
        if run.header.id in given:
            raise UserError(f"{given[run.header.id]} and {path} are the same run; name each run once")
        given[run.header.id] = path
        found.append(_labelled_run(path, run, seen))
    return found


def _labelled_run(path: Path, run: Run, seen: set[tuple[str, str, str]]) -> Labelled:
    """`seen` holds suite, sample and model of what was counted, and is added to."""
    suite = open_suite(run.header.suite.path)
    if suite.ref.sha256 != run.header.suite.sha256:
        raise UserError(f"{path}: its suite {suite.path} has changed since; run it again")
    if run.header.oracle_evidence:
        raise UserError(
            f"{path}: was given its evidence, so its probabilities are not those of answering; leave it out"
        )
    samples = {sample.id: sample for sample in suite.samples}
    found: list[Observation] = []
    for entry in sorted(run.samples, key=lambda entry: entry.repeat):
        score = None if entry.errored else right(samples[entry.id], entry.record, suite.corpus)
        if score is None or entry.record.get("abstained"):
            continue
        key = (run.header.suite.sha256, entry.id, entry.record["run"]["model"])
        if key not in seen:
            seen.add(key)
            found.append(observe(entry.record, right=score.value == 1, cluster=samples[entry.id].cluster))
    name = f"{run.header.suite.path} ({run.header.id})"
    data = {"name": name, "n": len(found), "sha256": run.header.suite.sha256}
    return Labelled(data, _verifier(path, run), tuple(found))


def observe(record: Mapping[str, Any], *, right: bool, cluster: str) -> Observation:
    """One answer record as an observation; of a calibrated record the probability before it."""
    given = is_given(record)
    told = record["run"].get("calibration") or {}
    return Observation(
        model=model_kind(record["run"]["model"]),
        kind=answer_kind(record["question"].get("type") or "text", given=given),
        given=given,
        raw=float(told.get("raw", record["probability"])),
        right=right,
        cluster=cluster,
    )


def calibrate(labelled: Sequence[Labelled]) -> Calibration:
    """Fit the maps, and a risk curve for each kind of model with enough public questions.

    A kind of model with a curve gives a part of its public clusters to the maps and the others to the curve. Of each
    kind of answer, suites count as much as the public questions together, up to `MOST_WEIGHT` an answer: there are
    fewer of them, and they are more like what people ask of a corpus of their own.
    Raises: UserError where verifiers differ, or nothing is left to fit.
    """
    verifiers = sorted({found.verifier for found in labelled})
    if len(verifiers) != 1:
        raise UserError(
            f"the answers are by different verifiers ({', '.join(verifiers) or 'none'}); fit each by itself"
        )
    to_fit = [o for found in labelled if not found.public for o in found.observations]
    risk: dict[ModelKind, RiskCurve] = {}
    held: dict[ModelKind, tuple[list[Observation], list[Observation]]] = {}
    for model, public in _public(labelled):
        first, second = split(public)
        if len(second) >= MIN_RISK:
            held[model] = first, second
            to_fit += first
        else:
            to_fit += public
    fits = fit_maps(_weighted(labelled, to_fit))
    for model, (first, second) in held.items():
        risk[model] = risk_curve(second, fits.get(model, {}), first)
    if not fits:
        raise UserError(
            f"{len(to_fit)} labelled answers are too few to fit anything (a question counts once, however often it was "
            "asked); see docs/calibration.md"
        )
    created = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return Calibration(verifiers[0], created, tuple(found.data for found in labelled), fits, risk)


def _public(labelled: Sequence[Labelled]) -> Iterator[tuple[ModelKind, list[Observation]]]:
    models: dict[ModelKind, list[Observation]] = defaultdict(list)
    for found in labelled:
        for o in found.observations if found.public else ():
            models[o.model].append(o)
    yield from models.items()


def _weighted(labelled: Sequence[Labelled], to_fit: Sequence[Observation]) -> list[Observation]:
    suites = {id(o) for found in labelled if not found.public for o in found.observations}
    n = Counter((o.model, o.kind, id(o) in suites) for o in to_fit)
    found = []
    for o in to_fit:
        few, many = n[o.model, o.kind, True], n[o.model, o.kind, False]
        weight = min(MOST_WEIGHT, max(1.0, many / few)) if id(o) in suites else 1.0
        found.append(replace(o, weight=weight))
    return found


def calibration_text(calibration: Calibration) -> str:
    """The file, as text that ends in a line break."""
    data = TypeAdapter(Calibration).dump_python(calibration, mode="json")
    data.pop("digest")
    return json.dumps({"schema": SCHEMA, **data}, ensure_ascii=False, indent=1) + "\n"


def _verifier(path: Path, run: Run) -> str:
    names = {entry.record["run"]["verifier"] for entry in run.samples if not entry.errored}
    if len(names) != 1:
        raise UserError(f"{path}: has answers by {len(names)} verifiers; a calibration is for one")
    return str(names.pop())
