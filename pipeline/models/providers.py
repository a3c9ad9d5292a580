"""The providers that LangChain knows and the package of each: its own table, for a package that is guessed at from a
provider's name may be anybody's.
"""

from __future__ import annotations

import difflib

from factcheck.errors import UsageError

__all__ = ["package_of"]


def package_of(provider: str) -> str:
    """Return the package that a provider's models are in, as pip names it. Raises: UsageError for an unknown provider.

    The table is private to LangChain; the lower bound on its version is the first that has it in this form.
    """
    from langchain.chat_models.base import _BUILTIN_PROVIDERS  # noqa: PLC0415 - takes a second to import

    named = _BUILTIN_PROVIDERS.get(provider.replace("-", "_").lower())  # as LangChain reads a provider's name
    if named is None:
        close = difflib.get_close_matches(provider, _BUILTIN_PROVIDERS, n=1)
        hint = f"Did you mean {close[0]!r}?" if close else f"LangChain knows {', '.join(sorted(_BUILTIN_PROVIDERS))}"
        raise UsageError(f"no provider is called {provider!r}. {hint}")
    return named[0].partition(".")[0].replace("_", "-")
