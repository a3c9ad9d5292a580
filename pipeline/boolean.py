"""From a claim and sentences to judged evidence: the scorer on the relevant sentences, a model on the first few.

Where a small model reads, it tells the sides apart better than the scorer, so what only the scorer has judged counts by
`UNREAD_WEIGHT`, chosen on the development questions.
"""

from __future__ import annotations

from dataclasses import dataclass

from factcheck.records import Support
from pipeline.attribution import attribute
from pipeline.judge import Evidence, restrain
from pipeline.lexical import same_side
from pipeline.pooling import pool
from pipeline.read import Quote, Reader
from pipeline.relevance import Relevance
from pipeline.support import Scorer, as_supports

N_SCORED = 32  # sentences that the scorer judges, most relevant first
N_OFFERED = 8  # of them, offered to a model; a small model reads as many as its budget of calls allows
UNREAD_WEIGHT = 0.5
PER_SOURCE = 3  # of these, at most this many of one source


@dataclass(frozen=True, slots=True)
class Judged:
    """The evidence on a claim, most relevant sentence first, and the quotes that a model proposed."""

    evidence: tuple[Evidence, ...]
    quotes: tuple[Quote, ...] = ()
    quoting: bool = False


def judge_claim(
    claim: str, relevance: Relevance, *, scorer: Scorer, reader: Reader | None, event_date: str | None = None
) -> Judged:
    """Return the evidence on `claim`, most relevant sentence first."""
    indexes = relevance.best(N_SCORED)
    sentences = [relevance.sentences[i] for i in indexes]
    scored = as_supports(scorer.score_support(claim, [s.text for s in sentences]))
    read: dict[int, Support | None] = {}
    quotes: tuple[Quote, ...] = ()
    quoting = False
    if reader is not None and sentences:
        offered = [indexes.index(i) for i in relevance.best(N_OFFERED, per_source=PER_SOURCE) if i in indexes]
        reading = reader.judge(claim, [sentences[i] for i in offered])
        read = dict(zip(offered, reading.supports, strict=True))
        quotes, quoting = reading.quotes, reading.quoting
    evidence = []
    for i, (at, sentence) in enumerate(zip(indexes, sentences, strict=True)):
        support = pool(relevance.total[at], same_side(claim, sentence.text), scored[i], read.get(i))
        if any(read.values()) and read.get(i) is None:
            support = _weakened(support)
        evidence.append(Evidence(sentence, support, attribute(sentence.text)))
    return Judged(tuple(restrain(e, claim, event_date=event_date) for e in evidence), quotes, quoting)


def _weakened(p: Support) -> Support:
    s, r = UNREAD_WEIGHT * p.supports, UNREAD_WEIGHT * p.refutes
    return Support(s, r, 1 - s - r)
