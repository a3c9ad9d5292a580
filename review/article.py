"""An article laid out for reading and selecting: its lines, and in each line the pieces that carry marks.

The pieces joined are the text, every code point of it. A mark that reaches over lines is cut at line ends.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from factcheck.records import Span
from pipeline.highlight import Mark, Segment, segments

__all__ = ["Line", "lay_out"]

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")


@dataclass(frozen=True, slots=True)
class Line:
    """One line with its line end; `number` counts from 1, as a citation's locator does."""

    number: int
    pieces: tuple[Segment, ...]
    blank: bool


def lay_out(text: str, marks: Sequence[Mark] = ()) -> list[Line]:
    """Return the lines of `text`; an empty one has none.

    Raises: ValueError for a mark that does not lie in the text: a wrong highlight is worse than none.
    """
    for mark in marks:
        if not 0 <= mark.span.start < mark.span.end <= len(text):
            raise ValueError(f"mark {mark.span} is not within a text of {len(text)} code points")
    lines = []
    for number, match in enumerate(_LINE.finditer(text), start=1):
        line = Span(*match.span())
        here = [mark for mark in marks if mark.span.overlaps(line)]
        lines.append(Line(number, tuple(segments(text, here, within=line)), not match.group().strip()))
    return lines
