"""Files that commands write for people."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from factcheck.errors import UserError

__all__ = ["check_writable", "write_whole"]


def check_writable(path: Path) -> None:
    """Before an hour of work: can this file be written? Raises: UserError."""
    folder = path.parent
    if not folder.is_dir():
        raise UserError(f"cannot write {path}: {folder} is not a folder; make it first")
    if path.is_dir() or not os.access(path if path.exists() else folder, os.W_OK):
        raise UserError(f"cannot write {path}: not a file that may be written; name another")


def write_whole(path: Path, content: str | bytes) -> int:
    """Write a file whole or not at all, and return its size in bytes.

    It is written beside its place first, then moved there. A link stays a link; devices and pipes are written to
    directly; a lone surrogate of a text becomes `\\udXXX`, its line ends stay as they are.

    Raises: UserError.
    """
    raw = content.encode("utf-8", "backslashreplace") if isinstance(content, str) else content
    try:
        if path.exists() and not path.is_file():
            return path.write_bytes(raw)
        target = path.resolve()
        part = target.with_name(f".{target.name}.{secrets.token_hex(4)}.part")
        file = part.open("xb")  # fails where it exists, so what is removed below is ours
        try:
            with file:
                file.write(raw)
            part.replace(target)
        finally:
            part.unlink(missing_ok=True)
    except OSError as error:
        raise UserError(f"{path} cannot be written: {error.strerror}; free some room or name another file") from None
    return len(raw)
