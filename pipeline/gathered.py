"""The sentences of a document that a claim shares most words with, gathered to be read together.

A claim may rest on several places, of which no window holds more than one. Sentences are taken in turn: the one that
adds most of the claim's content words (a word that is there already counts 0.3), the densest of equals, until nothing
is shared, `MOST_SENTENCES` are there, or the next would exceed `GATHERED_WORDS`. A document of at most `WHOLE_WORDS`
is taken as it is.
"""

from __future__ import annotations

from pipeline.lexical import content_set
from vectorstore.segment import split_sentences

__all__ = ["gather"]

WHOLE_WORDS = 220
GATHERED_WORDS = 150
MOST_SENTENCES = 6
AGAIN = 0.3


def gather(claim: str, document: str) -> str | None:
    """Return the gathered sentences in the document's order, joined by a space; None where none shares a word."""
    if len(document.split()) <= WHOLE_WORDS:
        return document.strip() or None
    sentences = [span.of(document) for span in split_sentences(document)]
    sizes = [len(sentence.split()) for sentence in sentences]
    wanted = content_set(claim)
    shared = {i: common for i, sentence in enumerate(sentences) if (common := content_set(sentence) & wanted)}
    held: frozenset[str] = frozenset()
    taken: list[int] = []
    while shared and len(taken) < MOST_SENTENCES:
        best = max(shared, key=lambda i: _gain(shared[i], held, sizes[i]))
        if taken and sum(sizes[i] for i in taken) + sizes[best] > GATHERED_WORDS:
            break
        held |= shared.pop(best)
        taken.append(best)
    return " ".join(sentences[i] for i in sorted(taken)) or None


def _gain(shared: frozenset[str], held: frozenset[str], size: int) -> tuple[float, float]:
    """What a sentence of `size` words adds, and its density among equals."""
    return round(len(shared - held) + AGAIN * len(shared), 6), len(shared) / (5 + size)
