"""Answers to date, number, duration, entity, choice, list and text questions: a value, and the sentences that state it.

Without a model the best candidate of the asked type wins if it is good enough; with one, the model picks and the text
decides: an answer that stands in none of the sentences it was read from is thrown away, and so is one whose quotes are
not proved. Equal values found in other sources join as evidence. What the question names must stand in the source:
see `pipeline.asked_names`.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from factcheck.records import Question, Source, Span, Support
from pipeline.asked_names import find_names, name_unknown, naming, stands_near
from pipeline.attribution import attribute
from pipeline.duplicates import find_duplicates
from pipeline.extract import ValueCandidate, find_candidates, typed, value_key
from pipeline.judge import Evidence, join, restrain
from pipeline.prove import cuts, locate_folded, prove
from pipeline.rank_values import logit, rank_values, reads_answers
from pipeline.read import Quote, Reader, ValueReading
from pipeline.relevance import Relevance
from pipeline.sentences import Sentence
from pipeline.standing import as_it_stands, rivals
from pipeline.statement import state_value
from pipeline.support import Scorer

ANSWER_THRESHOLD = 0.16  # candidate score from which `none` answers
TEXT_THRESHOLD = (
    0.3  # the same of what a reader points at for a text question; chosen on 150 of SQuAD's, for a former score
)
PICKED = 1.7  # what being picked by a small model adds to the log odds of a candidate
LEAST_PICKED = 0.05  # candidate score under which a small model's pick is none; both chosen for a former score
AGREEING = 0.6  # share of the best one's score from which an equal value elsewhere is evidence too
FAR = 0.6  # what is left of a score where "the mayor of Calder" is asked for and Calder is not named near by
N_READ = 24  # sentences that candidates are taken from, most relevant first
N_OFFERED = 7  # of them, shown to a model


@dataclass(frozen=True, slots=True)
class ValueFinding:
    """The value found (None: none), its probability, the claim that states it, and the evidence for it."""

    answer: str | None
    value: Mapping[str, Any] | None
    probability: float
    claim: str
    evidence: tuple[Evidence, ...]
    quotes: tuple[Quote, ...] = ()
    quoting: bool = False
    warnings: tuple[str, ...] = ()


def find_value(
    question: Question, relevance: Relevance, *, scorer: Scorer, reader: Reader | None, model_below: float = 1.0
) -> ValueFinding:
    """Return the best supported value for a question of a type other than boolean.

    A model that points is asked where the best candidate's score is below `model_below`; what it does not find is not
    found. Where it picks another value, both are judged alike, and the model's counts `PICKED` more; a pick that is all
    but impossible is none.
    """
    names = _asked_names(question)
    sources = {s.source.id: s.source for s in relevance.sentences}
    if unknown := name_unknown(names, sources.values()):
        return replace(_missing(question, 0.0), warnings=unknown)
    relevance = relevance.of_sources(naming(names, sources.values()))
    indexes = relevance.best(N_READ)
    sentences = [relevance.sentences[i] for i in indexes]
    found = find_candidates(question, sentences, [relevance.total[i] for i in indexes])
    ranked = _nearer(question, names, rank_values(question, found, scorer, sentences=sentences))
    candidates = _agreed(as_it_stands(question.text, ranked, _together))
    least = TEXT_THRESHOLD if question.type == "text" and reads_answers(scorer) else ANSWER_THRESHOLD
    likely = next((c for c in candidates if c.score >= least), None)
    if reader is None or (reader.pointing and likely is not None and likely.score >= model_below):
        if likely is None:
            return _missing(question, max((c.score for c in candidates), default=0.0))
        return _stated(question, likely, candidates, ranked)
    offered = sentences[:N_OFFERED]
    reading = reader.read_value(question, offered)
    best = _candidate(question, reading, offered, relevance.sentences)
    if reader.pointing and best is not None:
        best = _decided(best, likely, lambda pick: _judged(pick, question, candidates, relevance, scorer))
    finding = _missing(question, 0.3) if best is None else _stated(question, best, candidates, ranked)
    return replace(finding, quotes=reading.quotes, quoting=reading.quoting)


def _asked_names(question: Question) -> tuple[str, ...]:
    """Return the names that a source must have; what is offered to choose from need not be there."""
    return tuple(n for n in find_names(question.text) if not any(n in choice for choice in question.choices))


def _nearer(
    question: Question, names: Sequence[str], candidates: Sequence[ValueCandidate]
) -> tuple[ValueCandidate, ...]:
    """Return the candidates, less sure where what is asked for is a name's ("the mayor of Calder") and that is far."""
    owners = [n for n in names if re.search(rf"\bof (?:the )?{re.escape(n)}\b|\b{re.escape(n)}['’]s?\b", question.text)]
    return tuple(
        c if all(stands_near(name, c.sentence) for name in owners) else replace(c, score=FAR * c.score)
        for c in candidates
    )


def _agreed(candidates: Sequence[ValueCandidate]) -> tuple[ValueCandidate, ...]:
    """Return the candidates, those first whose value the sources together hold for likeliest; a reprint counts once."""
    scored: dict[str, list[tuple[Source, float]]] = defaultdict(list)
    for c in candidates:
        scored[c.key].append((c.sentence.source, c.score))
    together = {key: _join_sources(found) for key, found in scored.items()}
    return tuple(sorted(candidates, key=lambda c: (-together[c.key], -c.score)))


def _together(candidates: Sequence[ValueCandidate]) -> float:
    return _join_sources([(c.sentence.source, c.score) for c in candidates])


def _join_sources(scored: Sequence[tuple[Source, float]]) -> float:
    """Return what the best score of each source gives together; a reprint and its original are one source."""
    originals = find_duplicates({source.id: source for source, _ in scored})
    best: dict[str, float] = defaultdict(float)
    for source, score in scored:
        id_ = originals.get(source.id, source.id)
        best[id_] = max(best[id_], score)
    return join(list(best.values()))


def _decided(
    pick: ValueCandidate, likely: ValueCandidate | None, judge: Callable[[ValueCandidate], float | None]
) -> ValueCandidate | None:
    """Return a small model's pick, or the likely candidate instead, or neither; see `find_value`."""
    score = judge(pick)
    if score is None:
        return pick
    if likely is not None and logit(score) + PICKED < logit(likely.score):
        return likely
    return pick if score >= LEAST_PICKED else None


def _judged(
    picked: ValueCandidate,
    question: Question,
    candidates: Sequence[ValueCandidate],
    relevance: Relevance,
    scorer: Scorer,
) -> float | None:
    """Return the score of a model's pick: that of the equal candidate, else judged as one, by words as its sentence is.

    None for lists and texts, whose wording varies, and where the pick has no place of its own in its sentence.
    """
    if question.type in ("list", "text"):
        return None
    equal = [c.score for c in candidates if c.key == picked.key]
    span = _place(picked.answer, picked.sentence.text)
    if equal or span is None:
        return max(equal, default=None)
    by_words = relevance.total[relevance.sentences.index(picked.sentence)]
    ranked = rank_values(question, (replace(picked, span=span, score=by_words),), scorer)
    return next((c.score for c in ranked if c.key == picked.key and c.span == span), None)


def _missing(question: Question, miss: float) -> ValueFinding:
    """No value; `miss` is the score of the best one that was not good enough."""
    return ValueFinding(None, None, round(1 - min(miss, 0.9), 4), question.text, ())


def _stated(
    question: Question, best: ValueCandidate, candidates: Sequence[ValueCandidate], ranked: Sequence[ValueCandidate]
) -> ValueFinding:
    """The value of `best`, with the sentences that state it too, and a warning of what `ranked` has beside it."""
    same = [c for c in candidates if c.key == best.key and c.sentence is not best.sentence]
    claim = state_value(question.text, best.answer)
    agreeing = [best, *(c for c in same if c.score >= AGREEING * best.score)]
    evidence = tuple(_evidence(c, claim, question) for c in agreeing)
    usable = tuple(e for e in evidence if e.support.supports > 0)
    if not usable:
        return ValueFinding(None, None, 0.5, claim, evidence)
    probability = _join_sources([(e.sentence.source, e.support.supports) for e in usable])
    return ValueFinding(best.answer, best.value, round(probability, 4), claim, usable, warnings=rivals(best, ranked))


def _candidate(
    question: Question, reading: ValueReading, offered: Sequence[Sentence], read: Sequence[Sentence]
) -> ValueCandidate | None:
    """Return the answer that a model read, in the first sentence that states it; None if none does.

    A pointing model points into `offered`; of what a quoting one says only its proved quotes count, wherever in the
    sentences that were `read` they stand.
    """
    if reading.answer is None:
        return None
    if reading.quoting:
        places = [s for s in read if _is_quoted(s, reading.quotes)]
    elif reading.sentence is not None and 0 <= reading.sentence < len(offered):
        first = offered[reading.sentence]
        places = [first, *(s for s in offered if s is not first)]
    else:
        places = list(offered)
    for sentence in places:
        answer = _as_written(reading.answer, sentence, question)
        value = typed(answer, question, sentence) if answer else None
        if answer and value is not None:
            return ValueCandidate(answer, value, sentence, 0.8)
    return None


def _is_quoted(sentence: Sentence, quotes: Sequence[Quote]) -> bool:
    proofs = (prove(q.exact, sentence.source, passage=q.passage) for q in quotes if q.source == sentence.source.id)
    return any(proof.span is not None and proof.span.overlaps(sentence.span) for proof in proofs)


def _as_written(answer: str, sentence: Sentence, question: Question) -> str | None:
    """Return the answer's words as they stand in the sentence; None if they do not (lists: if any part does not)."""
    if question.type == "list":
        parts = [part.strip() for part in answer.split(",") if part.strip()]
        return ", ".join(parts) if parts and all(_found(part, sentence.text) for part in parts) else None
    if question.type == "choice":
        return answer if answer in question.choices or _found(answer, sentence.text) else None
    return _found(answer, sentence.text)


def _found(answer: str, text: str) -> str | None:
    """Return the answer as the text writes it; None if it is not there, or only inside a longer word or number."""
    span = _place(answer, text)
    return span.of(text) if span else None


def _place(answer: str, text: str) -> Span | None:
    spans = locate_folded(answer.strip().strip('."“”'), text)
    return next((span for span in spans if not (cuts(text, span.start) or cuts(text, span.end))), None)


def _evidence(candidate: ValueCandidate, claim: str, question: Question) -> Evidence:
    p = round(min(0.99, candidate.score), 4)
    evidence = Evidence(candidate.sentence, Support(p, 0.0, 1 - p), attribute(candidate.sentence.text))
    if question.type == "text" and question.event_date is None:
        return evidence  # words in answer to "why" or "how" state no event that may still be to come
    return restrain(evidence, claim, event_date=question.event_date)


__all__ = ["N_READ", "ValueFinding", "find_value", "value_key"]
