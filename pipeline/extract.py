"""Reading values without an LLM: candidates of the asked type from the sentences, ranked, grouped over the sources.

A candidate's score is the relevance of its sentence to the question (cosine of the embedder, 0..1, and the share of
the question's content words), less a little where words of the question stand nearer to another candidate. Equal
values in several sources strengthen each other as independent witnesses.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from factcheck.records import Question, QuestionType, Source, Span
from pipeline.lexical import content_words
from pipeline.sentences import Sentence
from pipeline.values import Anchor, find_values

_NAME = re.compile(
    r"(?:[“\"‘'](?P<quoted>[A-Z][\w -]{2,30})[”\"’'“])|"
    r"\b[A-Z][\w’'-]*(?:\.(?=\w))?(?:(?: (?:of|the|de|al|for|and the) | |-)[A-Z][\w’'-]*)*"
)
_QUESTION_WORDS = re.compile(r"\b(?:who|whom|whose|what|when|where|which|how|long|many|much|did|does|do|is|are|was|were|year|date|day)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class ValueCandidate:
    """A possible answer: `answer` as displayed, `value` typed, and the sentence that states it."""

    answer: str
    value: Mapping[str, Any]
    sentence: Sentence
    score: float  # 0..1

    @property
    def key(self) -> str:
        return value_key(self.value)


def value_key(value: Mapping[str, Any]) -> str:
    """Return what makes two values the same: their JSON with text folded to lower case."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False).lower()


def anchor_of(source: Source) -> Anchor:
    """Return the day that a date without a year is read from: publication, else its earliest, else its latest bound."""
    p = source.provenance
    day = p.published or p.not_before or p.not_after
    return Anchor(date.fromisoformat(day) if day else None)


def typed(answer: str, kind: QuestionType, sentence: Sentence) -> Mapping[str, Any] | None:
    """Return the typed value of `answer` as it stands in `sentence`; None if it has none of that kind."""
    if kind in ("date", "duration", "number"):
        text = sentence.text
        at = text.find(answer)
        found = find_values(text, kind, anchor=anchor_of(sentence.source))
        inside = [v for v in found if at >= 0 and v.span.overlaps(Span(at, at + len(answer)))]
        return inside[0].value if inside else None
    if kind == "list":
        return {"items": [part.strip() for part in re.split(r",| and ", answer) if part.strip()]}
    return {"text": answer}


def find_candidates(question: Question, sentences: Sequence[Sentence], relevance: Sequence[float]) -> tuple[ValueCandidate, ...]:
    """Return the candidates of the question's type, best first. `relevance` is one figure a sentence, 0..1."""
    found: list[ValueCandidate] = []
    asked = set(content_words(_QUESTION_WORDS.sub(" ", question.text)))
    for sentence, relevant in zip(sentences, relevance, strict=True):
        words = set(content_words(sentence.text))
        recall = len(asked & words) / len(asked) if asked else 0.0
        base = 0.5 * max(0.0, relevant) + 0.5 * recall
        for answer, value, span in _spans(question, sentence):
            near = _nearness(question.text, sentence.text, span)
            found.append(ValueCandidate(answer, value, sentence, min(1.0, max(0.0, 0.75 * base + 0.25 * near))))
    return tuple(sorted(found, key=lambda c: -c.score))


def _spans(question: Question, sentence: Sentence) -> list[tuple[str, Mapping[str, Any], Span]]:
    kind = question.type or "text"
    text = sentence.text
    if kind in ("date", "duration", "number"):
        return [(v.text, v.value, v.span) for v in find_values(text, kind, anchor=anchor_of(sentence.source))]
    if kind == "choice":
        return [
            (choice, {"text": choice}, Span(m.start(), m.end()))
            for choice in question.choices
            if (m := re.search(rf"\b{re.escape(choice)}\b", text, re.IGNORECASE))
        ]
    if kind == "entity":
        asked = {w.lower() for w in re.findall(r"\w+", question.text)}
        names = [(m["quoted"] or m.group(), m) for m in _NAME.finditer(text)]
        return [
            (name, {"text": name}, Span(m.start(), m.end()))
            for name, m in names
            if not all(w.lower() in asked for w in re.findall(r"\w+", name)) and not _is_opening_word(name, m.start())
        ]
    return [(text, {"text": text}, Span(0, len(text)))]


def _is_opening_word(name: str, start: int) -> bool:
    """Whether a single capitalised word is only the sentence's first word."""
    from pipeline.lexical import STOP_WORDS  # noqa: PLC0415

    return start == 0 and " " not in name and (name.lower() in STOP_WORDS or name.lower() in _OPENERS)


_OPENERS = frozenset("however instead although while during since according notably moreover meanwhile concurrently both analysts".split())


def _nearness(question: str, sentence: str, span: Span) -> float:
    """Return how near the question's words stand to the span: 1 next to it, 0 farther than 80 characters."""
    asked = set(content_words(question))
    positions = [m.start() for m in re.finditer(r"\w+", sentence) if set(content_words(m.group())) & asked]
    outside = [p for p in positions if not span.start <= p < span.end]
    if not outside:
        return 0.0
    distances = sorted(min(abs(p - span.start), abs(p - span.end)) for p in outside)[:3]
    return sum(max(0.0, 1 - d / 80) for d in distances) / 3
