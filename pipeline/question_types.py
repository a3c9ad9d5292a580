"""The type of a question, by its wording.

The order of the rules is the rule: the first that matches decides. Only the opening of a question is looked at, once
its leading phrase and the statements before it have been set aside (`pipeline.question_parts`); where it does not open
with what it asks, what it asks within ("They met in which city?").
"""

from __future__ import annotations

import re

from factcheck.records import QuestionType
from pipeline.lexicon import Word, is_base_verb, is_participle, look_up
from pipeline.question_parts import AUXILIARY, HELPER, HELPERS, TRUTH, core_question
from vectorstore.language import looks_english

__all__ = ["asks_for", "infer_type"]

_TO_FILL_IN = re.compile(  # "The Earth's inner core may have:", "It was renamed to?"
    r":$|_{2,}\W*$"
    r"|\b(?:named|called|known as|(?:is|are|was|were|been|being) (?:\w+ly )?\w+(?:ed|en|wn) (?:to|by|with|as))\?$"
)
_PERIOD = r"(?:years?|months?|weeks?|days?|decades?|hours?|minutes?|seconds?)"
_PATTERNS: tuple[tuple[QuestionType, str], ...] = (
    (
        "duration",
        rf"^(?:for |over |within )?how long\b|^(?:for|over|in|within|after) (?:around |about |nearly |roughly )?how many {_PERIOD}\b",
    ),
    ("duration", rf"^how many {_PERIOD}\b(?!.*\b(?:ago|old)\b)"),
    ("duration", r"^(?:with)?in what time\b|^how (?:soon|late|quickly)\b"),
    (
        "duration",
        r"^what(?:['’]s| is| was| are)? (?:the )?(?:\w+ )?(?:duration|term|length|period|lifetime|validity)\b(?! of office)",
    ),
    ("duration", r"^(?:for )?(?:what|which) (?:period|length of time|term|duration)\b"),
    (
        "date",
        r"^(?:since |until |by |from )?when\b|^(?:on |in |by |at |from )?(?:what|which) (?:exact )?(?:date|day|year|month|century)\b",
    ),
    ("date", r"^what(?:['’]s| is| was| were) (?:the )?(?:\w+ ){0,3}(?:date|day|year|month)\b"),
    (
        "number",
        r"^(?:(?:by|to|at|for|from|about|roughly|around|approximately|over|nearly) )*how (?:many|much|large|big|far|high|old|often|tall|deep|wide|heavy|steep|fast|full)\b",
    ),
    (
        "number",
        r"^(?:to |by |at |of )?(?:what|which)(?:['’]s| is| was| are| were)? (?:the )?(?:[\w'’-]+ ){0,3}?(?:number|amount|percentage|percent|share of|proportion|fraction|turnout|weight|capacity|volume|price|cost|total|rate|size|quantity|population|distance|speed)\b",
    ),
    ("number", r"^(?:by |of |to |at )?what (?:share|sum)\b"),
    ("number", r"^what (?:do|does|did|will|would|must|should|can|could|might) .*\b(?:cost|weigh)\b"),
    (
        "number",
        r"^what (?:(?:do|does|did|will|would|must|should) (?:[\w'’-]+ ){1,6}?pay|(?:is|are|was|were) (?:[\w'’-]+ ){1,6}?paying)"
        r"\b(?= (?:for|to)\b|\W*$)",
    ),
    ("list", r"^(?:list|name|enumerate|give)\b|^who all\b|^(?:what|which) (?:are|were) the\b"),
    (
        "list",
        r"^(?:in |with |between |to |of |from |by )?(?:which|what) (?:\w+ ){0,2}(?:countries|cities|states|nations|parties|organi[sz]ations|companies|people|leaders|presidents|sources|areas|fields|sectors|spheres|topics|measures|weapons|systems|articles|media|outlets|publications|ministers|provisions|wars|types|kinds|drones|missiles|corridors|projects|reasons|goals|agencies|names)\b",
    ),
    ("entity", r"^(?:to |with |by |from |for |of |against )?(?:who|whom|whose|where)\b"),
    ("entity", r"^what(?:['’]s| is| was) the (?:full |official )?(?:name|title|capital)\b"),
)
_PREPOSITION = r"(?:in|at|on|to|of|by|for|from|with|about|between|during|under|into|against|through|over|around|near|outside|inside|after|before)"
# "In 1755 what fort did they take?", "It was sold to whom?"; a clause of its own ("knows what it wants") asks nothing
_ASKED_WITHIN = re.compile(
    r"(?:"
    rf"\bwhat (?!the\b|each\b|every|it\b|he\b|she\b|they\b|we\b|an?\b|this\b|that\b|all\b)(?:[\w'’-]+ ){{0,2}}?{HELPER}\b"
    r"|\bwhat (?:in|to|for|at|by|of|from|with|on|(?:type|kind|sort)s? of)\b|\bwhat(?! (?:(?:it|he|she|they|we|you)\b|(?-i:[A-Z])))(?: [\w'’-]+){0,2}\W*$"
    rf"|\bhow (?:many|much|long)\b(?: [\w'’-]+){{0,4}}? {HELPER}\b|\bhow (?:many|much|long)(?: [\w'’-]+){{0,3}}\W*$"
    rf"|\b{_PREPOSITION} whom?\b(?=\W*$| (?:after|before|during|in|at|following)\b)"
    r"|(?<!guess )(?<!matter )\b(?:what|how long)(?=,)"
    r"|\b(?:who|whom|whose|where|when|why)(?: (?:in|on|at|to|for|from|with)(?: [\w'’-]+){1,2})?\W*$"
    r")",
    re.IGNORECASE,
)
_WHICH = re.compile(
    r"(?P<known>\b(?:know|knew|say|said|tell|told|explain|decide|show|determine|reveal|learn|report|specif|list|defin|describ|clarif)\w* )?"
    rf"(?P<by>\b{_PREPOSITION} )?\b(?:(?:which|what) "
    rf"(?!{HELPER}\b|(?:the|an?|it|he|she|they|we|you|I|this|that|these|those|there|all|each|both|neither|either|any|some|no)\b)"
    r"(?P<noun>(?-i:(?:(?:[A-Z][\w.’'-]*|\d+) ){0,3}[a-z][a-z’'-]*|(?:[A-Z]\.)+))(?!\w)|how (?:many|much)\b)",
    re.IGNORECASE,
)
_NOUN_PHRASE = re.compile(r"\b(?:an?|the|this|that|one|some|no|every)(?: [\w’'-]+){1,2} ?$", re.IGNORECASE)
_FINITE = re.compile(rf"\b(?:{HELPER}|[a-z]{{3,}}ed|[a-z]{{3,}}[^s\W]s(?= (?:to|that|an?|the)\b))\b")
_LED = re.compile(
    r"^(?:in|after|before|during|of|since|under|on|at|by|for|with|from|until)\b(?:(?! (?:do|does|did)\b)[^,?]){2,60}? "
    rf"(?P<asked>(?:who|whom|whose|where|which|what|how)\b(?: [\w'’-]+){{0,3}}? (?:{HELPER}|[a-z]+ed)\b.*\?)",
    re.IGNORECASE,
)
_NAMED = frozenset(  # what has a name: "which team", "what West African country"
    "which team what West African country country city state nation town place person leader president "
    "minister man woman company organisation agency newspaper outlet source party capital region river sea "
    "port plant group author writer official commander general university institution publication building "
    "summit airline drone missile jet aircraft system team club film movie show song album novel actor "
    "actress singer musician superstar celebrity band artist player athlete gymnast host chain brand retailer "
    "bank network broadcaster platform tournament league festival school museum senator governor mayor "
    "politician candidate manufacturer island volcano county store studio publisher organization "
    "star".split()
)
_NOT_BETWEEN = re.compile(
    rf"{HELPER}|{_PREPOSITION}|the|an?|its?|he|she|they|you|we|his|her|their|this|that|when|who|kinds?|types?|sorts?"
)
_AFTER_NOUN = re.compile(
    rf"{HELPER}(?:n['’]t)?|(?!of\b){_PREPOSITION}|that|who|which|and|or|do|the|an?|this|last|next|now|recently|he|she|they|it"
)
_SMALL = frozenset(  # words that a sentence has and a list of keywords has not
    "the a an this that these those its his her their our it he she they we you i not no of in on at by to from with for "
    "and or but as about into after before during since under over who which what".split()
)
_SUBJECTS = frozenset("i you he she it we they who which that this these those".split())
_RULES = tuple((kind, re.compile(pattern, re.IGNORECASE)) for kind, pattern in _PATTERNS)


def infer_type(text: str, *, choices: tuple[str, ...] = ()) -> QuestionType:
    """Return the type that the wording asks for; `text` when no rule matches or it is not English."""
    if choices:
        return "choice"
    core = core_question(text)
    if not looks_english(core):
        return "text"
    if TRUTH.match(core) or re.match(rf"^(?:{AUXILIARY})\b", core, re.IGNORECASE):
        return "boolean"
    kind = _opened(core)
    if kind is None and (asked := _asked_within(core)):
        kind = _opened(asked) or _opened(re.sub(rf"^{_PREPOSITION} ", "", asked, flags=re.IGNORECASE)) or "text"
    if kind or re.match(r"^(?:what|which|why|how)\b", core, re.IGNORECASE) or _TO_FILL_IN.search(core):
        return kind or "text"
    # a plain statement, with or without "right?", asks whether it holds
    return "boolean" if _states(core) else "text"


def _states(core: str) -> bool:
    """Whether words are a statement: a full stop says so, else a finite verb after its subject.

    "death toll Tarsin quake" has none. Words without any mark at their end may be keywords: there small words must be
    among them, and a past form counts only with what it acts on ("Iran joined BRICS in 2024", not "people killed in quake").
    """
    words = [word.lower() for word in re.findall(r"[\w’'-]+", core)]
    if len(words) < 3 or re.match(r"^(?:tell|explain|describe|summari[sz]e)\b", core, re.IGNORECASE):
        return False
    if re.search(r"[.!…]\W*$", core) or any(word in HELPERS or re.search(r"n['’]t$", word) for word in words[1:]):
        return True
    sentence = core.endswith("?") or words[0] in _SMALL
    if not (sentence or _SMALL.intersection(words)):
        return False
    return any(_is_finite(words[i - 1], words[i], words[i + 1 : i + 2], sentence) for i in range(1, len(words)))


def _is_finite(before: str, word: str, following: list[str], sentence: bool) -> bool:
    """Whether a word can be the finite verb after `before`; in a `sentence` without what it acts on too."""
    if before in _SMALL - _SUBJECTS or word in _SMALL:
        return False
    if is_participle(word) and not word.endswith("ing") and not is_base_verb(word):
        return sentence or (following != [] and not re.fullmatch(_PREPOSITION, following[0]))
    plain = any(known.verb > known.noun + known.adjective for known in _readings(word))
    plural = before.endswith("s") and not before.endswith("ss")
    if is_base_verb(word):
        return plain and (plural or before in _SUBJECTS or sentence)
    return plain and word.endswith("s") and not plural


def _opened(core: str) -> QuestionType | None:
    """Return the type that a question's opening tells."""
    kind = next((kind for kind, rule in _RULES if rule.match(core)), None)
    return kind or ("entity" if asks_for(_NAMED, core, opening=True, owner=True) else None)


def _asked_within(core: str) -> str | None:
    """Return what a sentence asks from its question word on; None where it asks nothing in this way."""
    if led := _LED.match(core):
        return led["asked"]
    if not core.endswith("?"):
        return None
    within = _ASKED_WITHIN.search(core)
    starts = [start for start in (within.start() if within else None, _which(core)) if start is not None]
    if not starts or re.search(r" (?:do|does|did) (?:they|he|she|it|we|you|the)\b", core[: min(starts)]):
        return None
    return core[min(starts) :]


def _which(core: str) -> int | None:
    """Return where "which N" or "what N" asks ("play at which tournament"); None where it belongs to a clause.

    "A mechanism by which disputes are settled" and "the treaty, which covers trade," ask nothing.
    """
    for found in _WHICH.finditer(core):
        before, after, noun = core[: found.start()], core[found.end() :], (found["noun"] or "").split()[-1:]
        verbal = bool(noun) and _is_mostly_verb(noun[0])
        if (found["known"] and not found["by"]) or before.rstrip().endswith(","):
            continue
        if found["by"]:  # a clause has an article or a plural: "by which disputes are settled", not "by which artist"
            plural = noun and noun[0].endswith("s") and not noun[0].endswith("ss")
            named = verbal and " " in found["noun"]  # "in which Putin sits"
            paired = noun in (["and"], ["or"])
            clause = _FINITE.search(after) and not re.match(r"\W*(?:that|who|which)\b", after)
            owned = found["by"].strip().lower() != "of" and _NOUN_PHRASE.search(before)
            if not (named or paired or (clause and (owned or (plural and _FINITE.search(before))))):
                return found.start("by")
        elif not verbal:
            return found.start()
    return None


def _readings(word: str) -> list[Word]:
    """Return what the lexicon knows of a form, as it stands and without the ending of a verb or plural."""
    stems = dict.fromkeys((word, word.removesuffix("s"), word.removesuffix("es"), word.removesuffix("ies") + "y"))
    return [found for stem in stems if (found := look_up(stem))]


def _is_mostly_verb(word: str) -> bool:
    """Whether a form is oftener one of a verb: "which covers trade", not "which types"."""
    return is_participle(word) or any(k.verb > k.noun + k.adjective for k in _readings(word))


def _may_be_verb(word: str) -> bool:
    """Whether a form can well be one of a verb: "signed", "won", "hosts"."""
    return word.endswith("ed") or is_participle(word) or any(k.verb > k.noun / 4 for k in _readings(word))


def asks_for(nouns: frozenset[str], core: str, *, opening: bool = False, owner: bool = False) -> bool:
    """Whether one of `nouns` is what "which" or "what" asks for: no verb stands before it, and no noun after it.

    "Which West African country left?", but not "which bank funds state schools?", "what caused the plant fire?".
    `opening`: only a preposition may stand before it. `owner`: "which country's cars" asks for a country.
    """
    for found in re.finditer(r"\b(?:which|what) ", core, re.IGNORECASE):
        if opening and not re.fullmatch(rf"(?:{_PREPOSITION} )?", core[: found.start()], re.IGNORECASE):
            return False
        written = re.findall(r"[\w’'.-]+|[^\w\s]", core[found.end() :])
        words = [word.lower() for word in written]
        for word, following, name in zip(words[:4], [*words[1:], "?"], written, strict=False):
            bare = re.sub(r"['’]s?$", "", word)
            if owner and bare != word and bare in nouns:
                return True
            if word in nouns and _ends_phrase(following):
                return True
            describes = name[0].isupper() or word.endswith("ing") or (word.endswith("ed") and following in nouns)
            verb = not describes and _is_mostly_verb(word)
            if word not in nouns and (verb or bare != word or _NOT_BETWEEN.fullmatch(word)):
                break
    return False


def _ends_phrase(following: str) -> bool:
    """Whether what follows a noun is none that it would belong to."""
    return (
        not following[0].isalnum()
        or _AFTER_NOUN.fullmatch(following) is not None
        or following.endswith("ly")
        or _may_be_verb(following)
    )
