"""Whether a text looks English: the verifier and the rules know no other language, and a person should be told."""

from __future__ import annotations

import re

__all__ = ["looks_english"]

_WORD = re.compile(r"[^\W\d_]+")
_COMMON = frozenset(
    "the of and to in is was for on that with as by at from it an be are this has have not or were had its their which "
    "he she they who but will been a i you we what if do does did said can no more than about".split()
)
_FEW = 8  # words; below that only the letters tell
_ENOUGH = 4_000  # code points that are looked at


def looks_english(text: str) -> bool:
    """Return whether letters and small words are those of English; a text without letters passes.

    Nine tenths of the letters are ASCII, and from eight words on at least one in twelve is a common small word.
    """
    words = _WORD.findall(text[:_ENOUGH])
    letters = "".join(words)
    if not letters:
        return True
    if sum(c.isascii() for c in letters) < 0.9 * len(letters):
        return False
    return len(words) < _FEW or sum(w.lower() in _COMMON for w in words) >= len(words) / 12
