"""JSON lines: one article a line. A bad line is one error with its number; the others are read.

Lines are read one at a time, so a file may be larger than memory; one line may be as large as one source.
"""

from __future__ import annotations

import difflib
import hashlib
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import IO, Any

from pydantic import ConfigDict, Field, ValidationError

from factcheck.records import Provenance
from vectorstore.facts import Facts
from vectorstore.formats.clean import replace_surrogates
from vectorstore.formats.extracted import UnreadableError

__all__ = ["BadLine", "JsonArticle", "LineArticle", "articles", "unknown_keys"]

_BLANK = b" \t\r\n"


class JsonArticle(Facts):
    """One line. Other keys are left aside; `unknown_keys` says which."""

    model_config = ConfigDict(extra="ignore")

    id: str = Field(min_length=1)
    text: str


@dataclass(frozen=True, slots=True)
class LineArticle:
    """An article, the sha256 of its line's bytes, and keys of its line that mean nothing here."""

    line: int
    id: str
    text: str
    sha256: str
    provenance: Provenance
    unknown: tuple[str, ...] = ()
    warning: str | None = None


@dataclass(frozen=True, slots=True)
class BadLine:
    """A line that is no article: the rest of a sentence that begins with the file's name."""

    line: int
    message: str


def articles(file: IO[bytes], max_mb: float) -> Iterator[LineArticle | BadLine]:
    """Yield what each line of `file` holds, in order; blank lines are skipped. Raises: OSError."""
    limit = int(max_mb * 1_000_000)
    number = 0
    while line := file.readline(limit + 1):
        number += 1
        if len(line) > limit:
            _skip_rest(file, line, limit)
            yield BadLine(number, f"line {number} is over max_source_mb={max_mb:g}; split it or raise the setting")
            continue
        if number == 1:
            line = line.removeprefix(b"\xef\xbb\xbf")
        if line.strip(_BLANK):
            yield _article(number, line.strip(_BLANK))


def unknown_keys(keys: set[str]) -> str:
    """Return a warning that names them, with the nearest known key where one is near."""
    known = list(JsonArticle.model_fields)
    said = []
    for key in sorted(keys)[:8]:
        close = difflib.get_close_matches(key, known, n=1, cutoff=0.6)
        said.append(f"{key[:40]!r}" + (f" (did you mean {close[0]!r}?)" if close else ""))
    return f"has keys that are not used: {', '.join(said)}; known: {', '.join(known)}"


def _skip_rest(file: IO[bytes], line: bytes, limit: int) -> None:
    step = min(limit + 1, 1 << 20)
    while line and not line.endswith(b"\n"):
        line = file.readline(step)


def _article(number: int, line: bytes) -> LineArticle | BadLine:
    try:
        found = _parsed(line)
        article = JsonArticle.model_validate(found)
    except UnreadableError as error:
        return BadLine(number, f"line {number} {error}")
    except ValidationError as error:
        return BadLine(number, f"line {number}{_name(found)}: {_first(error)}")
    text = replace_surrogates(article.text)
    if not text.strip():
        return BadLine(number, f"line {number}, {article.id[:60]!r}: the text is empty; leave the line out")
    if "\0" in text:
        return BadLine(number, f"line {number}, {article.id[:60]!r}: the text has NUL characters; give plain text")
    facts = {key: replace_surrogates(value) for key, value in asdict(article.provenance()).items() if value}
    warning = f"has half a surrogate pair in line {number}, kept as U+FFFD" if text != article.text else None
    unknown = tuple(sorted(set(found) - set(JsonArticle.model_fields)))
    return LineArticle(
        number, article.id, text, hashlib.sha256(line).hexdigest(), Provenance(**facts), unknown, warning
    )


def _parsed(line: bytes) -> dict[str, Any]:
    try:
        found = json.loads(line.decode("utf-8"), parse_constant=_refuse)
    except UnicodeDecodeError:
        raise UnreadableError("is not UTF-8; convert the file") from None
    except RecursionError:
        raise UnreadableError("is nested too deep; give one flat object a line") from None
    except ValueError as error:
        raise UnreadableError(f"is not JSON ({str(error)[:100]}); give one object a line") from None
    if not isinstance(found, dict):
        raise UnreadableError('is not an object; give {"id": …, "text": …}')
    return found


def _refuse(name: str) -> None:
    raise ValueError(f"{name} is no JSON value")


def _name(found: dict[str, Any]) -> str:
    name = found.get("id")
    return f", {name[:60]!r}" if isinstance(name, str) and name else ""


def _first(error: ValidationError) -> str:
    first = error.errors(include_input=False, include_url=False)[0]
    key = ".".join(str(part) for part in first["loc"])
    said = first["msg"].removeprefix("Value error, ")
    return f"{key}: {said}" if key else said
