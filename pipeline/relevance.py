"""Relevance of sentences to a question: the embedder's cosine and shared words, each 0..1."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.lexical import word_recall
from pipeline.sentences import Sentence
from vectorstore.embedder import Embedder

WORD_SHARE = 0.4  # of the relevance; the rest is the cosine


@dataclass(frozen=True, slots=True)
class Relevance:
    """A question with its sentences' relevance, in their order; `cosine` and `total` are 0..1."""

    sentences: tuple[Sentence, ...]
    cosine: tuple[float, ...]
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
        return Relevance((), (), ())
    rows = vectors.embed([*texts, *(s.in_context for s in sentences)])
    queries, rows = rows[: len(texts)], rows[len(texts) :]
    cosine = np.clip(rows @ queries.T, 0.0, 1.0).max(axis=1)
    words = [max(word_recall(text, s.text) for text in texts) for s in sentences]
    total = [(1 - WORD_SHARE) * float(c) + WORD_SHARE * w for c, w in zip(cosine, words, strict=True)]
    return Relevance(tuple(sentences), tuple(map(float, cosine)), tuple(total))
