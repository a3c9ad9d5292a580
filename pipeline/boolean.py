"""From a claim and sentences to judged evidence: the scorer on all that were read, a model on the most telling few."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from factcheck.records import Support
from pipeline.attribution import attribute
from pipeline.judge import Evidence, restrain
from pipeline.read import Quote, Reader
from pipeline.relevance import Relevance
from pipeline.sentences import Sentence
from pipeline.support import Scorer, as_supports

N_SCORED = 32  # sentences that the scorer judges
N_OFFERED = 8  # sentences offered to a model, most telling first
PER_SOURCE = 3  # of them, at most this many of one source


@dataclass(frozen=True, slots=True)
class Judged:
    """The evidence on a claim, most relevant sentence first, and the quotes that a model proposed."""

    evidence: tuple[Evidence, ...]
    quotes: tuple[Quote, ...] = ()
    quoting: bool = False


def judge_claim(
    claim: str, relevance: Relevance, *, scorer: Scorer, reader: Reader | None, event_date: str | None = None
) -> Judged:
    """Return the evidence on `claim`, most relevant first."""
    indexes = relevance.best(N_SCORED)
    sentences = [relevance.sentences[i] for i in indexes]
    supports = list(as_supports(scorer.score_support(claim, [s.text for s in sentences])))
    quotes: tuple[Quote, ...] = ()
    quoting = False
    if reader is not None and sentences:
        offered = most_telling(sentences, supports, [relevance.total[i] for i in indexes])
        reading = reader.judge(claim, [sentences[i] for i in offered])
        quotes, quoting = reading.quotes, reading.quoting
        judged = dict(zip(offered, reading.supports, strict=True))
        supports = [pool(p, judged.get(i)) for i, p in enumerate(supports)]
    evidence = [Evidence(s, p, attribute(s.text)) for s, p in zip(sentences, supports, strict=True)]
    return Judged(tuple(restrain(e, claim, event_date=event_date) for e in evidence), quotes, quoting)


def pool(scored: Support, read: Support | None) -> Support:
    """Join the scorer's and the model's judgement of one sentence: the mean of the two; the scorer's where unread."""
    if read is None:
        return scored
    s, r = (scored.supports + read.supports) / 2, (scored.refutes + read.refutes) / 2
    return Support(s, r, 1 - s - r)


def most_telling(sentences: Sequence[Sentence], supports: Sequence[Support], relevance: Sequence[float]) -> list[int]:
    """Return the indexes to offer a model: relevant, and not neutral to the scorer; best first."""
    order = sorted(range(len(sentences)), key=lambda i: -(relevance[i] + 0.5 * (1 - supports[i].neutral)))
    counts: dict[str, int] = {}
    chosen: list[int] = []
    for i in order:
        id_ = sentences[i].source.id
        if counts.get(id_, 0) < PER_SOURCE and len(chosen) < N_OFFERED:
            counts[id_] = counts.get(id_, 0) + 1
            chosen.append(i)
    return chosen
