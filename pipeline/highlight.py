"""Spans of a text as safe HTML: the text is escaped, the marks are ours, and nothing of it can act or hide.

A page shows a source as a run of segments: each either plain, or covered by one or more marks. Spans may overlap,
nest and touch; where two overlap, the segment they share carries both. Joined and unescaped, the segments are the text.

Characters that would reorder or hide what a reader sees (bidi controls, zero-width and other format characters,
controls) are shown as a small box with their code point, so that a forged quote looks forged. Joiners stay where
writing needs them: between emoji, and between letters of scripts that use them.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape
from itertools import pairwise

from markupsafe import Markup

from factcheck.records import Span

__all__ = ["Mark", "Segment", "acts", "highlight", "safe_text", "segments", "visible"]

_JOINERS = "\u200c\u200d"
_KEPT_FORMAT = {"\u00ad", *_JOINERS}  # soft hyphen: harmless, and common in text taken from the web
_TAME = re.compile(r"[\n\t\r -~\u00a0-\u00ac\u00ae-\u024f–—‘’“”…]*")
_TAGS = range(0xE0020, 0xE0080)  # tag characters: the letters of some flag emoji, else hidden text


@dataclass(frozen=True, slots=True)
class Mark:
    """A span to be marked: `css` are the classes of the element, `anchor` its id (on its first piece), `title` a hint.

    Classes and anchors are ours; titles may hold anything.
    """

    span: Span
    css: str = ""
    anchor: str | None = None
    title: str | None = None


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of the text and the marks that cover it, in the order they were given; none for plain text."""

    span: Span
    text: str
    marks: tuple[Mark, ...] = ()


def segments(text: str, marks: Iterable[Mark], *, within: Span | None = None) -> list[Segment]:
    """Cut `text` (or the stretch `within` it) at every border of a mark; the parts in order, none of them empty.

    What of a mark lies outside is left out; a mark without extent marks nothing.
    """
    whole = Span(0, len(text)) if within is None else Span(max(0, within.start), min(len(text), within.end))
    inside = [(m, Span(max(m.span.start, whole.start), min(m.span.end, whole.end))) for m in marks]
    inside = [(mark, span) for mark, span in inside if span.start < span.end]
    borders = {whole.start, whole.end, *(at for _, span in inside for at in (span.start, span.end))}
    cuts = sorted(at for at in borders if whole.start <= at <= whole.end)
    found = []
    for start, end in pairwise(cuts):
        covering = tuple(mark for mark, span in inside if span.start <= start and end <= span.end)
        found.append(Segment(Span(start, end), text[start:end], covering))
    return found


def highlight(text: str, marks: Sequence[Mark], *, within: Span | None = None) -> Markup:
    """Return `text` as HTML with a `<mark>` around every piece that a mark covers.

    A piece under several marks has the classes of all, and `many`. The first piece of a mark that has an anchor carries
    it as its id; further anchors that begin in the same piece become empty targets before it.
    """
    anchored: set[str] = set()
    out: list[str] = []
    for segment in segments(text, marks, within=within):
        shown = safe_text(segment.text)
        if not segment.marks:
            out.append(shown)
            continue
        classes = list(dict.fromkeys(c for mark in segment.marks for c in mark.css.split()))
        classes += ["many"] if len(segment.marks) > 1 else []
        new = [m.anchor for m in segment.marks if m.anchor and m.anchor not in anchored]
        anchored.update(new)
        out += [f'<span class="anchor" id="{escape(anchor)}"></span>' for anchor in new[1:]]
        attributes = f' class="{escape(" ".join(classes))}"' if classes else ""
        attributes += f' id="{escape(new[0])}"' if new else ""
        title = " · ".join(mark.title for mark in segment.marks if mark.title)
        attributes += f' title="{_plain(title)}"' if title else ""
        out.append(f"<mark{attributes}>{shown}</mark>")
    return Markup("".join(out))  # noqa: S704 - every part is escaped above


def safe_text(text: str) -> Markup:
    """Return the text as HTML: escaped, and characters that reorder or hide shown by their code point."""
    if _TAME.fullmatch(text):
        return Markup(escape(text))  # noqa: S704 - escaped
    out = []
    for at, char in enumerate(text):
        if acts(text, at):
            out.append(f'<span class="codepoint" title="{_name(char)}">U+{ord(char):04X}</span>')
        else:
            out.append(escape(char))
    return Markup("".join(out))  # noqa: S704 - escaped


def visible(text: str) -> str:
    """Return plain text in which characters that reorder or hide are shown by their code point: `⟨U+202E⟩`."""
    if _TAME.fullmatch(text):
        return text
    return "".join(f"⟨U+{ord(char):04X}⟩" if acts(text, at) else char for at, char in enumerate(text))


def _plain(text: str) -> str:
    """Return the text for an attribute: escaped, without what acts."""
    return escape("".join("�" if acts(text, at) else char for at, char in enumerate(text)))


def acts(text: str, at: int) -> bool:
    """Whether the character at `at` would reorder, hide or control rather than be seen."""
    char = text[at]
    if char in "\n\t\r":
        return False
    category = unicodedata.category(char)
    if category in {"Cc", "Cs", "Co", "Cn"}:
        return True
    if category != "Cf":
        return char in "\u2028\u2029\u115f\u1160\u3164\uffa0"  # line separators, and the fillers that look like nothing
    if char in _JOINERS:
        return not _joins(text, at)
    return char not in _KEPT_FORMAT and not (ord(char) in _TAGS and _in_flag(text, at))


def _joins(text: str, at: int) -> bool:
    """A joiner stands between letters of a script without capitals, or between emoji."""
    before, after = text[at - 1 : at] if at else "", text[at + 1 : at + 2]
    if not before or not after:
        return False

    def may(char: str) -> bool:
        category = unicodedata.category(char)
        letter = category.startswith(("L", "M")) and char.lower() == char.upper()
        return letter or category in {"So", "Sk"} or char == "\ufe0f"

    return may(before) and (may(after) or ord(after) > 0x2600)


def _in_flag(text: str, at: int) -> bool:
    while at > 0 and ord(text[at]) in _TAGS:
        at -= 1
    return text[at] == "\U0001f3f4"


def _name(char: str) -> str:
    return escape(unicodedata.name(char, "control character").lower())
