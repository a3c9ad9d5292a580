"""Word counts by part of speech and irregular past tenses, from WordNet 3.0 (see NOTICE)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files


@dataclass(frozen=True, slots=True)
class Word:
    """How often a lemma was tagged as verb, noun and adjective; its past tense if irregular."""

    verb: int
    noun: int
    adjective: int
    past: str | None


@cache
def words() -> dict[str, Word]:
    """Return lemma -> Word; read once."""
    table: dict[str, Word] = {}
    for line in files(__package__).joinpath("words.tsv").read_text("ascii").splitlines()[1:]:
        lemma, verb, noun, adjective, past = line.split("\t")
        table[lemma] = Word(int(verb), int(noun), int(adjective), past or None)
    return table


def is_base_verb(word: str) -> bool:
    return (found := look_up(word)) is not None and found.verb > 0


def look_up(word: str) -> Word | None:
    """Return the word, in American spelling where only that one is listed (`recognise` -> `recognize`)."""
    found = words().get(word)
    if found is None and word.endswith(("ise", "yse")):
        found = words().get(word[:-2] + "ze")
    return found


def is_participle(word: str) -> bool:
    """Whether `word` can be a past or present participle of a known verb."""
    if word in _IRREGULAR_PARTICIPLES or word in _past_forms():
        return True
    for ending in ("ed", "ing"):
        if word.endswith(ending):
            stem = word.removesuffix(ending)
            if any(is_base_verb(s) for s in (stem, stem + "e", stem[:-1])) or (
                stem.endswith("i") and is_base_verb(stem[:-1] + "y")
            ):
                return True
    return False


def past_tense(verb: str) -> str:
    """Return the past tense of a base verb: `signed`, `planned`, `took`."""
    found = words().get(verb)
    if found and found.past:
        return found.past
    if verb.endswith("e"):
        return verb + "d"
    if verb.endswith("y") and verb[-2:-1] not in "aeiou":
        return verb[:-1] + "ied"
    return verb + "ed"


def third_person(verb: str) -> str:
    """Return the third person singular: `includes`, `carries`, `has`."""
    if verb in {"have", "be"}:
        return {"have": "has", "be": "is"}[verb]
    if verb.endswith(("s", "x", "z", "ch", "sh")) or (verb.endswith("o") and verb[-2:-1] not in "aeiou"):
        return verb + "es"
    if verb.endswith("y") and verb[-2:-1] not in "aeiou":
        return verb[:-1] + "ies"
    return verb + "s"


@cache
def _past_forms() -> frozenset[str]:
    return frozenset(word.past for word in words().values() if word.past and word.verb)


_IRREGULAR_PARTICIPLES = frozenset(
    "been begun broken brought built bought chosen come done drawn driven eaten fallen felt fought flown forbidden "
    "forgotten got gotten given gone grown had held kept known led left lost made meant met paid risen run said seen "
    "sought sold sent set sung spoken spent stood taken taught told thought understood undertaken worn won withdrawn "
    "written cut hit put let shut hurt split spread become overcome overthrown thrown shown proven struck sworn caught "
    "swept slept wept crept fled fed sped flung stuck beat bent lent dealt found heard "
    "read sunk stolen undergone arisen born borne bound blown frozen hidden hung shaken torn".split()
)
