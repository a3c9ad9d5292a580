"""Two wordings of one thing: what may differ between a right answer and the label."""

from __future__ import annotations

import re
import unicodedata

__all__ = ["NEGATIONS", "affirms", "holds", "same_marks", "words"]

_MARKS = str.maketrans({**dict.fromkeys("“”„«»″", '"'), **dict.fromkeys("‘’‚`´′", "'"), **dict.fromkeys("–—‒−‐‑", "-")})
_ARTICLES = frozenset({"a", "an", "the"})
_TOKEN = re.compile(
    r"(?<!\w)[-+]?\d\w*(?:[-'./]\w+)*\+?"  # a figure with its sign: -3.2, +5, 18+
    r"|\w+(?:[-'./]\w+)*(?:\+\+|\#)?"  # a word: Su-35, C++, C#
    r"|[$€£¥₹₽₴₺]|[<>≤≥](?=\s*[-+$€£¥₹₽₴₺\d])"
)
_CLAUSE_END = re.compile(r"\b(?:[a-z]\w+|\w{4,})[.!?]\s|;\s|\b(?i:but)\b")  # "Mr." and "St." end none
NEGATIONS = frozenset(
    "not no never none without nor neither lack lacks isn't aren't wasn't doesn't didn't don't hasn't".split()
)


def same_marks(text: str) -> str:
    """`text` with one kind of quotation mark, dash and white space; letters as they are."""
    return " ".join(text.translate(_MARKS).split())


def words(text: str) -> tuple[str, ...]:
    """The words to compare by: case folded, accents composed, no articles, no punctuation but inside a word.

    `Su-35` and `bcm/year` stay whole, `U.S.` is `us`, `Iran's` is `iran's`, `52.5` stays, `55,000` is `55000`. What
    makes another thing of a figure stays: its sign (`-3.2`), a currency mark and `<` or `>`, a word each; so do `C++`
    and `C#`.
    """
    text = same_marks(unicodedata.normalize("NFKC", text)).casefold()
    text = re.sub(r"(?<=\d),(?=\d{3})", "", text)
    text = re.sub(r"\b((?:[^\W\d_]\.){2,})", lambda m: m[0].replace(".", ""), text)
    return tuple(word for word in _TOKEN.findall(text) if word not in _ARTICLES)


def holds(text: str, part: str) -> bool:
    """Whether the words of `part` stand in `text` side by side. Nothing holds an empty part."""
    whole, sought = words(text), words(part)
    return bool(sought) and any(whole[i : i + len(sought)] == sought for i in range(len(whole)))


def affirms(text: str, part: str) -> bool:
    """Whether `text` holds `part` with no negation before it in its clause: "not by A but by B" affirms B alone."""
    sought = words(part)
    for start in (0, *(end.end() for end in _CLAUSE_END.finditer(text))):
        clause = words(text[start:])
        at = next((i for i in range(len(clause)) if sought and clause[i : i + len(sought)] == sought), None)
        if at is not None and NEGATIONS.isdisjoint(clause[:at]):
            return True
    return False
