"""Another system's answers, for the same scorers: answer records, or no more than an id and an answer.

    {"id": "defence-clause", "answer": "no"}
    {"id": "term", "answer": "20 years", "value": {"iso": "P20Y"}, "citations": [{"source": …, "start": …, "end": …}]}

A file holds either lines like these, or records (`ask --json`, a run file). What a minimal line does not say is not
known, and not scored: one without `citations` has no part in the figures of citations, one without `sources` none in
those of stances. Its `value` is read from the answer, by the type of the question. An answer to a boolean question or a
claim may be `yes` or `supported`, in any case, or true.
"""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from eval.gold import Sample
from eval.score import Record
from eval.typed_answer import typed_answer
from factcheck.errors import UserError
from factcheck.records import BOOLEAN_ANSWERS
from pipeline.record import ANSWER_SCHEMA, ERROR_SCHEMA
from pipeline.record_files import read_records

__all__ = ["read_predictions"]

_VERDICT_OF: Mapping[str, str] = {
    **{answer: verdict for verdict, answer in BOOLEAN_ANSWERS.items()},
    "true": "supported",
    "false": "refuted",
}


class _Minimal(BaseModel):
    """An answer without a record; what is left out is not known."""

    model_config = ConfigDict(extra="forbid")

    id: str
    answer: str | bool | int | float | None
    value: dict[str, Any] | None = None
    probability: float | None = Field(default=None, ge=0, le=1)
    abstained: bool = False
    citations: list[dict[str, Any]] | None = None
    sources: list[dict[str, Any]] | None = None


def read_predictions(path: Path, samples: Sequence[Sample]) -> dict[str, Record]:
    """Return sample id -> record. Samples without a line are missing: the caller names them.

    Raises: UserError, with file and line: a line that is neither a record nor a minimal answer, an id that is not in
    `samples` (with the nearest), one that stands twice, a label that does not exist.
    """
    by_id = {sample.id: sample for sample in samples}
    records: dict[str, Record] = {}
    lines: dict[str, int] = {}
    for number, record in _records(path, by_id):
        place = f"{path}:{number}"
        id_ = (record.get("question") or {}).get("id")
        if not isinstance(id_, str):
            raise UserError(f"{place}: the record has no question.id; give it the id of its sample")
        if id_ not in by_id:
            close = difflib.get_close_matches(id_, list(by_id), n=1)
            hint = f"did you mean {close[0]!r}?" if close else "remove the line, or give another --suite"
            raise UserError(f"{place}: id {id_!r} is not in the suite; {hint}")
        if id_ in records:
            raise UserError(f"{place}: id {id_!r} stands twice, first on line {lines[id_]}; keep one")
        lines[id_], records[id_] = number, _labelled(record, by_id[id_], place)
    if not records:
        raise UserError(f'{path} holds no prediction; write lines like {{"id": "…", "answer": "…"}}')
    return records


def _records(path: Path, samples: Mapping[str, Sample]) -> Iterable[tuple[int, Record]]:
    """Read minimal lines if the first line is one; everything else is for the reader of records to read or refuse."""
    try:
        lines = path.read_text("utf-8-sig").split("\n")
    except (OSError, UnicodeDecodeError):
        return read_records(path)
    written = [(number, line) for number, line in enumerate(lines, start=1) if line.strip()]
    if written and not _is_minimal(_parsed(written[0][1])):
        return read_records(path)
    return [(number, _record(_parsed(line), f"{path}:{number}", samples)) for number, line in written]


def _parsed(line: str) -> Any:
    try:
        return json.loads(line)
    except (ValueError, RecursionError):
        return None


def _is_minimal(data: object) -> bool:
    return isinstance(data, dict) and "schema" not in data


def _record(data: Any, place: str, samples: Mapping[str, Sample]) -> Record:
    """Return the record that says as much as a minimal line; `error` in place of an answer: it failed."""
    if not _is_minimal(data):
        raise UserError(f"{place} is no line of id and answer as those before it are; write the file in one form")
    error = data.get("error")
    if isinstance(error, Mapping | str):
        told = {"kind": "error", "message": error} if isinstance(error, str) else dict(error)
        return {"schema": ERROR_SCHEMA, "question": {"id": data.get("id")}, "error": told}
    try:
        given = _Minimal.model_validate(data)
    except ValidationError as fault:
        first = min(fault.errors(), key=lambda e: e["type"] != "extra_forbidden")  # a misspelt key explains the rest
        where = ".".join(map(str, first["loc"])) or "line"
        raise UserError(f"{place}: {where}: {first['msg']}; known: {', '.join(_Minimal.model_fields)}, error") from None
    answer = given.answer if given.answer is None or isinstance(given.answer, str) else json.dumps(given.answer)
    kind = samples[given.id].type if given.id in samples else None
    return {
        "schema": ANSWER_SCHEMA,
        "question": {"id": given.id},
        "answer": answer,
        "value": typed_answer(answer, kind) if given.value is None and answer is not None else given.value,
        "abstained": given.abstained,
        **given.model_dump(include={"probability", "citations", "sources"}, exclude_none=True),
    }


def _labelled(record: Record, sample: Sample, place: str) -> Record:
    """Return the record with both names of its label: `answer` yes, `verdict` supported."""
    if sample.allowed_answers is None or record["schema"] == ERROR_SCHEMA or "verdict" in record:
        return record
    said = str(record["answer"]).strip().lower().replace(" ", "_")
    verdict = _VERDICT_OF.get(said, said)
    for known, answer in BOOLEAN_ANSWERS.items():
        if verdict == known:
            return {**record, "verdict": known, "answer": answer}
    raise UserError(
        f"{place}: answer {record['answer']!r} of {sample.id} is none of {', '.join(sample.allowed_answers)}"
    )
