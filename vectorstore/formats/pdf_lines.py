"""The lines of a PDF's pages as paragraphs: a PDF knows where letters stand, not what belongs together.

- Page furniture goes: what stands at the same height of at least half of the pages and differs in digits only, and a
  lone page number at the edge of a page. So a paragraph can run from one page to the next.
- Two lines are one paragraph if the second begins where text goes on: same size of type, usual distance, and its first
  word had no room on the first line. The same rule joins columns and pages, where distances mean nothing.
- A hyphen at a line's end goes if the word is written without it elsewhere in the document, or at least not with it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from vectorstore.formats.clean import clean_line

__all__ = ["Line", "paragraphs"]


@dataclass(frozen=True, slots=True)
class Line:
    """One line as the page has it, in points: from x0 to x1, its baseline at `y` (upwards), `size` of its type."""

    text: str
    page: int  # from 0
    x0: float
    x1: float
    y: float
    size: float


_EDGE = 2  # lines from the top and the bottom of a page that may be furniture
_SAME_Y = 3.0  # points
_NUMBER = re.compile(
    r"[\W_]*(?:(?:page|p\.|seite|стр\.?)[\W_]*)?\d{1,5}(?:\s*(?:/|of|von|из)\s*\d{1,5})?[\W_]*", re.IGNORECASE
)
_DIGITS = re.compile(r"\d+")
_ITEM = re.compile(r"(?:[•◦▪‣●○■–—*·-]|\(?\d{1,3}[.)]|\(?[a-z][.)])\s+\S")
_HYPHENS = "-\u00ad\u2010\ufffe\x02"
_WORD = re.compile(r"\w+(?:[-\u2010]\w+)*")
_UNSPACED = re.compile(r"[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")
_ENDS = '.!?…:;"”»)'
_FEW_LINES = 4
_DISTANCE = 1.2  # times the usual one begins a paragraph


def paragraphs(pages: Sequence[Sequence[Line]]) -> tuple[str, tuple[int, ...]]:
    """Return the text, one paragraph a line, and where each page begins in it; a page may be empty."""
    kept = _without_furniture(pages)
    known = _words(line.text for page in kept for line in page)
    text: list[str] = []
    starts: list[int | None] = []  # None: an empty page
    length = 0
    previous: Line | None = None
    layout = [_Layout.of(page) for page in kept]
    for number, page in enumerate(kept):
        starts.append(None)
        for line in page:
            shown = clean_line(line.text)
            if not shown:
                continue
            joint = "" if previous is None else "\n"
            if previous is not None and _goes_on(previous, line, layout[previous.page]):
                joint = _joint(text, line.text, known)
                if joint == "-":  # the hyphen was the typesetter's
                    text[-1], joint = text[-1][:-1], ""
                    length -= 1
            text += [joint, _kept_hyphen(line.text, shown)]
            length += len(joint)
            if starts[number] is None:
                starts[number] = length
            length += len(text[-1])
            previous = line
    return "".join(text), tuple(_filled(starts, length))


def _kept_hyphen(raw: str, shown: str) -> str:
    """Cleaning drops a soft hyphen; at the end of a line it is one, and the next line decides about it."""
    end = raw.rstrip()[-1:]
    return f"{shown}-" if end in _HYPHENS and end and not shown.endswith("-") else shown


def _filled(starts: list[int | None], length: int) -> Iterator[int]:
    """An empty page begins where the next one does."""
    later = length
    filled = []
    for start in reversed(starts):
        later = later if start is None else start
        filled.append(later)
    return reversed(filled)


# -- furniture


def _without_furniture(pages: Sequence[Sequence[Line]]) -> list[list[Line]]:
    edges = [_edge(page) for page in pages]
    seen: Counter[tuple[str, int]] = Counter()
    for edge in edges:
        seen.update({key for line in edge for key in _keys(line)})
    n_with_text = sum(bool(page) for page in pages)
    enough = max(2, n_with_text / 2)
    kept = []
    for page, edge in zip(pages, edges, strict=True):
        ends = {id(line) for line in (*edge[:1], *edge[-1:])} if len(page) > 1 else set()
        gone = {
            id(line)
            for line in edge
            if (n_with_text > 1 and max(seen[key] for key in _keys(line)) >= enough)
            or (id(line) in ends and _NUMBER.fullmatch(line.text.strip()))
        }
        kept.append([line for line in page if id(line) not in gone])
    return kept if any(kept) else [list(page) for page in pages]  # the same page again and again is no furniture


def _edge(page: Sequence[Line]) -> list[Line]:
    """The lines at the top and at the bottom, from the top."""
    by_height = sorted(page, key=lambda line: -line.y)
    return by_height if len(by_height) <= 2 * _EDGE else [*by_height[:_EDGE], *by_height[-_EDGE:]]


def _keys(line: Line) -> list[tuple[str, int]]:
    """Text without its digits, and height; two neighbouring steps of height, so that rounding parts none."""
    text = _DIGITS.sub("#", line.text.strip())
    step = int(line.y / _SAME_Y)
    return [(text, step), (text, step + 1)]


# -- joining


@dataclass(frozen=True, slots=True)
class _Layout:
    """What is usual on a page: the distance of baselines as a multiple of the size, and its lines, for the margins."""

    leading: float
    lines: tuple[Line, ...]

    @classmethod
    def of(cls, page: Sequence[Line]) -> _Layout:
        steps = [(a.y - b.y) / a.size for a, b in pairwise(page) if 0.5 < (a.y - b.y) / a.size < 3]
        return cls(median(steps) if steps else 1.2, tuple(page))

    def column(self, line: Line) -> list[Line]:
        """Return the lines above and below `line`, and itself."""
        return [other for other in self.lines if other.x0 <= line.x1 and line.x0 <= other.x1]


def _margins(column: Sequence[Line]) -> tuple[float, float]:
    """Return (left, right); one line in ten may be longer (headings over two columns)."""
    rights = sorted(other.x1 for other in column)
    lefts = sorted(other.x0 for other in column)
    n = len(column)
    return lefts[n // 10], rights[-(n // 10) - 1]


def _goes_on(a: Line, b: Line, layout: _Layout) -> bool:
    """Does the paragraph of `a` go on in `b`?"""
    if abs(a.size - b.size) > 0.08 * a.size or _ITEM.match(b.text.strip()):
        return False
    step = (a.y - b.y) / a.size
    if a.page == b.page and step > _DISTANCE * layout.leading:
        return False
    if a.page == b.page and 0 <= step < 0.3:
        return True  # two pieces of one line, such as cells of a table
    column = layout.column(a)
    if len(column) < _FEW_LINES and a.text.rstrip()[-1] in _ENDS:
        return False  # too few to tell the margin by
    left, right = _margins(column)
    if a.page == b.page and step > 0 and b.x0 - left > 0.8 * b.size and a.x0 - left < 0.5 * b.size:
        return False  # indented
    word = b.text.split()[0]
    width = (a.x1 - a.x0) / max(1, len(a.text))
    return a.x1 + width * (len(word) + 1) > right - 0.5 * width


def _joint(text: list[str], following: str, known: Counter[str]) -> str:
    """Return what stands between two lines of a paragraph: a space, nothing, or "-" for: take the hyphen away."""
    before = text[-1]
    if _UNSPACED.match(before[-1:]) and _UNSPACED.match(following[:1]):
        return ""
    if not before.endswith("-") or not before[-2:-1].isalnum():
        return " "
    left, right = _last_word(before[:-1]), _WORD.match(following.strip())
    if right is None or not right[0][0].isalpha():
        return ""
    whole, hyphened = f"{left}{right[0]}".lower(), f"{left}-{right[0]}".lower()
    if right[0][0].isupper() or known[hyphened] > known[whole]:
        return ""
    return "-"


def _last_word(text: str) -> str:
    found = re.search(r"[\w-]+\Z", text[-60:])
    return found[0] if found else ""


def _words(lines: Iterable[str]) -> Counter[str]:
    """Words with their hyphens, not those that a line's end may have cut."""
    return Counter(word.lower().replace("\u2010", "-") for line in lines for word in _WORD.findall(line))
