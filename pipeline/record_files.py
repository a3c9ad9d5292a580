"""Files of records: one record, NDJSON of them, or a run file. One reader for `verify`, `review` and `export`.

A file is a sequence of JSON values, each on a line of its own or spread over several (as `jq` prints them). A run file
begins with its header; its sample lines give the records they hold, its header and footer give none. An unclosed run
file may end in a torn line, because the writer died in it: that line is no record yet and is passed over. Anything else
that is not a whole record of this version is an error with its line number: an audit that skips lines proves nothing.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from factcheck.errors import SourceError, UserError
from pipeline.record import (
    ANSWER_SCHEMA,
    CHECK_CLAIM_SCHEMA,
    CHECK_SCHEMA,
    ERROR_SCHEMA,
    answer_from_record,
    check_claim_from_record,
)

__all__ = ["ANSWERS", "CHECKS", "read_records"]

ANSWERS = frozenset({ANSWER_SCHEMA, ERROR_SCHEMA})
CHECKS = frozenset({CHECK_SCHEMA, CHECK_CLAIM_SCHEMA})
_RUN, _SAMPLE, _END = "factcheck/run/1", "factcheck/run-sample/1", "factcheck/run-end/1"
_STDIN = Path("-")
_SPACE = " \t\r\n"
_GIVE = "give the output of `factcheck ask --json` or a run file"


def read_records(path: Path, wanted: Collection[str] = ANSWERS) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield (line number from 1, record) for every record of a file in order; `-` reads stdin.

    `wanted` are the schemas that may stand there: answers and errors, `CHECKS` too where they are of use. Every answer
    has all its parts (`record.answer_from_record` reads it).
    Raises: SourceError for a file that cannot be read; UserError for a line that is no record of these.
    """
    content = _content(path)
    seen = _Seen()
    for number, value, last in _values(content):
        place = f"{path}:{number}"
        if isinstance(value, json.JSONDecodeError):
            if seen.run and not seen.closed and last:
                break
            raise UserError(f"{place} is not JSON or is cut off ({value.msg}); {_GIVE}, whole")
        record = _record(place, value, seen, wanted)
        if record is not None:
            seen.n_records += 1
            yield number, record
    if not seen.n_records and not seen.run:
        raise UserError(f"{path} holds no answer record; {_GIVE}")


@dataclass(slots=True)
class _Seen:
    """What of a file was read so far."""

    n_records: int = 0
    run: bool = False
    closed: bool = False


def _record(place: str, value: object, seen: _Seen, wanted: Collection[str]) -> dict[str, Any] | None:
    """Return the record that a line holds; None for a run's header and footer."""
    if not isinstance(value, dict) or not isinstance(value.get("schema"), str):
        kind = "an object without `schema`" if isinstance(value, dict) else f"a {type(value).__name__}"
        raise UserError(f"{place} is not a record ({kind}); {_GIVE}")
    schema: str = value["schema"]
    if seen.closed:
        raise UserError(f"{place}: {schema!r} after the end of a run; the file was joined or edited: {_GIVE}")
    if schema == _RUN and not seen.n_records and not seen.run:
        seen.run = True
        return None
    if seen.run and schema == _END:
        seen.closed = True
        return None
    if seen.run and schema == _SAMPLE:
        return _record_itself(place, value.get("record"), ANSWERS)
    if seen.run:
        raise UserError(f"{place}: {schema!r} does not belong in a run file; {_GIVE}")
    return _record_itself(place, value, wanted)


def _record_itself(place: str, record: object, wanted: Collection[str]) -> dict[str, Any]:
    if not isinstance(record, dict):
        raise UserError(f"{place} is not a record; {_GIVE}")
    schema = record.get("schema")
    if schema not in wanted:
        _refuse(place, schema, wanted)
    if schema == ANSWER_SCHEMA:
        answer_from_record(record, place)
    elif schema == CHECK_CLAIM_SCHEMA:
        check_claim_from_record(record, place)
    elif schema == ERROR_SCHEMA:
        told = record.get("error")
        if not isinstance(told, dict) or not all(isinstance(told.get(key), str) for key in ("kind", "message")):
            raise UserError(f"{place}: the error record lacks error.kind or error.message; {_GIVE}")
    return record


def _refuse(place: str, schema: object, wanted: Collection[str]) -> NoReturn:
    known = ", ".join(sorted(wanted))
    name, _, _version = str(schema).rpartition("/")
    if any(other.rpartition("/")[0] == name for other in wanted):
        raise UserError(f"{place}: {schema!r} is another version than this program reads ({known}); write it anew")
    raise UserError(f"{place} is not a record: schema {schema!r} is none of {known}; {_GIVE}")


def _content(path: Path) -> str:
    try:
        raw = sys.stdin.buffer.read() if path == _STDIN else path.read_bytes()
    except FileNotFoundError:
        raise SourceError(f"{path} does not exist; {_GIVE}") from None
    except OSError as error:
        raise SourceError(f"{path} cannot be read: {error.strerror}; {_GIVE}") from None
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise SourceError(f"{path}:{line} cannot be read: it is not UTF-8 text; {_GIVE}") from None


def _values(content: str) -> Iterator[tuple[int, Any, bool]]:
    """Yield (line, JSON value or why there is none, is it on the last line) and stop after what cannot be decoded.

    Lines end at LF only: a quote may hold U+2028.
    """
    decoder = json.JSONDecoder(parse_constant=_no_constant)
    at, line, counted = 0, 1, 0
    while True:
        while at < len(content) and content[at] in _SPACE:
            at += 1
        if at == len(content):
            return
        line, counted = line + content.count("\n", counted, at), at
        try:
            value, end = decoder.raw_decode(content, at)
        except json.JSONDecodeError as error:
            yield line, error, "\n" not in content[at:]
            return
        except (ValueError, RecursionError) as error:  # NaN, or nested beyond what can be read
            yield line, json.JSONDecodeError(str(error) or "nested too deeply", content, at), False
            return
        yield line, value, False
        at = end


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON number")
