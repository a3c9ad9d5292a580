"""Cut long evidence into windows of whole sentences and find the one that a claim is about."""

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

_SENTENCE_END = re.compile(r"(?<=[.!?])[\"')\]]*\s+(?=[\"'(\[]?[A-Z0-9])|\n+")
_WORD = re.compile(r"[a-z0-9]+")


def split_sentences(text: str) -> list[str]:
    """Return the sentences of `text`, stripped, none empty. A line break always ends one."""
    return [part.strip() for part in _SENTENCE_END.split(text) if part and part.strip()]


def split_windows(text: str, *, max_words: int) -> list[str]:
    """Return overlapping windows of whole sentences, each of at most `max_words` words.

    Every sentence begins one, but for a window that would lie inside its predecessor. A sentence longer than
    `max_words` is a window of its own. A text without words gives none.
    """
    sentences = split_sentences(text)
    sizes = [len(s.split()) for s in sentences]
    windows: list[str] = []
    last_end = 0
    for start in range(len(sentences)):
        end, n_words = start + 1, sizes[start]
        while end < len(sentences) and n_words + sizes[end] <= max_words:
            n_words += sizes[end]
            end += 1
        if end > last_end:
            windows.append(" ".join(sentences[start:end]))
            last_end = end
    return windows


@lru_cache(maxsize=300_000)
def words(text: str) -> tuple[str, ...]:
    """Return the lower-case words and numbers of `text`, each cut to six letters as a crude stem."""
    return tuple(w[:6] for w in _WORD.findall(text.lower()))


def inverse_document_frequency(texts: Iterable[str]) -> dict[str, float]:
    """Return log(N / documents with the word) for each word, N the number of texts; under "" that of unseen words."""
    counts: Counter[str] = Counter()
    n = 0
    for text in texts:
        counts.update(set(words(text)))
        n += 1
    return {"": math.log(max(n, 2))} | {w: math.log(n / c) for w, c in counts.items()}


def coverage(claim: str, passage: str, idf: Mapping[str, float]) -> float:
    """Return the share (0..1) of the claim's idf weight whose words stand in `passage`; 0 for a claim without words."""
    wanted = {w: idf.get(w, idf[""]) for w in words(claim)}
    total = sum(wanted.values())
    found = set(words(passage))
    return sum(v for w, v in wanted.items() if w in found) / total if total else 0.0


def best_window(claim: str, windows: Sequence[str], idf: Mapping[str, float]) -> str:
    """Return the window that covers most of the claim; the first of equals. Raises: ValueError if there is none."""
    return max(windows, key=lambda w: coverage(claim, w, idf))
