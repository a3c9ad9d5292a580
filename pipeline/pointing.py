"""Where a passage answers a question, as the verifier's second head reads it: scores over tokens, and over spans.

Every token of the passage has a log-probability as first and one as last of the answer; each of the two is over the
passage's tokens and *none*, for a passage that does not answer. Of a span, the two are added.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from factcheck.records import Span

__all__ = ["MOST_TOKENS", "Pointed", "Pointer", "best_answer", "log_reach"]

MOST_TOKENS = 30  # of an answer; SQuAD's longer ones are clauses
_LEAST = 1e-9


@dataclass(frozen=True, slots=True)
class Pointed:
    """A passage as read for one question: its n tokens, a part that did not fit into the model left out.

    `spans` (n, 2) int64: half open, in code points of the passage. `first`, `last` (n,) float32: log-probabilities of a
    token as first and as last of the answer. `none`: the two of no answer, added.
    """

    spans: NDArray[np.int64]
    first: NDArray[np.float32]
    last: NDArray[np.float32]
    none: float


@runtime_checkable
class Pointer(Protocol):
    """A scorer that also reads answers, where `has_reader`; each passage on its own, the same alone or in a batch."""

    @property
    def has_reader(self) -> bool:
        """Whether the weights have the head for it."""

    def read_spans(self, pairs: Sequence[tuple[str, str]]) -> tuple[Pointed, ...]:
        """Return what is pointed at for pairs of (question, passage), in their order."""


def log_reach(pointed: Pointed, span: Span) -> float | None:
    """Return the log-probability that an answer reaches into `span`: begins no later than it ends, ends no earlier.

    SQuAD's answers are often wider than a value (`in October 1973`, `10 years or more`), so those count in full. A
    token that `span` touches is of it. None where no token is: cut off, or nothing but spaces.
    """
    (within,) = np.nonzero((pointed.spans[:, 0] < span.end) & (pointed.spans[:, 1] > span.start))
    if not len(within):
        return None
    begins = float(np.exp(pointed.first[: within[-1] + 1].astype(np.float64)).sum())
    ends = float(np.exp(pointed.last[within[0] :].astype(np.float64)).sum())
    return math.log(max(begins, _LEAST)) + math.log(max(ends, _LEAST))


def best_answer(pointed: Pointed, *, start: int = 0) -> tuple[Span, float] | None:
    """Return the likeliest answer in the passage and its log ratio to none; of equals the first. None: no tokens.

    `start`: answers that begin before it, in code points of the passage, do not count.
    """
    before = int(np.searchsorted(pointed.spans[:, 0], start))
    found = _best(pointed.first[before:], pointed.last[before:])
    if found is None:
        return None
    score, i, j = found
    return Span(int(pointed.spans[before + i, 0]), int(pointed.spans[before + j, 1])), score - pointed.none


def _best(first: NDArray[np.float32], last: NDArray[np.float32]) -> tuple[float, int, int] | None:
    """Return (score, i, j) of the best i <= j < i + MOST_TOKENS, or None of nothing."""
    if not len(first):
        return None
    scores = np.where(_reachable(len(first)), first[:, None] + last[None, :], -np.inf)
    i, j = np.unravel_index(int(scores.argmax()), scores.shape)
    return float(scores[i, j]), int(i), int(j)


def _reachable(n: int) -> NDArray[np.bool_]:
    """Return (n, n): whether an answer may go from the row's token to the column's."""
    steps = np.arange(n)[None, :] - np.arange(n)[:, None]
    reachable: NDArray[np.bool_] = (steps >= 0) & (steps < MOST_TOKENS)
    return reachable
