"""Which sentences of a draft can be checked against sources, by rules over their wording; the first that fits decides.

*Question* before *opinion* before *forecast*: each has words of its own. Whoever is named as saying it makes an opinion
or a forecast checkable: that he said so is a fact or none. A legal document may speak of the future ("the treaty
will remain in force for 20 years"): what it provides for can be checked today. So can an announcement: what "will" or "is
to" be, with a date or a figure, stands in the sources or does not; and a permission ("may handle 99 flights a night").
"""

from __future__ import annotations

import re
from typing import Literal

from pipeline.attribution import attribute, is_forecast
from pipeline.lexicon import is_base_verb, is_participle
from pipeline.sentences import instructs, is_boilerplate
from pipeline.values import find_values

Reason = Literal["opinion", "forecast", "question", "heading", "other"]

_QUESTION = re.compile(r"\?[\"'”’»)\]]*\Z")
_OPINION = re.compile(
    r"\b(?:I|we) (?:\w+ )?(?:think|believe|feel|hope|fear|doubt|suspect|suppose|guess|prefer|love|hate|wish)\b"
    r"|\bin (?:my|our) (?:humble )?(?:opinion|view|eyes|judge?ment)\b|\b(?:personally|arguably|hopefully|frankly|honestly)\b"
    r"|(?:\A|[,;] )(?:un)?fortunately\b|(?:\A|[,;] )(?:sadly|regrettably|luckily|thankfully|surely)\b"
    r"|\b(?:should|ought to|deserves? to|had better)\b"
    r"|\bit (?:is|was|would be) (?:\w+ )?(?:good|bad|better|best|wrong|right|sad|great|important|clear|obvious|unclear|"
    r"surprising|regrettable|remarkable|high time|a (?:pity|shame|disgrace|mistake|joke))\b"
    r"|\b(?:is|are|was|were) (?:a |an |the )?(?:\w+ )?(?:terrible|wonderful|beautiful|ugly|awful|great|excellent|disastrous|"
    r"brilliant|stupid|foolish|shameful|disgraceful|amazing|fantastic|disappointing|impressive|ridiculous|outrageous|"
    r"cynical|naive|wise|masterstroke|farce|disgrace|disaster|triumph|betrayal)\b",
    re.IGNORECASE,
)
_GUESS = re.compile(
    r"\b(?:might|could(?! not\b)|would|expected|likely|unlikely|probably|perhaps|possibly|predict\w*|forecast\w*"
    r"|in the (?:coming|next) \w+)\b",
    re.IGNORECASE,
)
_MAY = re.compile(r"(?<![\d,] )\bmay (?!\d)")
_PERMITS = re.compile(
    r"\bmay (?:not|only|no longer)\b|\b(?:a|per|each|every) (?:day|night|week|month|year|hour|person|head|household)\b"
    r"|\b(?:at most|up to|no more than)\b",
    re.IGNORECASE,
)
_AHEAD = re.compile(
    r"\b(?:will|won['’]t|shall|going to|(?:is|are) to|soon|next (?:year|month|week|decade))\b", re.IGNORECASE
)
_PROVIDES = re.compile(
    r"\A(?:under|according to|in) the (?:\w+ )?(?:treaty|agreement|pact|deal|contract|law|bill|text)\b"
    r"|\A(?:the|this|that|a|an|its|his|her|article|each|both|all)?\W*(?:[\w'’-]+ ){0,5}?(?:treaty|agreement|pact|deal|contract|law|bill|"
    r"document|clause|article|provision|preamble|part(?:y|ies)|protocol|accord|memorandum)\b",
    re.IGNORECASE,
)
_FINITE = frozenset(
    "am is are was were has have had does do did will would can could shall should may might must isn't aren't wasn't "
    "weren't hasn't haven't hadn't doesn't don't didn't won't wouldn't can't cannot couldn't".split()
)
_FIRST_PERSON = re.compile(
    r"\A(?:in|below|above|here)?[^,]{0,40},? ?\b(?:we|I) (?:will|shall|now|look|show|explain|describe|discuss)\b"
)
_IMPERATIVE = re.compile(
    r"\A(?:see|read|click|note|consider|compare|subscribe|share|follow|sign up|contact|visit|check|remember|imagine|let us|"
    r"let['’]s|please|thank(?:s| you)|dear)\b",
    re.IGNORECASE,
)
_WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")


def why_not(sentence: str) -> Reason | None:
    """Return why a sentence cannot be checked; None where it can."""
    if _QUESTION.search(sentence):
        return "question"
    if _states_nothing(sentence):
        return "other"
    if attribute(sentence).speaker is not None:
        return None
    if _OPINION.search(sentence):
        return "opinion"
    if _foretells(_unquoted(sentence)) and not _PROVIDES.match(sentence):
        return "forecast"
    return None


def _foretells(sentence: str) -> bool:
    """Whether a sentence guesses, or tells of what is to come without a date or a figure that could be announced."""
    if _GUESS.search(sentence) or (_MAY.search(sentence) and not _PERMITS.search(sentence)):
        return True
    ahead = _AHEAD.search(sentence) or (is_forecast(sentence) and not _MAY.search(sentence))
    return bool(ahead) and not _has_figure(sentence)


def _has_figure(sentence: str) -> bool:
    if find_values(sentence, "date") or find_values(sentence, "duration"):
        return True
    return any(re.search(r"\d", value.text) for value in find_values(sentence, "number"))


def _states_nothing(sentence: str) -> bool:
    """Page furniture, an instruction, a remark on the text itself, or words without a verb."""
    if is_boilerplate(sentence) or instructs(sentence) or _IMPERATIVE.match(sentence) or _FIRST_PERSON.match(sentence):
        return True
    return not has_finite_verb(sentence)


def has_finite_verb(text: str) -> bool:
    """Whether the text has a word that can be its finite verb: a list of nouns states nothing."""
    words = [word.lower().replace("’", "'") for word in _WORD.findall(text)]
    return any(word in _FINITE or (i > 0 and _may_be_finite(word, words[i - 1])) for i, word in enumerate(words))


def _may_be_finite(word: str, previous: str) -> bool:
    if previous in {"the", "a", "an", "its", "their", "his", "her", "our", "this", "these", "of", "to"}:
        return False
    if word.endswith("ing"):
        return False
    third = next((word[: -len(e)] + r for e, r in (("ies", "y"), ("es", ""), ("s", "")) if word.endswith(e)), None)
    stems = [s for s in (third, word[:-1] if word.endswith("es") else None) if s]
    return is_participle(word) or any(is_base_verb(stem) for stem in stems) or is_base_verb(word)


def _unquoted(sentence: str) -> str:
    return re.sub(r"[“\"][^“”\"]*[”\"]", " ", sentence)
