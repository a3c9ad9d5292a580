"""The parts of a question: what it opens with, its leading phrase and tag, and the sentence that asks.

"According to BTA, did they sign?" leads with a phrase; "She died in Iowa. How old was she?" opens with a statement.
"""

from __future__ import annotations

import re

__all__ = ["ASKS", "AUXILIARY", "HELPER", "HELPERS", "TRUTH", "core_question", "split_question", "strip_truth"]

HELPERS = tuple("am is are was were do does did has have had can could will would shall should may might must".split())
HELPER = rf"(?:{'|'.join(HELPERS)})"
ASKS = "(?:who|whom|what|when|where|which|why|how)"
AUXILIARY = rf"{HELPER}(?:n['’]t| not)?|can['’]?t|cannot|won['’]t|shan['’]t|ain['’]t"
_OPENING = re.compile(
    r"^(?:(?:so|and|but|ok|okay|well|please|also)[,\s]+"
    rf"|(?:can|could|would|will) you (?:please )?(?:tell (?:me|us)|say|confirm|check) (?={ASKS}\b))+",
    re.IGNORECASE,
)
_LEADING_PHRASE = re.compile(
    r"^(?P<lead>(?:according to|as of|under|in|by|at|per|since|before|after|following|given|on|with|for|if|when|once|should)\b[^,?]{1,120}),\s*"
    r"(?=\S)",
    re.IGNORECASE,
)
_ASKS_ANYWHERE = re.compile(rf"\b{ASKS}\b", re.IGNORECASE)
_SENTENCES = re.compile(r"[.!?]\s+\S.*\?$", re.DOTALL)
_STARTS = rf"^(?:{AUXILIARY}|who|whom|whose|what|when|where|which|why|how|for how|in wh|is it)\b"
_TAG = re.compile(
    rf"(?:,\s*(?:{AUXILIARY}) (?:it|they|he|she|there|we|you|I|this|that)|,?\s*(?:right|correct|true|no|yes|or not|is that right|isn['’]t (?:it|that so)))\s*\?*\s*$",
    re.IGNORECASE,
)
_BARE_TAG = re.compile(  # "It was signed in May. True or false?"
    r"(?<=[.?!]) (?:true or false|yes or no|right|correct|true|agreed|do you agree"
    rf"|is (?:this|that|it|(?:this|that|the) (?:statement|claim)) (?:true|correct|right|so|the case)"
    rf"|(?:{AUXILIARY}) (?:it|this|that|he|she|they|there))\?$",
    re.IGNORECASE,
)
TRUTH = re.compile(
    r"^(?:is it (?:true|correct|the case|a fact) (?:that )?|(?:is it|am I) right (?:that|in thinking that) |true or false[:,]?\s*"
    rf"|(?:would|could|can) (?:you|one|we) (?:say(?: that)?|(?:confirm|conclude) that) (?!{ASKS}\b)"
    r"|do you (?:think|believe) that |do you think (?!so\b|about\b|of\b)"
    r"|(?:can|could|would) you (?:tell me|check|confirm) (?:if|whether) "
    r"|do(?:es)? (?:the|these|our|my) (?:articles?|sources?|reports?|texts?) (?:say|state|report|confirm) that )",
    re.IGNORECASE,
)


def core_question(text: str) -> str:
    """Return the question without its opening words, leading phrase and tag: what the rules look at."""
    return split_question(text)[1]


def split_question(text: str) -> tuple[str | None, str]:
    """Return (leading phrase or None, core): `("According to BTA", "did they sign?")`."""
    core = _OPENING.sub("", _asking_sentence(text.strip()))
    lead = _LEADING_PHRASE.match(core)
    starts = _STARTS
    phrase = None
    if lead and re.match(starts, core[lead.end() :], re.IGNORECASE):
        phrase, core = lead["lead"], core[lead.end() :]
    if not re.match(starts, core, re.IGNORECASE):
        core = _TAG.sub("", core)
    return phrase, core.strip()


def _asking_sentence(text: str) -> str:
    """Return the last question of a text that opens with a statement, else the text."""
    text = _BARE_TAG.sub("", text)
    if not _SENTENCES.search(text) or re.match(_STARTS, _OPENING.sub("", text), re.IGNORECASE) or TRUTH.match(text):
        return text
    from vectorstore.segment import split_sentences  # noqa: PLC0415 - few questions need it

    last = list(split_sentences(text))[-1].of(text)
    return last if re.match(_STARTS, last, re.IGNORECASE) or _ASKS_ANYWHERE.search(last) else text


def strip_truth(core: str) -> str | None:
    """Return the statement inside "Is it true that …?", or None."""
    found = TRUTH.match(core)
    return core[found.end() :].rstrip(" ?.") if found else None
