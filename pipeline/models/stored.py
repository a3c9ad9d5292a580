"""A reply as JSON and back, for the response cache and for recordings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from pipeline.models.reply import Reply, Token, Usage

T = TypeVar("T", bound=BaseModel)


def to_json(reply: Reply[Any]) -> dict[str, Any]:
    """Return what is kept of a reply: all but how long it took."""
    return {
        "text": reply.text,
        "usage": asdict(reply.usage),
        "tokens": [[token.text, dict(token.alternatives)] for token in reply.tokens],
        "notes": list(reply.notes),
    }


def from_json(kept: Mapping[str, Any], schema: type[T]) -> Reply[T] | None:
    """Return the reply, or None for one that is damaged or does not fit `schema`: it is asked for again then."""
    try:
        value = schema.model_validate_json(kept["text"])
        tokens = tuple(Token(str(text), {str(t): float(p) for t, p in top.items()}) for text, top in kept["tokens"])
        return Reply(value, kept["text"], Usage(**kept["usage"]), 0.0, tokens, tuple(map(str, kept["notes"])))
    except (ValidationError, KeyError, TypeError, ValueError, AttributeError):
        return None
