"""A sentence as claims: split where two clauses are clear, pronouns resolved where one antecedent is.

Nothing is guessed. A sentence whose parts depend on each other (a condition, a quotation, a reported clause) stays
whole; a pronoun whose antecedent is not plain stays a pronoun, and the sentence before goes along for retrieval alone.
"""

from __future__ import annotations

import re

from factcheck.records import Span
from pipeline.drafts.checkable import has_finite_verb

_AUX = r"(?:is|are|was|were|has|have|had|does|do|did|will|would|can|could|must|may)(?:n['’]t)?"
_JOINT = re.compile(r"(?:,\s+(?:and|but)\s+|;\s+(?:(?:and|but)\s+)?)")
_SHARED = re.compile(
    rf"\s+(?:and|but)\s+(?=(?:{_AUX}|includes?|contains?|provides?|covers?|lasts?|entered|expires?)\s)"
)
_OWN_SUBJECT = re.compile(
    r"(?:(?:the|this|that|these|those|a|an|its|their|his|her|both|each|it|they|he|she|there)\s+|[A-Z])"
)
_DEPENDENT = re.compile(
    r"\A(?:if|when|while|although|though|because|as|since|after|before|whether|unless|until|where|given|once|had|were|"
    r"neither|either|not only|both|despite|according to)\b|\b(?:if|whether|unless|that|than|so)\b",
    re.IGNORECASE,
)
_REPORTS = re.compile(
    r"\b(?:said|says|told|stated|claims?|claimed|noted|reported|announced|argued|added|confirmed|warned|stressed|"
    r"declared|according to|believes?|thinks?|hopes?|wants?)\b",
    re.IGNORECASE,
)
_MARKS = '"“”„«»()[]'
_SUBJECT = re.compile(rf"\A(?P<subject>(?:[\w'’.-]+\s+){{1,6}}?)(?P<verb>{_AUX})\s", re.IGNORECASE)
_DEFINITE = re.compile(r"\A(?:the|this)(?:\s+[a-z][\w'’-]*){1,3}\Z", re.IGNORECASE)
_TITLE = r"(?:president|prime minister|minister|chancellor|king|queen|general|senator|secretary)"
_NAME = r"[A-Z][\w'’.-]*[a-z]"
_PERSON = re.compile(
    rf"\A(?:(?:the\s+)?(?:[\w-]+\s+)?(?i:{_TITLE})\s+)?{_NAME}(?:\s+{_NAME}){{1,2}}\Z|\A(?i:{_TITLE})\s+{_NAME}\Z"
)
_PAIR = re.compile(rf"\A{_NAME}\s+and\s+{_NAME}\Z")
_NAMES = re.compile(rf"\b{_NAME}(?:\s+{_NAME})+")
_PRONOUN = re.compile(r"\A(?P<pronoun>It|He|She|They)\s+(?P<next>[\w'’-]+)\b")
_EXPLETIVE = re.compile(
    r"\AIt\s+(?:seems|appears|takes|took|turns|turned|rain|follows|remains|depends)\b"
    r"|\AIt\s+(?:is|was|has been|will be|would be)\s+(?:(?:not|also|now|still|\w+ly)\s+)*(?:\w+\s+)?(?:that|to|whether|who|in\s|on\s|by\s)",
)
_ANY_PRONOUN = re.compile(r"\b(?:it|its|he|she|they|them|their|his|her|him|this|these|those)\b", re.IGNORECASE)


def split_clauses(sentence: str) -> list[tuple[Span, str]]:
    """Return (span in the sentence, wording) of each clause; one, the sentence itself, where no split is safe."""
    whole = [(Span(0, len(sentence)), sentence)]
    if any(mark in sentence for mark in _MARKS) or _DEPENDENT.search(sentence) or _REPORTS.search(sentence):
        return whole
    joints = list(_JOINT.finditer(sentence))
    if len(joints) == 1:
        left, right = sentence[: joints[0].start()], sentence[joints[0].end() :]
        if _is_clause(left) and _is_clause(right):
            return [
                (Span(0, len(left)), _sentence(left)),
                (Span(joints[0].end(), len(sentence)), _sentence(right)),
            ]
    shared = list(_SHARED.finditer(sentence))
    subject = _SUBJECT.match(sentence)
    if len(shared) == 1 and subject and not joints and "," not in sentence:
        left, right = sentence[: shared[0].start()], sentence[shared[0].end() :]
        if len(left) > subject.end("verb") and len(right.split()) >= 3:
            second = f"{subject['subject'].strip()} {right}"
            return [
                (Span(0, len(left)), _sentence(left)),
                (Span(shared[0].end(), len(sentence)), _sentence(second)),
            ]
    return whole


def resolve(sentence: str, before: str) -> str | None:
    """Return the sentence with the subject of the one before in place of its pronoun, where that is safe."""
    pronoun = _PRONOUN.match(sentence)
    subject = _SUBJECT.match(before)
    if not pronoun or not subject or _EXPLETIVE.match(sentence) or any(mark in before for mark in _MARKS):
        return None
    if not has_finite_verb(f"x {pronoun['next']}"):
        return None
    noun = " ".join(subject["subject"].split())
    fits = {
        "It": bool(_DEFINITE.match(noun)) and subject["verb"].lower() not in {"are", "were", "have", "do"},
        "They": bool(_PAIR.match(noun)),
    }.get(pronoun["pronoun"], bool(_PERSON.match(noun)) and _one_person(noun, before))
    return f"{noun}{sentence[pronoun.end('pronoun') :]}" if fits else None


def refers_back(sentence: str) -> bool:
    """Whether the sentence has a word that may point to the one before."""
    return bool(_ANY_PRONOUN.search(sentence))


def _one_person(noun: str, sentence: str) -> bool:
    """No other name of two words or more stands in the sentence, to which a pronoun might point."""
    return all(name in noun or noun.endswith(name) for name in _NAMES.findall(sentence))


def _is_clause(text: str) -> bool:
    return len(text.split()) >= 3 and bool(_OWN_SUBJECT.match(text)) and has_finite_verb(text)


def _sentence(clause: str) -> str:
    clause = clause.strip().rstrip(",;")
    return clause[:1].upper() + clause[1:] + ("" if clause.endswith((".", "!")) else ".")
