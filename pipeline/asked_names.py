"""The names that a question or claim is about, and whether a source has them.

"Who is the mayor of Oberau?" is not answered by an article that nowhere names Oberau, however well it words its own
mayor. Where a form is in doubt the name counts as there: "Russian" has Russia, "the United States" has the US,
"Pezeshkian" has President Pezeshkian, one letter more or less is a spelling. Of a name of several words one that is no
common word is enough. What is no name of its own asks for none: titles, months, what stands in quotation marks, the
question's first word alone, a text all in capitals, and what is not English, where nouns may have capitals.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache
from itertools import dropwhile

from factcheck.records import Source
from pipeline.lexical import STOP_WORDS
from pipeline.lexicon import is_participle, look_up
from pipeline.names import CALENDAR, is_demonym
from pipeline.question_parts import HELPERS
from pipeline.sentences import Sentence
from pipeline.values import parse_number
from vectorstore.language import looks_english

__all__ = ["find_names", "has_name", "has_no_names", "lacking", "name_unknown", "naming", "stands_near"]

_QUOTED = re.compile(r"[“\"][^“”\"]*[”\"]")
_WORD = re.compile(r"[^\W\d_](?:[\w.&-]*\w)?")
_JOINT = re.compile(r" (?:(?:of|for|de|la|al|del|van|von|bin|der)(?: the)? )?")
_POSSESSIVE = re.compile(r"['’]s?\b")
_ENDS_SENTENCE = re.compile(r"(?:\A|[.!?:;…]|[“\"(])\s*\Z")
_ASKING = frozenset("who whom whose what which when where why how".split())
_COMMON = frozenset(  # in names, what does not tell one from another
    "president prime minister chancellor king queen prince princess general governor senator secretary mayor mr "
    "mrs ms dr sir lord lady saint st ayatollah sheikh pope chief chairman director judge professor captain north "
    "south east west northern southern eastern western new old great central upper lower city town county state "
    "states republic kingdom federation union united national international party court council parliament "
    "congress senate house ministry department agency commission committee university college school hospital "
    "bank company corporation group inc ltd plc ag river lake sea mountain mount island islands street road "
    "airport station cup prize award games league club association society institute centre center church museum "
    "treaty agreement pact act war world day".split()
)
_NOTHING = frozenset("nobody nothing no none everybody everyone somebody people not one never about".split())
_NO_NAMES = frozenset(
    "ceo cfo coo cto mp mps mep meps pm gdp gnp ai tv it ipo hq phd ok vat usd eur gbp nobody somebody".split()
)
_ALIASES = tuple(
    frozenset(names.split(","))
    for names in (  # where the forms do not begin alike
        "us,usa,united states,america,american,americans,washington,white house",
        "uk,united kingdom,britain,british,england,english,london",
        "eu,european union,europe,european,brussels",
        "dprk,north korea,north korean",
        "uae,emirates,emirati",
        "russia,russian,kremlin,moscow",
        "iran,iranian,tehran",
        "china,chinese,beijing",
        "netherlands,holland,dutch",
        "france,french",
        "spain,spanish",
        "poland,polish",
        "finland,finnish",
        "denmark,danish",
        "switzerland,swiss",
        "ireland,irish",
        "wales,welsh",
        "turkey,turkiye,türkiye,turkish",
        "greece,greek,greeks",
        "portugal,portuguese",
    )
)
_SMALL = frozenset("of the and for in on a an de la".split())
_ENDING = re.compile(r"(?<=\w{4})(?:al|(?:[iu]?an|ese|ish|er|ite|i)?s?|[aeiouy])$")
_OPENING = 300  # code points in which a text says what it is about
_SPELT_ALIKE = 0.86  # SequenceMatcher's ratio from which two long words are one name


@dataclass(frozen=True, slots=True)
class _Words:
    """What a text is searched for, in lower case: itself, its words, those with a capital, and the initials of runs."""

    text: str
    words: frozenset[str]
    capitals: frozenset[str]
    initials: str  # of the words with a capital, in order; a space for each other word but the smallest


def find_names(text: str) -> tuple[str, ...]:
    """Return the names in a question or claim, in order, each once; of "Russia and Iran" both."""
    if not re.search(r"[a-z]", text) or not looks_english(text):
        return ()
    bare = _QUOTED.sub(lambda m: " " * len(m.group()), text)
    found: list[str] = []
    words = [m for m in _WORD.finditer(bare) if m.group()[0].isupper()]
    while words:
        run = [words.pop(0)]
        while words and _JOINT.fullmatch(bare[run[-1].end() : words[0].start()]):
            run.append(words.pop(0))
        if _ENDS_SENTENCE.search(bare[: run[0].start()]) and (len(run) == 1 or _opens(run[0].group())):
            run = run[1:]
        named = list(dropwhile(lambda m: _stresses(m.group()) or not _tells(_plain(m.group())), run))
        if named:
            found.append(_POSSESSIVE.sub("", bare[named[0].start() : named[-1].end()]))
    return tuple(dict.fromkeys(found))


def has_no_names(claim: str) -> bool:
    """Whether a claim surely names nothing: its first word may be a name too, unless it is known for another word."""
    found = _WORD.search(claim)
    first = _plain(found.group()) if found else ""
    forms = (first, first.removesuffix("s"))
    plain = first in STOP_WORDS | _NOTHING or any(look_up(form) for form in forms) or is_participle(first)
    return not find_names(claim) and (plain or parse_number(first) is not None)


def has_name(source: Source, name: str) -> bool:
    """Whether the source has the name, in its text or in what is known of it."""
    p = source.provenance
    about = (source.id, p.title, p.publisher, p.author, p.credited_from, p.url)
    return any(_is_in(name, _read(text)) for text in (source.text, " ".join(filter(None, about))))


def lacking(names: Sequence[str], source: Source) -> tuple[str, ...]:
    """Return the names that the source does not have."""
    return tuple(name for name in names if not has_name(source, name))


def name_unknown(names: Sequence[str], sources: Collection[Source]) -> tuple[str, ...]:
    """Return a warning that names those which none of the sources has; nothing where there is none, or no source."""
    unknown = [name for name in names if not any(has_name(source, name) for source in sources)]
    return (f"no source that was read names {', '.join(unknown)}",) if unknown and sources else ()


def naming(names: Sequence[str], sources: Iterable[Source]) -> frozenset[str]:
    """Return the ids of the sources that have every name, or where none does, of those that have most."""
    lacked = {source.id: len(lacking(names, source)) for source in sources}
    return frozenset(id_ for id_, missing in lacked.items() if missing == min(lacked.values()))


def stands_near(name: str, sentence: Sentence) -> bool:
    """Whether a sentence is about what the name names, as far as its place tells.

    The name stands in it, in what is read before it, in the sentence's paragraph, or where its source says what it is
    about: in the title and the opening.
    """
    text, span = sentence.source.text, sentence.span
    start, end = text.rfind("\n", 0, span.start) + 1, text.find("\n", span.end)
    around = f"{sentence.with_lead} {text[start : end if end >= 0 else None]}"
    about = f"{sentence.source.provenance.title or ''} {text[:_OPENING]}"
    return any(_is_in(name, _read(where)) for where in (around, about))


def _opens(word: str) -> bool:
    return (
        word.lower() in _ASKING
        or word.lower() in HELPERS
        or word.lower() in STOP_WORDS
        or look_up(word.lower()) is not None
    )


def _stresses(word: str) -> bool:
    """Whether a word is in capitals for its weight alone: LACK, NOT."""
    return word.isupper() and (word.lower() in STOP_WORDS | {"not"} or look_up(word.lower()) is not None)


def _plain(word: str) -> str:
    return _POSSESSIVE.sub("", word).replace(".", "").lower()


def _tells(word: str) -> bool:
    """Whether a word may be a name by itself."""
    return len(word) > 1 and word not in CALENDAR | STOP_WORDS | _NO_NAMES and not set(word.split("-")) <= _COMMON


@lru_cache(maxsize=256)  # the same sources come back with every question
def _read(text: str) -> _Words:
    found = [(m.group(), _plain(m.group())) for m in _WORD.finditer(text)]
    words = [word for written, whole in found for word in (whole, *_parts(whole))]
    capitals = [part for written, whole in found if written[0].isupper() for part in (whole, *_parts(whole))]
    marked = ((written, whole) for written, whole in found if whole not in _SMALL)
    initials = "".join(whole[0] if written[0].isupper() else " " for written, whole in marked)
    return _Words(" ".join(whole for _, whole in found), frozenset(words), frozenset(capitals), initials)


def _is_in(name: str, text: _Words) -> bool:
    words = [_plain(m.group()) for m in _WORD.finditer(name)]
    telling = [part for word in words if _tells(word) for part in (word, *_parts(word)) if part not in _COMMON]
    own = [word for word in telling if look_up(word) is None] or telling
    return _has_alias(" ".join(words), text) or any(_has_word(word, text) for word in own) or _has_initials(words, text)


def _has_word(word: str, text: _Words) -> bool:
    if word in text.words or _has_alias(word, text):
        return True
    root = _root(word)
    return any(
        capital.startswith(root)
        or (is_demonym(capital.capitalize()) and word.startswith(_root(capital)))
        or _spelt_alike(word, capital)
        for capital in text.capitals
    )


def _root(word: str) -> str:
    """Return what a country and its people begin with alike, four letters or more: "russi", "portug"."""
    return _ENDING.sub("", word)


def _spelt_alike(word: str, other: str) -> bool:
    if min(len(word), len(other)) < 6 or word[0] != other[0] or abs(len(word) - len(other)) > 2:
        return False
    return SequenceMatcher(None, word, other, autojunk=False).ratio() >= _SPELT_ALIKE


def _has_alias(name: str, text: _Words) -> bool:
    aliases = {alias for names in _ALIASES if name in names for alias in names}
    return any(alias in (text.text if " " in alias else text.capitals) for alias in aliases)


def _has_initials(words: Sequence[str], text: _Words) -> bool:
    """Whether a name of initials stands there in full, or a name in full by its initials."""
    if len(words) == 1 and 2 <= len(words[0]) <= 5:
        return words[0] in text.initials
    initials = "".join(word[0] for word in words if word not in _SMALL)
    return len(initials) >= 2 and initials in text.words


def _parts(word: str) -> list[str]:
    return [part for part in re.split(r"[-&]", word) if len(part) > 1] if re.search(r"[-&]", word) else []
