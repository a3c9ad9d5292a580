"""Between our requests and LangChain's messages."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, SystemMessage
from langchain_core.utils.function_calling import convert_to_openai_function
from pydantic import BaseModel

from pipeline.models.reply import Usage

_CLASSES: Mapping[str, type[BaseMessage]] = {"system": SystemMessage, "user": HumanMessage, "assistant": AIMessage}


def to_messages(pairs: Iterable[tuple[str, str]]) -> list[BaseMessage]:
    """Return (role, text) pairs as LangChain messages."""
    return [_CLASSES[role](text) for role, text in pairs]


def with_schema(pairs: tuple[tuple[str, str], ...], schema: type[BaseModel]) -> tuple[tuple[str, str], ...]:
    """Return the messages with the schema in words after the first: for a model that nothing else holds to it."""
    (role, text), *rest = pairs
    form = json.dumps(convert_to_openai_function(schema)["parameters"])
    return (role, f"{text}\n\nReply with one JSON object and nothing else. It must fit this JSON schema: {form}"), *rest


def usage_of(message: AIMessage) -> Usage:
    """Return what one reply cost; numbers that cannot be (below 0) count as 0."""
    used: Any = message.usage_metadata or {}
    cached = (used.get("input_token_details") or {}).get("cache_read") or 0
    return Usage(1, max(used.get("input_tokens", 0), 0), max(used.get("output_tokens", 0), 0), max(cached, 0))
