"""Characters that nobody sees, and what becomes of them.

A text file is kept to the last code point: its offsets are those of the file. What we extract from HTML, PDF and Word
is ours to word, so there the invisible goes: a hidden character would only break words for the search and the proof,
reorder what a person reads (bidi overrides), or smuggle instructions (tag characters). Zero-width joiners stay: Persian
and emoji need them.
"""

from __future__ import annotations

import re
import unicodedata

__all__ = ["clean_line", "drop_unseen", "n_invisible", "replace_surrogates"]

# Zero-width space, word joiner and the invisible operators, BOM, soft hyphen, bidi marks, overrides and isolates,
# interlinear annotation, tags.
_HIDDEN = "\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f"
_INVISIBLE = re.compile(f"[{_HIDDEN}]")
_GONE = re.compile(f"[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ufffe\uffff{_HIDDEN}]")
_SPACE = re.compile(r"[\s\u00a0]+")
_LIGATURES = {chr(c): unicodedata.normalize("NFKC", chr(c)) for c in range(0xFB00, 0xFB07)}
_FOLD = str.maketrans(_LIGATURES)
_SURROGATE = re.compile("[\ud800-\udfff]")


def drop_unseen(text: str) -> str:
    """Return `text` without control and invisible characters; tabs and line ends stay."""
    return _GONE.sub("", text)


def clean_line(line: str) -> str:
    """Return one extracted paragraph on one line: no control or invisible character, ligatures spelled out, NFC."""
    line = replace_surrogates(_GONE.sub("", _SPACE.sub(" ", line)))
    return unicodedata.normalize("NFC", line.translate(_FOLD)).strip()


def n_invisible(text: str) -> int:
    """Return how many invisible characters a text holds; a BOM at its start and soft hyphens are not counted."""
    return sum(1 for match in _INVISIBLE.finditer(text, 1) if match.group() != "\u00ad")


def replace_surrogates(text: str) -> str:
    """Return `text` with U+FFFD for every half of a surrogate pair: they cannot be stored as UTF-8."""
    return _SURROGATE.sub("\ufffd", text)
