"""A model that says what it is told to: for tests of everything that asks a model."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from factcheck.errors import ModelReplyError
from pipeline.models.budget import Budget
from pipeline.models.prices import Price
from pipeline.models.reply import Reply, Token, Usage
from prompts.loader import RenderedPrompt

T = TypeVar("T", bound=BaseModel)


class ScriptedModel:
    """Gives `replies` in order and keeps what it was asked.

    A reply is the raw JSON text, an object to be dumped, or an exception to be raised. When the replies are used up
    the last one is not repeated: AssertionError, because a test that asks too often is wrong.
    `prompts` holds system and user text of every call, `history` the prompts themselves.
    """

    name = "scripted"
    price: Price | None = None
    max_prompt_tokens = 100_000

    def __init__(
        self,
        replies: Iterable[str | Mapping[str, Any] | BaseModel | Exception],
        *,
        probabilities: Mapping[str, float] | None = None,
    ) -> None:
        """`probabilities`: log probabilities for the tokens of every reply's choice, as `{"yes": -0.1, "no": -2.3}`."""
        self._replies = deque(replies)
        self._lock = threading.Lock()
        self._logprobs = dict(probabilities or {})
        self.history: list[RenderedPrompt] = []
        self.prompts: list[str] = []
        self.usage = Usage()

    def prompt_tokens(self, max_tokens: int = 512) -> int:
        return self.max_prompt_tokens

    def close(self) -> None:
        """Nothing is open."""

    def ask(
        self, prompt: RenderedPrompt, schema: type[T], max_tokens: int = 512, budget: Budget | None = None
    ) -> Reply[T]:
        """Return the next reply. Raises: ModelReplyError when it does not fit the schema, as a real model's would."""
        with self._lock:
            self.history.append(prompt)
            self.prompts.append(f"{prompt.system}\n\n{prompt.user}")
            assert self._replies, f"the script is over; asked once more: {prompt.name}"
            reply = self._replies.popleft()
            usage = Usage(1, len(self.prompts[-1]) // 4, 8)
            self.usage += usage
        if budget is not None:
            budget.spend(usage)
        if isinstance(reply, Exception):
            raise reply
        try:
            value = schema.model_validate_json(reply) if isinstance(reply, str) else schema.model_validate(reply)
        except ValidationError as error:
            raise ModelReplyError(f"the scripted reply does not fit {schema.__name__}: {error}") from None
        text = reply if isinstance(reply, str) else value.model_dump_json()
        return Reply(value, text, usage, 0.0, self._tokens(text))

    def _tokens(self, text: str) -> tuple[Token, ...]:
        """Cut the reply at the first scripted word, so that it is one token with the scripted alternatives."""
        word = next((w for w in self._logprobs if f'"{w}"' in text), None)
        if word is None:
            return ()
        start = text.index(f'"{word}"') + 1
        pieces = (text[:start], word, text[start + len(word) :])
        return tuple(Token(piece, self._logprobs if piece == word else {piece: 0.0}) for piece in pieces)
