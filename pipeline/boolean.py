"""From a claim and sentences to judged evidence: the scorer on the relevant sentences, a model where that leaves doubt.

`N_POINTED` was chosen on the development questions, with a former verifier: two sentences read instead of three give as
many right answers in two thirds of the time.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from factcheck.records import Support
from pipeline.attribution import attribute
from pipeline.dated import with_years
from pipeline.extract import anchor_of
from pipeline.judge import Evidence, restrain, sides, weigh
from pipeline.pooling import pool
from pipeline.read import Quote, Reader
from pipeline.relevance import Relevance
from pipeline.support import Scorer, judge_sentences

N_SCORED = 20  # sentences that the scorer judges, most relevant first
N_POINTED = 2  # of them, judged by a small model, a call each: the strongest of each side, if both have one
N_OFFERED = 8  # of them, offered to a model that quotes
PER_SOURCE = 3  # of these, at most this many of one source


@dataclass(frozen=True, slots=True)
class Judged:
    """The evidence on a claim, most relevant sentence first, and the quotes that a model proposed."""

    evidence: tuple[Evidence, ...]
    quotes: tuple[Quote, ...] = ()
    quoting: bool = False


def judge_claim(
    claim: str,
    relevance: Relevance,
    *,
    scorer: Scorer,
    reader: Reader | None,
    event_date: str | None = None,
    names: Sequence[str] = (),
    model_below: float = 1.0,
) -> Judged:
    """Return the evidence on `claim`, most relevant sentence first. `names`: without them in its source none supports.

    A model that points is asked only where the scorer's own verdict has a probability below `model_below`, and then
    about the sentence that carries most on each side. One that quotes reads the most relevant sentences, always.
    """
    read: Sequence[Support | None] = ()
    indexes = relevance.best(N_SCORED)
    sentences = [relevance.sentences[i] for i in indexes]
    texts = [with_years(s.text, anchor_of(s.source)) for s in sentences]
    scored = judge_sentences(claim, texts, scorer)

    def evidence() -> tuple[Evidence, ...]:
        found = []
        for i, (at, sentence) in enumerate(zip(indexes, sentences, strict=True)):
            by_model = read[i] if read else None
            support = pool(relevance.total[at], scored[i], by_model)
            found.append(Evidence(sentence, support, attribute(sentence.text)))
        return tuple(restrain(e, claim, event_date=event_date, names=names) for e in found)

    alone = evidence()
    if reader is None or not sentences or (reader.pointing and certainty(alone) >= model_below):
        return Judged(alone)
    if reader.pointing:
        offered = witnesses(alone, N_POINTED)
    else:
        offered = [indexes.index(i) for i in relevance.best(N_OFFERED, per_source=PER_SOURCE) if i in indexes]
    reading = reader.judge(claim, [sentences[i] for i in offered])
    by_place = dict(zip(offered, reading.supports, strict=True))
    read = [by_place.get(i) for i in range(len(sentences))]
    return Judged(evidence(), reading.quotes, reading.quoting)


def certainty(evidence: Sequence[Evidence]) -> float:
    """Return the probability of the verdict that the evidence gives by itself."""
    supporting, refuting = ([e.weight for e in evidence if e.stance == side] for side in ("supports", "refutes"))
    return weigh(*sides(supporting, refuting))[1]


def witnesses(evidence: Sequence[Evidence], n: int) -> list[int]:
    """Return the places of `n` sentences: the strongest for, the strongest against, then whichever are strongest."""
    order = sorted(range(len(evidence)), key=lambda i: -evidence[i].weight)
    first = [next((i for i in order if evidence[i].stance == side), None) for side in ("supports", "refutes")]
    heads = sorted((i for i in first if i is not None), key=lambda i: -evidence[i].weight)
    return [*heads, *(i for i in order if i not in heads)][:n]
