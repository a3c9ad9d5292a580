"""Bytes as text: UTF-8 first, strictly; then what a BOM says; then what charset-normalizer finds.

A guessed encoding is said in a warning that names it, because it can be wrong, and quotes would be wrong with it.
Line ends and everything else stay as they are.
"""

from __future__ import annotations

import codecs
import re
from itertools import islice

from vectorstore.formats.clean import n_invisible
from vectorstore.formats.extracted import Extracted, UnreadableError

__all__ = ["decode", "extract"]

_SAMPLE = 65_536  # bytes given to the encoding detector, which takes seconds on megabytes
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# What is declared, and what is meant by it (https://encoding.spec.whatwg.org).
_PRACTICE = {
    **dict.fromkeys(("iso-8859-1", "latin-1", "latin1", "us-ascii", "ascii"), "cp1252"),
    **dict.fromkeys(("utf-16", "utf-16le", "utf-16be", "utf-7", "utf-32"), None),  # without a BOM: it is not
    "gb2312": "gb18030",
    "shift_jis": "cp932",
}
_NOT_ASCII = re.compile(rb"[^\r\n]{0,30}[\x80-\xff][^\r\n]{0,60}")
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")
_BINARY = "is a binary file, not text; convert it to .txt or .md, or leave it out"


def extract(data: bytes) -> Extracted:
    """Return the text of a .txt or .md file. Raises: UnreadableError where it is empty or no text."""
    text, warning = decode(data)
    if not text.strip():
        raise UnreadableError("is empty; leave it out, or give a file with text")
    if len(_CONTROL.findall(text[:_SAMPLE])) > len(text[:_SAMPLE]) // 500 or "\0" in text:
        raise UnreadableError(_BINARY)
    warnings = [warning] if warning else []
    if hidden := n_invisible(text):
        warnings.append(f"has {hidden} invisible characters (zero-width, text direction); they are kept")
    return Extracted(text, warnings=tuple(warnings))


def decode(data: bytes, declared: str | None = None) -> tuple[str, str | None]:
    """Return the text and, where its encoding was not UTF-8, a warning that names it.

    `declared` is what a server or the document itself says. It comes after UTF-8: what is valid UTF-8 and not ASCII is
    hardly ever anything else, and the declaration is often a template's.
    Raises: UnreadableError.
    """
    encoding, warning = _encoding(data, declared)
    return data.decode(encoding).removeprefix("\ufeff"), warning


def _encoding(data: bytes, declared: str | None) -> tuple[str, str | None]:
    bom = next((name for mark, name in _BOMS if data.startswith(mark)), None)
    declared = _PRACTICE.get((declared or "").lower(), declared)
    escaped = declared if declared and declared.lower().startswith("iso-2022") else None  # is valid ASCII, too
    for name in (bom, escaped, None if b"\0" in data else "utf-8", declared):
        if name and _decodes(data, name):
            unsaid = name == bom and not name.startswith("utf-8")
            return name, f"is {name}, not UTF-8; its text was converted" if unsaid else None
    if b"\0" in data:
        raise UnreadableError(_BINARY)
    found = _detected(data)
    if found is None:
        raise UnreadableError("is neither UTF-8 nor in another encoding that can be told; convert it to UTF-8")
    return found, f"is not UTF-8; it was read as {found}: check a quote, or convert the file to UTF-8"


def _decodes(data: bytes, encoding: str) -> bool:
    try:
        return isinstance(data.decode(encoding), str)
    except (UnicodeError, LookupError, ValueError):  # LookupError: unknown, or no text encoding (`hex`)
        return False


def _detected(data: bytes) -> str | None:
    """Return the likeliest encoding that decodes all of `data`, or None."""
    from charset_normalizer import from_bytes  # noqa: PLC0415 - only for the rare file

    # Only the stretches that are not ASCII tell anything; much ASCII around them leads the detector astray.
    sample = b"\n".join(match.group() for match in islice(_NOT_ASCII.finditer(data), _SAMPLE // 100))
    for match in from_bytes(sample[:_SAMPLE]):
        if _decodes(data, match.encoding):
            return match.encoding
    return None
