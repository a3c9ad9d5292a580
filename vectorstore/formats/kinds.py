"""The formats: their names, the endings and first bytes they are known by, and the version of the reader of each."""

from __future__ import annotations

import re
from typing import Literal, get_args

__all__ = ["FORMATS", "SUFFIXES", "Format", "format_of_bytes", "format_of_name", "reader_of"]

Format = Literal["text", "html", "pdf", "docx", "jsonl"]
FORMATS: tuple[Format, ...] = get_args(Format)

SUFFIXES: dict[str, Format] = {
    ".txt": "text",
    ".md": "text",
    ".html": "html",
    ".htm": "html",
    ".pdf": "pdf",
    ".docx": "docx",
    ".jsonl": "jsonl",
}

# Part of a stored source's stamp: a reader that gives another text than before gets another number, and the next
# ingest then reads files again that have not changed.
_READERS: dict[Format, int] = {"text": 1, "html": 1, "pdf": 1, "docx": 1, "jsonl": 1}

_HTML = re.compile(rb"<!doctype\s+html|<html[\s>]|<head[\s>]|<body[\s>]", re.IGNORECASE)


def format_of_name(name: str) -> Format | None:
    """Return the format that the ending of a file name tells, or None."""
    dot = name.rfind(".")
    return SUFFIXES.get(name[dot:].lower()) if dot >= 0 else None


def format_of_bytes(data: bytes) -> Format:
    """Return the likeliest format of `data`, for what has no name; never `jsonl`, which looks like text."""
    head = data[:1024]
    if b"%PDF-" in head:
        return "pdf"
    if head.startswith(b"PK\x03\x04"):
        return "docx"
    return "html" if _HTML.search(head.replace(b"\0", b"")) else "text"


def reader_of(kind: Format) -> str:
    """Return the identity of today's reader of a format, such as `pdf/1`."""
    return f"{kind}/{_READERS[kind]}"
