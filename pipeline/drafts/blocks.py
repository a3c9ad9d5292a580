"""The blocks of a draft, Markdown or plain: headings, paragraphs, list items, and what holds no sentences.

A block's text is the draft's own characters without markup, each with its place in the draft, so that a span found in
the block is a span of the draft as it stands. Lines of one paragraph are joined, since a sentence goes on over them:
always in Markdown, in plain text where a line was broken because the next word did not fit.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from factcheck.records import Span

BlockKind = Literal["text", "item", "heading", "other"]

_LINE = re.compile(r"([^\r\n\f\u2028\u2029\x85]*)(\r\n|[\r\n\f\u2028\u2029\x85]|\Z)")
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
_ATX = re.compile(r" {0,3}#{1,6}(?:[ \t]+(?P<text>.*?))??(?:[ \t]+#+)?[ \t]*\Z")
_SETEXT = re.compile(r" {0,3}(?:=+|-+)[ \t]*\Z")
_RULE = re.compile(r" {0,3}([-*_])(?:[ \t]*\1){2,}[ \t]*\Z")
_QUOTE = re.compile(r"(?: {0,3}>[ \t]?)+")
_ITEM = re.compile(r"[ \t]*(?:[-*+•–]|\d{1,3}[.)])[ \t]+(?:\[[ xX]\][ \t]+)?(?=\S)")
_DEFINITION = re.compile(r" {0,3}\[[^\]\n]+\]:[ \t]*\S")
_NOTE = re.compile(r" {0,3}\[\^[^\]\n]+\]:[ \t]*")
_WIDEST = 120  # code points; a longer line is a whole paragraph

# What inline markup leaves of itself: the group `kept`, or nothing.
_INLINE = tuple(
    re.compile(pattern, re.DOTALL)
    for pattern in (
        r"<!--.*?-->",
        r"!\[[^\]]*\]\([^()\s]*(?:\s+\"[^\"]*\")?\)",
        r"\[\^[^\]\s]+\]",
        r"\[(?P<kept>[^\[\]]+)\]\((?:[^()\s]|\([^()\s]*\))*(?:\s+\"[^\"]*\")?\)",
        r"\[(?P<kept>[^\[\]]+)\]\[[^\]]*\]",
        r"</?[A-Za-z][^<>]*>",
        r"(?P<ticks>`+)(?P<kept>[^`]+)(?P=ticks)",
        r"(?<!\\)(?:\*{1,3}|~~)(?=\S)|(?<=[^\s\\])(?:\*{1,3}|~~)",
        r"(?<![\w\\])_{1,3}(?=\S)|(?<=\S)_{1,3}(?!\w)",
        r"\\(?P<kept>[!-/:-@\[-`{-~])",
    )
)


@dataclass(frozen=True, slots=True)
class Block:
    """A block's `text`, and for each of its characters the place in the draft; `whole` is the block with markup."""

    kind: BlockKind
    text: str
    places: tuple[int, ...]
    whole: Span

    def span(self, start: int, end: int) -> Span:
        """Return where `text[start:end]` stands in the draft; it must not be empty."""
        return Span(self.places[start], self.places[end - 1] + 1)


def split_blocks(draft: str, *, markdown: bool) -> list[Block]:
    """Return the blocks of a draft in order; blank ones, rules, comments and definitions are left out."""
    lines = [Span(*match.span(1)) for match in _LINE.finditer(draft)]
    found = _Markdown(draft, lines).blocks() if markdown else _plain(draft, lines)
    return [block for block in found if re.search(r"\w", block.text)]


class _Markdown:
    """Reads Markdown line by line; `parts` are the lines of the open paragraph or list item."""

    def __init__(self, draft: str, lines: Sequence[Span]) -> None:
        self._draft, self._lines = draft, lines
        self._kind: BlockKind = "text"
        self._parts: list[Span] = []

    def blocks(self) -> Iterator[Block]:
        n = self._after_front_matter()
        if n:
            yield _block(self._draft, "other", self._lines[:n])
        while n < len(self._lines):
            line, n = self._lines[n], n + 1
            quoted = _QUOTE.match(line.of(self._draft))
            if quoted:
                line = Span(line.start + quoted.end(), line.end)
            fence = _FENCE.match(line.of(self._draft))
            if fence:
                yield from self._close()
                end = self._after_fence(fence[1], n)
                yield _block(self._draft, "other", self._lines[n - 1 : end])
                n = end
            else:
                yield from self._line(line)
        yield from self._close()

    def _line(self, line: Span) -> Iterator[Block]:
        text = line.of(self._draft)
        heading, item = _ATX.match(text), _ITEM.match(text)
        if heading is not None:
            yield from self._close()
            if heading["text"]:
                yield self._block("heading", Span(line.start + heading.start("text"), line.start + heading.end("text")))
        elif self._parts and self._kind == "text" and _SETEXT.match(text):
            yield from self._close("heading")
        elif not text.strip() or _RULE.match(text) or (_DEFINITION.match(text) and not _NOTE.match(text)):
            yield from self._close()
        elif text.lstrip().startswith("|"):
            yield from self._close()
            yield self._block("other", line)
        elif item is not None:
            yield from self._close()
            self._kind = "item"
            self._parts.append(Span(line.start + item.end(), line.end))
        elif not self._parts and text.startswith(("    ", "\t")):
            yield self._block("other", line)
        else:
            note = _NOTE.match(text)
            if note:
                yield from self._close()
            self._parts.append(Span(line.start + (note.end() if note else 0), line.end))

    def _close(self, kind: BlockKind | None = None) -> Iterator[Block]:
        if self._parts:
            yield _block(self._draft, kind or self._kind, self._parts, markdown=True)
        self._parts, self._kind = [], "text"

    def _block(self, kind: BlockKind, span: Span) -> Block:
        return _block(self._draft, kind, [span], markdown=kind == "heading")

    def _after_front_matter(self) -> int:
        """Return the number of lines of YAML between two rules at the very beginning; 0 where there is none."""
        rows = [line.of(self._draft).rstrip() for line in self._lines[:200]]
        if rows[:1] != ["---"]:
            return 0
        return next((i + 1 for i, row in enumerate(rows) if i and row in {"---", "..."}), 0)

    def _after_fence(self, fence: str, n: int) -> int:
        closing = re.compile(rf"[ >]*{re.escape(fence)}[ \t]*\Z")
        end = next((i for i in range(n, len(self._lines)) if closing.match(self._lines[i].of(self._draft))), None)
        return len(self._lines) if end is None else end + 1


def _plain(draft: str, lines: Sequence[Span]) -> Iterator[Block]:
    for group in _groups(draft, lines):
        width = max(line.end - line.start for line in group)
        parts: list[Span] = []
        for i, line in enumerate(group):
            item = _ITEM.match(line.of(draft))
            parts.append(Span(line.start + item.end(), line.end) if item else line)
            following = group[i + 1].of(draft) if i + 1 < len(group) else None
            if following is not None and _was_wrapped(line.of(draft), following, width):
                continue
            yield _block(draft, "item" if _ITEM.match(group[i - len(parts) + 1].of(draft)) else "text", parts)
            parts = []


def _groups(draft: str, lines: Sequence[Span]) -> Iterator[list[Span]]:
    """Yield the runs of lines between blank ones."""
    group: list[Span] = []
    for line in lines:
        if line.of(draft).strip():
            group.append(line)
        elif group:
            yield group
            group = []
    if group:
        yield group


def _was_wrapped(line: str, following: str, width: int) -> bool:
    """Did the line end because the next word did not fit?"""
    if width > _WIDEST or len(line) < width // 2 or _ITEM.match(following):
        return False
    return len(line.rstrip()) + 1 + len(following.split(maxsplit=1)[0]) > width


def _block(draft: str, kind: BlockKind, parts: Sequence[Span], *, markdown: bool = False) -> Block:
    places: list[int] = []
    for part in parts:
        if places:
            places.append(part.start - 1)  # the line end between two lines stands for a space
        places.extend(range(part.start, part.end))
    ends = {part.start - 1 for part in parts[1:]}
    text = "".join(" " if place in ends else draft[place] for place in places)
    for pattern in _INLINE if markdown else ():
        text, places = _without(text, places, pattern)
    return Block(kind, text, tuple(places), Span(parts[0].start, parts[-1].end))


def _without(text: str, places: list[int], pattern: re.Pattern[str]) -> tuple[str, list[int]]:
    """Return text and places with each match replaced by its group `kept`."""
    out, kept_places, at = list[str](), list[int](), 0
    for match in pattern.finditer(text):
        start, end = match.span("kept") if "kept" in pattern.groupindex else (match.end(), match.end())
        for left, right in ((at, match.start()), (start, end)):
            out.append(text[left:right])
            kept_places.extend(places[left:right])
        at = match.end()
    out.append(text[at:])
    kept_places.extend(places[at:])
    return "".join(out), kept_places
