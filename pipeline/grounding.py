"""A claim against a whole document: sentence windows, the verifier on each, one judgement.

A document is read in windows of whole sentences, each of at most `WINDOW_WORDS` words, that start at least half a
window apart; a sentence that is longer is a window of its own. Beside them the sentences that share most with the claim
are read together (`pipeline/gathered.py`), one passage more. The judgement pools that reading and the window that
supports most (`pipeline/window_pooling.py`), and the window is the evidence that is shown; where the judgement is under
a half and another window refutes with more certainty than the best supports, that one is shown and says how much is
refutes. Of a document with more than `MOST_WINDOWS`, those that share most of the claim's content words are read, and a
warning says so. Measured against one reading, other sizes and a cut at the start: the verifier's model card.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from factcheck.errors import UserError
from factcheck.records import Span, Support
from pipeline.gathered import gather
from pipeline.lexical import content_set
from pipeline.support import Scorer, as_supports
from pipeline.window_pooling import pool_windows
from vectorstore.language import looks_english
from vectorstore.segment import split_sentences

__all__ = ["Grounding", "ground", "split_windows"]

WINDOW_WORDS = 110
MOST_WINDOWS = 128
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f-\x84\x86-\x9f]")


@dataclass(frozen=True, slots=True)
class Grounding:
    """How a document bears on a claim. `evidence`: the window shown, a span of the document in code points.

    `window`, `gathered`: what the verifier gave as supports, before they were pooled, of the window that supports most
    and of the gathered sentences; equal where a document has one reading.
    """

    support: Support
    evidence: Span
    n_windows: int  # read
    window: float
    gathered: float
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Reading:
    """What is to be read of a document: its windows, and the gathered sentences where they are no window."""

    windows: tuple[Span, ...]
    gathered: str | None
    warnings: tuple[str, ...]

    def passages(self, document: str) -> list[str]:
        return [span.of(document) for span in self.windows] + ([self.gathered] if self.gathered else [])


def ground(pairs: Sequence[tuple[str, str]], scorer: Scorer) -> list[Grounding]:
    """Return the grounding of each (claim, document), in order; all windows go through the scorer in one batch.

    Raises: UserError where a claim or a document is blank, naming the pair from 1, and as the scorer does.
    """
    readings = [_read(number, claim, document) for number, (claim, document) in enumerate(pairs, 1)]
    rows = scorer.score_pairs(
        [(c, passage) for (c, d), reading in zip(pairs, readings, strict=True) for passage in reading.passages(d)]
    )
    found: list[Grounding] = []
    start = 0
    for reading in readings:
        end = start + len(reading.windows) + (reading.gathered is not None)
        found.append(_judged(reading, rows[start:end]))
        start = end
    return found


def _judged(reading: _Reading, rows: NDArray[np.float32]) -> Grounding:
    """Return the judgement from the rows of the windows and, last, of the gathered sentences where there are any."""
    n = len(reading.windows)
    best, against = int(rows[:n, 0].argmax()), int(rows[:n, 1].argmax())
    window = float(rows[best, 0])
    gathered = float(rows[n, 0]) if reading.gathered is not None else window
    shown = as_supports(rows)
    support = pool_windows(window, gathered, shown[best])
    if support.supports < 0.5 and shown[against].refutes > window:
        best, support = against, pool_windows(window, gathered, shown[against])
    return Grounding(support, reading.windows[best], n, window, gathered, reading.warnings)


def split_windows(text: str, *, max_words: int = WINDOW_WORDS) -> list[Span]:
    """Return overlapping windows of whole sentences as spans of `text`, in order; a text without words gives none."""
    sentences = split_sentences(text)
    sizes = [len(s.of(text).split()) for s in sentences]
    windows: list[Span] = []
    last_end = skipped = 0
    for start in range(len(sentences)):
        if windows and start < last_end:
            skipped += sizes[start - 1]
            if skipped < max_words // 2:
                continue
        skipped = 0
        end, n_words = start + 1, sizes[start]
        while end < len(sentences) and n_words + sizes[end] <= max_words:
            n_words += sizes[end]
            end += 1
        if end > last_end:
            windows.append(Span(sentences[start].start, sentences[end - 1].end))
            last_end = end
    return windows


def _read(number: int, claim: str, document: str) -> _Reading:
    """Return what to read and what a person should know of the pair."""
    if not claim.strip() or not document.strip():
        part = "claim" if not claim.strip() else "document"
        raise UserError(f"the {part} of pair {number} is blank; leave the pair out, it has no score")
    windows, warnings = split_windows(document), list(_warnings(claim, document))
    gathered = gather(claim, document) if len(windows) > 1 else None
    if (n := len(windows)) > MOST_WINDOWS:
        wanted = content_set(claim)
        shared = np.array([len(wanted & content_set(w.of(document))) for w in windows])
        windows = [windows[i] for i in np.sort(np.argsort(-shared, kind="stable")[:MOST_WINDOWS])]
        warnings.append(
            f"the document has {n} windows; the {MOST_WINDOWS} that share most words with the claim were read"
        )
    return _Reading(tuple(windows), gathered, tuple(warnings))


def _warnings(claim: str, document: str) -> Iterator[str]:
    for name, text in (("claim", claim), ("document", document)):
        if not looks_english(text):
            yield f"the {name} does not look English; the verifier was trained on English alone"
        if _CONTROL.search(text):
            yield f"the {name} holds control characters; they were read as white space"
