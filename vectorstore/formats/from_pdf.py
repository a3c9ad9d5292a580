"""A PDF: its text by PDFium, as paragraphs (`pdf_lines`), and where each page begins.

`CreationDate` is when a file was made, not when a text was published: it is not taken for either.
"""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from typing import TYPE_CHECKING

from vectorstore.formats.clean import clean_line
from vectorstore.formats.extracted import Extracted, UnreadableError
from vectorstore.formats.pdf_lines import Line, paragraphs

if TYPE_CHECKING:
    from pypdfium2 import PdfDocument, PdfTextPage

__all__ = ["extract"]

_MAX_PAGES = 20_000
_MAX_CHARS = 50_000_000  # of all pages; a file may show one page a million times
_NEEDS_PASSWORD = 4  # FPDF_ERR_PASSWORD


def extract(data: bytes) -> Extracted:
    """Return the text of a PDF. Raises: UnreadableError where it is encrypted, broken, or has no text."""
    import pypdfium2 as pdfium  # noqa: PLC0415 - loads a library that only the child needs

    try:
        document = pdfium.PdfDocument(data)
    except pdfium.PdfiumError as error:
        raise UnreadableError(_why(getattr(error, "err_code", None))) from None
    try:
        n_pages = len(document)
        if not 0 < n_pages <= _MAX_PAGES:
            raise UnreadableError(f"has {n_pages:,} pages, and 1 to {_MAX_PAGES:,} are read; split it")
        pages, broken = _pages(document)
        facts = _facts(document)
    finally:
        document.close()
    text, starts = paragraphs(pages)
    if not text and broken:
        raise UnreadableError("is damaged: none of its pages can be read; get it again, or give its text as .txt")
    if not text:
        n = f"{n_pages} page{'s' * (n_pages > 1)}"
        raise UnreadableError(f"has {n} and no text, as scans have; run OCR on it first, or give its text as .txt")
    return Extracted(text, starts, facts, tuple(_warnings(pages, broken)))


def _why(code: int | None) -> str:
    if code == _NEEDS_PASSWORD:
        return "is encrypted and needs a password; save it without one, or give its text as .txt"
    return "is damaged, or no PDF; get it again, or give its text as .txt"


def _pages(document: PdfDocument) -> tuple[list[list[Line]], list[int]]:
    """Return the lines of every page, and the numbers (from 1) of those that cannot be read."""
    import pypdfium2 as pdfium  # noqa: PLC0415

    pages: list[list[Line]] = []
    broken: list[int] = []
    n_chars = 0
    for number in range(len(document)):
        pages.append([])
        try:
            page = document[number]
            text = page.get_textpage()
        except pdfium.PdfiumError:
            broken.append(number + 1)
            continue
        n_chars += text.count_chars()
        if n_chars > _MAX_CHARS:
            raise UnreadableError(f"has more than {_MAX_CHARS:,} characters by page {number + 1}; split it")
        pages[-1] = list(_lines(text, number))
        text.close()
        page.close()
    return pages, broken


def _lines(text: PdfTextPage, page: int) -> Iterator[Line]:
    from pypdfium2 import raw  # noqa: PLC0415

    chars: list[tuple[int, int]] = []  # (index, UTF-32 or half of a pair)
    for i in range(text.count_chars()):
        char = raw.FPDFText_GetUnicode(text, i)
        if char in (10, 13):
            yield from _line(text, page, chars)
            chars = []
        elif char:
            chars.append((i, char))
    yield from _line(text, page, chars)


def _line(text: PdfTextPage, page: int, chars: list[tuple[int, int]]) -> Iterator[Line]:
    from pypdfium2 import raw  # noqa: PLC0415

    visible = [(i, char) for i, char in chars if char > 32 and char != 160]
    if not visible:
        return
    first, last = visible[0][0], visible[-1][0]
    x, y = ctypes.c_double(), ctypes.c_double()
    raw.FPDFText_GetCharOrigin(text, first, x, y)
    right = text.get_charbox(last)[2]
    said = "".join(map(chr, (char for _, char in chars if char < 0x110000)))
    said = said.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    left, bottom, _, top = text.get_charbox(first)
    size = raw.FPDFText_GetFontSize(text, first)
    if size <= 1:  # scaled by a matrix: go by the letter
        size = (top - bottom) * 1.4
    yield Line(said.strip(), page, left, max(right, left), y.value, max(size, 1.0))


def _facts(document: PdfDocument) -> dict[str, str]:
    said = document.get_metadata_dict(skip_empty=True)
    facts = {"title": clean_line(said.get("Title", ""))[:500], "author": clean_line(said.get("Author", ""))[:500]}
    return {key: value for key, value in facts.items() if value}


def _warnings(pages: list[list[Line]], broken: list[int]) -> Iterator[str]:
    if broken:
        yield f"is damaged: page {_listed(broken)} cannot be read"
    empty = [i for i, page in enumerate(pages, 1) if not page and i not in broken]
    if empty:
        yield f"has no text on page {_listed(empty)}: a picture, or empty"


def _listed(numbers: list[int]) -> str:
    shown = ", ".join(map(str, numbers[:5]))
    return shown if len(numbers) <= 5 else f"{shown} and {len(numbers) - 5} more"
