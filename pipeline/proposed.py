"""Quotes that a model proposed: proved in the stored text, counted by status, judged for support apart from that.

A quote that stands in its source becomes evidence with the model's stance and the scorer's judgement pooled; the model
alone never carries it past the scorer's veto: what the scorer holds for clearly opposite is not shown as support.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from factcheck.records import PROOF_STATUSES, Citation, ProofStatus, Source, Span, Support
from pipeline.attribution import attribute
from pipeline.judge import Evidence, restrain
from pipeline.prove import Proof, prove
from pipeline.read import Quote
from pipeline.sentences import Sentence
from pipeline.support import Scorer, judge_sentences
from pipeline.trace import Rejected

MODEL_CONFIDENCE = 0.9  # of a stance that comes as a word, without logprobs


@dataclass(frozen=True, slots=True)
class Proven:
    """The evidence that proved quotes make, how many quotes had each status, and which were rejected."""

    evidence: tuple[Evidence, ...]
    statuses: Mapping[ProofStatus, int]
    rejected: tuple[Rejected, ...]
    quoting: bool

    def counts(self, citations: Sequence[Citation]) -> dict[ProofStatus, int]:
        """Return quotes by status; where no quotes were proposed, those are the citations, spans by construction."""
        found = self.statuses if self.quoting else Counter(c.status for c in citations)
        return {status: found.get(status, 0) for status in PROOF_STATUSES}


def prove_quotes(
    quotes: Sequence[Quote], claim: str, sources: Mapping[str, Source], sentences: Sequence[Sentence], scorer: Scorer,
    *, quoting: bool, event_date: str | None, names: Sequence[str] = (),
) -> Proven:  # fmt: skip
    """Prove each quote in the source it names; only exact and normalised ones become evidence.

    `names`: those that a source must have; see `restrain`.
    """
    statuses: Counter[ProofStatus] = Counter()
    rejected: list[Rejected] = []
    found: dict[tuple[str, Span], tuple[Evidence, Quote]] = {}
    for quote in quotes:
        source = sources.get(quote.source)
        proof = _prove(quote, source, sources)
        statuses[proof.status] += 1
        if source is None or proof.span is None:
            rejected.append(Rejected(quote.source or None, quote.exact, proof.status))
            continue
        sentence = _sentence(source, proof.span, sentences)
        scored = judge_sentences(claim, [sentence.text], scorer)[0]
        evidence = Evidence(sentence, pool_stance(scored, quote), attribute(sentence.text), status=proof.status)
        found.setdefault(
            (source.id, proof.span), (restrain(evidence, claim, event_date=event_date, names=names), quote)
        )
    return Proven(tuple(e for e, _ in found.values()), statuses, tuple(rejected), quoting)


def pool_stance(scored: Support, quote: Quote) -> Support:
    """Join the model's stance with the scorer's judgement: three parts model, one part scorer."""
    sure = MODEL_CONFIDENCE if quote.confidence is None else MODEL_CONFIDENCE * quote.confidence
    rest = (1 - sure) / 2
    told = {"supports": rest, "refutes": rest, "neutral": rest, quote.stance: sure}
    s, r = 0.75 * told["supports"] + 0.25 * scored.supports, 0.75 * told["refutes"] + 0.25 * scored.refutes
    return Support(s, r, 1 - s - r)


def _prove(quote: Quote, source: Source | None, sources: Mapping[str, Source]) -> Proof:
    if source is None:
        elsewhere = any(
            prove(quote.exact, other).status not in ("not_found", "frankenquote") for other in sources.values()
        )
        return Proof("misattributed" if elsewhere else "not_found")
    return prove(quote.exact, source, passage=quote.passage, others=sources.values())


def _sentence(source: Source, span: Span, sentences: Sequence[Sentence]) -> Sentence:
    """Return the quote as a sentence record of its own span, in the passage that holds it."""
    around = next((s for s in sentences if s.source.id == source.id and s.span.overlaps(span)), None)
    if around is None:
        around = next(s for s in sentences if s.source.id == source.id)
    return Sentence(source, span, around.before, around.passage)
