"""Relevance of sentences to a question: shared words by their rarity, and the embedder's cosine.

relevance = 0.6 shared + 0.2 cosine + 0.2 (cosine - median cosine), cut to 0..1. `shared` is the share of the claim's
content words that the sentence has, each weighed by log((n + 1) / (df + 0.5)) over the sentences read: in a corpus
about one treaty, "treaty" tells nothing. The three shares were chosen on the development half
of the gold labels.
"""

from __future__ import annotations

import math
import threading
from collections import Counter
from collections.abc import Container, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.lexical import content_set
from pipeline.sentences import Sentence
from vectorstore.embedder import Embedder

SHARED, COSINE, CONTRAST = 0.6, 0.2, 0.2


@dataclass(frozen=True, slots=True)
class Relevance:
    """A question with its sentences' relevance, in their order; `total` is 0..1."""

    sentences: tuple[Sentence, ...]
    total: tuple[float, ...]

    def best(self, n: int, *, per_source: int | None = None) -> tuple[int, ...]:
        """Return the indexes of the `n` most relevant sentences, at most `per_source` of each source."""
        order = sorted(range(len(self.total)), key=lambda i: -self.total[i])
        taken: list[int] = []
        counts: dict[str, int] = {}
        for i in order:
            id_ = self.sentences[i].source.id
            if per_source is None or counts.get(id_, 0) < per_source:
                counts[id_] = counts.get(id_, 0) + 1
                taken.append(i)
        return tuple(taken[:n])

    def of_sources(self, ids: Container[str]) -> Relevance:
        """Return the same for the sentences of these sources alone."""
        kept = [i for i, sentence in enumerate(self.sentences) if sentence.source.id in ids]
        return Relevance(tuple(self.sentences[i] for i in kept), tuple(self.total[i] for i in kept))


class SentenceVectors:
    """An embedder with a memory: the sentences of a corpus come back with every question. Safe to share by threads."""

    def __init__(self, embedder: Embedder, *, most: int = 20_000) -> None:
        self._embedder, self._most = embedder, most
        self._lock = threading.Lock()
        self._known: dict[str, NDArray[np.float32]] = {}

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return (n, d) float32, rows unit length; only texts not met before are embedded."""
        with self._lock:  # one question embeds at a time; two would only share the same cores
            if len(self._known) > self._most:
                self._known.clear()
            new = [text for text in dict.fromkeys(texts) if text not in self._known]
            vectors = self._embedder.embed(new) if new else ()
            self._known.update(zip(new, vectors, strict=True))
            return np.stack([self._known[text] for text in texts])


def rank_sentences(texts: Sequence[str], sentences: Sequence[Sentence], vectors: SentenceVectors) -> Relevance:
    """Return the relevance of `sentences` to the best matching of `texts` (a question and its claim)."""
    if not sentences:
        return Relevance((), ())
    rows = vectors.embed([*texts, *(s.in_context for s in sentences)])
    queries, rows = rows[: len(texts)], rows[len(texts) :]
    cosine = np.clip(rows @ queries.T, 0.0, 1.0).max(axis=1)
    shared = _shared_words(texts, [s.text for s in sentences])
    total = np.clip(SHARED * shared + COSINE * cosine + CONTRAST * (cosine - np.median(cosine)), 0.0, 1.0)
    return Relevance(tuple(sentences), tuple(map(float, total)))


def _shared_words(texts: Sequence[str], sentences: Sequence[str]) -> NDArray[np.float64]:
    """Return for each sentence the best share, over `texts`, of a text's words weighed by their rarity, 0..1."""
    found = [content_set(sentence) for sentence in sentences]
    df = Counter(word for words in found for word in words)
    best = np.zeros(len(sentences))
    for text in texts:
        weights = {word: math.log((len(sentences) + 1) / (df[word] + 0.5)) for word in content_set(text)}
        whole = sum(weights.values())
        if whole > 0:
            shares = [sum(weights[word] for word in words & weights.keys()) / whole for words in found]
            best = np.maximum(best, shares)
    return best
