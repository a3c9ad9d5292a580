"""Training pairs made from training pairs by rules with known labels; a rule gives None where it does not apply.

Every rule has a counterpart that keeps the label under the same surface change, so that the change itself says nothing:
negated and swapped claims of every label, hedges against reports, drowned evidence against irrelevant evidence.
"""

import random
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from training.pairs import Label, Pair
from training.windows import coverage, split_sentences, words

RULES = frozenset(
    "number name negate affirm negated report hedge forecast mismatch drowned contrast".split()
)  # in origins
_NUMBER = re.compile(r"\b\d{1,3}(?:,\d{3})+\b|\b\d+(?:\.\d+)?\b")
_NUMBER_WORDS = ("two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "twelve", "twenty", "thirty")
_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_NAME = re.compile(r"(?<![.!?]\s)(?<!^)\b[A-Z][a-z]+(?:\s[A-Z][a-z]+)*\b")
_AUXILIARY = re.compile(
    r"\b(is|are|was|were|has|have|had|will|would|can|could|should|does|do|did)\b"
    r"(?!\s*(?:not|n't|no|never)\b)(?!n't)"
)
_NEGATED = re.compile(r"\b(?:not|no|never|none|nobody|nothing|without|neither|nor|cannot)\b|n't\b", re.IGNORECASE)
_NOT = re.compile(r"\b(is|are|was|were|has|have|had|will|would|can|could|should|does|do|did) not\b")
_FLIPPED: Mapping[Label, Label] = {"supports": "refutes", "refutes": "supports", "neutral": "neutral"}

_REPORTS = (
    "{s} said that {p}", "According to {s}, {p}", "{s} told reporters that {p}", "{s} confirmed that {p}",
    "{s} announced on {d} that {p}", "\"{P}\", {s} said.", "{s} noted on {d} that {p}", "As {s} reported, {p}",
)  # fmt: skip
_HEDGES = (
    "It is unclear whether {p}", "{s} hopes that one day {p}", "There were unconfirmed rumours that {p}",
    "{s} denied knowing whether {p}", "If {p}, {s} will comment on {d}.", "{s} refused to say whether {p}",
    "Nobody could say on {d} whether {p}", "{s} asked whether {p}", "It remains to be seen whether {p}",
    "{s} suggested that perhaps {p}", "It is not known if {p}", "{s} speculated that {p}",
)  # fmt: skip
_SPEAKERS = (
    "the spokesman", "the ministry", "the company", "an official", "the paper", "the news agency", "the professor",
    "Ms Keller",
    "the mayor", "Mr Ivanov", "the committee", "a witness", "the director", "Smith", "the agency", "the report",
)  # fmt: skip
_FORECASTS: Mapping[str, Sequence[str]] = {
    "is": ("may be", "is expected to be", "could soon be", "is likely to be"),
    "are": ("may be", "are expected to be", "could soon be", "are likely to be"),
    "was": ("may be", "was expected to be", "is due to be", "will probably be", "was supposed to be"),
    "were": ("may be", "were expected to be", "are due to be", "will probably be", "were supposed to be"),
    "has": ("may have", "is expected to have", "might one day have"),
    "have": ("may have", "are expected to have", "might one day have"),
}
_PARTIES = (
    "Canada", "Peru", "Kenya", "Norway", "the old model", "the basic plan", "the 2011 law", "the city charter",
    "the rival phone", "the club", "the second edition", "the union", "the northern line", "Acme", "the first draft",
    "the museum",
)  # fmt: skip
_HAVINGS = (
    "a refund clause", "a rear camera", "an age limit", "a budget of its own", "a women's team", "free parking",
    "an index", "a night service", "a data protection officer", "an appeals board", "a spare battery",
    "a fishing quota", "a training fund", "an entrance fee", "a minimum wage", "a joint research centre",
    "a ban on advertising",
)  # fmt: skip


def swap_number(pair: Pair, rng: random.Random) -> Pair | None:
    """Change a number, month or weekday of a supported claim to one that the passage does not have: refutes.

    Bounds ("at least three") and rough figures are left alone: another number may fit them too.
    """
    if pair.label != "supports":
        return None
    if re.search(r"\b(?:at least|at most|more than|less than|fewer than|over|under|up to|about|around)\b", pair.claim):
        return None
    places = [m for m in _NUMBER.finditer(pair.claim) if m.group() in pair.passage]
    for family in (_NUMBER_WORDS, _MONTHS, _DAYS):
        places += [
            m for m in re.finditer(r"\b(?:" + "|".join(family) + r")\b", pair.claim) if m.group() in pair.passage
        ]
    if not places:
        return None
    place = rng.choice(places)
    other = _other_number(place.group(), rng)
    if re.search(rf"\b{re.escape(other)}\b", pair.passage):
        return None
    return _with_claim(pair, pair.claim[: place.start()] + other + pair.claim[place.end() :], "refutes", "number")


def swap_name(pair: Pair, rng: random.Random) -> Pair | None:
    """Put another name of the passage (or, by chance, any speaker's) for a name of a supported claim: unsupported.

    Whether that refutes or is merely not said depends on the predicate, so the label is left open between the two.
    """
    if pair.label != "supports":
        return None
    ours = [m for m in _NAME.finditer(pair.claim) if m.group() in pair.passage]
    if not ours:
        return None
    place = rng.choice(ours)
    known = set(words(place.group()))
    others = [
        n
        for n in {m.group() for m in _NAME.finditer(pair.passage)}
        if n not in pair.claim and not known & set(words(n))
    ]
    if not others:
        return None
    other = rng.choice(sorted(others))
    return _with_claim(pair, pair.claim[: place.start()] + other + pair.claim[place.end() :], "unsupported", "name")


def negate_claim(pair: Pair, rng: random.Random) -> Pair | None:
    """Put `not` after the claim's first auxiliary, or take it away: supports and refutes change places, neutral stays.

    Claims with another negation, a quantifier, two clauses or a question are left alone, where the rule may not hold.
    """
    if pair.label not in _FLIPPED or re.search(
        r"\b(?:only|all|every|some|any|few|both|most)\b|[,;?]", pair.claim, re.IGNORECASE
    ):
        return None
    if _NOT.search(pair.claim):
        claim = _NOT.sub(r"\1", pair.claim, count=1)
        return None if _NEGATED.search(claim) else _with_claim(pair, claim, _FLIPPED[pair.label], "affirm")
    if _NEGATED.search(pair.claim) or len(_AUXILIARY.findall(pair.claim)) != 1:
        return None
    short = rng.random() < 0.2
    claim = _AUXILIARY.sub(lambda m: _contract(m.group(1)) if short else f"{m.group(1)} not", pair.claim, count=1)
    return _with_claim(pair, claim, _FLIPPED[pair.label], "negate")


def negate_passage(pair: Pair, rng: random.Random) -> Pair | None:
    """Negate the one auxiliary of a short passage that supports: refutes. What is negated must stand in the claim."""
    if pair.label != "supports" or len(pair.passage.split()) > 30 or _NEGATED.search(pair.passage + pair.claim):
        return None
    places = list(_AUXILIARY.finditer(pair.passage))
    if len(places) != 1 or not _same_predicate(pair.passage[places[0].end() :], pair.claim):
        return None
    end = places[0].end()
    word = rng.choice((" not", " not", " never", " no longer"))
    return replace(
        pair, passage=pair.passage[:end] + word + pair.passage[end:], label="refutes", origin=pair.origin + "+negated"
    )


def report_passage(pair: Pair, rng: random.Random) -> Pair | None:
    """Wrap a one-sentence passage as somebody's statement: the label stays (who said it is kept elsewhere)."""
    return _wrap(pair, rng.choice(_REPORTS), rng, pair.label, "report")


def hedge_passage(pair: Pair, rng: random.Random) -> Pair | None:
    """Wrap a one-sentence passage that supports or refutes as a rumour, a hope, a question: neutral."""
    return _wrap(pair, rng.choice(_HEDGES), rng, "neutral", "hedge") if pair.label in ("supports", "refutes") else None


def forecast_passage(pair: Pair, rng: random.Random) -> Pair | None:
    """Turn the one verb of being or having of a short supporting passage into an expectation: neutral.

    Only where the claim states the same word after the same kind of verb as done or given.
    """
    if (
        pair.label != "supports"
        or len(pair.passage.split()) > 40
        or re.search(r"\b(?:may|might|could|expected)\b", pair.claim)
    ):
        return None
    places = list(re.finditer(r"\b(?:is|are|was|were|has|have)\b", pair.passage))
    if len(places) != 1 or _NEGATED.search(pair.passage):
        return None
    start, end = places[0].span()
    if not _same_predicate(pair.passage[end:], pair.claim):
        return None
    passage = pair.passage[:start] + rng.choice(_FORECASTS[places[0].group()]) + pair.passage[end:]
    return replace(pair, passage=passage, label="neutral", origin=pair.origin + "+forecast")


def drown(pair: Pair, neighbours: Sequence[str], rng: random.Random) -> Pair:
    """Put one to three foreign sentences before and after the passage: the label stays."""
    before, after = rng.randint(0, 2), rng.randint(0, 2)
    around = rng.sample(neighbours, before + after + 1)
    passage = " ".join(
        [*around[: before + (after == 0)], _full_stop(pair.passage), *around[before + 1 : before + 1 + after]]
    )
    return replace(pair, passage=passage, origin=pair.origin + "+drowned")


def mismatch(pair: Pair, others: Sequence[Pair], idf: Mapping[str, float], rng: random.Random) -> Pair | None:
    """Give the claim another claim's passage: neutral. Half the time any, else the nearest in words among 60.

    None where that passage covers more than 0.6 of the claim: it might decide it. Passages without a word in common
    are wanted too: a verdict reads dozens of sentences, nearly all beside the point, and takes the strongest.
    """
    n_candidates = 1 if rng.random() < 0.5 else 60
    candidates = [o.passage for o in rng.sample(others, n_candidates) if o.passage[:80] != pair.passage[:80]]
    if not candidates:
        return None
    shares = [coverage(pair.claim, c, idf) for c in candidates]
    best = max(range(len(shares)), key=shares.__getitem__)
    if shares[best] > 0.6:
        return None
    return replace(pair, passage=candidates[best], label="neutral", origin=pair.origin + "+mismatch")


def contrast(rng: random.Random) -> Pair:
    """Return a made-up pair: `unlike A, B lacks X` against a claim about A or B, affirmative or negative."""
    (a, b), x = rng.sample(_PARTIES, 2), rng.choice(_HAVINGS)
    template, a_has, b_has = rng.choice((
        ("Unlike {a}, {b} does not include {x}.", True, False), ("Unlike {a}, {b} lacks {x}.", True, False),
        ("{A}, unlike {b}, has {x}.", True, False), ("In contrast to {b}, {a} provides for {x}.", True, False),
        ("While {a} offers {x}, {b} does not.", True, False),
        ("{B} does not provide for {x}, as {a} does.", True, False),
        ("Like {a}, {b} includes {x}.", True, True), ("Both {a} and {b} have {x}.", True, True),
        ("Neither {a} nor {b} has {x}.", False, False), ("{B} has no {y}; {a} does.", True, False),
        ("{A} is not the same as {b}: it contains {x}.", True, None),
        ("{B} differs from {a} in that it has {x}.", False, True),
        ("The absence of {x} sets {b} apart from {a}.", True, False), ("{B} omits {x}, which {a} has.", True, False),
        ("{B}, the text shows, contains no {y}.", None, False), ("There is no {y} in {b}.", None, False),
        ("Critics of {b} point to its lack of {y}.", None, False), ("{B} is without {x}.", None, False),
        ("Nothing in {b} provides for {x}, unlike {a}.", True, False), ("{B} comes with {x}.", None, True),
        ("{X} is missing from {b}, though {a} has one.", True, False), ("{B} was agreed, {x} included.", None, True),
        ("{B} stops short of {x}.", None, False), ("{X} is part of {b}.", None, True),
        ("{B} rules out {x}.", None, False), ("The presence of {x} marks {b}.", None, True),
    ))  # fmt: skip
    passage = template.format(
        a=a, b=b, A=_capital(a), B=_capital(b), x=x, X=_capital(x), y=x.removeprefix("a ").removeprefix("an ")
    )
    subject, has = rng.choice(((a, a_has), (b, b_has)))
    positive = rng.random() < 0.5
    verbs = (
        ("has", "includes", "provides for")
        if positive
        else ("does not have", "lacks", "does not include", "does not provide for")
    )
    asked = x if rng.random() < 0.85 else rng.choice([h for h in _HAVINGS if h != x])
    label: Label = "neutral" if has is None or asked != x else "supports" if has == positive else "refutes"
    return Pair(f"{_capital(subject)} {rng.choice(verbs)} {asked}.", passage, label, "made+contrast")


def augment(mix: Sequence[Pair], idf: Mapping[str, float], rng: random.Random) -> list[Pair]:
    """Return the augmented pairs for one pass over `mix`, each rule up to its quota; some are then drowned as well."""
    sentences = [
        s for p in mix if len(p.passage.split()) > 40 for s in split_sentences(p.passage)[:2] if 6 < len(s.split()) < 40
    ]
    rules: tuple[tuple[int, Callable[[Pair], Pair | None]], ...] = (
        (3500, lambda p: swap_number(p, rng)),
        (2000, lambda p: swap_name(p, rng)),
        (4500, lambda p: negate_claim(p, rng)),
        (2500, lambda p: negate_passage(p, rng)),
        (2500, lambda p: report_passage(p, rng)),
        (2000, lambda p: hedge_passage(p, rng)),
        (2000, lambda p: forecast_passage(p, rng)),
        (8000, lambda p: mismatch(p, mix, idf, rng)),
    )  # fmt: skip
    made = [contrast(rng) for _ in range(1400)]
    for quota, rule in rules:
        n_before = len(made)
        for pair in rng.sample(mix, len(mix)):
            if len(made) - n_before >= quota:
                break
            if (new := rule(pair)) is not None:
                made.append(new)
    short = [p for p in [*made, *mix] if len(p.passage.split()) < 35]
    drowned = (
        [drown(p, sentences, rng) for p in rng.sample(short, min(4000, len(short)))] if len(sentences) > 10 else []
    )
    return made + drowned


def _wrap(pair: Pair, template: str, rng: random.Random, label: Label, rule: str) -> Pair | None:
    if len(split_sentences(pair.passage)) != 1 or not 4 <= len(pair.passage.split()) <= 45 or "?" in pair.passage:
        return None
    plain = _full_stop(pair.passage)
    opening = plain.split()[0]
    lower = (
        plain[0].lower() + plain[1:]
        if opening in ("A", "An", "The", "It", "He", "She", "They", "Two", "There", "This", "In")
        else plain
    )
    text = template.format(s=rng.choice(_SPEAKERS), d=rng.choice(_DAYS), p=lower, P=plain.rstrip("."))
    return replace(pair, passage=_capital(text.replace("., ", ", ")), label=label, origin=f"{pair.origin}+{rule}")


def _other_number(token: str, rng: random.Random) -> str:
    for family in (_NUMBER_WORDS, _MONTHS, _DAYS):
        if token in family:
            return rng.choice([w for w in family if w != token])
    value = float(token.replace(",", ""))
    if "." in token:
        return f"{value * rng.choice((0.5, 1.3, 2.0, 3.0)) + 0.1:.{len(token.split('.')[1])}f}"
    if len(token) == 4 and 1000 <= value <= 2100:
        return str(int(value) + rng.choice((-20, -11, -3, -2, -1, 1, 2, 4, 10, 17)))
    other = int(value * rng.choice((2, 3, 0.5, 1.5, 10))) + rng.choice((0, 1, 2))
    other += other == int(value)
    return f"{other:,}" if "," in token else str(other)


def _same_predicate(rest: str, claim: str) -> bool:
    """Whether the first word of three letters or more among the next three of `rest` stands in the claim."""
    following = [w for w in words(rest)[:3] if len(w) > 2 and w not in ("the", "and", "for")]
    return bool(following) and following[0] in words(claim)


def _with_claim(pair: Pair, claim: str, label: Label, rule: str) -> Pair:
    return replace(pair, claim=claim, label=label, origin=f"{pair.origin}+{rule}")


def _contract(auxiliary: str) -> str:
    return {"will": "won't", "can": "can't"}.get(auxiliary, auxiliary + "n't")


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _full_stop(text: str) -> str:
    text = text.rstrip()
    return text if text.endswith((".", "!", "?")) else text + "."
