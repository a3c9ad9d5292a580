"""Every LLM behind one small interface: `open_model(settings)` gives a `ChatModel` or None."""

from __future__ import annotations

import os
from typing import Any, Protocol, TypeVar

from pydantic import BaseModel

from factcheck.errors import ModelUnavailableError, UsageError
from factcheck.settings import Settings
from pipeline.models.reply import Reply, Usage
from pipeline.models.weights import find, named
from prompts.loader import RenderedPrompt

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

    def ask(self, prompt: RenderedPrompt, schema: type[T], max_tokens: int = 512) -> Reply[T]:
        """Return a reply that fits `schema`.

        Raises: ModelUnavailableError; ModelReplyError for a refusal, an empty or cut reply, or one that does not fit
        after one repair. A fault is never an answer.
        """


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


def open_model(settings: Settings) -> ChatModel | None:
    """Return the configured model, or None for `none`. The local server starts here.

    Raises: UsageError for an unknown name or provider; WeightsError; ModelUnavailableError without a key or a package.
    """
    spec = resolve(settings)
    if spec == "none":
        return None
    os.environ.setdefault("LANGSMITH_TRACING", "false")  # tracing sends prompts away; only who asks for it gets it
    if spec == "local":
        return _local(settings)
    provider, _, name = spec.partition(":")
    return _openai(name, settings) if provider == "openai" else _other(provider, name, settings)


def _local(settings: Settings) -> ChatModel:
    from pipeline.models.adapter import OpenAIModel  # noqa: PLC0415 - langchain takes a second to import
    from pipeline.models.local import serve  # noqa: PLC0415

    weights = named("local")
    endpoint = serve(settings, weights)
    return OpenAIModel(
        f"local:{weights.name}", weights.name, base_url=endpoint.base_url, api_key=endpoint.api_key,
        timeout_s=settings.timeout_s, max_retries=0, embedded=True,
    )  # fmt: skip


def _openai(name: str, settings: Settings) -> ChatModel:
    from pipeline.models.adapter import OpenAIModel  # noqa: PLC0415

    base_url = os.environ.get("OPENAI_BASE_URL") or None
    key = os.environ.get("OPENAI_API_KEY") or ("none" if base_url else None)
    if key is None:
        raise ModelUnavailableError(
            f"openai:{name} needs a key: set OPENAI_API_KEY, or OPENAI_BASE_URL for a server of your own"
        )
    return OpenAIModel(f"openai:{name}", name, base_url=base_url, api_key=key, timeout_s=settings.timeout_s)


def _other(provider: str, name: str, settings: Settings) -> ChatModel:
    from langchain.chat_models import init_chat_model  # noqa: PLC0415

    from pipeline.models.adapter import LangChainModel  # noqa: PLC0415

    options: dict[str, Any] = {"temperature": 0, "timeout": settings.timeout_s, "max_retries": 2}
    try:
        model = init_chat_model(name, model_provider=provider, **options)
    except ImportError as error:
        raise ModelUnavailableError(f"{provider}:{name} needs another package: {error}") from None
    except ValueError as error:
        if "nsupported" in str(error):
            raise UsageError(f"no provider is called {provider!r}. {_KINDS}") from None
        raise ModelUnavailableError(f"{provider}:{name} cannot be used: {_first_line(error)}") from None
    except Exception as error:  # each provider has errors of its own for a missing key
        raise ModelUnavailableError(f"{provider}:{name} cannot be used: {_first_line(error)}") from None
    return LangChainModel(f"{provider}:{name}", model)


def _first_line(error: Exception) -> str:
    return next((line for line in str(error).splitlines() if line.strip()), type(error).__name__)[:300]
