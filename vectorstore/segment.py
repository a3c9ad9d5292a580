"""Sentences as spans of the stored text.

Segmenter: **sentencex** (Wikimedia, Rust). Compared with pysbd and syntok on the five seed articles and on hard cases
(`tests/vectorstore/test_segment.py`): sentencex is right on abbreviations, decimals, initials and CJK, gives code-point
offsets, and takes 2 ms for the five articles. pysbd (170 times slower) swallows a boundary where closing and opening
marks are the same; syntok splits after "Dr.", does not know CJK, and opens a sentence inside `Syria." He …`.

What we add, because sentencex alone leaves it open:
- every line is segmented by itself: a heading or a list item is its own sentence;
- spans are trimmed at white space and rebuilt as slices, so that `span.of(text)` is the sentence, always;
- "in 2001. by the then president" is one sentence: none starts with a lower-case letter in a line that begins
  otherwise, up to a length;
- `the U.S. "They come from afar," he said` is two: direct speech after an abbreviation begins a sentence;
- an opening quotation mark left alone at the end of a sentence goes to the next one;
- a long quotation of several sentences is split inside, so that a citation can point at one of them;
- long lines are read in windows: with unbalanced quotation marks sentencex needs quadratic time.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

import sentencex

from factcheck.records import Span

__all__ = ["split_sentences"]

WINDOW = 4_000  # code points given to sentencex at once
LONG_JOIN = 1_000  # code points; longer is no sentence that went on, and would be read and cited as one
_NEAR = 200  # code points before a boundary that are looked at for a quotation mark left alone
LONG_QUOTATION = 240  # code points; a shorter quotation stays with the sentence that introduces it

# The line ends that `show` and an editor agree on; a form feed is one too (page breaks of converted PDFs).
_LINE = re.compile(r"[^\r\n\f\u2028\u2029\x85]+")
_SPEECH_AFTER_ABBREVIATION = re.compile(r"\b(?:[A-Z]\.){2,}\s+(?=([\"“])[A-Z][^\"“”]{0,400},[\"“”])")
_LONE_QUOTE = re.compile(r"\s[“„\"«‘‹]+\Z")
_INNER_END = re.compile(r"(?<=[^\W\d_][a-z][.!?])\s+(?=[“\"]?[A-Z])")
_OPENING, _CLOSING = '“„"«', '”“"»'


def split_sentences(text: str) -> tuple[Span, ...]:
    """Return the sentences of `text`: in order, disjoint, without white space at their edges.

    Every code point that is not white space lies in exactly one span. A text without any gives ().
    """
    spans: list[Span] = []
    for line in _LINE.finditer(text):
        spans.extend(_sentences_of_line(text, line.start(), line.end()))
    return tuple(spans)


def _sentences_of_line(text: str, start: int, end: int) -> Iterator[Span]:
    cuts = [start, *_repaired(text, start, list(_boundaries(text, start, end)), end), end]
    for left, right in pairwise(cuts):
        piece = text[left:right]
        inner = piece.strip()
        if inner:
            first = left + len(piece) - len(piece.lstrip())
            yield Span(first, first + len(inner))


def _boundaries(text: str, start: int, end: int) -> Iterator[int]:
    """Yield the positions strictly inside the line where a sentence begins."""
    while start < end:
        stop = min(end, start + WINDOW)
        found = sentencex.get_sentence_boundaries("en", text[start:stop])
        begins = sorted({start + int(b["start_index"]) for b in found} - {start})
        begins = [b for b in begins if start < b < stop]
        if stop == end:
            yield from begins
            return
        # The last sentence may go on in the next window: begin that window with it.
        if begins:
            yield from begins
            start = begins[-1]
        else:
            start = stop if text[stop - 1].isspace() else _last_space(text, start, stop)
            yield start


def _last_space(text: str, start: int, stop: int) -> int:
    cut = max(text.rfind(" ", start + 1, stop), text.rfind("\t", start + 1, stop))
    return cut + 1 if cut > start else stop


def _repaired(text: str, start: int, begins: list[int], end: int) -> list[int]:
    kept: list[int] = []
    previous = start
    starts_lower = text[start:end].lstrip()[:1].islower()
    speech = [match.end() for match in _SPEECH_AFTER_ABBREVIATION.finditer(text, start, end)]
    for begin in sorted({*begins, *speech}):
        near = max(previous, begin - _NEAR)  # not all from `previous`: that is the line's start as long as none is kept
        before = text[near:begin].rstrip()
        lone = _LONE_QUOTE.search(before)
        if lone and text[begin - 1] == before[-1]:
            begin = near + lone.start() + 1  # noqa: PLW2901 - the mark opens the next sentence
        if text[begin].islower() and not starts_lower and begin - previous <= LONG_JOIN:
            continue
        if begin > previous:
            kept.append(begin)
            previous = begin
    bounds = [start, *kept, end]
    inner = [cut for left, right in pairwise(bounds) for cut in _inside_quotation(text, left, right)]
    return sorted({*kept, *inner})


def _inside_quotation(text: str, start: int, end: int) -> list[int]:
    sentence = text[start:end]
    if len(sentence) <= LONG_QUOTATION or not any(mark in sentence for mark in _OPENING):
        return []
    # Inside a quotation that closes in this sentence: after the first opening mark, not after the last closing one.
    first = min(at for at in map(sentence.find, _OPENING) if at >= 0)
    last = max(map(sentence.rfind, _CLOSING))
    return [start + match.end() for match in _INNER_END.finditer(sentence) if first < match.start() <= last]
