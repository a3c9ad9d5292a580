"""Content words and clauses; and over them a scorer without a trained model, by negation, numbers and dates too.

The scorer is a baseline for tests and benchmarks, which need a fast one: the chain never falls back to it, and a record
made with it says `lexical`. It knows no synonyms and no syntax. Support grows with the share of the claim's content words
that the passage has; one negation more or less, or another number of the same unit, turns support into refutation.
"""

from __future__ import annotations

import math
import re
import threading
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
import snowballstemmer
from numpy.typing import NDArray

from pipeline.values import find_values, parse_number

NAME = "lexical"
NEGATION_REACH = 7  # words after a negating word that it is taken to deny

_WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")
STOP_WORDS = frozenset(
    "a an the and or but if of in on at by for with from to into as is are was were be been being am do does did has have "
    "had having will would shall should can could may might must this that these those it its they them their he she his "
    "her we our you your i who whom whose which what when where why how there here than then so such also very about "
    "between during after before over under again more most some any each other own same s t".split()
)
_NEGATION = re.compile(
    r"\b(?:not|no|never|none|neither|nor|without|lack(?:s|ed|ing)?|omit(?:s|ted|ting)?|omission|absence|absent|cannot|"
    r"fail(?:s|ed|ing)?|refrain(?:s|ed|ing)?|exclud(?:e|es|ed|ing)|refus(?:e|es|ed)|den(?:y|ies|ied)|unlike|unable)\b|n['’]t\b",
    re.IGNORECASE,
)
_SPELLING = (
    (re.compile(r"(?<=[a-z])is(?=e$|ed$|es$|ing$|ation$)"), "iz"),
    (re.compile(r"our(?=$|s$|ed$|ing$)"), "or"),
    (re.compile(r"defence"), "defense"),
)
_stemmer = snowballstemmer.stemmer("english")
_stemming = threading.Lock()  # the stemmer holds the word it works on


class LexicalScorer:
    """`score_support` by shared words, for tests and benchmarks; see the module."""

    name = NAME

    def score_support(self, claim: str, passages: Sequence[str]) -> NDArray[np.float32]:
        """Return (n, 3) float32: supports, refutes, neutral; rows sum to 1, each row from its passage alone."""
        return self.score_pairs([(claim, passage) for passage in passages])

    def score_pairs(self, pairs: Sequence[tuple[str, str]]) -> NDArray[np.float32]:
        """Return the same for pairs of (claim, passage), in their order."""
        rows = [_row(claim, passage) for claim, passage in pairs]
        return np.asarray(rows, dtype=np.float32).reshape(-1, 3)


def content_words(text: str) -> tuple[str, ...]:
    """Return the stems of the words that carry meaning, in order, with repeats; spelling variants folded."""
    return tuple(_stem(word) for found in _WORD.findall(text) for word in _parts(found) if word not in STOP_WORDS)


def word_recall(claim: str, passage: str) -> float:
    """Return the share of the claim's distinct content words that the passage has, 0..1; 0 for a claim without any."""
    wanted = content_set(claim)
    return len(wanted & set(content_words(passage))) / len(wanted) if wanted else 0.0


def content_set(text: str) -> frozenset[str]:
    """Return the distinct content words, without negating ones: what a text is about, whichever way it says it."""
    return frozenset(content_words(text)) - _negators()


def is_negated(text: str) -> bool:
    """Whether the sentence holds an odd number of negating words."""
    return len(_NEGATION.findall(text)) % 2 == 1


def _same_side(claim: str, passage: str) -> bool:
    """Whether negation and numbers speak for agreement: as many negations, odd or even, and no other number."""
    return is_negated(claim) == _negates(passage, content_set(claim)) and not _other_number(claim, passage)


def _negates(passage: str, wanted: frozenset[str]) -> bool:
    """Whether an odd number of the passage's negating words stand close before a word of the claim."""
    found = _NEGATION.finditer(passage)
    following = (_WORD.findall(passage[match.end() :])[:NEGATION_REACH] for match in found)
    return sum(bool(wanted & set(content_words(" ".join(words)))) for words in following) % 2 == 1


def _row(claim: str, passage: str) -> tuple[float, float, float]:
    recall = word_recall(claim, passage)
    relevant = 1 / (1 + math.exp(-12 * (recall - 0.62)))
    with_it, against = (0.9, 0.1) if _same_side(claim, passage) else (0.1, 0.9)
    return (with_it * relevant, against * relevant, 1 - relevant)


def nearest_clause(claim: str, passage: str) -> str:
    """The clause of the passage that shares most words with the claim, so that a far negation does not count."""
    clauses = [
        c
        for c in re.split(
            r"[;:]|, (?:but|while|although|though|and|which|who|as|where|particularly|especially|including)\b|\bbut\b|\bwhile\b",
            passage,
        )
        if c.strip()
    ]
    wanted = set(content_words(claim))
    return max(clauses, key=lambda c: len(wanted & set(content_words(c))), default=passage)


def _other_number(claim: str, passage: str) -> bool:
    """Whether the passage has a number, duration or date of the same unit as the claim's, and not the claim's own."""
    for kind in ("duration", "number", "date"):
        for mine in find_values(claim, kind):
            theirs = [v.value for v in find_values(passage, kind)]
            unit = mine.value.get("unit") or mine.value.get("precision")
            same = [v for v in theirs if (v.get("unit") or v.get("precision")) == unit]
            if same and mine.value not in same:
                return True
    return False


def _parts(word: str) -> list[str]:
    word = re.sub(r"['’]s$", "", word.lower())
    return [part for part in word.split("-") if part]


@lru_cache(maxsize=65536)
def _stem(word: str) -> str:
    number = parse_number(word)
    if number is not None:
        return f"{number:g}"  # "twenty" and "20" are one word
    for pattern, replacement in _SPELLING:
        word = pattern.sub(replacement, word)
    with _stemming:
        stem: str = _stemmer.stemWord(word)
    return stem


@lru_cache(maxsize=1)
def _negators() -> frozenset[str]:
    return frozenset(_stem(w) for w in ("not", "no", "lack", "omit", "without", "never", "absence"))
