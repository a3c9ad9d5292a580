"""One request to a model and what came back, whatever the provider."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from pydantic import BaseModel

from pipeline.models.reply import Token, Usage

__all__ = ["Raw", "Request", "Wire"]


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked. `messages` are (role, text), role `system`, `user` or `assistant`; `timeout_s` is for all."""

    messages: tuple[tuple[str, str], ...]
    schema: type[BaseModel]
    max_tokens: int
    logprobs: bool
    seed: int
    timeout_s: float


@dataclass(frozen=True, slots=True)
class Raw:
    """A reply as it came, valid or not. `cut`: it ended at the limit of tokens. `notes`: what had to be left out."""

    text: str
    usage: Usage
    tokens: tuple[Token, ...] = ()
    cut: bool = False
    notes: tuple[str, ...] = ()


class Wire(Protocol):
    """The way to one model. Safe to share between threads."""

    def send(self, request: Request) -> Raw:
        """Send one request, once. Raises: CallError; ModelReplyError for a refusal or a filtered reply."""

    def most_tokens(self, max_tokens: int) -> int:
        """Return how many tokens a reply of up to `max_tokens` may cost, thinking included."""

    def close(self) -> None:
        """Close its connections; nothing is sent after that."""

    def step_down(self, why: str) -> None:
        """Ask for JSON in a weaker way from now on: the model's replies are none."""
