"""Who says it, and how surely: the speaker and the modality of a sentence, by rules over its wording.

`speculated`: the sentence says that something may, could, is expected to be. `reported`: somebody is named as saying
it, or "he said": then the speaker stays unknown. `denied`: somebody denies it. Otherwise `asserted`. Words inside direct speech do not make a sentence speculative
about its own report ("he said it may rain" is reported).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from factcheck.records import Modality
from pipeline.lexicon import is_base_verb

_SPECULATED = re.compile(
    r"\b(?:(?-i:may)|might|could|would|perhaps|possibly|probably|potentially?|presumably|if (?:it|the|signed|he|she|they)|"
    r"is likely|are likely|likely to|unlikely to|expected to|is expected|are expected|set to be|plans? to|planned to|"
    r"appears? to|seems? to|suggests? that|hopes? to|rumou?red|speculat\w+|scheduled to|aims? to|intends? to|due to be)\b",
    re.IGNORECASE,
)
_FORECAST = re.compile(
    r"\b(?:(?-i:may)|might|could(?! not\b)|would|expected to|is expected|are expected|set to be|scheduled to|due to be|"
    r"(?:supposed|meant|intended|planned) to|plans? to|(?:was|were) to have|will \w+ an estimated|"
    r"(?:was|were)(?: originally| initially| at first)? to be|upcoming|(?:the|its|their|his|her|a) planned \w+ing|"
    r"if signed)\b",
    re.IGNORECASE,
)
_DENIED = re.compile(
    r"\b(?:den(?:y|ies|ied)|rejects? (?:the )?(?:claim|report|allegation)|refut(?:es|ed)|dismiss(?:es|ed))\b",
    re.IGNORECASE,
)
_SAYS = (
    r"(?:said|says|told|stated|states|claims?|claimed|noted|notes|reported|reports|announced|announces|emphasi[sz]ed|"
    r"emphasi[sz]es|underscored|argued?|argues|wrote|writes|added|adds|confirmed|confirms|described|called|hailed|warned|"
    r"stressed|declared|recalled|concluded|insists?|insisted|according to)"
)
_NAME = r"(?:[A-Z][\w'’.-]*|of|the|for|and|[“\"][^”“\"]{2,40}[”“\"])"
_ACCORDING = re.compile(rf"\b[Aa]ccording to (?P<who>(?:the |a |an )?[“\"]?[\w'’.-]+(?: {_NAME}){{0,5}})")
_SUBJECT_SAYS = re.compile(
    rf"(?P<who>(?:[“\"][^”“\"]{{2,40}}[”“\"]|[A-Z][\w'’.-]+)(?: (?:[A-Z][\w'’.-]+|of|the)){{0,5}}) (?:also |has |have |had |later |recently )?{_SAYS}\b"
)
_SAYS_SUBJECT = re.compile(
    rf"[“”\"],? (?:the )?(?:told (?:to )?[“\"][^”“\"]{{2,40}}[”“\"]|{_SAYS}) (?P<who>(?:[“\"][^”“\"]{{2,40}}[”“\"]|[A-Z][\w'’.-]+)(?: [A-Z][\w'’.-]+){{0,4}})"
)
_TRAILING = re.compile(
    r",? (?P<verb>notes|reported|reports|writes|concluded|said|says) (?P<who>[“\"]?[A-Z][\w'’. -]{2,40}[”“\"]?)\s*\.?$|, (?P<who2>(?:the )?[A-Z][\w'’. -]{2,40}?) (?:notes|reported|reports|writes|said|says)\.?$"
)
_PRONOUN_SAYS = re.compile(rf"(?:[“”\"],? |^|, )(?:he|she|they|it) (?:also |has |later )?{_SAYS}\b", re.IGNORECASE)
_TO_DO = re.compile(r"(?:(?:[A-Z][\w'’.&-]*|and|of|the),?\s+)+to\s+(?P<verb>[A-Za-z][a-z]+)\b[^.!?]*$")
_PRONOUNS = frozenset({"he", "she", "they", "it", "this", "that"})
_GROUP = re.compile(
    r"\b(?P<who>(?:[Aa]nalysts|[Ee]xperts|[Oo]bservers|[Oo]fficials|[Ss]ources|[Cc]ritics|the [Ww]est)) (?:say|said|note|have pointed out|caution|suggest|believe|point out|warn|claim)\b"
)


@dataclass(frozen=True, slots=True)
class Attribution:
    """Who is said to say it (None: the source itself) and how."""

    speaker: str | None
    modality: Modality


def attribute(sentence: str) -> Attribution:
    """Return speaker and modality of one sentence of a source."""
    speaker = _speaker(sentence)
    outside = re.sub(r"[“\"][^“”\"]*[”“\"]", " ", sentence)
    if _DENIED.search(outside):
        return Attribution(speaker, "denied")
    if _SPECULATED.search(outside):
        return Attribution(speaker, "speculated")
    return Attribution(speaker, "reported" if speaker or _PRONOUN_SAYS.search(sentence) else "asserted")


def is_forecast(sentence: str) -> bool:
    """Whether the sentence speaks of what may come: it never supports that this has happened.

    So does a headline of the kind "Two Countries to Sign Treaty".
    """
    if (headline := _TO_DO.match(sentence)) and is_base_verb(headline["verb"].lower()):
        return True
    return bool(_FORECAST.search(re.sub(r"[“\"][^“”\"]*[”“\"]", " ", sentence)))


def _speaker(sentence: str) -> str | None:
    for pattern in (_ACCORDING, _SAYS_SUBJECT, _TRAILING, _SUBJECT_SAYS, _GROUP):
        found = pattern.search(sentence)
        if found:
            groups = found.groupdict()
            who = groups.get("who") or groups.get("who2") or ""
            who = re.sub(r"(?: (?:of|the|for|and))+$", "", who.strip(' ,.“”"'))
            if who and who.lower() not in _PRONOUNS:
                return who
    return None
