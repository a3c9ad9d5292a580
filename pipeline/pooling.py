"""One judgement of a sentence from three witnesses: relevance, the scorer, and a model if one has read it.

    bears   = sigmoid(b0 + b1 relevance + b2 log(scorer's not neutral / neutral) [+ b3 the same of the model])
    side    = sigmoid(s1 log(scorer's supports / refutes)                       [+ s2 the same of the model])
    supports = bears * side      refutes = bears * (1 - side)      neutral = 1 - bears

Two logistic regressions, one for whether a sentence settles the claim at all, one for which way. A scorer or model that
reads a sentence alone knows nothing of the corpus, where every sentence may be about the same thing; relevance does.
Whether negation and numbers agree was a fourth witness, for the side, until its coefficient came out as 0.

`ALONE` is a fit on the development half of the gold labels and on our own stories that are held out, `WITH_MODEL` on
the former alone and on the two sentences a claim that a model reads, both made by `python -m training.pooling` and read
by `pipeline.fitted`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from factcheck.records import Support
from pipeline.fitted import coefficients

_LEAST = 1e-4


@dataclass(frozen=True, slots=True)
class Coefficients:
    """Of the two regressions; see the module."""

    bias: float
    relevance: float
    scorer_bears: float
    scorer_side: float
    model_bears: float = 0.0
    model_side: float = 0.0


ALONE = Coefficients(**coefficients("sentences"))
WITH_MODEL = Coefficients(**coefficients("sentences, with a model"))


def pool(relevance: float, scored: Support, read: Support | None = None) -> Support:
    """Return the joint judgement; without a model's reading, that of relevance and scorer."""
    c = WITH_MODEL if read else ALONE
    bears = (
        c.bias + c.relevance * relevance + c.scorer_bears * _log_ratio(scored.supports + scored.refutes, scored.neutral)
    )
    side = c.scorer_side * _log_ratio(scored.supports, scored.refutes)
    if read:
        bears += c.model_bears * _log_ratio(read.supports + read.refutes, read.neutral)
        side += c.model_side * _log_ratio(read.supports, read.refutes)
    b, s = _sigmoid(bears), _sigmoid(side)
    return Support(b * s, b * (1 - s), 1 - b)


def _log_ratio(a: float, b: float) -> float:
    return math.log(max(a, _LEAST) / max(b, _LEAST))


def _sigmoid(x: float) -> float:
    return 1 / (1 + math.exp(-max(-60.0, min(60.0, x))))
