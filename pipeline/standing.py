"""Whether a value still stands where it is stated, and which others the sources state.

A value that its own sentence takes back ("an earlier version gave", "it is not true that", "revised from") is
`WITHDRAWN`, one that somebody wants, plans or expects is `WISHED`: both keep that share of their scores. Where the next
sentence puts a withdrawn value right ("The coast guard has since revised the figure: 221"), the right one takes over
what the sources together gave the withdrawn one, and that is withdrawn wherever it stands.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from pipeline.extract import ValueCandidate

__all__ = ["RIVAL", "WISHED", "WITHDRAWN", "as_it_stands", "rivals"]

WITHDRAWN, WISHED = 0.3, 0.5
RIVAL = 0.75  # share of the score of the answer from which another value is told beside it
N_RIVALS = 3
_TAKEN_BACK = re.compile(
    r"\b(?:it|that) (?:is|was)(?: simply)? (?:not (?:true|correct|right)|untrue|false|wrong|incorrect) that\b"
    r"|\b(?:den(?:y|ies|ied)|wrongly|mistakenly|erroneously|incorrectly)\b"
    r"|\bwe (?:also |had |first |originally )?(?:wrote|written|reported|gave|given)\b"
    r"|\b(?:earlier|previous|original|first) (?:version|edition)s?\b"
    r"|\b(?:revis|correct)(?:ed|es|ing)?\b[^.;]*\bfrom(?: the)? $"
    r"|(?:,| and) not (?:the |about )?$",
    re.IGNORECASE,
)
_NOT = re.compile(r"\bnot (?:the |about |in |on |for )?$", re.IGNORECASE)
_BUT = re.compile(r"^[^.;]{0,30},? but (?!not\b)")
_WANTED = re.compile(
    r"\b(?:demand(?:s|ed|ing)?|want(?:s|ed)?|ask(?:s|ed|ing)? for|call(?:s|ed|ing)? for|seeks?|sought"
    r"|propos(?:es|ed|al))\b",
    re.IGNORECASE,
)
_AHEAD = re.compile(
    r"\b(?:(?:plan(?:s|ned)?|intend(?:s|ed)?|meant|supposed|hop(?:es|ed)) to|(?:was|were) to have|will)\b",
    re.IGNORECASE,
)
_ASKS_WANTED = re.compile(
    r"\b(?:(?-i:may)|might|could|would|will|shall|should|demand\w*|want\w*|ask\w* for|call\w* for|seek\w*|sought"
    r"|hop(?:e|es|ed|ing)|plan\w*|intend\w*|meant|suppos\w*|expect\w*|estimat\w*|propos\w*|offer\w*|forecast\w*|predict\w*|schedul\w*"
    r"|due|earlier|first|originally|initially)\b",
    re.IGNORECASE,
)
_ASKS_PAST = re.compile(r"\b(?:did|was|were|has|had|have)\b", re.IGNORECASE)
_PUTS_RIGHT = re.compile(
    r"\b(?:(?:has|have|had) since|in fact|in reality|actually|now (?:says?|puts?|gives?)|revis(?:ed|es)"
    r"|correct(?:ed|s))\b",
    re.IGNORECASE,
)
_REPORTS = re.compile(r"\b(?:wrote|written|said|reported|stated|gave|put)\b", re.IGNORECASE)
_SPEECH = re.compile(r"[“\"][^“”\"]*[”\"]")
_CLAUSE = re.compile(r"[;:]|, (?:but|while|although|though|whereas|which|who|where) ")


def as_it_stands(
    question: str, candidates: Sequence[ValueCandidate], join: Callable[[Sequence[ValueCandidate]], float]
) -> tuple[ValueCandidate, ...]:
    """Return the candidates with their scores by how they stand; `join`: what the sources together give to a value.

    What the question itself asks for, what is wanted or was said first, is not held against a candidate; nor is what is
    to come, unless it asks what has been.
    """
    wrong = [next((other for other in candidates if _puts_right(c, other)), None) for c in candidates]
    withdrawn = {other.key for other in wrong if other is not None}
    scores = []
    for c, other in zip(candidates, wrong, strict=True):
        if other is not None and c.key not in withdrawn:
            scores.append(max(c.score, join([same for same in candidates if same.key == other.key])))
        elif c.key in withdrawn or _taken_back(c):
            scores.append(WITHDRAWN * c.score)
        else:
            scores.append((WISHED if _is_wished(question, c) else 1.0) * c.score)
    return tuple(replace(c, score=score) for c, score in zip(candidates, scores, strict=True))


def rivals(best: ValueCandidate, candidates: Sequence[ValueCandidate]) -> tuple[str, ...]:
    """Return a warning that names the other values of the same kind that are stated about as well, best first.

    `candidates` as they were ranked, those that are withdrawn too: a reader should know of them.
    """
    told: dict[str, tuple[str, list[str]]] = {}
    for c in candidates:
        if c.key != best.key and c.score >= RIVAL * best.score and _comparable(c, best):
            _, sources = told.setdefault(c.key, (c.answer, []))
            if c.sentence.source.id not in sources:
                sources.append(c.sentence.source.id)
    named = [f"{answer} ({', '.join(sources)})" for answer, sources in list(told.values())[:N_RIVALS]]
    return (f"also stated: {'; '.join(named)}",) if named else ()


def _is_wished(question: str, candidate: ValueCandidate) -> bool:
    before = _clause_before(candidate)
    if _ASKS_WANTED.search(question) or candidate.span is None:
        return False
    return bool(_WANTED.search(before) or (_ASKS_PAST.search(question) and _AHEAD.search(before)))


def _taken_back(candidate: ValueCandidate) -> bool:
    if candidate.span is None:
        return False
    before, after = _clause_before(candidate), candidate.sentence.text[candidate.span.end :]
    return bool(_TAKEN_BACK.search(before) or (_NOT.search(before) and _BUT.search(after)))


def _puts_right(candidate: ValueCandidate, other: ValueCandidate) -> bool:
    """Whether a candidate stands in the sentence after the other, and is what should have been said there."""
    first, second = other.sentence, candidate.sentence
    follows = first.source.id == second.source.id and second.before == first.text
    if not follows or candidate.key == other.key or not _comparable(candidate, other):
        return False
    return _taken_back(other) or bool(_PUTS_RIGHT.search(second.text) and _REPORTS.search(_clause_before(other)))


def _comparable(one: ValueCandidate, other: ValueCandidate) -> bool:
    """Whether two values are of the same kind: numbers of one unit, dates of one precision, lengths of time."""
    a, b = one.value, other.value
    if "text" in a or "items" in a:
        return False
    return a.keys() == b.keys() and all(a.get(name) == b.get(name) for name in ("unit", "precision"))


def _clause_before(candidate: ValueCandidate) -> str:
    """Return what stands before the value in its clause, without direct speech: that is its speaker's own dispute."""
    told = _SPEECH.sub(lambda speech: " " * len(speech.group()), candidate.sentence.text)
    return _CLAUSE.split(told[: candidate.span.start if candidate.span else 0])[-1]
