"""Every LLM behind one small interface: `open_model(settings)` gives a `ChatModel` or None."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, Protocol, TypeVar
from urllib.parse import urlsplit

from pydantic import BaseModel

from factcheck.errors import ModelUnavailableError, UsageError
from factcheck.redact import redact
from factcheck.settings import Settings
from pipeline.models.budget import Budget
from pipeline.models.prices import FREE, Price, Purse, find_price
from pipeline.models.providers import package_of
from pipeline.models.recording import RecordedModel, Recording, Replay
from pipeline.models.reply import Reply, Usage
from pipeline.models.weights import find, named
from prompts.loader import RenderedPrompt

if TYPE_CHECKING:
    from pipeline.models.wire import Wire

T = TypeVar("T", bound=BaseModel)
_KINDS = "Use auto, none, local, openai:NAME or PROVIDER:NAME"


class ChatModel(Protocol):
    """A model that fills a schema. Safe to share between threads."""

    @property
    def name(self) -> str:
        """What the record says: `local:qwen2.5-coder-1.5b`, `openai:NAME`."""

    @property
    def usage(self) -> Usage:
        """All calls so far, failed ones included."""

    @property
    def price(self) -> Price | None:
        """What its tokens cost, or None where that is not known."""

    def prompt_tokens(self, max_tokens: int = 512) -> int:
        """Return the longest prompt, in tiktoken tokens, for a reply of up to `max_tokens`."""

    def ask(
        self, prompt: RenderedPrompt, schema: type[T], max_tokens: int = 512, budget: Budget | None = None
    ) -> Reply[T]:
        """Return a reply that fits `schema`. What it costs and what the model does not offer go into `budget`.

        Raises: ModelUnavailableError; ModelReplyError for a refusal, an empty or cut reply, or one that does not fit
        after one repair; CostLimitError. A fault is never an answer.
        """

    def close(self) -> None:
        """Close what is open; nothing is asked after that."""


def resolve(settings: Settings) -> str:
    """Return the model that `settings.model` stands for: `none`, `local` or `PROVIDER:NAME`.

    `auto` is `local` when its weights are here, else `none`: no text goes to a hosted model unasked.
    Raises: UsageError for anything else; WeightsError when the local weights are damaged.
    """
    spec = settings.model.strip()
    if spec == "auto":
        return "local" if find("local", settings) else "none"
    provider, colon, name = spec.partition(":")
    if spec in ("none", "local") or (colon and provider and name):
        return spec
    raise UsageError(f"no model is called {settings.model!r}. {_KINDS}")


def open_model(settings: Settings, *, resumed: bool = False) -> ChatModel | None:
    """Return the configured model, or None for `none`. The local server starts here; a replay starts nothing.

    `resumed`: a recording that is there is gone on with.
    Raises: UsageError for an unknown name or provider; UserError for a recording that cannot be used; WeightsError;
    ModelUnavailableError without a key or a package.
    """
    if settings.replay is not None:
        return _replayed(settings)
    spec = resolve(settings)
    if spec == "none":
        if settings.record is not None:
            Recording(settings.record, RecordedModel("none"), resumed=resumed)
        return None
    os.environ.setdefault("LANGSMITH_TRACING", "false")  # tracing sends prompts away; only who asks for it gets it
    if spec == "local":
        head, wire = _local(settings, "local")
    else:
        provider, _, name = spec.partition(":")
        head, wire = _openai(name, settings) if provider == "openai" else _other(provider, name, settings)
    return _live(head, wire, settings, resumed=resumed)


def _replayed(settings: Settings) -> ChatModel | None:
    if settings.record is not None:
        raise UsageError("give --record or --replay, not both")
    assert settings.replay is not None
    replay = Replay(settings.replay)
    head, spec = replay.head, settings.model.strip()
    if spec not in ("auto", head.model) and not (spec == "local" and head.model == f"local:{named('local').name}"):
        raise UsageError(f"{settings.replay} is a recording of {head.model}, not of {spec}. Leave --model out")
    if head.model == "none":
        return None
    from pipeline.models.model import ReplayedModel  # noqa: PLC0415

    return ReplayedModel(replay, _price(head, settings), _limits(settings, head))


def open_local(settings: Settings, name: str = "local") -> ChatModel:
    """Return the embedded model of these weights, starting its server. Raises: WeightsError; ModelUnavailableError."""
    return _live(*_local(settings, name), settings)


def _local(settings: Settings, name: str) -> tuple[RecordedModel, Wire]:
    from pipeline.models.local import serve  # noqa: PLC0415
    from pipeline.models.openai_wire import OpenAIWire  # noqa: PLC0415 - langchain takes a second to import

    weights = named(name)
    endpoint = serve(settings, weights)
    head = RecordedModel(f"local:{weights.name}", weights.sha256, free=True)  # its port changes, its weights do not
    return head, OpenAIWire(
        head.model, weights.name, base_url=endpoint.base_url, api_key=endpoint.api_key, embedded=True
    )


def server_address(settings: Settings) -> str | None:
    """Return the address of the server for `openai:NAME`; None for OpenAI's own. Raises: UsageError for no address."""
    address = settings.base_url or os.environ.get("OPENAI_BASE_URL") or None
    if address is None:
        return None
    try:
        parts = urlsplit(address)
        fits = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:  # a port that is none, a broken IPv6 address
        fits = False
    if not fits:
        raise UsageError(f"the server {redact(address)!r} is no address; write it as http://HOST:PORT/v1")
    return address


def _openai(name: str, settings: Settings) -> tuple[RecordedModel, Wire]:
    base_url = server_address(settings)
    key = os.environ.get("OPENAI_API_KEY") or ("none" if base_url else None)
    if key is None:
        raise ModelUnavailableError(
            f"openai:{name} needs a key: set OPENAI_API_KEY, or OPENAI_BASE_URL for a server of your own"
        )
    from pipeline.models.openai_wire import OpenAIWire  # noqa: PLC0415

    head = RecordedModel(f"openai:{name}", redact(base_url) if base_url else None)
    return head, OpenAIWire(head.model, name, base_url=base_url, api_key=key)


def _other(provider: str, name: str, settings: Settings) -> tuple[RecordedModel, Wire]:
    package_of(provider)
    from langchain.chat_models import init_chat_model  # noqa: PLC0415

    from pipeline.models.langchain_wire import LangChainWire  # noqa: PLC0415

    options: dict[str, Any] = {"temperature": 0, "timeout": settings.timeout_s, "max_retries": 0}
    try:
        model = init_chat_model(name, model_provider=provider, **options)
    except ImportError as error:
        raise ModelUnavailableError(f"{provider}:{name} needs another package: {_first_line(error)}") from None
    except Exception as error:  # each provider has errors of its own for a missing key
        raise ModelUnavailableError(f"{provider}:{name} cannot be used: {_first_line(error)}") from None
    head = RecordedModel(f"{provider}:{name}")
    return head, LangChainWire(head.model, model)


def _live(head: RecordedModel, wire: Wire, settings: Settings, *, resumed: bool = False) -> ChatModel:
    from pipeline.models.breaker import Breaker  # noqa: PLC0415
    from pipeline.models.cache import ResponseCache  # noqa: PLC0415
    from pipeline.models.model import LiveModel  # noqa: PLC0415

    price = _price(head, settings)
    return LiveModel(
        head, wire, _limits(settings, head), price=price,
        breaker=Breaker(head.model, after=settings.outages_to_stop, pause_s=settings.outage_pause_s),
        purse=Purse(head.model, price, settings.max_cost_usd),
        cache=ResponseCache(settings.home) if settings.cache_responses else None,
        recording=Recording(settings.record, head, resumed=resumed) if settings.record is not None else None,
    )  # fmt: skip


def _limits(settings: Settings, head: RecordedModel) -> Any:
    from pipeline.models.local import CONTEXT_TOKENS  # noqa: PLC0415
    from pipeline.models.model import Limits  # noqa: PLC0415
    from pipeline.models.retry import RetryPolicy  # noqa: PLC0415

    # The embedded server is in this process: what it could not do once it cannot do again.
    retry = RetryPolicy(0 if head.free else settings.max_retries, settings.retry_wait_s)
    context = CONTEXT_TOKENS if head.free else None
    return Limits(settings.timeout_s, retry, settings.max_prompt_tokens, context)


def _price(head: RecordedModel, settings: Settings) -> Price | None:
    return FREE if head.free else find_price(head.model, file=settings.prices, shipped=head.base_url is None)


def _first_line(error: Exception) -> str:
    return redact(next((line for line in str(error).splitlines() if line.strip()), type(error).__name__))[:300]
