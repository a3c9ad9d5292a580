"""Two wordings of one thing: what may differ between a right answer and the label."""

from __future__ import annotations

import re
import unicodedata

__all__ = ["holds", "same_marks", "words"]

_MARKS = str.maketrans({**dict.fromkeys("“”„«»″", '"'), **dict.fromkeys("‘’‚`´′", "'"), **dict.fromkeys("–—‒−‐‑", "-")})
_ARTICLES = frozenset({"a", "an", "the"})


def same_marks(text: str) -> str:
    """`text` with one kind of quotation mark, dash and white space; letters as they are."""
    return " ".join(text.translate(_MARKS).split())


def words(text: str) -> tuple[str, ...]:
    """The words to compare by: case folded, accents composed, no articles, no punctuation but inside a word.

    `Su-35` and `bcm/year` stay whole, `U.S.` is `us`, `Iran's` is `iran's`, `52.5` stays, `55,000` is `55000`.
    """
    text = same_marks(unicodedata.normalize("NFKC", text)).casefold()
    text = re.sub(r"(?<=\d),(?=\d{3})", "", text)
    text = re.sub(r"\b((?:[^\W\d_]\.){2,})", lambda m: m[0].replace(".", ""), text)
    found = re.findall(r"\w+(?:[-'./]\w+)*", text)
    return tuple(word for word in found if word not in _ARTICLES)


def holds(text: str, part: str) -> bool:
    """Whether the words of `part` stand in `text` side by side. Nothing holds an empty part."""
    whole, sought = words(text), words(part)
    return bool(sought) and any(whole[i : i + len(sought)] == sought for i in range(len(whole)))
