"""One file as a source's text. Bytes are hashed as they are; the text is what is left after decoding and the BOM.

UTF-8 first, strictly; then what a BOM says; then what charset-normalizer finds, with a warning that names it, because a
guessed encoding can be wrong and quotes would be wrong with it. Line ends and everything else stay as they are.
"""

from __future__ import annotations

import codecs
import hashlib
import re
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from factcheck.errors import SourceError

__all__ = ["TEXT_SUFFIXES", "FileText", "read_file"]

TEXT_SUFFIXES = frozenset({".txt", ".md"})

_SAMPLE = 65_536  # bytes given to the encoding detector, which takes seconds on megabytes
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_NOT_ASCII = re.compile(rb"[^\r\n]{0,30}[\x80-\xff][^\r\n]{0,60}")
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class FileText:
    """A decoded file; `warning` says so where the encoding was guessed."""

    text: str
    file_sha256: str
    encoding: str
    warning: str | None = None


def read_file(path: Path, max_mb: float) -> FileText:
    """Return the text of a .txt or .md file. Raises: SourceError, one line that says what is wrong with it."""
    if path.suffix.lower() not in TEXT_SUFFIXES:
        raise SourceError(f"{path}: only .txt and .md files are read; convert it, or leave it out")
    data = _bytes(path, max_mb)
    encoding, warning = _encoding(path, data)
    text = data.decode(encoding).removeprefix("\ufeff")
    if not text.strip():
        raise SourceError(f"{path} is empty; leave it out, or give a file with text")
    if len(_CONTROL.findall(text[:_SAMPLE])) > len(text[:_SAMPLE]) // 500 or "\0" in text:
        raise SourceError(_binary(path))
    return FileText(text, hashlib.sha256(data).hexdigest(), encoding, warning)


def _bytes(path: Path, max_mb: float) -> bytes:
    try:
        if not path.is_file():
            what = "is not a file" if path.exists() else "does not exist"
            raise SourceError(f"{path} {what}; check the path")
        size = path.stat().st_size
        if size > max_mb * 1_000_000:
            raise SourceError(
                f"{path} has {size / 1e6:.1f} MB, more than max_source_mb={max_mb:g}; split it or raise the setting"
            )
        return path.read_bytes()
    except OSError as error:
        raise SourceError(f"{path} cannot be read: {error.strerror}. Check its permissions") from None


def _encoding(path: Path, data: bytes) -> tuple[str, str | None]:
    bom = next((name for mark, name in _BOMS if data.startswith(mark)), None)
    for name in (bom, None if b"\0" in data else "utf-8"):
        if name and _decodes(data, name):
            return name, None if name.startswith("utf-8") else f"{path} is {name}, not UTF-8; its text was converted"
    if b"\0" in data:
        raise SourceError(_binary(path))
    found = _detected(data)
    if found is None:
        raise SourceError(f"{path}: neither UTF-8 nor another encoding that can be told; convert it to UTF-8")
    return found, f"{path} is not UTF-8; it was read as {found}: check a quote, or convert the file to UTF-8"


def _decodes(data: bytes, encoding: str) -> bool:
    try:
        data.decode(encoding)
    except (UnicodeDecodeError, LookupError):
        return False
    return True


def _detected(data: bytes) -> str | None:
    """Return the likeliest encoding that decodes all of `data`, or None."""
    from charset_normalizer import from_bytes  # noqa: PLC0415 - only for the rare file

    # Only the stretches that are not ASCII tell anything; much ASCII around them leads the detector astray.
    sample = b"\n".join(match.group() for match in islice(_NOT_ASCII.finditer(data), _SAMPLE // 100))
    for match in from_bytes(sample[:_SAMPLE]):
        if _decodes(data, match.encoding):
            return match.encoding
    return None


def _binary(path: Path) -> str:
    return f"{path} is a binary file, not text; convert it to .txt or .md, or leave it out"
