"""From a question to the declarative claim that an answer *yes* would assert.

Plain auxiliary questions are turned by rules ("Does the treaty include X?" -> "The treaty includes X."). A negated
question asks the same thing as the plain one ("Isn't there a clause?" -> "There is a clause."): *yes* means that
there is. "Does the treaty lack X?" keeps its own verb. Words that only ask harder ("actually", "yet", "would you say")
are no part of the claim, nor is an aside ("like the other one"). Where the rules do not find the end of the subject, `None`
comes back and a model, if there is one, words the claim.
"""

from __future__ import annotations

import re

from pipeline.lexicon import Word, is_base_verb, is_participle, look_up, past_tense, third_person
from pipeline.question_parts import HELPERS, split_question, strip_truth

_NEGATION = re.compile(r"(?:n['’]t|\s+not)$", re.IGNORECASE)
_DETERMINERS = frozenset(
    "a an the this that these those any some no every each either all both its his her their our my your".split()
)
_PREPOSITIONS = frozenset(
    "of in on at by for with from to into under over between among against about after before since during as than "
    "via within without towards toward through per".split()
)
_PRONOUNS = frozenset(
    "i you he she it we they this that these those there anyone anybody someone nobody everyone".split()
)
_ADVERBS = frozenset(
    "not also still already now ever really actually currently officially formally only just even then automatically "
    "explicitly jointly always never yet publicly reportedly likely".split()
)
_POINTERS = frozenset("this that these those all both each either".split())  # determiners that may stand alone
_OPEN_QUESTION = re.compile(
    r"^(?:(?:to|on|in|by|at|for|from|of|with|since|until) )?(?:what|who(?:m|se)?|when|where|which|why|how)\b",
    re.IGNORECASE,
)
_OF_TIME = frozenset("last next early late previous former recent past this".split())
_OWNERS = ("'s", "’s")
_MODALS = frozenset("can could will would shall should may might must".split())
_BE, _HAVE = frozenset("am is are was were".split()), frozenset("has have had".split())
_DO = {"do": None, "does": third_person, "did": past_tense}
_ASIDE = re.compile(r"^([^,]+), (?:like|unlike) [^,]+, (?=\S)", re.IGNORECASE)
_CLEFT = re.compile(
    r"^(?i:is|was) it (?i:(?P<where>(?!in force|in line|in effect|at odds|in [\w’']+ interest)"
    r"(?:in|at|on|by|during|from|under|for|with|after|before|through) (?:[\w’'-]+ ){0,6}?[\w’'-]+)"
    r"(?<!time)(?<!claim)(?<!idea)(?<!fact)(?<!view)(?<!speech)(?<!moment)(?<!condition) that"
    r" (?!is\b|was\b|are\b|were\b|has\b|had\b|have\b|will\b|would\b|can\b)"
    r"|(?-i:(?P<who>(?:(?:the|a|an|his|her|their) \S.*?)|[A-Z]\S*(?: .*?)??)) who )(?P<rest>.+)$"
)
_SOME = re.compile(r"\b[Aa]ny(thing|one|body)(?= |$)")
_WHICHEVER = re.compile(
    r"\b(?:without|prevents?|prevented|bans?|banned|forbids?|forbade|den(?:y|ies|ied)|impossible|refuse[sd]?|than|can|could"
    r"|may|might|not|no|never|hardly)\b|n['’]t\b",
    re.IGNORECASE,
)
_ANY = re.compile(r"(?<= )any (?=(?:[a-z]+ )?[a-z]+s\b)")
_EMPTY = re.compile(r" (?:actually|really|indeed|ever(?! since\b))(?= )| (?:yet|at all)$", re.IGNORECASE)
_CONTRACTED = {"can't": "can", "cannot": "can", "won't": "will", "shan't": "shall", "ain't": "is"}


def claim_from_question(text: str) -> str | None:
    """Return the claim that *yes* would assert, as one sentence; None where the rules do not reach."""
    lead, core = split_question(text)
    statement = strip_truth(core)
    if statement is None:
        body = core.rstrip(" ?!.")
        body = _EMPTY.sub("", body)
        aside = _aside_after_subject(body)
        tokens = f"{aside[1]} {body[aside.end() :]}".split() if aside else body.split()
        auxiliary = _auxiliary(tokens[0]) if tokens else None
        if cleft := _CLEFT.match(body):
            statement = f"{cleft['rest']} {cleft['where']}" if cleft["where"] else f"{cleft['who']} {cleft['rest']}"
        elif auxiliary is None:
            statement = None if _OPEN_QUESTION.match(body) else body
        else:
            subject_words = len(aside[1].split()) - 1 if aside else None
            statement = _declare(auxiliary, tokens[1:], subject_words)
            statement = _plainly(statement) if statement else None
    if not statement:
        return None
    sentence = statement[0].upper() + statement[1:] + "."
    return f"{lead[0].upper()}{lead[1:]}, {statement}." if lead else sentence


def _auxiliary(token: str) -> str | None:
    word = token.lower().replace("’", "'")
    word = _CONTRACTED.get(word) or _NEGATION.sub("", word)
    return word if word in HELPERS else None


def _aside_after_subject(body: str) -> re.Match[str] | None:
    """Return an aside ("Is the pact, like the old one, public") where nothing but the subject stands before it."""
    aside = _ASIDE.match(body)
    if aside is None:
        return None
    auxiliary, following = aside[1].split()[0].lower(), body[aside.end() :].split(maxsplit=1)[0].lower()
    if auxiliary in _BE:
        return aside
    verb = is_participle(following) if auxiliary in _HAVE else is_base_verb(following)
    return aside if verb else None


def _plainly(statement: str) -> str:
    """Return the statement without the `any` of questions, where it does not mean *whichever*."""
    if _WHICHEVER.search(statement):
        return statement
    statement = re.sub(r"^[Aa]ny (?=[a-z])", "some ", statement)
    return _ANY.sub("", _SOME.sub(lambda found: "some" + found[1], statement))


def _declare(auxiliary: str, rest: list[str], end: int | None = None) -> str | None:
    """Return the words after the auxiliary as a statement; `end`: where the subject ends, if that is known."""
    lowered = [token.lower().strip(",;") for token in rest]
    if lowered[:1] == ["not"]:
        rest, lowered = rest[1:], lowered[1:]
    if not rest:
        return None
    if lowered[0] == "there":
        return " ".join(["there", auxiliary, *_without_any(_without_not(rest[1:], 0))])
    end = end or _subject_end(auxiliary, lowered, rest)
    if not end or end >= len(rest):
        return None
    subject, predicate = rest[:end], _without_not(rest[end:], 0)
    if auxiliary in _DO and predicate:
        inflect = _DO[auxiliary]
        at = next((i for i, word in enumerate(predicate) if word.lower() not in _ADVERBS), 0)
        if inflect and is_base_verb(predicate[at].lower()):
            predicate[at] = inflect(predicate[at].lower())
        return " ".join([*subject, *predicate])
    return " ".join([*subject, auxiliary, *predicate])


def _subject_end(auxiliary: str, lowered: list[str], written: list[str]) -> int | None:
    if auxiliary in _BE:
        return _end_before_predicate(lowered, written)
    if auxiliary in _HAVE:
        return _end_before_participle(lowered) or _end_before_determiner(lowered)
    return _end_before_base_verb(lowered)


def _without_not(tokens: list[str], at: int) -> list[str]:
    return tokens[:at] + tokens[at + 1 :] if tokens[at : at + 1] and tokens[at].lower() == "not" else list(tokens)


def _without_any(tokens: list[str]) -> list[str]:
    """ "Are there any provisions?" asserts that there are provisions."""
    return tokens[1:] if len(tokens) > 1 and tokens[0].lower() == "any" else tokens


def _end_before_base_verb(tokens: list[str]) -> int | None:
    """Return where the subject ends: the first verb that cannot well be a noun, else the first that may be a verb."""
    if tokens[0] in _PRONOUNS and len(tokens) > 1 and (is_base_verb(tokens[1]) or tokens[1] in _ADVERBS):
        return 1
    verbs = [
        i
        for i in range(1, len(tokens))
        if is_base_verb(tokens[i]) and tokens[i] not in _MODALS and tokens[i - 1] not in _MODALS
    ]
    candidates = [i for i in verbs if _may_follow_subject(tokens[i - 1])]
    candidates = candidates or [i for i in verbs if tokens[i - 1].endswith(_OWNERS)]  # "Did Levi's | close its stores"
    if not candidates:
        return None
    for i in candidates:
        word = look_up(tokens[i]) or Word(1, 0, 0, None)
        if word.noun + word.adjective and i + 1 in candidates and not (look_up(tokens[i + 1]) or word).noun:
            continue  # "the drone deal include": the next one is the verb
        if word.verb >= word.noun + word.adjective:
            return _back_over_adverbs(tokens, i)
    return _back_over_adverbs(tokens, candidates[0])


def _may_follow_subject(previous: str) -> bool:
    if previous in _DETERMINERS - _POINTERS:
        return False
    if (
        previous in _PREPOSITIONS
        or previous in {"and", "or", "which", "who", "that"}
        or previous.endswith(("'s", "’s", "s'", "s’"))
    ):
        return False
    known = look_up(previous)
    return not (known and known.adjective > known.noun + known.verb)


def _back_over_adverbs(tokens: list[str], at: int) -> int:
    while at > 1 and (tokens[at - 1] in _ADVERBS or (tokens[at - 1].endswith("ly") and len(tokens[at - 1]) > 4)):
        at -= 1
    return at


def _end_before_participle(tokens: list[str]) -> int | None:
    """Return where the subject ends before a participle ("Has Iran | joined BRICS")."""
    for i in range(1, len(tokens)):
        if is_participle(tokens[i]) and tokens[i - 1] not in _DETERMINERS | _PREPOSITIONS:
            return _back_over_adverbs(tokens, i)
    return None


def _end_before_determiner(tokens: list[str]) -> int | None:
    return next(
        (i for i in range(1, len(tokens)) if tokens[i] in _DETERMINERS and tokens[i - 1] not in _PREPOSITIONS), None
    )


def _end_before_predicate(tokens: list[str], written: list[str]) -> int | None:
    """Return where the subject ends after a form of *be*: before an adverb, participle, adjective, second noun phrase."""
    if tokens[0] in _PRONOUNS - {"this", "that", "these", "those"}:
        return 1
    if tokens[0] in _POINTERS and len(tokens) > 1 and tokens[1] in _DETERMINERS | _PREPOSITIONS | _ADVERBS:
        return 1  # "Is this | the first treaty?"
    noun_seen = tokens[0] not in _DETERMINERS
    fallback: int | None = None
    for i in range(1, len(tokens)):
        token, previous = tokens[i], tokens[i - 1]
        known = look_up(token)
        in_name = written[i][0].isupper() and written[i - 1][0].isupper()  # "Bushehr Nuclear Power Plant"
        if not noun_seen:
            noun_seen = not (known and known.adjective > known.noun + known.verb)
            continue
        after_preposition = previous in _PREPOSITIONS or previous in _DETERMINERS or previous in {"and", "or"}
        if after_preposition:
            continue
        if previous.endswith(_OWNERS):
            continue  # "Iran's nuclear ambitions"
        adjective = known is not None and not in_name and known.adjective > known.noun + known.verb
        if is_participle(token) and (later := _adjective_after_noun(tokens, i + 1)):
            return _back_over_adverbs(tokens, later)
        if (
            token in _ADVERBS
            or is_participle(token)
            or adjective
            or (token.endswith("er") and tokens[i + 1 : i + 2] == ["than"])
            or (token in _DETERMINERS and not previous.endswith("s'"))
        ):
            return _back_over_adverbs(tokens, i)
        if token in _PREPOSITIONS and fallback is None and token not in {"of", "between"}:
            fallback = i
        after_name = written[i][0].islower() and written[i - 1][0].isupper()
        listed = tokens[i - 2 : i - 1] in (["and"], ["or"]) and tokens[i + 1 : i + 2] == ["of"]
        if token[:1].isdigit() or (after_name and ((known is not None and known.noun > 99) or listed)):
            return i  # "Iran | part of BRICS", "Russia and Iran | members of it": a common noun right after a name
    return fallback or (len(tokens) - 1 if len(tokens) >= 2 else None)


def _adjective_after_noun(tokens: list[str], start: int) -> int | None:
    """Return where an adjective stands right after a noun: a participle before it belongs to the subject.

    "Is the deal agreed in Moscow | broad in scope?"; but "Was the deal signed in Moscow last year?".
    """
    for i in range(start + 1, len(tokens)):
        known, before = look_up(tokens[i]), tokens[i - 1]
        adjective = known is not None and known.adjective > known.noun + known.verb and tokens[i] not in _OF_TIME
        other = look_up(before)
        noun = other is None or other.noun > other.verb + other.adjective
        if before in _DETERMINERS | _PREPOSITIONS | _ADVERBS | {"and", "or"} or before.endswith(_OWNERS):
            continue
        if adjective and noun and not is_participle(before) and not is_participle(tokens[i]):
            return i
    return None
