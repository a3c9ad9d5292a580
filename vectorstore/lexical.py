"""Words for the lexical index, and a question's words as an FTS5 expression. No user text reaches FTS5 unquoted."""

from __future__ import annotations

import re

__all__ = ["match_expression", "words"]

MAX_TERMS = 64  # of a question; a question of 100,000 characters is cut here, not refused

# Scripts written without spaces: every character is a word of its own, in the index and in the question.
_UNSPACED = re.compile(r"([\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\u0e00-\u0e7f\U00020000-\U0003ffff])")
_WORD = re.compile(r"\w+")

# Function words and question words of English: they match everywhere, cost time, and carry no topic. Negations are
# among them on purpose: BM25 ranks by topic, and the reader decides on negation. Used where nothing else is left.
_STOP = frozenset(
    """
    a about after all also an and any are as at be because been before being but by can could did do
    does doing during each for from further had has have having he her here hers him his how i if in
    into is it its itself just me more most my no nor not of off on once only or other our out over
    own s same she should so some such t than that the their them then there these they this those
    through to too under until up very was we were what when where which while who whom whose why
    will with would you your
    """.split()
)


def words(text: str) -> str:
    """Return `text` as it goes into the index: a space around each character of scripts that write none."""
    return _UNSPACED.sub(r" \1 ", text)


def match_expression(query: str) -> str | None:
    """Return an FTS5 expression that finds any of the query's words; None where it has no word.

    Each word is a quoted string, so operators, column names and quotation marks mean nothing.
    """
    found = list(dict.fromkeys(word.lower() for word in _WORD.findall(words(query))))
    terms = [word for word in found if word not in _STOP] or found
    return " OR ".join(f'"{term}"' for term in terms[:MAX_TERMS]) or None
