"""Which files a list of paths means, under which id, with which provenance. Nothing is read but `sources.yaml`.

- a directory with `sources.yaml`, or that file: the sources it lists, and only those;
- another directory: its files of known formats, at any depth, hidden folders left out; ids are paths relative to it;
- a glob: the same, relative to the folder before the first wildcard;
- a file: its name is its id. A .jsonl file holds many sources, with ids of their own.

Links to folders are not followed, so no circle of links is walked in; links to files are. What `sources.yaml` lists
must lie in its folder: such a file may come from anybody, with the articles.
"""

from __future__ import annotations

import glob
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from pydantic import TypeAdapter, ValidationError

from factcheck.errors import SourceError, UserError
from factcheck.records import Provenance
from vectorstore.facts import Facts
from vectorstore.formats.kinds import SUFFIXES, Format, format_of_name

__all__ = ["Found", "find_sources"]

LISTING = "sources.yaml"
_SUFFIXES = " ".join(SUFFIXES)
_MAX_LISTING_MB = 20
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # ten times as fast


@dataclass(frozen=True, slots=True)
class Found:
    """A file to ingest. `root` is the folder it was found in, None for a single file.

    `whole`: all of `root` was looked at, so what is stored from there and was not found is gone (`--prune`).
    `kind` None: not a format that we read.
    """

    id: str
    path: Path
    provenance: Provenance
    root: Path | None = None
    whole: bool = True

    @property
    def kind(self) -> Format | None:
        return format_of_name(self.path.name)


class _Entry(Facts):
    """One source in `sources.yaml`."""

    id: str
    file: str
    credited_from: str | None = None
    evidence: str | None = None


_KEYS = ("id", "file", *(name for name in Provenance.__slots__))


def find_sources(path: str) -> Iterator[Found]:
    """Yield what one path of the command line means, in order of id.

    Raises: UserError where there is nothing, or `sources.yaml` is wrong.
    """
    given = Path(path)
    if given.is_dir():
        listing = given / LISTING
        yield from _listed(listing) if listing.is_file() else _walked(given)
    elif given.is_file() and given.suffix.lower() in {".yaml", ".yml"}:
        yield from _listed(given)
    elif given.exists() or not glob.has_magic(path):
        yield Found(given.name, given.resolve(), Provenance())  # a missing file is told when it is read
    else:
        yield from _globbed(path)


def _walked(folder: Path) -> Iterator[Found]:
    n = 0
    folder = folder.resolve()
    closed: list[OSError] = []
    for here, folders, files in os.walk(folder, onerror=closed.append):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(files):
            path = Path(here, name)
            if format_of_name(name) and not name.startswith("."):
                n += 1
                yield Found(path.relative_to(folder).as_posix(), path, Provenance(), folder)
    for error in closed:  # told when it is read
        n += 1
        path = Path(error.filename or folder)
        yield Found(path.relative_to(folder).as_posix(), path, Provenance(), folder)
    if n == 0:
        raise UserError(f"{folder} has no file of a known format ({_SUFFIXES}); give another path, or a sources.yaml")


def _globbed(pattern: str) -> Iterator[Found]:
    parts = Path(pattern).parts
    fixed = next(i for i, part in enumerate(parts) if glob.has_magic(part))
    root, rest = Path(*parts[:fixed]), parts[fixed:]
    hidden = any(part.startswith(".") for part in rest)
    try:  # not `glob.glob`: its ** follows links, and two that lead back take it 2 ** 40 folders deep
        matches = sorted(root.glob("/".join(rest)))
    except (ValueError, OSError, NotImplementedError) as error:
        raise UserError(f"{pattern} is not a pattern that can be matched ({error}); correct it") from None
    known = [path for path in matches if format_of_name(path.name) and path.is_file()]
    if not hidden:
        known = [path for path in known if not any(part.startswith(".") for part in path.relative_to(root).parts)]
    if not known:
        raise UserError(
            f"{pattern} matches no file of a known format ({_SUFFIXES}); check it, and quote it against the shell"
        )
    for path in known:
        yield Found(path.relative_to(root).as_posix(), path.resolve(), Provenance(), root.resolve(), whole=False)


def _listed(listing: Path) -> Iterator[Found]:
    folder = listing.parent.resolve()
    entries = _entries(listing)
    if not entries:
        raise UserError(f"{listing} lists no source; add one with `id` and `file`, or remove the file")
    seen: set[str] = set()
    for entry in entries:
        if entry.id in seen:
            raise UserError(f"{listing}: id {entry.id!r} stands there twice; give each source its own")
        seen.add(entry.id)
        if not _is_inside(folder, entry.file):
            raise UserError(f"{listing}: file {entry.file!r} of {entry.id!r} is outside {folder}; move it inside")
    for entry in entries:
        yield Found(entry.id, folder / entry.file, entry.provenance(), folder)


def _is_inside(folder: Path, file: str) -> bool:
    """Both resolved: a link that leads outside is outside too, and one that leads in a circle leads nowhere."""
    try:
        return (folder / file).resolve().is_relative_to(folder)
    except (OSError, ValueError, RuntimeError):
        return False


def _entries(listing: Path) -> list[_Entry]:
    try:
        loaded = _loaded(listing)
        return TypeAdapter(list[_Entry]).validate_python(loaded if loaded is not None else [])
    except ValidationError as error:
        raise UserError(f"{listing}: {_first(error, loaded)}. See docs/sources.md") from None
    except yaml.YAMLError as error:
        place = getattr(error, "problem_mark", None)
        where = f" in line {place.line + 1}" if place else ""
        said = " ".join(str(getattr(error, "problem", error)).split())
        raise UserError(f"{listing} is not valid YAML{where}: {said[:200]}. Correct it") from None
    except RecursionError:
        raise UserError(
            f"{listing} is nested too deep; a list of sources is needed, each with `id` and `file`"
        ) from None
    except (OSError, ValueError) as error:
        raise SourceError(f"{listing} cannot be read: {error}. Check its permissions and encoding") from None


def _loaded(listing: Path) -> Any:
    """Return what the YAML holds. Aliases are refused: a few lines of them stand for more than any memory holds."""
    size = listing.stat().st_size
    if size > _MAX_LISTING_MB * 1_000_000:
        raise UserError(
            f"{listing} has {size / 1e6:.0f} MB, over {_MAX_LISTING_MB}; use JSON lines for a corpus of that size"
        )
    data = listing.read_bytes()
    if b"*" in data:
        for event in yaml.parse(data, Loader=_Loader):
            if isinstance(event, yaml.AliasEvent):
                raise UserError(f"{listing} has the alias *{event.anchor}; write the value out")
    return yaml.load(data, Loader=_Loader)  # noqa: S506 - a safe loader


def _first(error: ValidationError, loaded: Any) -> str:
    first = error.errors()[0]
    place = list(first["loc"])
    if not place:
        return "a list of sources is needed, each with `id` and `file`"
    entry = loaded[place[0]]
    name = entry.get("id") if isinstance(entry, Mapping) else None
    who = f"source {name!r:.80}" if isinstance(name, str | int) and name else f"source no. {int(place[0]) + 1}"
    key = ".".join(str(part) for part in place[1:])
    if first["type"] == "extra_forbidden":
        return f"{who} has the unknown key {key!r}; known: {', '.join(_KEYS)}"
    said = first["msg"].removeprefix("Value error, ")
    return f"{who}, {key}: {said}" if key else f"{who}: {said}"
