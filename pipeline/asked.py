"""What a question's wording asks of its value: the noun that is counted, the kind of thing that is named.

`fit` is 1 where a candidate is of the asked kind, -1 where it plainly is not, 0 where the wording does not tell.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from factcheck.records import QuestionType
from pipeline.lexical import STOP_WORDS, content_words
from pipeline.names import is_demonym
from pipeline.question_parts import AUXILIARY, core_question
from pipeline.question_types import asks_for

__all__ = ["asks_for_names", "asks_for_place", "asks_for_two", "asks_length", "asks_to_explain", "fit"]

_COUNTED = re.compile(rf"\bhow many (?P<noun>[\w' -]+?)(?= (?:{AUXILIARY})\b| [a-z]+ed\b|\?|$)", re.IGNORECASE)
_KIND = re.compile(
    r"\b(?:which|what) (?:two |three |four |five )?"
    rf"(?P<noun>[\w'-]+(?: [\w'-]+){{0,3}}?)(?= (?:{AUXILIARY})\b| [a-z]+ed\b|\?|$)",
    re.IGNORECASE,
)
_LISTED = re.compile(r"^(?:list|name|enumerate|give)(?: all)? (?:the )?(?:\w+ )??(?P<noun>[a-z]+s)\b", re.IGNORECASE)
_EXPLAIN = re.compile(
    r"^(?:explain|describe|summari[sz]e|tell|compare|discuss|outline)\b|\bdiffer\b"
    r"|\b(?:differences?|motives|motivations?|reasons) (?:between|for|of|to|why)\b"
    r"|\b(?:do|does|did) (?:[\w'’-]+ ){1,5}(?:say|think|write|report|know) (?:about|of)\b",
    re.IGNORECASE,
)
_NAMED = frozenset(
    "countries cities states nations parties organizations organisations companies people leaders presidents ministers "
    "outlets newspapers media agencies publications seas rivers bodies groups officials authors players teams".split()
)
_WHERE = re.compile(r"^(?:in |at |to |from |through )?where\b", re.IGNORECASE)
_PLACE_NOUNS = frozenset("city country place town capital region state nation village island county".split())
_PLACES = _PLACE_NOUNS | {"river", "sea", "port"}
_HOW_LONG_IS = re.compile(r"^how long (?:is|are|was|were)\b(?P<thing>.+)", re.IGNORECASE)
_OF_TIME = re.compile(  # what tells that "how long" asks for a time
    r"\b(?:for|since|until|valid|absent|away|in (?:force|effect|office|power|prison)|going on|last(?:s|ing)?|take\w*"
    r"|stay\w*|expected|supposed|allowed|due|able|sentences?|terms?|treat(?:y|ies)|agreements?|contracts?|guarantees?"
    r"|bans?|periods?|extensions?|validity|wars?|strikes?|sieges?|truce|ceasefire|emergency|delays?|waits?|mandates?"
    r"|trials?|careers?|reigns?|films?|movies?|episodes?|meetings?|talks|shifts?)\b",
    re.IGNORECASE,
)
_TITLE = re.compile(r"\b(?:President|Minister|Mr|Mrs|Ms|Dr|King|Queen|Prince|General|Ayatollah|Leader|Secretary)\b")


def fit(question: str, kind: QuestionType, answer: str, value: Mapping[str, Any], after: str) -> int:
    """Return how well a candidate fits the wording, -1, 0 or 1. `after`: the text that follows it in its sentence."""
    core = core_question(question)
    if kind == "number":
        return _fits_count(core, answer, value, after)
    if kind == "duration" and "number" in value:
        return _fits_length(after)
    return _fits_name(core, answer) if kind == "entity" else 0


def asks_for_names(question: str) -> bool:
    """Whether a list question asks for what has a name of its own: countries, people, papers."""
    found = _KIND.search(question) or _LISTED.search(question)
    return bool(found and set(found["noun"].lower().split()) & _NAMED) or question.lower().startswith("who")


def asks_for_place(question: str) -> bool:
    """Whether a place is asked for: "Where ...", "In which city ...", "They met in which country?"."""
    core = core_question(question)
    return _WHERE.match(core) is not None or asks_for(_PLACE_NOUNS, core)


def asks_length(question: str) -> bool:
    """Whether a length may be asked for as well as a time: "How long is the Solveig?", not "How long is it valid?"."""
    found = _HOW_LONG_IS.match(core_question(question))
    return found is not None and not _OF_TIME.search(found["thing"])


def asks_for_two(question: str) -> bool:
    """Whether exactly two things are asked for."""
    return bool(re.search(r"\b(?:which|what|name the|list the) (?:two|both)\b", question, re.IGNORECASE))


def asks_to_explain(question: str) -> bool:
    """Whether no short answer would do: "What do they say about drones?", "How does it differ from the old one?"."""
    return bool(_EXPLAIN.search(core_question(question)))


def _fits_count(core: str, answer: str, value: Mapping[str, Any], after: str) -> int:
    found = _COUNTED.search(core)
    if not found:
        return 0
    asked = set(content_words(found["noun"]))
    unit = str(value.get("unit") or "")
    near = set(content_words(f"{answer} {unit} {' '.join(after.split()[:3])}"))
    if asked & near:
        return 1
    return -1 if asked else 0


def _fits_length(after: str) -> int:
    side = re.match(r" (?:(?P<long>long|in length)|(?:wide|high|deep|tall|thick|away|from|above|below|off)\b)", after)
    return 0 if side is None else 1 if side["long"] else -1


def _fits_name(core: str, answer: str) -> int:
    words = answer.split()
    if is_demonym(answer):
        return -1
    if re.match(r"(?:\w+ )?(?:who|whom|whose)\b", core, re.IGNORECASE):
        return 1 if len(words) > 1 or _TITLE.search(answer) else 0
    found = _KIND.search(core)
    if not found:
        return 0
    noun = [w for w in found["noun"].lower().split() if w not in STOP_WORDS]
    if set(noun) & _PLACES:
        return -1 if _TITLE.search(answer) else 0
    return 1 if set(content_words(" ".join(noun))) & set(content_words(answer)) else 0
