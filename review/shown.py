"""Foreign text made safe to show where it is also to be selected: every character stays in the page.

`pipeline.highlight.safe_text` puts a box in place of a character that hides or reorders; here the character stays, so
that what is read back from the page is the text itself. It is wrapped in an element whose style names it and keeps it
from reaching its neighbours. Two characters cannot be carried by HTML: NUL and a lone surrogate are shown as ␀ and �,
one code point for one, so offsets stay true.
"""

from __future__ import annotations

import re

from markupsafe import Markup, escape

from pipeline.highlight import acts

__all__ = ["as_carried", "shown"]

_CARRIED = {0: 0x2400} | dict.fromkeys(range(0xD800, 0xE000), 0xFFFD)
_SUSPECT = re.compile(r"[^\n\t\r -~\u00a0-\u00ac\u00ae-\u024f\u0370-\u0589\u05be-\u05f4\u2010-\u2027\u2030-\u205e]")


def as_carried(text: str) -> str:
    """Return the text as a browser hands it back: same length in code points, NUL and lone surrogates replaced."""
    return text.translate(_CARRIED)


def shown(value: object) -> Markup:
    """Return `value` as HTML: escaped, carriage returns kept, characters that hide or reorder marked. None: nothing."""
    if value is None:
        return Markup("")
    if isinstance(value, Markup):
        return value
    text, parts, at = as_carried(str(value)), [], 0
    for suspect in _SUSPECT.finditer(text):
        here = suspect.start()
        if acts(text, here):
            parts += [_escaped(text[at:here]), _marked(text[here])]
            at = here + 1
    return Markup("").join([*parts, _escaped(text[at:])])


def _escaped(text: str) -> Markup:
    """A parser turns a bare carriage return into a line feed; a reference it keeps."""
    return Markup(str(escape(text)).replace("\r", "&#13;"))  # noqa: S704 - escaped


def _marked(char: str) -> Markup:
    return Markup('<span class="hidden-char" data-code="U+{:04X}">{}</span>').format(ord(char), char)
