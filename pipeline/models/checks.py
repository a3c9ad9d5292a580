"""What `factcheck doctor` asks about models: each check says what was found and what to do."""

from __future__ import annotations

import importlib.util
import os
import shutil
from collections.abc import Callable
from pathlib import Path

from factcheck.errors import FactcheckError, UsageError
from factcheck.records import Check
from factcheck.redact import redact
from factcheck.settings import Settings, find_problems, load_settings, read_layers
from pipeline.models.chat import resolve, server_address
from pipeline.models.prices import find_price
from pipeline.models.providers import package_of
from pipeline.models.recording import Replay
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


def settings_problems() -> list[str]:
    """Return a line for everything that is wrong with the settings of the working directory; none when all is well.

    Nothing is sent anywhere and no model is opened.
    """
    try:
        layers = read_layers()
        if problems := find_problems(layers):
            return problems
        settings = load_settings()
    except UsageError as error:  # a file that cannot be read hides all that it sets
        return [str(error)]
    found = [f"{check.name}: {check.detail}. {check.todo}" for check in model_checks(settings) if not check.ok]
    for look in (_look_at_prices, _look_at_recordings, _look_at_home):
        try:
            look(settings)
        except FactcheckError as error:
            found.append(str(error))
    return found


def _look_at_prices(settings: Settings) -> None:
    model = settings.model.strip()
    price = find_price(model, file=settings.prices, shipped=settings.base_url is None)
    if settings.max_cost_usd is not None and price is None and ":" in model:
        raise UsageError(f"max_cost_usd is set and the price of {model} is not known. Give it in a file of `prices`")


def _look_at_recordings(settings: Settings) -> None:
    if settings.record is not None and settings.replay is not None:
        raise UsageError("record and replay are both set; leave one out")
    if settings.replay is not None:
        Replay(settings.replay)
    if settings.record is not None and settings.record.expanduser().exists():
        raise UsageError(f"record: {settings.record} exists and is not overwritten; name another file")


def _look_at_home(settings: Settings) -> None:
    home = settings.home.expanduser()
    if home.exists() and not home.is_dir():
        raise UsageError(f"home: {home} is no folder; name another")


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
    key = os.environ.get("OPENAI_API_KEY")
    try:
        base_url = server_address(settings)
    except UsageError as error:
        message, _, todo = str(error).partition("; ")
        return Check("server", False, message, todo)
    if not base_url and not key:
        return Check(
            "key", False, "no OPENAI_API_KEY", "Set OPENAI_API_KEY, or OPENAI_BASE_URL for a server of your own"
        )
    return Check(
        "key", True, f"{'set' if key else 'not set'}; server {redact(base_url) if base_url else 'the default'}"
    )


def _provider(settings: Settings) -> Check:
    try:
        package = package_of(settings.model.strip().partition(":")[0])
    except UsageError as error:
        message, _, todo = str(error).partition(". ")
        return Check("provider", False, message, todo)
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
