"""Question and answer as one statement that can be checked: `Who signed?` and `Iran` become `Iran signed.`

Only the plain forms are turned; any other question stands before its answer, which the verifier was trained on too
(`training/qa_claims.py` makes its claims with this function).
"""

from __future__ import annotations

import re

__all__ = ["state_value"]

_BE = r"is|was|are|were|has|have|had|can|could|will|would|must|may|should"
_VERB = r"(?!do\b|does\b|did\b|else\b)(?:[a-z]+(?:ed|s)|led|won|made|wrote|built|gave|held|took)"
_SUBJECT = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"^(?:who|what)\s+({_BE})\s+(.+?)\s*\?*$",
        rf"^who\s+({_VERB})\s+(.+?)\s*\?*$",
        rf"^(?:what|which)\s+(?!is|was|are|were|do|did)[a-z]+(?:\s+[a-z]+)?\s+({_BE})\s+(.+?)\s*\?*$",
    )
)
_ASKS_OBJECT = re.compile(r"\b(?:[a-z]+ed|known|given|held|made|found|put|set|written|for|of|to|with|in|as|by|from)$")


def state_value(question: str, answer: str) -> str:
    """Return the claim that `answer` answers `question`."""
    question, answer = " ".join(question.split()), answer.strip().rstrip(".")
    answer = answer[:1].upper() + answer[1:]
    for pattern in _SUBJECT:
        if (found := pattern.match(question)) and not _ASKS_OBJECT.search(found[2]):
            return f"{answer} {found[1].lower()} {found[2]}."
    return f"{question.rstrip('? ')}? {answer}."
