"""Record what a model said, and say it again without the model: a run replayed is the same apart from timings.

A recording is JSONL: a head, then a line for each question put to the model, by the key of the response cache; a reply
as it was used, or the error that came of it. Recordings hold no prompts and no keys.
"""

from __future__ import annotations

import json
import threading
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel

from factcheck import errors
from factcheck.errors import FactcheckError, ModelUnavailableError, UsageError, UserError
from pipeline.models.reply import Reply, Usage
from pipeline.models.stored import from_json, to_json

T = TypeVar("T", bound=BaseModel)
_NOT_ASKED = frozenset({"CostLimitError", "ModelPausedError"})
HEAD, EXCHANGE = "factcheck/recording/1", "factcheck/exchange/1"


@dataclass(frozen=True, slots=True)
class RecordedModel:
    """Which model a recording is of; `base_url` and `free` (costs nothing) as they were."""

    model: str
    base_url: str | None = None
    free: bool = False


class Recording:
    """Writes a recording, line by line. Safe to share between threads."""

    def __init__(self, path: Path, head: RecordedModel, *, resumed: bool = False) -> None:
        """`resumed`: go on with the file if it is there; a torn last line is cut off.

        Raises: UsageError where the file exists (nothing is overwritten), is of another model, or cannot be made.
        """
        self._path = path.expanduser()
        self._lock = threading.Lock()
        if resumed and self._path.is_file() and self._path.stat().st_size:
            self._go_on(head)
            return
        try:
            self._path.touch(exist_ok=resumed)
        except FileExistsError:
            raise UsageError(f"{path} exists; give --record another file, or remove it") from None
        except OSError as error:
            raise UsageError(f"{path} cannot be written: {error.strerror}. Give --record another file") from None
        line = {"schema": HEAD, "model": head.model, "base_url": head.base_url, "free": head.free}
        self._write(line)

    def _go_on(self, head: RecordedModel) -> None:
        found = Replay(self._path).head
        if found != head:
            raise UsageError(f"{self._path} is a recording of {found.model}, not of {head.model}, or of another server")
        with self._path.open("r+b") as file:
            file.truncate(file.read().rfind(b"\n") + 1)

    def reply(self, key: str, prompt: str, reply: Reply[Any]) -> None:
        self._write({"schema": EXCHANGE, "key": key, "prompt": prompt, "reply": to_json(reply)})

    def error(self, key: str, prompt: str, error: FactcheckError, spent: Usage) -> None:
        told = {"class": type(error).__name__, "message": str(error), "usage": asdict(spent)}
        self._write({"schema": EXCHANGE, "key": key, "prompt": prompt, "error": told})

    def _write(self, line: Mapping[str, Any]) -> None:
        with self._lock, self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line, ensure_ascii=True) + "\n")


class Replay:
    """Reads a recording and gives back its replies: those of one key in their order, the last one again and again."""

    def __init__(self, path: Path) -> None:
        """Raises: UserError for a file that is no recording, with the line; a torn last line is ignored."""
        self.path = path
        self._lock = threading.Lock()
        self._exchanges: dict[str, deque[Mapping[str, Any]]] = {}
        lines = list(_lines(path))
        if not lines or lines[0].get("schema") != HEAD or not isinstance(lines[0].get("model"), str):
            raise UserError(f"{path} is not a recording of a model; make one with --record")
        self.head = RecordedModel(lines[0]["model"], lines[0].get("base_url"), bool(lines[0].get("free")))
        for number, line in enumerate(lines[1:], start=2):
            if line.get("schema") != EXCHANGE or not isinstance(line.get("key"), str):
                raise UserError(f"{path}, line {number}: not an exchange with a model; record again")
            exchanges = self._exchanges.setdefault(line["key"], deque())
            if exchanges and exchanges[-1].get("error", {}).get("class") in _NOT_ASKED:
                exchanges.pop()  # a run has asked it later: that is what came of it
            exchanges.append(line)

    def next(self, key: str, prompt: str, schema: type[T], *, spend: Callable[[Usage], None]) -> Reply[T]:
        """Return the reply that was recorded; `spend` is told what it used, or what the error did.

        Raises: the error that was recorded; ModelUnavailableError for none.
        """
        with self._lock:
            queue = self._exchanges.get(key)
            line = (queue.popleft() if len(queue) > 1 else queue[0]) if queue else None
        if line is None:
            raise ModelUnavailableError(
                f"{self.path} has no reply to this {prompt!r} prompt: the question, the sources, a prompt or a setting "
                "is not as it was recorded. Record again"
            )
        if "error" in line:
            spend(_usage(line["error"]))
            raise _error(line["error"])
        reply = from_json(line["reply"], schema)
        if reply is None:
            raise ModelUnavailableError(f"{self.path}: the reply to this {prompt!r} prompt is damaged. Record again")
        spend(reply.usage)
        return reply


def _usage(told: Mapping[str, Any]) -> Usage:
    """What was used before the error; nothing where the recording does not tell."""
    try:
        return Usage(**told.get("usage", {}))
    except TypeError:
        return Usage()


def _error(told: Mapping[str, Any]) -> FactcheckError:
    kind = getattr(errors, str(told.get("class")), None)
    kind = kind if isinstance(kind, type) and issubclass(kind, FactcheckError) else ModelUnavailableError
    return kind(str(told.get("message")))


def _lines(path: Path) -> list[dict[str, Any]]:
    try:
        rows = path.expanduser().read_text("utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        told = getattr(error, "strerror", None) or "it is not UTF-8"
        raise UserError(f"the recording {path} cannot be read: {told}") from None
    found: list[dict[str, Any]] = []
    for number, row in enumerate(rows, start=1):
        if not row.strip():
            continue
        try:
            line = json.loads(row)
        except ValueError:
            if number == len(rows):  # torn: the recording process was killed here
                break
            raise UserError(f"{path}, line {number}: not JSON; record again") from None
        if not isinstance(line, dict):
            raise UserError(f"{path}, line {number}: not a JSON object; record again")
        found.append(line)
    return found
