"""From a question to the declarative claim that an answer *yes* would assert.

Plain auxiliary questions are turned by rules ("Does the treaty include X?" -> "The treaty includes X."), where the
subject ends as `pipeline.subject` tells. "Isn't there a clause?" asks the same thing as the plain question: *yes* means
that there is. A *not* after the subject is the claim's own ("Has Iran still not joined?" -> "Iran has still not
joined."), as is the verb of "Does the treaty lack X?". Words that only ask harder ("actually", "yet", "would you say")
are no part of the claim, nor is an aside ("like the other one"). Where a question has no such form, `None` comes back
and a model, if there is one, words the claim.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from pipeline.lexicon import is_base_verb, is_participle, past_tense, third_person
from pipeline.question_parts import HELPERS, split_question, strip_truth
from pipeline.subject import ALONE, subject_end, verb_at

_NEGATION = re.compile(r"(?:n['’]t|\s+not)$", re.IGNORECASE)
_OPEN_QUESTION = re.compile(
    r"^(?:(?:to|on|in|by|at|for|from|of|with|since|until) )?(?:what|who(?:m|se)?|when|where|which|why|how)\b",
    re.IGNORECASE,
)
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
        body = _body(core)
        if cleft := _CLEFT.match(body):
            statement = f"{cleft['rest']} {cleft['where']}" if cleft["where"] else f"{cleft['who']} {cleft['rest']}"
        elif asked := _asked(body):
            statement = _declared(*asked)
        else:
            statement = None if _OPEN_QUESTION.match(body) else body
    if not statement:
        return None
    sentence = statement[0].upper() + statement[1:] + "."
    return f"{lead[0].upper()}{lead[1:]}, {statement}." if lead else sentence


def auxiliary_question(text: str) -> tuple[str, list[str]] | None:
    """Return the auxiliary of a plain question and the words after it; None for questions of another form."""
    lead, core = split_question(text)
    body = _body(core)
    if lead or strip_truth(core) is not None or _CLEFT.match(body) or _aside_after_subject(body):
        return None
    asked = _asked(body)
    return asked[:2] if asked and asked[1] and asked[1][0].lower() != "there" else None


def declare(auxiliary: str, tokens: Sequence[str], end: int) -> str:
    """Return the statement whose subject is the first `end` of the words after the auxiliary, `0 < end < len(tokens)`."""
    subject, predicate = tokens[:end], list(tokens[end:])
    lowered = [token.lower() for token in predicate]
    at = verb_at(predicate)
    if auxiliary in _DO and "not" not in lowered[: at + 1]:
        inflect = _DO[auxiliary]
        if inflect and predicate[at].isalpha():
            predicate[at] = inflect(predicate[at].lower())
        return " ".join([*subject, *predicate])
    if auxiliary == "can" and lowered[0] == "not":
        return " ".join([*subject, "cannot", *predicate[1:]])
    return " ".join([*subject, auxiliary, *predicate])


def _body(core: str) -> str:
    return _EMPTY.sub("", core.rstrip(" ?!."))


def _asked(body: str) -> tuple[str, list[str], int | None] | None:
    """Return the auxiliary, the words after it, and where the subject ends if an aside tells; None without auxiliary."""
    aside = _aside_after_subject(body)
    tokens = f"{aside[1]} {body[aside.end() :]}".split() if aside else body.split()
    auxiliary = _auxiliary(tokens[0]) if tokens else None
    if auxiliary is None:
        return None
    rest = tokens[1:]
    for at in (0, 1):  # "Is not the pact", "Is it not so": as "Isn't"
        if [token.lower() for token in rest[at : at + 1]] == ["not"] and (at == 0 or rest[0].lower() in ALONE):
            rest = rest[:at] + rest[at + 1 :]
    return auxiliary, rest, len(aside[1].split()) - 1 if aside else None


def _declared(auxiliary: str, rest: Sequence[str], end: int | None) -> str | None:
    if not rest:
        return None
    if rest[0].lower() == "there":
        plain = rest[2:] if len(rest) > 1 and rest[1].lower() == "not" else rest[1:]
        return _plainly(" ".join(["there", auxiliary, *_without_any(plain)]))
    end = end or subject_end(auxiliary, rest)
    return _plainly(declare(auxiliary, rest, end)) if end and end < len(rest) else None


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


def _without_any(tokens: Sequence[str]) -> list[str]:
    """ "Are there any provisions?" asserts that there are provisions."""
    return list(tokens[1:] if len(tokens) > 1 and tokens[0].lower() == "any" else tokens)
