"""One judgement of a claim by a document, from two readings of it: its best window, and its gathered sentences.

    supports = sigmoid(SLOPE * (logit(supports of the window that supports most) + logit(supports of the gathered)) / 2)

What is left is refutes and neutral, in the proportion that they have in the window that is shown. Gathered sentences
speak for a claim that rests on several places. A document of one window has one reading, which stands for both: it is
decided as the verifier decides, with less certainty, for on documents of other kinds than it was trained on the
verifier is surer than it is right.

`SLOPE` is a fit on the public development sets, classes and sets of equal weight, by `python -m training.grounding`; it
belongs to the verifier that ships and is fitted again when its weights change. An intercept, weights of their own for
the readings, the mean or second best window, the number of windows, the claim's length and sentences, shared words,
refutations elsewhere and names that are missing were tried: on sets left out of the fit, none helped.
"""

from __future__ import annotations

import math

from factcheck.records import Support
from pipeline.fitted import coefficients

__all__ = ["SLOPE", "log_odds", "pool_windows"]

SLOPE = coefficients("documents")["slope"]
_LEAST = 1e-4


def pool_windows(window: float, gathered: float, shown: Support, *, slope: float = SLOPE) -> Support:
    """Return the judgement from the supports (0..1) of both readings, and the row of the window that is shown."""
    supports = 1 / (1 + math.exp(-slope * (log_odds(window) + log_odds(gathered)) / 2))
    rest = shown.refutes + shown.neutral
    refutes = (1 - supports) * (shown.refutes / rest if rest > 0 else 0.5)
    return Support(supports, refutes, max(0.0, 1 - supports - refutes))


def log_odds(p: float) -> float:
    """Return log(p / (1 - p)), each no less than 0.0001."""
    return math.log(max(p, _LEAST) / max(1 - p, _LEAST))
