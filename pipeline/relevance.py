"""Relevance of sentences to a question: the embedder's cosine and shared words, each 0..1."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from pipeline.lexical import word_recall
from pipeline.sentences import Sentence

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


def rank_sentences(texts: Sequence[str], sentences: Sequence[Sentence], embedder: Any) -> Relevance:
    """Return the relevance of `sentences` to the best matching of `texts` (a question and its claim)."""
    if not sentences:
        return Relevance((), (), ())
    vectors = embedder.embed([*texts, *(s.in_context for s in sentences)])
    queries, rows = vectors[: len(texts)], vectors[len(texts) :]
    cosine = np.clip(rows @ queries.T, 0.0, 1.0).max(axis=1)
    words = [max(word_recall(text, s.text) for text in texts) for s in sentences]
    total = [(1 - WORD_SHARE) * float(c) + WORD_SHARE * w for c, w in zip(cosine, words, strict=True)]
    return Relevance(tuple(sentences), tuple(map(float, cosine)), tuple(total))
