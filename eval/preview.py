"""What a run would cost at most: every question goes through the chain, up to the model, which is not asked.

Prompts are counted by tiktoken as they would be sent; replies are counted as long as they may be. What the response
cache would answer, and what a model leaves unwritten, makes a run cheaper than its preview; a repaired reply is the
one thing that it does not foresee.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar, get_origin

from pydantic import BaseModel

from eval.asking import as_question, gold_passages
from eval.corpus_home import corpus_settings
from eval.run_plan import Selection
from eval.suite import Suite, select
from factcheck.settings import Settings
from pipeline.answerer import open_answerer
from pipeline.models.budget import Budget
from pipeline.models.prices import FREE, Price, find_price
from pipeline.models.reply import Reply, Usage, choices
from pipeline.readers import reader_over
from prompts.loader import RenderedPrompt
from vectorstore.chunks import n_tokens
from vectorstore.store import default_embedder

__all__ = ["Preview", "preview"]

T = TypeVar("T", bound=BaseModel)
_CHAT_TOKENS = 12  # what a chat format puts around two messages, about
_FILLER = "word " * 24  # what a model is taken to write where what it writes goes into the next prompt


@dataclass(frozen=True, slots=True)
class Preview:
    """Upper bounds for one model. `cost_usd` is None where the model has no known price."""

    model: str
    n_answers: int
    calls: int
    input_tokens: int
    output_tokens: int
    cost_usd: float | None


class CountedModel:
    """A model that is never asked: it counts the prompt, and replies with the least that fits the schema."""

    def __init__(self, name: str, price: Price | None, max_prompt_tokens: int) -> None:
        self.name, self.price, self.usage = name, price, Usage()
        self._max_prompt_tokens = max_prompt_tokens
        self._lock = threading.Lock()

    def prompt_tokens(self, max_tokens: int = 512) -> int:
        return self._max_prompt_tokens

    def ask(
        self, prompt: RenderedPrompt, schema: type[T], max_tokens: int = 512, budget: Budget | None = None
    ) -> Reply[T]:
        usage = Usage(1, _CHAT_TOKENS + n_tokens(prompt.system) + n_tokens(prompt.user), max_tokens)
        with self._lock:
            self.usage += usage
        if budget is not None:
            budget.spend(usage)
        value = schema.model_validate({field: _blank(schema, field) for field in schema.model_fields})
        return Reply(value, value.model_dump_json(), usage, 0.0)

    def close(self) -> None:
        """Nothing is open."""


def preview(
    suite: Suite, settings: Settings, model: str, selection: Selection, *, progress: Callable[[int, int], None]
) -> Preview:
    """Return the bounds for `model` (as resolved). `progress` is told (done, total) after each sample.

    Raises: UsageError for a file of prices that cannot be read; SourceError, StoreError.
    """
    samples = select(suite.samples, tags=selection.tags, ids=selection.samples, limit=selection.limit)
    n_answers = len(samples) * selection.repeat
    if model == "none":
        return Preview(model, n_answers, 0, 0, 0, 0.0)
    counted = CountedModel(model, price_of(model, settings), settings.max_prompt_tokens)
    embedder = default_embedder(settings.threads)
    home = corpus_settings(suite, settings, embedder)
    # the local model's own name, since the reader is chosen by it
    counted.name = "local:counted" if model == "local" else model
    with open_answerer(home, reader=reader_over(counted, settings), embedder=embedder) as answerer:
        for done, sample in enumerate(samples, start=1):
            passages = gold_passages(sample, answerer.store, suite.corpus) if selection.oracle_evidence else ()
            answerer.answer(as_question(sample), passages=passages or None)
            progress(done, len(samples))
    n, used = selection.repeat, counted.usage
    spent = None if counted.price is None else round(counted.price.cost_usd(used) * n, 6)
    return Preview(model, n_answers, used.calls * n, used.input_tokens * n, used.output_tokens * n, spent)


def price_of(model: str, settings: Settings) -> Price | None:
    """Return the price of a model as resolved; that of OpenAI's holds at OpenAI's address only."""
    if model in ("none", "local"):
        return FREE
    own_server = settings.base_url or os.environ.get("OPENAI_BASE_URL")
    return find_price(model, file=settings.prices, shipped=not own_server)


def _blank(schema: type[BaseModel], field: str) -> Any:
    """The last of a choice's words (it commits to least), no items, 0, filler text."""
    words = choices(schema, field)
    if words is not None:
        return words[-1]
    kind = schema.model_fields[field].annotation
    return [] if get_origin(kind) is list else 0 if kind is int else _FILLER
