"""Coverage: what was read, and which *no* it is when nothing was found, `silent` or `off_topic`.

Off topic: the most relevant sentence read is nearer to nothing than to the question, its relevance under
`TOPIC_THRESHOLD`. The nearest passages are shown either way, so that a person can see what was looked at.
"""

from __future__ import annotations

from factcheck.records import Coverage, Nearest, Verdict
from pipeline.relevance import Relevance

TOPIC_THRESHOLD = 0.15
N_NEAREST = 3


def cover(verdict: Verdict, relevance: Relevance, *, n_sources: int, n_passages: int) -> Coverage:
    """Return the coverage of an answer; `n_sources` counts the sources that could have been read."""
    if verdict != "not_enough_evidence":
        return Coverage(None, n_sources, n_passages)
    best = relevance.best(N_NEAREST)
    top = relevance.total[best[0]] if best else 0.0
    nearest = tuple(
        Nearest(s.source.id, s.span.start, s.span.end, s.text, round(relevance.total[i], 4))
        for i in best
        if (s := relevance.sentences[i])
    )
    return Coverage("silent" if top >= TOPIC_THRESHOLD else "off_topic", n_sources, n_passages, nearest)
