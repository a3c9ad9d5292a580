"""A Word file: paragraphs, headings and tables as they stand when all tracked changes are accepted, in order.

Deleted and moved-away text, comments, hidden text, field codes, headers and footers are no text. A row of a table is
one line, its cells between bars.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from typing import TYPE_CHECKING

from vectorstore.formats.clean import clean_line
from vectorstore.formats.extracted import Extracted, UnreadableError

if TYPE_CHECKING:
    from lxml.etree import _Element

__all__ = ["extract"]

_MAX_UNPACKED = 300_000_000  # bytes of all parts together, as the archive declares them
_MAX_PARTS = 10_000
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_SKIPPED = {
    *(f"{_W}{name}" for name in ("del", "moveFrom", "instrText", "delText", "rPr", "pPr", "tblPr", "trPr", "tcPr")),
    *(f"{_W}{name}" for name in ("sectPr", "sdtPr", "commentReference", "footnoteReference", "endnoteReference")),
    f"{_MC}Fallback",  # the same again, for older programs
}
_DAMAGED = "is damaged, or no Word file (.docx); open it in Word, save it again, or give its text as .txt"
_OLE = b"\xd0\xcf\x11\xe0"  # old Office files, and encrypted new ones


def extract(data: bytes) -> Extracted:
    """Return the text of a .docx. Raises: UnreadableError where it is encrypted, broken, a zip bomb, or empty."""
    if data.startswith(_OLE):
        raise UnreadableError("is an old .doc file or is encrypted; save it as .docx without a password")
    _check_size(data)
    body, facts = _opened(data)
    lines = [line for line in map(clean_line, _blocks(body)) if line]
    if not lines:
        raise UnreadableError("has no text, only pictures or nothing; give its text as .txt")
    return Extracted("\n".join(lines), facts=facts)


def _opened(data: bytes) -> tuple[_Element, dict[str, str]]:
    """Return the body and the stated facts. Whatever python-docx raises over hostile bytes means: damaged."""
    import docx  # noqa: PLC0415 - only the child needs it

    try:
        document = docx.Document(io.BytesIO(data))
        body = document.element.body
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001, RUF100
        raise UnreadableError(_DAMAGED) from None
    if body is None:
        raise UnreadableError(_DAMAGED)
    with suppress(Exception):  # a damaged part for the facts costs the facts, not the text
        said = document.core_properties
        facts = {"title": clean_line(said.title or "")[:500], "author": clean_line(said.author or "")[:500]}
        return body, {key: value for key, value in facts.items() if value}
    return body, {}


def _check_size(data: bytes) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = archive.infolist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError, EOFError):
        raise UnreadableError(_DAMAGED) from None
    unpacked = sum(part.file_size for part in parts)
    if len(parts) > _MAX_PARTS or unpacked > _MAX_UNPACKED:
        mb = unpacked // 1_000_000
        raise UnreadableError(
            f"unpacks to {len(parts):,} parts of {mb:,} MB, more than any text needs; give it as .txt"
        )


def _blocks(element: _Element) -> Iterator[str]:
    """Yield paragraphs and rows; content controls, text boxes and inserted blocks are looked into."""
    for child in element:
        if child.tag == f"{_W}p":
            yield from _paragraph(child)
        elif child.tag == f"{_W}tr":
            if not _is_deleted_row(child):
                yield _row(child)
        elif child.tag not in _SKIPPED and isinstance(child.tag, str):
            yield from _blocks(child)


def _paragraph(paragraph: _Element) -> Iterator[str]:
    """Yield the paragraph's own lines, then those of text boxes that hang on it."""
    boxes: list[_Element] = []
    text = "".join(_runs(paragraph, boxes))
    yield from text.split("\n")
    for box in boxes:
        yield from _blocks(box)


def _runs(element: _Element, boxes: list[_Element]) -> Iterator[str]:
    for child in element:
        tag = child.tag
        if tag in _SKIPPED or not isinstance(tag, str):
            continue
        if tag == f"{_W}t":
            yield child.text or ""
        elif tag in {f"{_W}tab", f"{_W}ptab"}:
            yield " "
        elif tag in {f"{_W}br", f"{_W}cr"}:
            yield "\n"
        elif tag == f"{_W}noBreakHyphen":
            yield "-"
        elif tag == f"{_W}txbxContent":
            boxes.append(child)
        elif tag != f"{_W}r" or not _is_hidden(child):
            yield from _runs(child, boxes)


def _row(row: _Element) -> str:
    cells = []
    for cell in row.iter(f"{_W}tc"):
        if cell.getparent() is row or cell.getparent().getparent() is row:  # not those of a table inside a cell
            merged = cell.find(f"{_W}tcPr/{_W}vMerge")
            if merged is None or merged.get(f"{_W}val") == "restart":
                cells.append(" ".join(filter(None, map(clean_line, _blocks(cell)))))
    return " | ".join(filter(None, cells))


def _is_hidden(run: _Element) -> bool:
    vanish = run.find(f"{_W}rPr/{_W}vanish")
    return vanish is not None and vanish.get(f"{_W}val") not in {"0", "false", "off"}


def _is_deleted_row(row: _Element) -> bool:
    return row.find(f"{_W}trPr/{_W}del") is not None
