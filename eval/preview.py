"""What a run would cost at most: every question goes through the chain, up to the model, which is not asked.

Prompts are counted by tiktoken as they would be sent; replies are counted as long as they may be. What the response
cache would answer, and what a model leaves unwritten, makes a run cheaper than its preview. A reply that does not fit,
or is cut, is asked for once more: that is counted apart, as if it happened to each.
"""

from __future__ import annotations

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
from pipeline.models.budget import MAX_CALLS, Budget
from pipeline.models.chat import server_address
from pipeline.models.prices import FREE, Price, find_price
from pipeline.models.reply import Reply, Usage, choices
from pipeline.readers import reader_over
from prompts.loader import RenderedPrompt
from vectorstore.chunks import n_tokens
from vectorstore.store import default_embedder

__all__ = ["Preview", "preview"]

T = TypeVar("T", bound=BaseModel)
_CHAT_TOKENS = 12  # what a chat format puts around two messages, about
_TOLD_TOKENS = 100  # what is said of a reply that does not fit, about
_LONGEST_SHOWN = 2000  # tokens of it that are shown again, if each of its characters were one
_FILLER = "word " * 24  # what a model is taken to write where what it writes goes into the next prompt


@dataclass(frozen=True, slots=True)
class Preview:
    """Upper bounds for one model, if each reply fits; `most_*` if each had to be asked for once more.

    Costs are None where the model has no known price.
    """

    model: str
    n_answers: int
    calls: int
    input_tokens: int
    output_tokens: int
    cost_usd: float | None
    most_calls: int
    most_cost_usd: float | None


class CountedModel:
    """A model that is never asked: it counts the prompt, and replies with the least that fits the schema."""

    def __init__(self, name: str, price: Price | None, max_prompt_tokens: int, *, room_to_think: int = 0) -> None:
        self.name, self.price, self.usage = name, price, Usage()
        self.repairs = Usage()  # if each reply had to be asked for once more
        self._max_prompt_tokens, self._room = max_prompt_tokens, room_to_think
        self._lock = threading.Lock()

    def prompt_tokens(self, max_tokens: int = 512) -> int:
        return self._max_prompt_tokens

    def ask(
        self, prompt: RenderedPrompt, schema: type[T], max_tokens: int = 512, budget: Budget | None = None
    ) -> Reply[T]:
        n_prompt = _CHAT_TOKENS + n_tokens(prompt.system) + n_tokens(prompt.user)
        usage = Usage(1, n_prompt, max_tokens + self._room)
        shown = min(max_tokens, _LONGEST_SHOWN) + _TOLD_TOKENS
        with self._lock:
            self.usage += usage
            self.repairs += Usage(1, n_prompt + shown, 2 * max_tokens + self._room)
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
        return Preview(model, n_answers, 0, 0, 0, 0.0, 0, 0.0)
    counted = CountedModel(
        model, price_of(model, settings), settings.max_prompt_tokens, room_to_think=_room_to_think(model, settings)
    )
    embedder = default_embedder(settings.threads)
    home = corpus_settings(suite, settings, embedder)
    # the local model's own name, since the reader is chosen by it
    counted.name = "local:counted" if model == "local" else model
    most_calls = 0
    with open_answerer(home, reader=reader_over(counted, settings), embedder=embedder) as answerer:
        for done, sample in enumerate(samples, start=1):
            passages = gold_passages(sample, answerer.store, suite.corpus) if selection.oracle_evidence else ()
            before = counted.usage.calls
            answerer.answer(as_question(sample), passages=passages or None)
            asked = counted.usage.calls - before
            most_calls += min(2 * asked, max(asked, MAX_CALLS))
            progress(done, len(samples))
    n, used = selection.repeat, counted.usage
    spent, most = (
        None if counted.price is None else round(counted.price.cost_usd(usage) * n, 6)
        for usage in (used, used + counted.repairs)
    )
    return Preview(
        model, n_answers, used.calls * n, used.input_tokens * n, used.output_tokens * n, spent, most_calls * n, most
    )


def price_of(model: str, settings: Settings) -> Price | None:
    """Return the price of a model as resolved; that of OpenAI's holds at OpenAI's address only."""
    if model in ("none", "local"):
        return FREE
    return find_price(model, file=settings.prices, shipped=server_address(settings) is None)


def _room_to_think(model: str, settings: Settings) -> int:
    """Return how many tokens a reasoning model of OpenAI's may write before its reply; 0 of any other."""
    provider, _, name = model.partition(":")
    if provider != "openai":
        return 0
    from pipeline.models.openai_wire import ROOM_TO_THINK, thinks  # noqa: PLC0415 - langchain takes a second to import

    return ROOM_TO_THINK if thinks(name, server_address(settings)) else 0


def _blank(schema: type[BaseModel], field: str) -> Any:
    """The last of a choice's words (it commits to least), no items, 0, filler text."""
    words = choices(schema, field)
    if words is not None:
        return words[-1]
    kind = schema.model_fields[field].annotation
    return [] if get_origin(kind) is list else 0 if kind is int else _FILLER
