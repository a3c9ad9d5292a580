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
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from factcheck.records import ProofStatus, Source, Span

CONTEXT_CHARS = 32
_MIN_RUN_WORDS = 3
_QUOTES = "\"'`´‘’‚‛“”„‟«»‹›′″＂＇"
_DASHES = "-‐‑‒–—―−﹘﹣－"
_ELLIPSIS = re.compile(r"\s*(?:\[?\s*(?:\.\s?\.\s?\.|…)\s*\]?)\s*")
_WORD = re.compile(r"\w+(?:['’]\w+)*")


@dataclass(frozen=True, slots=True)
class Proof:
    """Where a quote stands. `span` is None unless `status` is exact or normalised."""

    status: ProofStatus
    span: Span | None = None
    found_in: str | None = None  # the other source of a misattributed quote


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
    for other in others:
        if any(spans for _, spans in _ways(quote, other.text)):
            return Proof("misattributed", found_in=other.id)
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
    folded_quote, _ = fold(quote)
    folded_text, offsets = fold(text)
    folded_quote = folded_quote.strip()
    return tuple(Span(offsets[s.start], offsets[s.end - 1] + 1) for s in locate(folded_quote, folded_text))


def fold(text: str) -> tuple[str, list[int]]:
    """Return the text with white space runs, quotation marks and dashes folded, and each character's own offset."""
    out: list[str] = []
    offsets: list[int] = []
    for at, char in enumerate(text):
        folded = " " if char.isspace() else '"' if char in _QUOTES else "-" if char in _DASHES else char
        if folded == " " and out and out[-1] == " ":
            continue
        out.append(folded)
        offsets.append(at)
    return "".join(out), offsets


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
    yield "exact", locate(quote, text)
    yield "normalised", locate_folded(quote, text)


def _choose(spans: tuple[Span, ...], passage: Span | None) -> Span | None:
    """The one span that the context decides for; None when it does not decide."""
    inside = [s for s in spans if passage and passage.start <= s.start and s.end <= passage.end]
    touching = inside or [s for s in spans if passage and s.overlaps(passage)]
    if len(touching) == 1:
        return touching[0]
    return spans[0] if len(spans) == 1 else None


def _is_stitched(quote: str, texts: list[str]) -> bool:
    """Whether all words of the quote lie in runs of three words or more that stand in the texts, in two runs or more."""
    corpora = [f" {' '.join(_words(text))} " for text in texts]
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


def _words(text: str) -> list[str]:
    return [word.replace("’", "'") for word in _WORD.findall(text)]
