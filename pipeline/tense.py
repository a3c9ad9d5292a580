"""Whether what is said of a day lies behind the speaker or ahead, by the verb that governs the day.

"The ballot closes on 10 June" speaks of a day to come, "it closed on 10 June" of one gone by. The verb is the last one
before the day in its sentence, or the first one after a day that opens its clause or stands in its subject ("on 1
September fares rise", "the signing on 17 January was late"). A simple present tells of a plan only where its verb is
one of timetables; other ones may be those of a headline. A past verb tells of the day *on* which it happened; the day
*until*, *from* or *for* which something was done may lie anywhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from factcheck.records import Span
from pipeline.lexicon import is_base_verb, is_participle

__all__ = ["Time", "time_of"]

Time = Literal["past", "ahead"]

_BREAK = re.compile(r"(?<![^\W\d_]\.[^\W\d_])[.!?…][\"”’)]*(?=\s|$)|\n")
_OPENS = re.compile(  # what stands before a day that opens its clause
    r"(?:^|[;:–—(]|(?<!\d )\b(?:and|but|that|when|while|where|because|though|if))\W*"
    r"(?:(?:on|by|from|until|till|before|after|only|again|the|as|late|early) )*$",
    re.IGNORECASE,
)
_LOOSELY = re.compile(r"\b(?:until|till|from|for|by|before|to)(?: the)? ?$|[-–] ?$", re.IGNORECASE)
_ADVERB = r"(?:,? (?:not|never|also|still|now|only|then|soon|again|[a-z]+ly)\b,?)*"
_VERBAL = r"(?!(?:to|on|in|the|an?|at|by)\b)[a-z]+"
_DO = rf"(?: (?:be|been|have been|have)\b)?(?:{_ADVERB} {_VERBAL})?"
_WILL = r"will|shall|may|might|must|should|can|cannot|(?:wo|ca|should|must)n['’]t"
_PLANNED = (
    r"due|set|scheduled|slated|planned|expected|awaited|fixed|supposed|likely|about|going|ready"
    r"|(?:re)?opening|closing|beginning|starting|ending|leaving|returning|coming"
)
_VERB = re.compile(
    rf"(?P<perfect>\b(?:{_WILL}){_ADVERB} have (?:been )?{_VERBAL})"
    r"|(?P<ahead>"
    rf"(?:\b(?:{_WILL})|['’]ll)\b{_ADVERB}{_DO}"
    rf"|\b(?:is|are)(?:n['’]t)?{_ADVERB}(?: (?:{_PLANNED}))? to\b{_DO}"
    rf"|\b(?:is|are)(?:n['’]t)?{_ADVERB} (?:{_PLANNED})\b"
    rf"|\b(?:is|are){_ADVERB}(?=(?: (?:on|from|until|by))? ?$)"
    rf"|\b(?:plan|intend|expect|hope|want|aim|promise|need)s?(?: [\w'’-]+){{0,4}}? to\b{_DO}"
    rf"|\b(?:has|have) to\b{_DO}"
    r")"
    rf"|(?P<unsure>\b(?:would|could|is|are|am)(?:n['’]t)?\b{_ADVERB}{_DO})"
    rf"|(?P<past>\b(?:was|were|had|did|has|have)(?:n['’]t)?\b{_ADVERB}{_DO}|\bafter [a-z]+ing\b)"
    rf"|\b(?:does|do)(?:n['’]t)?\b{_ADVERB} (?P<does>[a-z]+)"
    r"|(?<![\w'’-])(?P<word>[a-z]+)(?![\w'’-])"
)
_TO_DO = re.compile(rf" to(?: be)? (?P<verb>{_VERBAL})")
_PREPARED = re.compile(  # what was so "to" happen need not have happened yet
    rf"\b(?:was|were|{_PLANNED}|agreed|promised|wanted|hoped|intended|decided|proposed|vowed|pledged|threatened)$"
)
_NO_VERB_AFTER = re.compile(
    r"\b(?:an?|the|this|these|those|its|their|his|her|our|my|your|of|in|at|for|any|every|each|by|with|on|to|let) $",
    re.IGNORECASE,
)
_TIMETABLE = frozenset(
    "close open reopen begin start end rise fall expire resume return leave depart arrive take come go enter become "
    "vote meet lapse launch finish stop increase drop change apply last remain stay".split()
)
# what was announced, on the day that is named, may still be to come; the announcement itself is past
_ANNOUNCED = frozenset("announced scheduled planned postponed promised proposed agreed delayed expected".split())
_OBJECT = re.compile(r"\W*(?!(?:in|at|by|here)\b)\w+\W+\w")
_ALSO_PRESENT = frozenset("come run become".split())  # of their participles


@dataclass(frozen=True, slots=True)
class _Verb:
    """A finite verb: where its words end, and what it tells. `announces`: of something that it does not date."""

    end: int
    time: Time | None
    announces: bool = False


def time_of(text: str, span: Span) -> Time | None:
    """Return whether the day at `span` of `text` is told as past or as ahead; None where its tense does not decide."""
    begin = max((m.end() for m in _BREAK.finditer(text, 0, span.start)), default=0)
    closing = _BREAK.search(text, span.end)
    before, after = text[begin : span.start].lstrip(), text[span.end : closing.start() if closing else len(text)]
    verbs = [] if _OPENS.search(before) else list(_verbs(before))
    told = verbs[-1] if verbs else next(_verbs(after), None)
    if told is None:
        return None
    announced = bool(verbs) and told.announces and _OBJECT.match(before[told.end :])
    return None if told.time == "past" and (announced or _LOOSELY.search(before)) else told.time


def _verbs(text: str) -> Iterator[_Verb]:
    """Yield the finite verbs of a clause in order; a capital after its first letter is that of a name or a month."""
    text = text[:1].lower() + text[1:]
    end = 0
    for found in _VERB.finditer(text):
        said = found.group()
        if found.start() < end or (found["word"] and _NO_VERB_AFTER.search(text[: found.start()])):
            continue  # "agreed to close", "the rise"
        end = found.end()
        if found["ahead"]:
            yield _Verb(end, "ahead")
        elif found["unsure"]:
            yield _Verb(end, None)
        elif verb := found["does"]:
            yield _Verb(end, "ahead" if verb in _TIMETABLE else None)
        elif found["word"] and {said, said.removesuffix("s"), said.removesuffix("es")} & _TIMETABLE:
            yield _Verb(end, "ahead")
        elif not found["word"] or (is_participle(said) and not said.endswith("ing") and said not in _ALSO_PRESENT):
            to_do = _TO_DO.match(text, end)
            if to_do and is_base_verb(to_do["verb"]):
                end = to_do.end()
            unsure = end > found.end() and _PREPARED.search(said)
            yield _Verb(end, None if unsure else "past", said.split()[-1] in _ANNOUNCED)
