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
from functools import lru_cache
from typing import Any

from factcheck.records import Question, Source, Span
from pipeline.asked import asks_for_names, asks_for_place, asks_for_two, asks_length, fit
from pipeline.lexical import STOP_WORDS, content_words
from pipeline.names import CALENDAR, is_demonym
from pipeline.prove import cuts
from pipeline.sentences import Sentence
from pipeline.units import LENGTHS
from pipeline.values import Anchor, Value, ValueKind, find_values
from vectorstore.language import looks_english

_NAME = re.compile(
    r"(?:[“\"‘'](?P<quoted>[A-Z][\w -]{2,30})[”\"’'“])|"
    r"\b[A-Z][\w’'-]*(?:\.(?=\w))?(?:(?: (?:of|the|de|al|for|and the) | |-)[A-Z][\w’'-]*)*"
)
FIT = 0.15  # what the wording of the question gives or takes
_QUESTION_WORDS = re.compile(
    r"\b(?:who|whom|whose|what|when|where|which|how|long|many|much|did|does|do|is|are|was|were|year|date|day)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class ValueCandidate:
    """A possible answer: `answer` as displayed, `value` typed, the sentence that states it, and where in it."""

    answer: str
    value: Mapping[str, Any]
    sentence: Sentence
    score: float  # 0..1
    span: Span | None = None  # in the sentence's text; None where a model gave the answer

    @property
    def key(self) -> str:
        return value_key(self.value)


def value_key(value: Mapping[str, Any]) -> str:
    """Return what makes two values the same: their JSON with text folded to lower case."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False).lower()


def anchor_of(source: Source) -> Anchor:
    """Return what a source's values are read by: its language, and its publication, else its earliest, latest bound."""
    p = source.provenance
    day = p.published or p.not_before or p.not_after
    return Anchor(date.fromisoformat(day) if day else None, english=_is_english(source.text))


_is_english = lru_cache(maxsize=256)(looks_english)


def typed(answer: str, question: Question, sentence: Sentence) -> Mapping[str, Any] | None:
    """Return the typed value of `answer` as it stands in `sentence`; None if it has none of the kind asked for."""
    kind = question.type or "text"
    if kind in ("date", "duration", "number"):
        text = sentence.text
        at = text.find(answer)
        found = _values(question.text, text, kind, sentence.source)
        inside = [v for v in found if at >= 0 and v.span.overlaps(Span(at, at + len(answer)))]
        return inside[0].value if inside else None
    if kind == "list":
        return {"items": split_items(answer)}
    return {"text": answer}


def split_items(answer: str) -> list[str]:
    """Return the items of a list that is written as "A, B and C"."""
    return [part.strip() for part in re.split(r",| and ", answer) if part.strip()]


def find_candidates(
    question: Question, sentences: Sequence[Sentence], relevance: Sequence[float]
) -> tuple[ValueCandidate, ...]:
    """Return the candidates of the question's type, best first. `relevance` is one figure a sentence, 0..1."""
    found: list[ValueCandidate] = []
    asked = set(content_words(_QUESTION_WORDS.sub(" ", question.text)))
    for sentence, relevant in zip(sentences, relevance, strict=True):
        words = set(content_words(sentence.text))
        recall = len(asked & words) / len(asked) if asked else 0.0
        base = 0.5 * max(0.0, relevant) + 0.5 * recall
        for answer, value, span in _spans(question, sentence):
            near = _nearness(question.text, sentence.text, span)
            suits = fit(question.text, question.type or "text", answer, value, sentence.text[span.end :])
            score = 0.75 * base + 0.25 * near + FIT * suits
            found.append(ValueCandidate(answer, value, sentence, min(1.0, max(0.0, score)), span))
    return tuple(sorted(found, key=lambda c: -c.score))


def _values(question: str, text: str, kind: ValueKind, source: Source) -> list[Value]:
    """Return the values of a kind; where "how long" may ask for the length of a thing, lengths too."""
    found = list(find_values(text, kind, anchor=anchor_of(source)))
    if kind == "duration" and asks_length(question):
        found += (v for v in find_values(text, "number") if v.value["unit"] in LENGTHS)
    return found


def _spans(question: Question, sentence: Sentence) -> list[tuple[str, Mapping[str, Any], Span]]:
    kind = question.type or "text"
    text = sentence.text
    if kind in ("date", "duration", "number"):
        return [(v.text, v.value, v.span) for v in _values(question.text, text, kind, sentence.source)]
    if kind == "choice":
        return [(choice, {"text": choice}, span) for choice, span in _chosen(question.choices, text)]
    if kind == "entity":
        return [(name, {"text": name}, span) for name, span in _names(question.text, text)]
    if kind == "list":
        return [(", ".join(items), {"items": items}, span) for items, span in _enumerations(question.text, text)]
    return [(text, {"text": text}, Span(0, len(text)))]


def _chosen(choices: Sequence[str], text: str) -> list[tuple[str, Span]]:
    """Return the choices that stand in `text`, each with its first place; none stands inside a word or a number.

    What lies inside a longer choice is that one's: "C" does not stand in "C++" where both may be chosen, and "10" does
    in "10%" where that is no choice.
    """
    places = {choice: _standing(choice, text) for choice in choices}
    every = [span for spans in places.values() for span in spans]
    free = {c: [span for span in spans if not any(_inside(span, o) for o in every)] for c, spans in places.items()}
    return [(choice, spans[0]) for choice, spans in free.items() if spans]


def _standing(choice: str, text: str) -> list[Span]:
    # not \b: a choice may begin or end in a sign, as "$5" and "10%" do
    found = re.finditer(rf"(?<!\w){re.escape(choice)}(?!\w)", text, re.IGNORECASE)
    return [Span(*m.span()) for m in found if not (cuts(text, m.start()) or cuts(text, m.end()))]


def _inside(span: Span, longer: Span) -> bool:
    return span != longer and longer.start <= span.start and span.end <= longer.end


def _names(question: str, text: str) -> list[tuple[str, Span]]:
    """Return the names in `text` that the question does not hold, without months, weekdays and the question's words."""
    asked = {w.lower() for w in re.findall(r"\w+", question)}
    found = []
    for match in _NAME.finditer(text):
        name, start = match["quoted"] or match.group(), match.start("quoted") if match["quoted"] else match.start()
        while " " in name and name.split(" ")[0].lower() in asked | _TITLES:
            cut = name.index(" ") + 1
            name, start = name[cut:], start + cut
        words = {w.lower() for w in re.findall(r"\w+", name)}
        opening = match.start() == 0 and " " not in name and name.lower() in _OPENERS | STOP_WORDS
        if not words <= asked and not words <= CALENDAR and not opening:
            found.append((name, Span(start, start + len(name))))
    if not asks_for_place(question):
        return found
    places = [_without_owned(name, span, text) for name, span in found if not is_demonym(name)]  # "the Russian capital"
    after = [(n, s) for n, s in places if _BEFORE_PLACE.search(text[: s.start])]
    return after or places


def _without_owned(name: str, span: Span, text: str) -> tuple[str, Span]:
    """Return a place without the mark of what it owns: "Florida" of "Florida's coast"; "McDonald's on Friday" stays."""
    if not _OWNS.match(text, span.end):
        return name, span
    bare = re.sub(r"['’]s?$", "", name)
    return bare, Span(span.start, span.start + len(bare))


def _enumerations(question: str, text: str) -> list[tuple[list[str], Span]]:
    """Return the lists of two items or more in `text`: "A, B and C", or "A to B" where two are asked for.

    Items that the question holds do not begin one.
    """
    asked = {w.lower() for w in re.findall(r"\w+", question)}
    patterns = (_NAME_LIST, *((_PAIR,) if asks_for_two(question) else ()))
    found = []
    for pattern in patterns if asks_for_names(question) else (*patterns, _WORD_LIST):
        for match in pattern.finditer(text):
            items = [item.strip() for item in re.split(r",(?: and)? | and | to | with ", match.group()) if item.strip()]
            new = [item for item in items if not {w.lower() for w in re.findall(r"\w+", item)} <= asked]
            if len(items) >= 2 and len(new) >= 2:
                found.append((items, Span(*match.span())))
    return found


_ITEM = r"(?:the )?[A-Z][\w’'-]*(?:(?: of| the)? [A-Z][\w’'-]*)*"
_NAME_LIST = re.compile(rf"{_ITEM}(?:, {_ITEM})*,? and {_ITEM}")
_PAIR = re.compile(rf"{_ITEM} (?:to|with) {_ITEM}")
_WORD_LIST = re.compile(r"\b[a-z][\w-]+(?: [a-z][\w-]+)?(?:, [a-z][\w-]+(?: [a-z][\w-]+)?)*,? and [a-z][\w-]+")
_OWNS = re.compile(r" (?!(?:of|in|on|at|to|for|by|from|with|and|or|but|after|before|is|was|has|had|will|would)\b)[a-z]")
_BEFORE_PLACE = re.compile(r"\b(?:in|at|to|through|via|near|of)(?: the)? $")
_TITLES = frozenset("president minister general prime foreign the supreme leader".split())
_OPENERS = frozenset(
    "however instead although while during since according notably moreover meanwhile concurrently both "
    "analysts".split()
)


def _nearness(question: str, sentence: str, span: Span) -> float:
    """Return how near the question's words stand to the span: 1 next to it, 0 farther than 80 characters."""
    asked = set(content_words(question))
    positions = [m.start() for m in re.finditer(r"\w+", sentence) if set(content_words(m.group())) & asked]
    outside = [p for p in positions if not span.start <= p < span.end]
    if not outside:
        return 0.0
    distances = sorted(min(abs(p - span.start), abs(p - span.end)) for p in outside)[:3]
    return sum(max(0.0, 1 - d / 80) for d in distances) / 3
