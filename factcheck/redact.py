"""Keys never reach a message, a log, a record or a file: what may hold one goes through `redact`.

Known values come from the environment (every variable whose name says key, token, secret or password); patterns catch
keys that were not ours, such as one that a server sends back.
"""

from __future__ import annotations

import os
import re

MASK = "***"
_SECRET_NAME = re.compile(r"(KEY|TOKEN|SECRET|PASSWORD|PASSWD|CREDENTIALS?)$", re.IGNORECASE)
_SHORTEST = 8  # a dummy key such as "none" is no secret, and its letters stand in other words
_PATTERNS = (
    re.compile(r"(?<=://)[^/\s@]+(?=@)"),  # user:password in an address
    re.compile(r"(?<=\bBearer )[A-Za-z0-9._~+/=-]{4,}", re.IGNORECASE),
    re.compile(r"\b(?:sk|pk|rk)-[A-Za-z0-9_-]{8,}"),
)


def redact(text: str) -> str:
    """Return `text` with every key that is known, or looks like one, replaced by `***`."""
    for value in sorted(_known(), key=len, reverse=True):
        text = text.replace(value, MASK)
    for pattern in _PATTERNS:
        text = pattern.sub(MASK, text)
    return text


def is_secret_name(name: str) -> bool:
    """Say whether an environment variable of this name holds a key or a password."""
    return _SECRET_NAME.search(name) is not None


def _known() -> set[str]:
    return {value for name, value in os.environ.items() if is_secret_name(name) and len(value) >= _SHORTEST}
