"""Where the subject of a question ends: "Has the assembly | approved the treaty?".

A conditional logistic regression over the places between words, fitted on the questions of our own stories and on
lines written for what is hard (`python -m training.subjects` prints how often it is right when left out). Its features
are classes of words (closed lists, endings, what WordNet counts a word as), alone and beside each other, what the
subject would hold and whether it agrees with the auxiliary in number. Weights: `pipeline/lexicon/subject.tsv`. Places
where no subject ends (`_may_end`, `_may_follow`) are left out before they are weighed; the fit knows nothing of that.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from itertools import pairwise

from pipeline.lexicon import is_base_verb, is_participle, look_up
from pipeline.values import parse_number

__all__ = ["ALONE", "features", "subject_end", "verb_at"]

_ADVERB = "A"
_CLOSED: Mapping[str, str] = {
    "D": "a an the this that these those any some no every each either all both its his her their our my your another "
    "most many several few much more last next previous",
    "P": "of in on at by for with from to into under over between among against about after before since during as "
    "than via within without towards toward through per behind across around near despite until upon beyond beside "
    "below above off out up down like along inside outside aboard atop alongside beneath throughout",
    "R": "i you he she it we they there anyone anybody someone somebody nobody everyone everybody nothing anything "
    "something himself itself themselves",
    _ADVERB: "also still already now ever really actually currently officially formally only just even then always "
    "never yet likely long often once again too so well rather almost nearly alone soon far",
    "W": "who which whom whose where when why how if whether because although while unless",
    "C": "and or but nor",
    "B": "be been being am is are was were",
    "H": "have has had having",
    "M": "can could will would shall should may might must do does did",
    "X": "not",
}
_CLASS = {word: name for name, words in reversed(list(_CLOSED.items())) for word in words.split()}
_AUXILIARIES = {word: name for name in "BH" for word in _CLOSED[name].split()} | dict.fromkeys(
    ("do", "does", "did"), "D"
)
ALONE = frozenset("i he she it we they".split())
_SINGULAR, _PLURAL = frozenset("is was has does".split()), frozenset("are were have do".split())
_OWNERS = ("'s", "’s", "s'", "s’")
_NOUNS, _VERBS = "nsvN", "VTG"
_ARTICLES = frozenset("a an the its their our your every".split())
_CLAUSES = frozenset("when while because although unless".split())
_TIMES = frozenset("day days night week month year years time times moment hour period".split())  # "the day when"
_OF = frozenset(  # "is of great importance"
    "importance interest use value concern significance consequence help benefit relevance note quality age origin "
    "descent nature kind type sort opinion view weight".split()
)
_BARE = frozenset("help let make see watch hear have feel dare need go come".split())  # before another verb's base form
_PLAIN = 4  # times as often a verb as a noun
_RARE = 2  # times that WordNet counts a verb: nearly always a noun
_SPANS = frozenset(  # what may follow the verb "last"
    "a an for until till only just about around over under nearly almost more less longer long well through into "
    "beyond all at forever several many some".split()
) | {""}


def subject_end(auxiliary: str, tokens: Sequence[str]) -> int | None:
    """Return how many of `tokens`, the words after the auxiliary, are the subject; None where none would be left."""
    if len(tokens) < 2:
        return None
    if tokens[0].lower() in ALONE and tokens[1].lower() not in ("and", "or"):
        return 1
    if (last := _last_at(auxiliary, tokens)) is not None:
        return last
    weights = _weights()
    places = [i for i in range(1, len(tokens)) if tokens[i - 1].lower() != "not"] or [1]
    places = [i for i in places if _may_end(auxiliary, tokens, i)] or places
    places = [i for i in places if _may_follow(auxiliary, tokens[i:])] or places
    return max(places, key=lambda i: sum(weights.get(f, 0.0) for f in features(auxiliary, tokens, i)))


def _last_at(auxiliary: str, tokens: Sequence[str]) -> int | None:
    """Return where "last" is the verb: "Did the strike | last three days", not "Did the last three trains | leave"."""
    if _AUXILIARIES.get(auxiliary, "D") != "D":
        return None
    words = [token.lower() for token in tokens]
    for at in range(1, len(words)):
        following = words[at + 1] if at + 1 < len(words) else ""
        if words[at] != "last" or not (following in _SPANS or _is_number(following)):
            continue
        start = at
        while start > 1 and _class_of(words[start - 1], tokens[start - 1]) == _ADVERB:
            start -= 1
        if _class_of(words[start - 1], tokens[start - 1], base=True) in _NOUNS + "VGR#":
            return start
    return None


def _may_end(auxiliary: str, tokens: Sequence[str], end: int) -> bool:
    """Whether a subject can end before `tokens[end]` at all: what no weight outvotes.

    It ends neither in an article nor between a number and what is counted, goes on with "of", and holds no clause of
    time or cause that has a subject of its own ("on the bridge | when the ship ran aground").
    """
    words = [token.lower().strip(",;") for token in tokens]
    if tokens[end - 1] in _ARTICLES:
        return False
    if words[end] == "of" and not (_AUXILIARIES.get(auxiliary) == "B" and _OF.intersection(words[end + 1 : end + 6])):
        return False
    if words[end] in _CLAUSES and not _TIMES.intersection(words[:end]):
        return False
    kinds = [_class_of(word, token) for word, token in zip(words, tokens, strict=True)]
    if _is_number(words[end - 1]) and _is_counted(auxiliary, words, kinds, end):
        return False
    return not any(
        words[i] in _CLAUSES
        and words[i - 1] not in _TIMES
        and not tokens[i - 1].endswith(",")
        and kinds[i + 1] in _NOUNS + "DRO#"
        for i in range(1, end - 1)
    )


def _is_counted(auxiliary: str, words: Sequence[str], kinds: Sequence[str], at: int) -> bool:
    """Whether the word after a number is what it counts: "221 people", not "three resigned"."""
    if kinds[at] == "s" or words[at] == "percent":
        return True
    if words[at + 1 : at + 2] == ["than"]:  # "2016 | warmer than 1998"
        return False
    if _AUXILIARIES.get(auxiliary, "M") in "BH":
        return kinds[at] in "nv"
    return kinds[at] == "v" and any(is_base_verb(word) for word in words[at + 1 : at + 2])


def _is_number(word: str) -> bool:
    return word[:1].isdigit() or (word not in ("", "one") and parse_number(word) is not None)


def _may_follow(auxiliary: str, predicate: Sequence[str]) -> bool:
    """Whether the verb of the predicate can be a base form, where one must follow."""
    if auxiliary in _CLASS and _CLASS[auxiliary] != "M":
        return True
    written = predicate[verb_at(predicate)].strip(",;")
    verb = written.lower()
    if verb in _CLASS:
        return verb in ("be", "have", "do", "like")
    return _is_verb(verb, predicate[verb_at(predicate) + 1 :]) or _class_of(verb, written) == "n"


def _is_verb(word: str, following: Sequence[str]) -> bool:
    """Whether a word can be a base verb here: not one that is a noun as well, before a plain verb and its object.

    "Does the harbour bridge | have a toll", "Did the Kalmar ferry | carry 200 cars".
    """
    known = look_up(word)
    if known is None or not known.verb:
        return False
    if word in _BARE or not (2 * known.noun >= known.verb or known.verb <= _RARE):
        return True
    words = [token.lower().strip(",;") for token in following]
    kinds = [_class_of(w, token, base=True) for w, token in zip(words, following, strict=True)]
    at = next((i for i, kind in enumerate(kinds) if kind not in "nv"), len(kinds))  # nouns that the word may belong to
    return not (kinds[at + 1 : at + 2] and _is_plain_verb(words[at]) and kinds[at + 1] in _NOUNS + "D#RPGJV")


def _is_plain_verb(word: str) -> bool:
    known = look_up(word)
    plain = known is not None and not known.adjective and known.verb > _PLAIN * known.noun
    return plain or word in ("have", "be", "do")


def verb_at(predicate: Sequence[str]) -> int:
    """Return the place of the verb: of the first word that is neither "not" nor an adverb; 0 where all are."""
    kinds = (_class_of(word.lower(), word) for word in predicate)
    return next((i for i, kind in enumerate(kinds) if kind not in (_ADVERB, _CLASS["not"])), 0)


def features(auxiliary: str, tokens: Sequence[str], end: int) -> list[str]:
    """Return the names of what holds where the subject ends before `tokens[end]`, `0 < end < len(tokens)`."""
    words = [token.lower().strip(",;") for token in tokens]
    group = _AUXILIARIES.get(auxiliary, "M")
    kinds = [_class_of(word, token, base=group in "DM") for word, token in zip(words, tokens, strict=True)]
    before, after = kinds[end - 1], kinds[end]
    second = kinds[end + 1] if end + 1 < len(kinds) else "$"
    third = kinds[end + 2] if end + 2 < len(kinds) else "$"
    subject, inner = kinds[:end], kinds[1:end]
    left = kinds[end:]
    verbs = sum(a in "vV" and b not in "DPOJ" for b, a in pairwise(left))  # verbs that may be the predicate's
    follow = [*left[2:], "$"]  # an adjective or participle after a noun and before no other may begin the predicate
    later = {a for (b, a), c in zip(pairwise(left), follow, strict=False) if a in "JT" and b in _NOUNS and c in "PAC$"}
    verb = next((i for i in range(end, len(kinds)) if kinds[i] != _ADVERB), len(kinds) - 1)
    found = [
        f"{group} {before} {after}",
        f"{group} {after} {second}",
        f"{group} {before} {after} {second}",
        f"{kinds[end - 2] if end > 1 else '^'} {before} {after}",
        f"{group} after {after}",
        f"{group} before {before}",
        f"{group} verb {kinds[verb]}",
        f"{group} words {min(end, 6)}",
        f"left {min(len(tokens) - end, 4)}",
        f"{group} verbs {min(2, sum(kind in _VERBS for kind in inner))} {after}",
        f"{group} passed {min(2, sum(kind in 'VvTJ' for kind in inner))}",
        f"clause {'W' in inner} {any(kind in 'BHMVT' for kind in inner)}",
        f"noun {any(kind in 'nsvNRO#G' for kind in subject)} {before}",
        f"comma {tokens[end - 1].endswith(',')}",
        f"commas {sum(token.endswith(',') for token in tokens[:end]) % 2} {'W' in inner}",
        f"{group} left {min(2, verbs)} {before} {after}",
        f"{group} later {'J' in later} {'T' in later} {after}",
        f"{group} {after} {second} {third}",
        f"{group} names {_run(kinds[:end][::-1])} {_run(left)} {len(left) == _run(left)}",
        f"{group} capitals {tokens[end - 1][:1].isupper()} {tokens[end][:1].isupper()}",
    ]
    found += [f"{group} {place}={word}" for place, word in (("after", words[end]), ("before", words[end - 1]))
              if word in _CLASS]  # fmt: skip
    if group in "DM":
        told = any(kind == "V" and last not in "DPOX" for last, kind in pairwise(subject))
        found += [f"{group} base {is_base_verb(words[verb])}", f"{group} verb before {told} {kinds[verb]}"]
        twice = any(is_base_verb(word) for word in words[verb + 1 : verb + 2])  # "bridge have a toll"
        found.append(f"{group} twice {twice} {kinds[verb]} {' '.join(kinds[verb + 1 : verb + 3])}")
    if group == "H":
        found.append(f"{group} participle {kinds[verb] in 'TG' or is_participle(words[verb])}")
    if group == "B":
        found.append(f"{auxiliary in _SINGULAR} opens {after}")
    plural = _is_plural(words[:end], subject)
    if plural is not None and auxiliary in _SINGULAR | _PLURAL:
        found.append(f"agrees {plural == (auxiliary in _PLURAL)}")
    return found


def _run(kinds: Sequence[str]) -> int:
    """Return how many names the classes begin with, at most 3."""
    return next((i for i, kind in enumerate(kinds[:3]) if kind != "N"), min(3, len(kinds)))


def _is_plural(words: Sequence[str], kinds: Sequence[str]) -> bool | None:
    """Whether the subject is plural, by its last noun before a preposition or clause; None where it has no noun."""
    head = None
    for word, kind in zip(words, kinds, strict=True):
        if head and kind in "PWT":
            break
        if head and word == "and":
            return True
        if kind in _NOUNS + "TGJ":
            head = word
    return None if head is None else kinds[0] == "#" or _ends_plural(head)


def _class_of(word: str, written: str, *, base: bool = False) -> str:
    """Return the class of a word, that of its closed list, its form, or what WordNet mostly counts it as.

    By form: # number, O owner, A adverb, G and T participles, N name. Else J adjective, V verb, v noun that may be a
    verb, s plural, n. `base`: a base form is looked for, so that "let" and "put" are no participles.
    """
    verb = is_base_verb(word)
    forms = (
        (_CLASS.get(word, ""), word in _CLASS),
        ("#", word[:1].isdigit() or "%" in word),
        ("O", word.endswith(_OWNERS)),
        (_ADVERB, word.endswith("ly") and not verb and len(word) > 4),
        ("G" if word.endswith("ing") else "T", is_participle(word) and not (base and verb)),
        ("N", written[:1].isupper()),
    )
    return next((kind for kind, holds in forms if holds), "") or _counted_as(word)


def _counted_as(word: str) -> str:
    known = look_up(word)
    if known and known.adjective > known.noun + known.verb:
        return "J"
    if known and known.verb:
        return "V" if known.verb > known.noun + known.adjective else "v"
    return "s" if _ends_plural(word) else "n"


def _ends_plural(word: str) -> bool:
    return word.endswith("s") and not word.endswith("ss")


@cache
def _weights() -> Mapping[str, float]:
    lines = files("pipeline.lexicon").joinpath("subject.tsv").read_text("utf-8").splitlines()[1:]
    return {name: float(weight) for name, weight in (line.split("\t") for line in lines)}
