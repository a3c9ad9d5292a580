"""Candidates for a value, judged by the verifier's reader: where it points when it is asked the question.

    score = sigmoid(bias + w1 logit(by words and relevance) + w2 pointed)

`by words and relevance` is the score of `pipeline.extract`. `pointed` is the log-probability, cut to -8..0, that the
reader's answer reaches into the candidate, the mean probability over two texts: its sentence with the one before it,
and with up to three before it in whichever paragraph. Either alone answers fewer questions. The weights of the logistic
regression are a fit to the development halves of the gold labels, made by `python -m training.value_ranking`. Whether
the verifier supports question and answer as a claim was a third term, until it made no difference on development
questions that were left out (50 of gold, 82 of news). A scorer without a reader has that instead:
`w2 logit(supports of its claim)`, with weights that were fitted earlier.

Where a name is asked for, what the reader points at is a candidate too, if it is likelier than no answer: who did
something is often no capitalised word (`any member`, `the children`). The candidates of a text question are what the
reader points at, one a sentence; without a reader they are the sentences as they stand, whole, in their order: a
sentence that is put into the question supports itself.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeGuard

from factcheck.records import Question, Span
from pipeline.asked import asks_for_place, asks_to_explain
from pipeline.extract import ValueCandidate
from pipeline.fitted import coefficients
from pipeline.names import is_demonym, to_name_end
from pipeline.pointing import Pointed, Pointer, best_answer, log_reach
from pipeline.sentences import Sentence
from pipeline.statement import state_value
from pipeline.support import Scorer

__all__ = ["N_JUDGED", "Weights", "point_at_values", "rank_values"]

N_JUDGED = 12  # candidates that the reader, or without one the verifier, reads, best by words first
N_FOUND = 4  # names that the reader may add
LEAST_POINTED = -8.0
_LEAST = 1e-3


@dataclass(frozen=True, slots=True)
class Weights:
    """Of the logistic regression; see the module. `said`: of what reader or verifier says."""

    bias: float
    words: float
    said: float


WEIGHTS = Weights(**coefficients("values"))
WITHOUT_READER = Weights(bias=-0.32, words=0.09, said=1.59)


def rank_values(
    question: Question,
    candidates: Sequence[ValueCandidate],
    scorer: Scorer,
    *,
    sentences: Sequence[Sentence] = (),
    weights: Weights | None = None,
) -> tuple[ValueCandidate, ...]:
    """Return the candidates with their joint scores, best first; those that were not judged are left out.

    `sentences`: where the reader may find a name that the rules do not, most relevant first. `weights` None: those for
    a scorer with a reader or for one without.
    """
    if not reads_answers(scorer):
        if question.type == "text":
            return tuple(candidates)
        judged = list(candidates[:N_JUDGED])
        said = [logit(p) for p in _judge_values(question, judged, scorer)]
        weights = weights or WITHOUT_READER
    elif question.type == "text":
        judged, said = point_in_sentences(question, candidates[:N_JUDGED], scorer)
    else:
        judged, said = point_at_values(question, candidates[:N_JUDGED], scorer, sentences=sentences)
    weights = weights or WEIGHTS
    ranked = [replace(c, score=_joint(weights, c.score, j)) for c, j in zip(judged, said, strict=True)]
    return tuple(sorted(ranked, key=lambda c: -c.score))


def reads_answers(scorer: Scorer) -> TypeGuard[Pointer]:
    """Whether the scorer has a reader's head."""
    return isinstance(scorer, Pointer) and scorer.has_reader


def _judge_values(question: Question, candidates: Sequence[ValueCandidate], scorer: Scorer) -> list[float]:
    """Return the probability 0..1 that each candidate's sentence, in its context, carries it as the answer."""
    pairs = [(state_value(question.text, c.answer), c.sentence.in_context) for c in candidates]
    return [float(row[0]) for row in scorer.score_pairs(pairs)] if pairs else []


def point_at_values(
    question: Question, candidates: Sequence[ValueCandidate], reader: Pointer, *, sentences: Sequence[Sentence] = ()
) -> tuple[list[ValueCandidate], list[float]]:
    """Return the candidates to judge, and for each the log-probability that the answer in its text reaches it, -8..0.

    For an entity, up to N_FOUND that the reader finds in `sentences` take the places of the last. -8 where a candidate
    has no place, or its place did not fit into the model. At most N_JUDGED sentences are read, each in its two texts.
    """
    names = question.type == "entity"
    read_from = [*(c.sentence for c in candidates), *(sentences if names else ())]
    places = dict(list({(s.source.id, s.span): s for s in read_from}.items())[:N_JUDGED])
    texts = list(dict.fromkeys(text for s in places.values() for text in (s.in_context, s.with_lead)))
    read = dict(zip(texts, reader.read_spans([(question.text, text) for text in texts]), strict=True))
    found = _found(candidates, tuple(places.values()), read, place=asks_for_place(question.text)) if names else []
    judged = [*candidates[: N_JUDGED - len(found)], *found]
    return judged, [_pointed(c, read) for c in judged]


def point_in_sentences(
    question: Question, candidates: Sequence[ValueCandidate], reader: Pointer
) -> tuple[list[ValueCandidate], list[float]]:
    """Return for candidates that are whole sentences the answer that the reader finds in each, and how it is reached.

    Where an explanation is asked for, the answer stays the sentence.
    Of the sentence before, read for the context, no answer is taken.
    """
    read = reader.read_spans([(question.text, c.sentence.in_context) for c in candidates])
    found: list[ValueCandidate] = []
    pointed: list[float] = []
    whole = asks_to_explain(question.text)
    for candidate, told in zip(candidates, read, strict=True):
        best = best_answer(told, start=candidate.sentence.shifted(Span(0, 0)).start)
        span = _within(candidate.sentence, best[0]) if best else None
        if best is None or span is None:
            continue
        span = to_name_end(candidate.sentence.text, span)
        answer = span.of(candidate.sentence.text)
        found.append(candidate if whole else replace(candidate, answer=answer, value={"text": answer}, span=span))
        pointed.append(_cut(log_reach(told, best[0])))
    return found, pointed


def _within(sentence: Sentence, span: Span) -> Span | None:
    """Return a span of the sentence's context as one of the sentence; None where it begins before, or has no word."""
    shift = sentence.shifted(Span(0, 0)).start
    if span.start < shift:
        return None
    within = Span(span.start - shift, span.end - shift)
    return within if re.search(r"\w", within.of(sentence.text)) else None


def _found(
    candidates: Sequence[ValueCandidate], sentences: Sequence[Sentence], read: Mapping[str, Pointed], *, place: bool
) -> list[ValueCandidate]:
    """Return what the reader holds for the answer in a sentence and is no candidate there, likeliest first.

    Its score by words is that of the best candidate in its sentence, else of the last of all.
    """
    found: list[tuple[float, ValueCandidate]] = []
    for sentence in sentences:
        best = best_answer(read[sentence.in_context])
        span = _within(sentence, best[0]) if best and best[1] > 0 else None
        if best is None or span is None:
            continue
        span = to_name_end(sentence.text, span)
        answer = span.of(sentence.text)
        if place and is_demonym(answer):
            continue
        here = [c for c in candidates if c.sentence == sentence]
        if any(c.answer == answer for c in here):
            continue
        score = max((c.score for c in here or candidates[-1:]), default=0.5)
        found.append((best[1], ValueCandidate(answer, {"text": answer}, sentence, score, span)))
    return [c for _, c in sorted(found, key=lambda pair: -pair[0])[:N_FOUND]]


def _pointed(candidate: ValueCandidate, read: Mapping[str, Pointed]) -> float:
    """Return the log of the mean of how its texts reach a candidate; one that was cut off before it does not count."""
    sentence, span = candidate.sentence, candidate.span
    if span is None:
        return LEAST_POINTED
    texts = ((sentence.in_context, sentence.shifted(span)), (sentence.with_lead, sentence.in_lead(span)))
    reached = [reach for text, place in texts if (reach := log_reach(read[text], place)) is not None]
    return math.log(sum(math.exp(_cut(reach)) for reach in reached) / len(reached)) if reached else LEAST_POINTED


def _cut(reach: float | None) -> float:
    return LEAST_POINTED if reach is None else min(0.0, max(LEAST_POINTED, reach))


def logit(p: float) -> float:
    """Return log(p / (1 - p)), with p kept within 0.001 of both ends."""
    p = min(1 - _LEAST, max(_LEAST, p))
    return math.log(p / (1 - p))


def _joint(weights: Weights, words: float, said: float) -> float:
    return 1 / (1 + math.exp(-(weights.bias + weights.words * logit(words) + weights.said * said)))
