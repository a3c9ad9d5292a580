"""Support: how each sentence bears on a claim. The interface that every scorer keeps, and ours."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from factcheck.records import Support
from factcheck.settings import Settings
from pipeline.polarity import affirm
from pipeline.worded import with_claimed_durations


class Scorer(Protocol):
    """Judges passages against a claim, each on its own: the same result alone or in a batch."""

    @property
    def name(self) -> str:
        """Name and digest for the record."""

    def score_support(self, claim: str, passages: Sequence[str]) -> NDArray[np.float32]:
        """Return (n, 3) float32: supports, refutes, neutral; rows sum to 1."""

    def score_pairs(self, pairs: Sequence[tuple[str, str]]) -> NDArray[np.float32]:
        """Return the same for pairs of (claim, passage), in their order."""


def open_scorer(settings: Settings) -> Scorer:
    """Return the trained verifier that ships with the package. Nothing stands in for it: a verdict is by it or is none.

    Raises: WeightsError where its weights are missing or do not match their sha256.
    """
    from pipeline.verifier import WEIGHTS, Verifier  # noqa: PLC0415 - heavy, and not needed by who brings a scorer

    return Verifier(WEIGHTS, threads=settings.threads)


def judge_sentences(claim: str, sentences: Sequence[str], scorer: Scorer) -> tuple[Support, ...]:
    """Return how each sentence bears on `claim`: by its affirmative twin where it has one (`pipeline.polarity`).

    A duration of the claim's own length is read in the claim's words (`pipeline.worded`).
    """
    twin = affirm(claim)
    rows = as_supports(scorer.score_support(twin or claim, [with_claimed_durations(s, claim) for s in sentences]))
    return tuple(Support(p.refutes, p.supports, p.neutral) for p in rows) if twin else rows


def as_supports(rows: NDArray[np.float32]) -> tuple[Support, ...]:
    """Return the rows of a (n, 3) array as records."""
    return tuple(Support(float(s), float(r), float(n)) for s, r, n in rows)
