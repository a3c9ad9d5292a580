"""Files of questions: JSONL or YAML. A bad entry becomes an error in its place; the others are read."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from factcheck.days import Day
from factcheck.errors import SourceError, UserError
from factcheck.records import Question, QuestionType

STDIN = Path("-")


class QuestionEntry(BaseModel):
    """One question as written in a file; `question` is required, or `claim`, the statement to judge."""

    model_config = ConfigDict(extra="forbid", coerce_numbers_to_str=True)

    question: str | None = None
    claim: str | None = None
    id: str | None = None
    type: QuestionType | None = None
    as_of: Day | None = None
    event_date: Day | None = None
    choices: list[str] = Field(default_factory=list)
    sources: list[str] = Field(default_factory=list)


def read_questions(
    path: Path, *, as_of: str | None = None, sources: tuple[str, ...] = ()
) -> Iterator[Question | UserError]:
    """Yield the questions of a file in order, or the error that stands for a bad entry.

    `as_of` and `sources` fill what an entry leaves open. Raises: SourceError for a file that cannot be read at all.
    """
    none = True
    entries = (
        _jsonl(_text(path), path)
        if path == STDIN or path.suffix.lower() in {".jsonl", ".ndjson", ".json"}
        else _yaml(path)
    )
    for place, entry in entries:
        none = False
        if isinstance(entry, UserError):
            yield entry
            continue
        try:
            question = question_from({"question": entry} if isinstance(entry, str) else entry, place)
        except UserError as error:
            yield error
            continue
        yield replace(question, as_of=question.as_of or as_of, sources=question.sources or sources)
    if none:
        raise SourceError(f'{path} holds no question; write one object a line, for example {{"question": "…"}}')


def question_from(entry: object, place: str) -> Question:
    """Return the question that a mapping of its fields describes.

    Raises: UserError, beginning with `place`, for unknown fields, a missing text or a value of another type.
    """
    try:
        parsed = QuestionEntry.model_validate(entry)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"])) or "entry"
        said = first["msg"].removeprefix("Value error, ")
        raise UserError(f"{place}: {where}: {said}; known: {', '.join(QuestionEntry.model_fields)}") from None
    if parsed.question is None and parsed.claim is None:
        raise UserError(
            f"{place}: question: Field required, or `claim`; known: {', '.join(QuestionEntry.model_fields)}"
        )
    return Question(
        text=parsed.question or parsed.claim or "",
        claim=parsed.claim,
        id=parsed.id,
        type=parsed.type,
        as_of=parsed.as_of,
        event_date=parsed.event_date,
        choices=tuple(parsed.choices),
        sources=tuple(parsed.sources),
    )


def _text(path: Path) -> str:
    try:
        return sys.stdin.read() if path == STDIN else path.read_text("utf-8-sig")
    except FileNotFoundError:
        raise SourceError(f"{path} does not exist; give a .jsonl or .yaml file of questions") from None
    except OSError as error:
        raise SourceError(f"{path} cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise SourceError(f"{path} is not UTF-8 text; save it as UTF-8") from None


def _jsonl(text: str, path: Path) -> Iterator[tuple[str, Any]]:
    for number, line in enumerate(text.split("\n"), start=1):
        place = f"{path}:{number}"
        if not line.strip():
            continue
        try:
            yield place, json.loads(line)
        except (json.JSONDecodeError, RecursionError) as error:
            yield place, UserError(f'{place} is not JSON ({error}); one object a line, for example {{"question": "…"}}')


def _yaml(path: Path) -> Iterator[tuple[str, Any]]:
    text = _text(path)
    try:
        entries = yaml.safe_load(text)
    except (yaml.YAMLError, ValueError) as error:  # a day that no month has
        raise SourceError(f"{path} is not valid YAML: {' '.join(str(error).split())}") from None
    if isinstance(entries, dict) and set(entries) == {"questions"}:
        entries = entries["questions"]
    if not isinstance(entries, list) or not entries:
        raise SourceError(f"{path} holds no list of questions; write `- question: …` lines")
    for number, entry in enumerate(entries, start=1):
        yield f"{path}, entry {number}", entry
