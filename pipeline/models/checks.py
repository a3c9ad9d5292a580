"""What `factcheck doctor` asks about models: each check says what was found and what to do."""

from __future__ import annotations

import importlib.util
import os
import shutil
from collections.abc import Callable
from pathlib import Path

from factcheck.errors import FactcheckError
from factcheck.records import Check
from factcheck.settings import Settings
from pipeline.models.chat import resolve
from pipeline.models.weights import check, named


def model_checks(settings: Settings) -> list[Check]:
    """Return the checks that concern models; what the configured model does not need is reported and never fails.

    Reads the local weights in full (about a second a gigabyte). Nothing is sent anywhere.
    """
    try:
        spec = resolve(settings)
    except FactcheckError as error:
        message, _, todo = str(error).partition(". ")
        return [Check("model", False, message, todo), _weights(settings, needed=False)]
    stands_for = "" if spec == settings.model else f" (from {settings.model})"
    found = [Check("model", True, f"{spec}{stands_for}"), _weights(settings, needed=spec == "local")]
    found += [check_(settings) for check_ in _FOR.get(spec.partition(":")[0], (_provider,))]
    return [*found, _room(settings)]


def _weights(settings: Settings, *, needed: bool) -> Check:
    weights = named("local")
    state = check(weights, settings)
    detail = f"{weights.name}: {state}, {weights.path(settings)}"
    if state == "ok" or (state == "missing" and not needed):
        return Check("weights", True, detail)
    return Check("weights", False, detail, "Run `factcheck models pull local`")


def _llama(settings: Settings) -> Check:
    """Imports the package, because its binary can be there and not fit this machine."""
    try:
        import xllamacpp  # noqa: PLC0415 - heavy
    except (ImportError, OSError) as error:
        return Check(
            "xllamacpp", False, str(error), "Run `pip install --force-reinstall xllamacpp`, or use `--model none`"
        )
    return Check("xllamacpp", True, str(xllamacpp.__version__))


def _openai(settings: Settings) -> Check:
    base_url, key = os.environ.get("OPENAI_BASE_URL"), os.environ.get("OPENAI_API_KEY")
    if not base_url and not key:
        return Check(
            "key", False, "no OPENAI_API_KEY", "Set OPENAI_API_KEY, or OPENAI_BASE_URL for a server of your own"
        )
    return Check("key", True, f"{'set' if key else 'not set'}; server {base_url or 'the default'}")


def _provider(settings: Settings) -> Check:
    provider = settings.model.partition(":")[0]
    package = f"langchain-{provider.replace('_', '-')}"
    here = importlib.util.find_spec(package.replace("-", "_")) is not None
    return Check(
        "provider",
        here,
        f"{package} is {'' if here else 'not '}installed",
        "" if here else f"Run `pip install {package}`",
    )


def _room(settings: Settings) -> Check:
    """Free space where weights go; their folder may not exist yet."""
    folder = settings.cache.expanduser().absolute()
    there = next(place for place in (folder, *folder.parents) if place.is_dir())
    free, weights = shutil.disk_usage(there).free, named("local")
    enough = weights.path(settings).is_file() or free > weights.size * 1.1
    writable = os.access(there, os.W_OK)
    detail = f"{free / 1e9:.1f} GB free in {Path(folder)}{'' if writable else ', which cannot be written'}"
    return Check(
        "cache", enough and writable, detail, "" if enough and writable else "Free some, or set FACTCHECK_CACHE"
    )


_FOR: dict[str, tuple[Callable[[Settings], Check], ...]] = {"none": (), "local": (_llama,), "openai": (_openai,)}
