"""The JSON object in a reply that may have other text around it."""

from __future__ import annotations

import json
import re
from typing import Any

_THINKING, _THOUGHT = re.compile(r"<think(?:ing)?>"), re.compile(r"</think(?:ing)?>")


def extract_json(text: str) -> str | None:
    """Return the only JSON object in `text`, as it stands there; None where there is none, or no telling which.

    What stands between `<think>` marks is left out; the same object twice is one object. None too for objects that
    differ, for one that names a member twice, and where any brace begins something that is no object: a part of a
    broken reply must not pass for the reply.
    """
    found: list[tuple[str, Any]] = []
    rest = _without_thinking(text)
    at = rest.find("{")
    while at >= 0:
        try:
            value, end = _DECODER.raw_decode(rest, at)
        except (ValueError, RecursionError):
            return None
        found.append((rest[at:end], value))
        at = rest.find("{", end)
    if not found or any(value != found[0][1] for _, value in found[1:]):
        return None
    return found[0][0]


def _without_thinking(text: str) -> str:
    """Return the text without what stands between the marks; a mark that is never closed stays.

    Each mark is looked at once: one pattern for both would look for the end anew at every mark that has none.
    """
    kept, at = [], 0
    while (mark := _THINKING.search(text, at)) and (end := _THOUGHT.search(text, mark.end())):
        kept.append(text[at : mark.start()])
        at = end.end()
    return " ".join([*kept, text[at:]])


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) < len(pairs):
        raise ValueError("a member is named twice")
    return members


_DECODER = json.JSONDecoder(object_pairs_hook=_members)
