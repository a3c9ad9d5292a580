"""What became of a quote that no longer proves: said in one sentence, and as a word diff against what stands there now.

Nothing is re-anchored: the nearest sentence is shown beside the quote, and the reviewer decides.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from factcheck.records import Source, Span
from pipeline.cite import line_of
from pipeline.prove import locate, locate_folded
from vectorstore.segment import split_sentences

__all__ = ["Change", "what_changed", "word_diff"]

DiffPart = tuple[Literal["same", "gone", "new"], str]
_TOKEN = re.compile(r"\s+|\w+|[^\w\s]")
_WORD = re.compile(r"\w+")
_LIKE = 0.5  # share of the quote's words that a sentence must hold to be shown as what became of it


@dataclass(frozen=True, slots=True)
class Change:
    """Why a quote is an orphan. `changed` compares it with the nearest text, where there is any like it."""

    reason: str
    exact: str
    changed_title: str | None = None
    changed: tuple[DiffPart, ...] = ()
    line: int | None = None  # of the nearest text, from 1


def what_changed(citation: Mapping[str, Any], source: Source | None) -> Change:
    """Return what became of a citation that does not prove against `source`, its source as it is now (None: gone)."""
    exact, name = str(citation["exact"]), str(citation["source"])
    if source is None:
        return Change(f"The catalog has no source {name!r} any more. Ingest it again to judge the passage.", exact)
    start, end = int(citation["start"]), int(citation["end"])
    if source.source_sha256 == citation["source_sha256"]:
        there = source.text[max(0, start) : max(0, end)]
        reason = (
            f"The source is the one that was cited, but between {start} and {end} it holds other words than quoted."
        )
        if not there.strip():
            return Change(f"The source ends before {end}; the record does not fit it.", exact)
        return Change(reason, exact, "What stands there", word_diff(exact, there), line_of(source, Span(start, end)))
    return _in_new_text(exact, source)


def _in_new_text(exact: str, source: Source) -> Change:
    changed = "The source has changed since it was cited."
    places = locate(exact, source.text)
    if places:
        lines = ", ".join(str(line_of(source, place)) for place in places[:5])
        where = f"line {lines}" if len(places) == 1 else f"{len(places)} places (lines {lines})"
        return Change(
            f"{changed} The same words stand in its text as it is now, at {where}; select them there if they still "
            "bear on the claim.",
            exact, line=line_of(source, places[0]),
        )  # fmt: skip
    folded = locate_folded(exact, source.text)
    if folded:
        there = folded[0].of(source.text)
        reason = f"{changed} Only white space, quotation marks or dashes of the passage differ."
        return Change(reason, exact, "As it stands now", word_diff(exact, there), line_of(source, folded[0]))
    return _nearest(exact, source, changed)


def _nearest(exact: str, source: Source, changed: str) -> Change:
    wanted = _words(exact)
    best, best_share = None, 0.0
    for span in split_sentences(source.text):
        share = len(wanted & _words(span.of(source.text))) / max(1, len(wanted))
        if share > best_share:
            best, best_share = span, share
    if best is None or best_share < _LIKE:
        return Change(f"{changed} Nothing like the passage stands in its text as it is now.", exact)
    reason = f"{changed} The passage is gone; the sentence most like it stands at line {line_of(source, best)}."
    diff = word_diff(exact, best.of(source.text))
    return Change(reason, exact, "The nearest sentence now", diff, line_of(source, best))


def word_diff(old: str, new: str) -> tuple[DiffPart, ...]:
    """Return the parts of `old` and `new` in reading order; parts `same` and `gone` joined are `old`."""
    a, b = _TOKEN.findall(old), _TOKEN.findall(new)
    parts: list[DiffPart] = []
    for kind, i, j, k, m in difflib.SequenceMatcher(None, a, b, autojunk=False).get_opcodes():
        if kind == "equal":
            parts.append(("same", "".join(a[i:j])))
            continue
        if j > i:
            parts.append(("gone", "".join(a[i:j])))
        if m > k:
            parts.append(("new", "".join(b[k:m])))
    return tuple(parts)


def _words(text: str) -> set[str]:
    return {word.lower() for word in _WORD.findall(text)}
