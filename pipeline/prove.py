"""The proof of a quote: where it stands in the stored text, or which kind of untrue it is.

The order of the search is the rule:

1. the proposing source, verbatim: inside the passage it was proposed from, then anywhere in the source;
2. the same with white space, quotation marks and dashes folded (`normalised`; the source's own span is shown);
3. the other sources, verbatim then folded (`misattributed`);
4. stitched from several places: every word of the quote lies in runs of at least three words that stand somewhere
   in the sources, in two places or more (`frankenquote`);
5. `not_found`.

Several places and none of them in the proposing passage, or several inside it: `ambiguous`.
Only `exact` and `normalised` carry a span, and only they may be shown.

A quote never begins or ends inside a word or a number: "5 billion" does not stand in "55 billion", nor "legal" in
"illegal". Scripts without spaces between words (they have no capitals either) may be cut anywhere between characters.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from factcheck.records import ProofStatus, Source, Span

CONTEXT_CHARS = 32
_MIN_RUN_WORDS = 3
_QUOTES = "\"'`´‘’‚‛“”„‟«»‹›′″＂＇"
_DASHES = "-‐‑‒–—―−﹘﹣－"
_FOLD = str.maketrans({**dict.fromkeys(_QUOTES, '"'), **dict.fromkeys(_DASHES, "-")})
_SPACE = re.compile(r"\s+")
_RUN = re.compile(r"\s{2,}")
_ELLIPSIS = re.compile(r"\.\s?\.\s?\.|…")  # the blanks and brackets around it hold no words
_WORD = re.compile(r"\w+(?:['’]\w+)*")


@dataclass(frozen=True, slots=True)
class Proof:
    """Where a quote stands. `span` is None unless `status` is exact or normalised."""

    status: ProofStatus
    span: Span | None = None


def prove(quote: str, source: Source, *, passage: Span | None = None, others: Iterable[Source] = ()) -> Proof:
    """Locate `quote` in `source`; `passage` is where it was proposed from, `others` the rest of the corpus."""
    quote = quote.strip()
    if not _WORD.search(quote):
        return Proof("not_found")
    for status, spans in _ways(quote, source.text):
        if spans:
            chosen = _choose(spans, passage)
            return Proof(status, chosen) if chosen else Proof("ambiguous")
    others = [other for other in others if other.id != source.id]
    if any(spans for other in others for _, spans in _ways(quote, other.text)):
        return Proof("misattributed")
    if _is_stitched(quote, [source.text, *(other.text for other in others)]):
        return Proof("frankenquote")
    return Proof("not_found")


def locate(quote: str, text: str) -> tuple[Span, ...]:
    """Return every place where `quote` stands in `text` verbatim, overlapping ones too."""
    spans, at = [], text.find(quote)
    while quote and at >= 0:
        spans.append(Span(at, at + len(quote)))
        at = text.find(quote, at + 1)
    return tuple(spans)


def locate_folded(quote: str, text: str) -> tuple[Span, ...]:
    """Return every place where `quote` stands up to white space, quotation marks and dashes."""
    folded = fold(text)
    found = locate(fold(quote).text.strip(), folded.text)
    return tuple(Span(folded.offset(s.start), folded.offset(s.end - 1) + 1) for s in found)


@dataclass(frozen=True, slots=True)
class Folded:
    """A text with white space runs, quotation marks and dashes folded; `joints` are where a run was made one space."""

    text: str
    joints: tuple[int, ...]  # positions in `text` right after a shortened run
    removed: tuple[int, ...]  # characters removed up to there

    def offset(self, at: int) -> int:
        """Return the offset in the original text of the character at `at` of the folded one."""
        i = bisect_right(self.joints, at)
        return at + (self.removed[i - 1] if i else 0)


@lru_cache(maxsize=64)
def fold(text: str) -> Folded:
    """Return the folded text, with the way back to the offsets of the original."""
    joints: list[int] = []
    removed: list[int] = []
    for run in _RUN.finditer(text):
        gone = removed[-1] if removed else 0
        joints.append(run.start() - gone + 1)
        removed.append(gone + len(run.group()) - 1)
    return Folded(_SPACE.sub(" ", text.translate(_FOLD)), tuple(joints), tuple(removed))


def reprove(text: str, citation: Mapping[str, object]) -> bool:
    """Whether a saved citation still holds: the text at its offsets, and around it, is what was saved."""
    start, end, exact = citation["start"], citation["end"], citation["exact"]
    if not (isinstance(start, int) and isinstance(end, int) and isinstance(exact, str)):
        return False
    prefix, suffix = str(citation.get("prefix") or ""), str(citation.get("suffix") or "")
    return (
        0 <= start < end <= len(text)
        and text[start:end] == exact
        and text[max(0, start - len(prefix)) : start] == prefix
        and text[end : end + len(suffix)] == suffix
    )


def _ways(quote: str, text: str) -> Iterable[tuple[ProofStatus, tuple[Span, ...]]]:
    yield "exact", tuple(span for span in locate(quote, text) if _is_whole(span, text))
    yield "normalised", tuple(span for span in locate_folded(quote, text) if _is_whole(span, text))


def _is_whole(span: Span, text: str) -> bool:
    return not (cuts(text, span.start) or cuts(text, span.end))


def cuts(text: str, at: int) -> bool:
    """Whether a cut before the character at `at` goes through a word, a number or a combined character."""
    if not 0 < at < len(text):
        return False
    left, right = text[at - 1], text[at]
    if unicodedata.category(right).startswith("M"):
        return True
    if _in_number(left, right, text[max(0, at - 2) : at - 1], text[at + 1 : at + 2]):
        return True
    return left.lower() != left.upper() and right.lower() != right.upper()


def _in_number(left: str, right: str, before: str, after: str) -> bool:
    """Between two digits, or beside the point or comma that stands between two digits."""
    if left.isdigit():
        return right.isdigit() or (right in ".," and after.isdigit())
    return left in ".," and right.isdigit() and before.isdigit()


def _choose(spans: tuple[Span, ...], passage: Span | None) -> Span | None:
    """The one span that the context decides for; None when it does not decide."""
    inside = [s for s in spans if passage and passage.start <= s.start and s.end <= passage.end]
    touching = inside or [s for s in spans if passage and s.overlaps(passage)]
    if len(touching) == 1:
        return touching[0]
    return spans[0] if len(spans) == 1 else None


def _is_stitched(quote: str, texts: list[str]) -> bool:
    """Whether all words of the quote lie in runs of three or more that stand in the texts, in two runs or more."""
    corpora = [_word_line(text) for text in texts]
    runs = 0
    for part in _ELLIPSIS.split(quote):
        words = _words(part)
        at = 0
        while at < len(words):
            length = _longest_run(words[at:], corpora)
            if length < min(_MIN_RUN_WORDS, len(words)):
                return False
            runs += 1
            at += length
    return runs >= 2


def _longest_run(words: list[str], corpora: list[str]) -> int:
    """How many words from the start stand in one text as they are; runs grow, so a failed length ends the search."""
    length = 0
    while length < len(words) and any(f" {' '.join(words[: length + 1])} " in corpus for corpus in corpora):
        length += 1
    return length


@lru_cache(maxsize=64)
def _word_line(text: str) -> str:
    return f" {' '.join(_words(text))} "


def _words(text: str) -> list[str]:
    return [word.replace("’", "'") for word in _WORD.findall(text)]
