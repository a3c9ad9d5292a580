"""Another system's answers as a run file, which `eval compare`, `gate` and `report` read as any other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from eval.find_runs import new_run_id
from eval.gold import Sample
from eval.run_files import RunHeader, RunSample
from eval.run_writer import RunWriter, now
from eval.score import Record
from eval.suite import Suite
from factcheck import __version__
from pipeline.record import ERROR_SCHEMA

__all__ = ["write_predicted_run"]


def write_predicted_run(
    path: Path,
    records: Mapping[str, Record],
    samples: Sequence[Sample],
    *,
    suite: Suite,
    name: str,
    tags: Sequence[str],
) -> None:
    """Write the answers to `samples` as a complete run of the model `name`; one without an answer is an error in it.

    What the system read is not known, so its index is `unknown`. Each record keeps the wording that it answers.
    Raises: UserError where the file exists, or cannot be written.
    """
    header = RunHeader(
        id=new_run_id(name), created=now(), suite=suite.ref, model=name, settings={}, index="unknown",
        version=__version__, tags=tuple(tags),
    )  # fmt: skip
    answered = [RunSample(sample.id, 0, _record(sample, records.get(sample.id))) for sample in samples]
    with RunWriter.create(path, header, answered) as writer:
        writer.close_run()


def _record(sample: Sample, record: Record | None) -> Record:
    question = {"id": sample.id, "text": sample.text, "type": sample.type}
    if record is None:
        error = {"kind": "missing", "message": "the predictions have no answer"}
        return {"schema": ERROR_SCHEMA, "question": question, "error": error}
    return {**record, "question": {**question, **record["question"]}}
