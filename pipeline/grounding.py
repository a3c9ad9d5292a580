"""A claim against a whole document: sentence windows, the verifier on each, one judgement.

A document is read in windows of whole sentences, each of at most `WINDOW_WORDS` words, that start at least half a
window apart; a sentence that is longer is a window of its own. The judgement is that of the window which supports most,
unless another refutes with more certainty and none supports by half or more: a claim needs one place that carries it.
Of a document with more than `MOST_WINDOWS`, those that share most of the claim's content words are read, and a warning
says so. Whether a window or one cut at its start is read makes the difference: see the verifier's model card.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from factcheck.errors import UserError
from factcheck.records import Span, Support
from pipeline.language import looks_english
from pipeline.lexical import content_set
from pipeline.support import Scorer
from vectorstore.segment import split_sentences

__all__ = ["Grounding", "ground", "split_windows"]

WINDOW_WORDS = 110
MOST_WINDOWS = 128
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f-\x84\x86-\x9f]")


@dataclass(frozen=True, slots=True)
class Grounding:
    """How a document bears on a claim. `evidence`: the window judged, a span of the document in code points."""

    support: Support
    evidence: Span
    n_windows: int  # read
    warnings: tuple[str, ...] = ()


def ground(pairs: Sequence[tuple[str, str]], scorer: Scorer) -> list[Grounding]:
    """Return the grounding of each (claim, document), in order; all windows go through the scorer in one batch.

    Raises: UserError where a claim or a document is blank, naming the pair from 1, and as the scorer does.
    """
    readings = [_read(number, claim, document) for number, (claim, document) in enumerate(pairs, 1)]
    rows = scorer.score_pairs(
        [(c, span.of(d)) for (c, d), (spans, _) in zip(pairs, readings, strict=True) for span in spans]
    )
    found: list[Grounding] = []
    start = 0
    for spans, warnings in readings:
        mine = rows[start : start + len(spans)]
        start += len(spans)
        best, against = int(mine[:, 0].argmax()), int(mine[:, 1].argmax())
        judged = against if mine[against, 1] > mine[best, 0] and mine[best, 0] < 0.5 else best
        s, r, n = (float(p) for p in mine[judged])
        found.append(Grounding(Support(s, r, n), spans[judged], len(spans), warnings))
    return found


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


def _read(number: int, claim: str, document: str) -> tuple[list[Span], tuple[str, ...]]:
    """Return the windows to read and what a person should know of the pair."""
    if not claim.strip() or not document.strip():
        part = "claim" if not claim.strip() else "document"
        raise UserError(f"the {part} of pair {number} is blank; leave the pair out, it has no score")
    windows, warnings = split_windows(document), list(_warnings(claim, document))
    if (n := len(windows)) > MOST_WINDOWS:
        wanted = content_set(claim)
        shared = np.array([len(wanted & content_set(w.of(document))) for w in windows])
        windows = [windows[i] for i in np.sort(np.argsort(-shared, kind="stable")[:MOST_WINDOWS])]
        warnings.append(
            f"the document has {n} windows; the {MOST_WINDOWS} that share most words with the claim were read"
        )
    return windows, tuple(warnings)


def _warnings(claim: str, document: str) -> Iterator[str]:
    for name, text in (("claim", claim), ("document", document)):
        if not looks_english(text):
            yield f"the {name} does not look English; the verifier was trained on English alone"
        if _CONTROL.search(text):
            yield f"the {name} holds control characters; they were read as white space"
