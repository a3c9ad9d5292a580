"""What SQLite, Chroma and the system say when storage fails, as our errors, each with what to do."""

from __future__ import annotations

import errno
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from factcheck.errors import FactcheckError, StorageFullError, StoreCorruptError, StoreError, StoreLockedError

__all__ = ["storage_errors"]

REBUILD = "run `factcheck ingest --rebuild`"
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_FULL_CODES = {
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_IOERR_WRITE,
    sqlite3.SQLITE_IOERR_FSYNC,
    sqlite3.SQLITE_IOERR_SHMSIZE,
}
_DAMAGED = ("malformed", "not a database", "corrupt")


@contextmanager
def storage_errors(path: Path, repair: str) -> Iterator[None]:
    """Turn a failure to read or write `path` into a StoreError; `repair` ends the message about damage.

    Raises: StorageFullError, StoreLockedError, StoreCorruptError, StoreError.
    """
    try:
        yield
    except FactcheckError:
        raise
    except sqlite3.Error as error:
        raise _of_sqlite(error, path, repair) from error
    except OSError as error:
        if error.errno in _FULL:
            raise StorageFullError(_full(path)) from error
        said = error.strerror or error
        raise StoreError(f"{path}: {said}. Check that the folder exists and may be written") from error


def _of_sqlite(error: sqlite3.Error, path: Path, repair: str) -> StoreError:
    code = getattr(error, "sqlite_errorcode", None)
    said = str(error)
    if code in _FULL_CODES or "is full" in said:
        return StorageFullError(_full(path))
    if (code or 0) & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return StoreLockedError(f"{path} is being written by another process; wait for it to end and try again")
    if (code or 0) & 0xFF in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM):
        return StoreError(f"{path}: {said}. Check that the folder exists and may be written")
    if isinstance(error, sqlite3.OperationalError) and not any(word in said for word in _DAMAGED):
        return StoreError(f"{path}: {said}. Run `factcheck doctor`")
    return StoreCorruptError(f"{path} is damaged ({said}); {repair}")


def _full(path: Path) -> str:
    return f"{path}: no room left to write. Free some space or choose another --home; what was stored before is intact"
