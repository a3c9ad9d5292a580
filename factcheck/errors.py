"""Every error this project raises on purpose.

FactcheckError                 exit 1
├── UserError                  exit 1   what was given cannot be used: a file, a source id, a record
│   ├── UsageError             exit 2   a flag, a setting, a question type that does not exist
│   ├── SourceError            exit 1   one source cannot be read or stored
│   └── ConflictError          exit 1   what was decided on has changed since it was read
├── CostLimitError             exit 1   a call would cost more than --max-cost leaves
├── StoreError                 exit 1   the catalog or an index cannot be used
│   ├── StoreLockedError       exit 1   another process writes (or reads, when we want to write)
│   ├── StoreCorruptError      exit 1   the file is not what was written
│   └── StorageFullError       exit 1   no room left; what was stored before is intact
├── ChecksFailed               exit 3   the program ran fine, the thing checked did not pass
├── PartialFailure             exit 4   some items failed, the others are done
└── ModelError                 exit 5   a model or a server did not answer as agreed
    ├── ModelUnavailableError  exit 5   unreachable, no key, wrong name, over its limit
    │   └── ModelPausedError   exit 5   not asked: it failed several times in a row
    ├── ModelReplyError        exit 5   it answered, and the answer cannot be used
    └── WeightsError           exit 5   weights are missing or are not what their hash says

A message is one line: what happened, the offending value, what to do.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

__all__ = [
    "ChecksFailed",
    "ConflictError",
    "CostLimitError",
    "FactcheckError",
    "ModelError",
    "ModelPausedError",
    "ModelReplyError",
    "ModelUnavailableError",
    "PartialFailure",
    "SourceError",
    "StorageFullError",
    "StoreCorruptError",
    "StoreError",
    "StoreLockedError",
    "UsageError",
    "UserError",
    "WeightsError",
]


class FactcheckError(Exception):
    """Base of all; `exit_code` is what the command line returns for it.

    `run` tells, of a question that failed, which model was asked and what that cost; None where no question was begun.
    """

    exit_code: ClassVar[int] = 1
    run: Mapping[str, Any] | None = None

    @property
    def kind(self) -> str:
        """Name for records and logs, in snake case: `weights`, `store_locked`."""
        name = type(self).__name__.removesuffix("Error")
        return "".join(f"_{c.lower()}" if c.isupper() and i else c.lower() for i, c in enumerate(name))


class UserError(FactcheckError):
    """What the user gave cannot be used."""


class UsageError(UserError):
    """The call itself is wrong: an unknown flag value, setting or type."""

    exit_code = 2


class SourceError(UserError):
    """One source cannot be read or stored; the others are untouched."""


class ConflictError(UserError):
    """A change was based on a version that is no longer the current one; `seen` and `current` name both."""

    def __init__(self, message: str, *, seen: str | None = None, current: str | None = None) -> None:
        super().__init__(message)
        self.seen, self.current = seen, current


class CostLimitError(FactcheckError):
    """The model was not asked: the limit on what may be spent is reached."""


class StoreError(FactcheckError):
    """The catalog or an index cannot be used."""


class StoreLockedError(StoreError):
    """Another process holds the store."""


class StoreCorruptError(StoreError):
    """A stored file is damaged; the message says how to rebuild it."""


class StorageFullError(StoreError):
    """The disk is full; what was stored before is intact."""


class ChecksFailed(FactcheckError):
    """The command ran, and what it checked did not pass."""

    exit_code = 3


class PartialFailure(FactcheckError):
    """Some items failed and are reported; the rest is done."""

    exit_code = 4


class ModelError(FactcheckError):
    """A model or its server failed. Never a verdict."""

    exit_code = 5


class ModelUnavailableError(ModelError):
    """The model cannot be reached or refuses to serve us."""


class ModelPausedError(ModelUnavailableError):
    """The model was not asked, because it failed several times in a row. It may be asked again in `wait_s` seconds;
    None: no waiting mends it."""

    def __init__(self, message: str, *, wait_s: float | None = 0.0) -> None:
        super().__init__(message)
        self.wait_s = wait_s


class ModelReplyError(ModelError):
    """The model answered with something that cannot be used."""


class WeightsError(ModelError):
    """Weights are missing, incomplete or do not match their sha256."""
