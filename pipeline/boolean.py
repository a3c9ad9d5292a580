"""From a claim and sentences to judged evidence: the scorer on all that were read, a model on the most telling few."""

from __future__ import annotations

from collections.abc import Sequence

from factcheck.records import Support
from pipeline.attribution import attribute
from pipeline.judge import Evidence, restrain
from pipeline.read import Reader
from pipeline.relevance import Relevance
from pipeline.sentences import Sentence
from pipeline.support import Scorer, as_supports

N_SCORED = 48  # sentences that the scorer judges
N_READ = 8  # sentences that a model reads
PER_SOURCE = 3  # of them, at most this many of one source


def judge_claim(
    claim: str, relevance: Relevance, *, scorer: Scorer, reader: Reader | None, event_date: str | None
) -> tuple[Evidence, ...]:
    """Return the evidence on `claim`, most relevant sentence first; sentences a model read carry its judgement too."""
    indexes = relevance.best(N_SCORED)
    sentences = [relevance.sentences[i] for i in indexes]
    supports = list(as_supports(scorer.score_support(claim, [s.text for s in sentences])))
    if reader is not None:
        chosen = _most_telling(sentences, supports, [relevance.total[i] for i in indexes])
        judged = reader.judge(claim, [sentences[i] for i in chosen])
        for i, support in zip(chosen, judged, strict=True):
            supports[i] = pool(supports[i], support)
        for i in set(range(len(sentences))) - set(chosen):
            supports[i] = Support(0.0, 0.0, 1.0)  # not read by the model: cannot outweigh what it read
    evidence = [Evidence(s, p, attribute(s.text)) for s, p in zip(sentences, supports, strict=True)]
    return tuple(restrain(e, claim, event_date=event_date) for e in evidence)


def pool(scored: Support, read: Support | None) -> Support:
    """Join the scorer's and the model's judgement of one sentence: the mean of the two; the scorer's alone without one."""
    if read is None:
        return scored
    s, r = (scored.supports + read.supports) / 2, (scored.refutes + read.refutes) / 2
    return Support(s, r, 1 - s - r)


def _most_telling(sentences: Sequence[Sentence], supports: Sequence[Support], relevance: Sequence[float]) -> list[int]:
    """Choose what a model reads: the sentences that are relevant and that the scorer does not call neutral."""
    order = sorted(range(len(sentences)), key=lambda i: -(relevance[i] + 0.5 * (1 - supports[i].neutral)))
    counts: dict[str, int] = {}
    chosen: list[int] = []
    for i in order:
        id_ = sentences[i].source.id
        if counts.get(id_, 0) < PER_SOURCE and len(chosen) < N_READ:
            counts[id_] = counts.get(id_, 0) + 1
            chosen.append(i)
    return chosen
