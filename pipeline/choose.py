"""One of several claims, of which a person asks which holds: each is judged as a question of its own would be.

The scorer judges all of them; a model that points reads for the likeliest, and for the next one where it does not
uphold that, within the calls that one question may have. The supported claim is chosen, of several the likeliest, with
its probability p weighed against each other's q: p · p(1-q) / (p(1-q) + q(1-p)). None is chosen where none is
supported or the choice would be likelier wrong than right: that one is refuted says nothing of the others.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from factcheck.records import Source
from pipeline.asked_names import find_names
from pipeline.boolean import judge_claim
from pipeline.duplicates import find_duplicates
from pipeline.judge import Decision, Evidence, decide
from pipeline.read import Reader
from pipeline.relevance import Relevance
from pipeline.support import Scorer

__all__ = ["Chosen", "choose"]

LEAST_CHOSEN = 0.5
_SUREST = 0.99  # what no probability is over, where two are weighed against each other


@dataclass(frozen=True, slots=True)
class Chosen:
    """The place of the claim that holds (None: of none it is stated), the decision on it, and what was judged for it.

    `refuted`: each of the claims is.
    """

    place: int | None
    decision: Decision
    evidence: tuple[Evidence, ...]
    refuted: bool = False


def choose(
    claims: Sequence[str],
    sources: Mapping[str, Source],
    *,
    rank: Callable[[str], Relevance],
    scorer: Scorer,
    reader: Reader | None,
    event_date: str | None = None,
    model_below: float = 1.0,
) -> Chosen:
    """Return which of `claims` the sources support. `rank` gives the sentences by their relevance to a claim."""
    duplicates = find_duplicates(sources)

    def judge(claim: str, asking: Reader | None) -> tuple[Decision, tuple[Evidence, ...]]:
        relevance = rank(claim)
        judged = judge_claim(
            claim,
            relevance,
            scorer=scorer,
            reader=asking,
            event_date=event_date,
            names=find_names(claim),
            model_below=model_below,
        )
        return decide(judged.evidence, sources, duplicates=duplicates), judged.evidence

    judged = [judge(claim, None) for claim in claims]
    order = sorted(range(len(claims)), key=lambda i: -_likelihood(*judged[i]))
    for i in order if reader is not None else ():
        judged[i] = judge(claims[i], reader)
        if judged[i][0].verdict == "supported":
            break
    best = max(order, key=lambda i: _likelihood(*judged[i]))
    decision, evidence = judged[best]
    p = decision.probability if decision.verdict == "supported" else 0.0
    for i, (other, _) in enumerate(judged):
        if i != best and other.verdict == "supported":
            p *= _over(min(p, _SUREST), min(other.probability, _SUREST))
    if p >= LEAST_CHOSEN:
        return Chosen(best, Decision("supported", p, decision.stances, decision.cited), evidence)
    every = all(other.verdict == "refuted" for other, _ in judged)
    unsure = 1 - p if p else min(other.probability for other, _ in judged)
    silent = Decision("not_enough_evidence", unsure, decide((), sources).stances, ())
    return Chosen(None, silent, evidence, every)


def _likelihood(decision: Decision, evidence: Sequence[Evidence]) -> float:
    """A supported claim is likelier than any other, by its probability; the others by their strongest support."""
    if decision.verdict == "supported":
        return 1 + decision.probability
    return max((e.support.supports for e in evidence), default=0.0)


def _over(p: float, q: float) -> float:
    return p * (1 - q) / (p * (1 - q) + q * (1 - p))
