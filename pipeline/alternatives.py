"""What a question with an auxiliary lets one choose from: "Was the second officer or the captain on the bridge?".

"X or Y" asks which of two only where they exclude each other or are said alike; any other *or* asks whether ("Did the
ferry or its crew break any rule?", "Does the deal cover tanks or drones?"). What is taken for a choice:

- opposites ("for or against", "smaller or larger than"), years, months, weekdays, and figures;
- two subjects of one shape, both names or both with the same article ("Did Haile or Wrona win?"), after "is", "was",
  "did", "does" and "will";
- two predicates of *be* of one shape ("a docker or a lawyer", "Lena Holm or Karl Berg");
- a preposition said twice ("in Gdansk or in Gothenburg"), and names after one ("built in Gdansk or Gothenburg").

Where anything else tells of a plain yes or no ("any", "either", "can", "or not"), or in doubt, there is no choice.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from pipeline.claims import claim_from_question
from pipeline.question_parts import HELPERS, TRUTH, split_question
from pipeline.subject import subject_end

__all__ = ["alternatives", "choice_claims"]

_WHETHER = frozenset("any anyone anybody anything ever either neither nor whether if".split())
_BE = frozenset("is are was were".split())
_ASKS_WHICH = _BE | frozenset("do does did has have had will would".split())
_ONE_SUBJECT = frozenset("is was does did will".split())
_TOLD_TWICE = _BE | frozenset("did will would".split())
_OPPOSITES = tuple(
    (left.split("/"), right.split("/"))
    for left, right in (
        line.split(" : ")
        for line in (
            "for : against",
            "before : after",
            "inside : outside",
            "above/over : below/under",
            "up : down",
            "win/won/winning : lose/lost/losing",
            "rise/risen/rising/grow/growing/increase/increasing/up/gain : "
            "fall/fallen/falling/shrink/shrinking/decrease/decreasing/decline/down/lose",
            "raise/raised/increase/increased : lower/lowered/cut/reduce/reduced/decrease/decreased",
            "accept/accepted/approve/approved/adopt/adopted/pass/passed : reject/rejected/refuse/refused",
            "uphold/upheld/confirm/confirmed : overturn/overturned/quash/quashed",
            "support/supported/back/backed : oppose/opposed/reject/rejected",
            "pass/passed/succeed/succeeded : fail/failed",
            "open/opened : closed/shut/close",
            "dead : alive",
            "public/state-owned : private/privately owned/secret",
            "legal/lawful : illegal/unlawful",
            "guilty : innocent/not guilty",
            "true : false",
            "profitable : loss-making/unprofitable",
            "in force/in effect/valid : suspended/lifted/expired/repealed/abolished/void/invalid",
            "temporary : permanent",
            "voluntary : compulsory/mandatory/obligatory",
            "male : female",
            "left : right",
            "smaller : larger/bigger/greater",
            "higher : lower",
            "longer/taller : shorter",
            "older : younger/newer",
            "faster/quicker : slower",
            "better : worse",
            "earlier : later",
            "cheaper : dearer/costlier/more expensive",
            "stronger : weaker",
            "heavier : lighter",
            "warmer/hotter : colder/cooler",
            "richer : poorer",
            "deeper : shallower",
            "wider : narrower",
            "nearer/closer : farther/further",
        )
    )
)
_OPPOSED = frozenset(frozenset((a, b)) for left, right in _OPPOSITES for a in left for b in right)
_PREPOSITIONS = frozenset("in at on to from by for with about of under over against near through via during".split())
_BEFORE_NAMES = frozenset("in at by to from near".split())
_INSIDE_NAMES = frozenset("of the de la von van der den al".split())
_MONTHS_DAYS = frozenset(
    "january february march april may june july august september october november december "
    "monday tuesday wednesday thursday friday saturday sunday".split()
)


@dataclass(frozen=True, slots=True)
class _Or:
    """A question around its *or*: the words after the auxiliary, where *or* stands, where the subject ends."""

    auxiliary: str
    tokens: tuple[str, ...]
    at: int
    end: int

    @property
    def left(self) -> tuple[str, ...]:
        return self.tokens[: self.at]

    @property
    def right(self) -> tuple[str, ...]:
        return self.tokens[self.at + 1 :]


def alternatives(text: str) -> tuple[str, ...]:
    """Return what a question with an auxiliary asks one to choose from, as it words them; () where it asks whether."""
    asked = _around_or(text)
    if asked is None:
        return ()
    found = next((pair for shape in _SHAPES for pair in shape(asked)), None)
    choices = tuple(" ".join(words).strip(",;") for words in found) if found else ()
    return choices if choice_claims(text, choices) else ()


def choice_claims(text: str, choices: Sequence[str]) -> tuple[str, ...] | None:
    """Return the claim that each choice would make true; None where `text` does not name all of them, joined by *or*.

    "Was it built in Gdansk or in Gothenburg?" is "It was built in Gdansk." and "It was built in Gothenburg."
    """
    lead, core = split_question(text)
    if len(choices) < 2 or core.split(" ", 1)[0].lower() not in HELPERS:
        return None
    one = "|".join(sorted((re.escape(" ".join(c.split())) for c in choices), key=len, reverse=True))
    between = rf"(?:,? or |, )(?:(?:{'|'.join(_PREPOSITIONS)}|the|an?) ){{0,2}}"
    listed = re.search(rf"(?<!\w)(?:{one})(?:{between}(?:{one}))+(?!\w)", core, re.IGNORECASE)
    if listed is None or not re.search(r"\bor\b", listed.group()):
        return None
    claims = []
    for choice in choices:
        written = re.search(rf"(?<!\w){re.escape(' '.join(choice.split()))}(?!\w)", listed.group(), re.IGNORECASE)
        if written is None:
            return None
        asked = f"{core[: listed.start()]}{written.group()}{core[listed.end() :]}"
        claim = claim_from_question(f"{lead}, {asked}" if lead else asked)
        if claim is None:
            return None
        claims.append(claim)
    return tuple(claims)


def _around_or(text: str) -> _Or | None:
    core = split_question(text)[1]
    auxiliary, *tokens = core.rstrip(" ?!.").split() or [""]
    lowered = [token.lower() for token in tokens]
    if (
        auxiliary.lower() not in _ASKS_WHICH
        or TRUTH.match(core)
        or lowered.count("or") != 1
        or lowered[0] == "there"
        or _WHETHER.intersection(lowered)
    ):
        return None
    at = lowered.index("or")
    end = subject_end(auxiliary.lower(), tokens)
    quoted = any(" ".join(tokens[:at]).count(mark) % 2 for mark in '"') or re.search(r"[“‘][^”’]* or ", core)
    if not 0 < at < len(tokens) - 1 or end is None or quoted:
        return None
    return _Or(auxiliary.lower(), tuple(tokens), at, end)


Pair = tuple[Sequence[str], ...]


def _opposites(asked: _Or) -> Iterator[Pair]:
    left, right = asked.left, asked.right
    for n in (3, 2, 1):
        for m in (3, 2, 1):
            pair = frozenset(" ".join(words).lower().strip(",") for words in (left[-n:], right[:m]))
            more = pair in (frozenset(("more", "less")), frozenset(("more", "fewer"))) and "than" in right
            if pair in _OPPOSED or more:
                yield left[-n:], right[:m]


def _figures(asked: _Or) -> Iterator[Pair]:
    """Two years, months or days of the week, or two figures; "two or three" is a guess at one number."""
    one, other = asked.left[-1].strip(","), asked.right[0].strip(",")
    if {one.lower(), other.lower()} <= _MONTHS_DAYS or all(re.fullmatch(r"\d[\d.,]*%?", word) for word in (one, other)):
        yield (one,), (other,)


def _subjects(asked: _Or) -> Iterator[Pair]:
    if asked.auxiliary not in _ONE_SUBJECT or asked.end <= asked.at + 1:
        return
    second = subject_end(asked.auxiliary, asked.right)
    if second is not None and second == asked.end - asked.at - 1:
        pieces = [*_listed(asked.left), asked.right[:second]]
        if _alike(pieces):
            yield tuple(pieces)


def _predicates(asked: _Or) -> Iterator[Pair]:
    if asked.auxiliary not in _BE or asked.end >= asked.at:
        return
    first, last = _listed(asked.tokens[asked.end : asked.at]), asked.right
    if not any(_PREPOSITIONS.intersection(piece) for piece in first):  # "a member or a partner | of BRICS"
        last = last[: _until_preposition(last)]
    pieces = [*first, last]
    if _alike(pieces):
        yield tuple(pieces)


def _told_twice(asked: _Or) -> Iterator[Pair]:
    preposition, places = asked.right[0].lower(), asked.tokens[asked.end : asked.at]
    if asked.auxiliary not in _TOLD_TWICE or preposition not in _PREPOSITIONS or asked.end >= asked.at:
        return
    starts = [i for i, word in enumerate(places) if word.lower() == preposition]
    if starts and 0 < len(places) - starts[-1] - 1 <= _LONGEST and len(asked.right) > 1:
        rest = asked.right[1:]
        yield places[starts[-1] + 1 :], rest[: _until_preposition(rest)]


def _names_after(asked: _Or) -> Iterator[Pair]:
    """Names after one preposition: "signed in Moscow or Tehran"."""
    if asked.auxiliary not in ("was", "were", "did") or asked.end >= asked.at:
        return
    starts = [i for i, word in enumerate(asked.left) if i >= asked.end and word.lower() in _BEFORE_NAMES]
    last = asked.right[: _until_preposition(asked.right)]
    if starts and _is_name(asked.left[starts[-1] + 1 :]) and _is_name(last):
        yield asked.left[starts[-1] + 1 :], last


_LONGEST = 5  # words of a choice after a preposition
_SHAPES: tuple[Callable[[_Or], Iterator[Pair]], ...] = (
    _opposites, _figures, _subjects, _predicates, _told_twice, _names_after,
)  # fmt: skip


def _until_preposition(words: Sequence[str]) -> int:
    """Return how many words stand before the first preposition that is no part of a name."""
    starts = (i for i, word in enumerate(words) if i > 0 and word.lower() in _PREPOSITIONS)
    return next((i for i in starts if not _is_name(words[: i + 2])), len(words))


def _listed(words: Sequence[str]) -> list[Sequence[str]]:
    """Return the members of "A, B" as words."""
    return [piece.split() for piece in re.split(r", *", " ".join(words)) if piece]


def _alike(pieces: Sequence[Sequence[str]]) -> bool:
    """Whether all are names, or all begin with the same article."""
    if all(_is_name(piece) for piece in pieces):
        return True
    articles = {{"an": "a"}.get(piece[0].lower(), piece[0].lower()) for piece in pieces}
    return articles in ({"a"}, {"the"}) and all(len(piece) > 1 for piece in pieces)


def _is_name(words: Sequence[str]) -> bool:
    capital = [word[:1].isupper() for word in words]
    return (
        bool(words)
        and capital[0]
        and capital[-1]
        and all(c or word in _INSIDE_NAMES for c, word in zip(capital, words, strict=True))
    )
