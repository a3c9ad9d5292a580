"""Which files a list of paths means, under which id, with which provenance. Nothing is read but `sources.yaml`.

- a directory with `sources.yaml`, or that file: the sources it lists, and only those;
- another directory: its .txt and .md files, at any depth, hidden folders left out; ids are paths relative to it;
- a glob: the same, relative to the folder before the first wildcard;
- a file: its name is its id.
"""

from __future__ import annotations

import glob
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, TypeAdapter, ValidationError, model_validator

from factcheck.errors import SourceError, UserError
from factcheck.records import Provenance
from vectorstore.read_files import TEXT_SUFFIXES

__all__ = ["Found", "find_sources"]

LISTING = "sources.yaml"


@dataclass(frozen=True, slots=True)
class Found:
    """A file to ingest. `root` is the folder it was found in, None for a single file.

    `whole`: all of `root` was looked at, so what is stored from there and was not found is gone (`--prune`).
    """

    id: str
    path: Path
    provenance: Provenance
    root: Path | None = None
    whole: bool = True


def _day(value: object) -> object:
    """A day and nothing else: pydantic would read a bare year as seconds since 1970, and a time as its day."""
    if isinstance(value, str) or type(value) is date:
        return value
    raise ValueError("write a day as YYYY-MM-DD")


Day = Annotated[date, BeforeValidator(_day)]


class _Entry(BaseModel):
    """One source in `sources.yaml`; dates are days."""

    model_config = ConfigDict(extra="forbid")

    id: str
    file: str
    title: str | None = None
    publisher: str | None = None
    author: str | None = None
    credited_from: str | None = None
    url: str | None = None
    published: Day | None = None
    not_before: Day | None = None
    not_after: Day | None = None
    evidence: str | None = None

    @model_validator(mode="after")
    def _bounds(self) -> _Entry:
        if self.not_before and self.not_after and self.not_before > self.not_after:
            raise ValueError("not_before is later than not_after")
        return self

    def provenance(self) -> Provenance:
        facts = self.model_dump(mode="json", exclude={"id", "file"})
        return Provenance(**facts)


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
    for here, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(files):
            path = Path(here, name)
            if path.suffix.lower() in TEXT_SUFFIXES and not name.startswith("."):
                n += 1
                yield Found(path.relative_to(folder).as_posix(), path, Provenance(), folder)
    if n == 0:
        raise UserError(f"{folder} has no .txt or .md file; give another path, or a folder with sources.yaml")


def _globbed(pattern: str) -> Iterator[Found]:
    parts = Path(pattern).parts
    fixed = next(i for i, part in enumerate(parts) if glob.has_magic(part))
    root = Path(*parts[:fixed])
    matches = [Path(match) for match in sorted(glob.glob(pattern, recursive=True))]  # noqa: PTH207 - takes absolute ones
    texts = [path for path in matches if path.suffix.lower() in TEXT_SUFFIXES and path.is_file()]
    if not texts:
        raise UserError(
            f"{pattern} matches no .txt or .md file; check it, and quote it so that the shell leaves it alone"
        )
    for path in texts:
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
        # Both resolved: a link that leads outside is outside too.
        if not (folder / entry.file).resolve().is_relative_to(folder):
            raise UserError(f"{listing}: file {entry.file!r} of {entry.id!r} is outside {folder}; move it inside")
    for entry in entries:
        yield Found(entry.id, folder / entry.file, entry.provenance(), folder)


def _entries(listing: Path) -> list[_Entry]:
    try:
        loaded: Any = yaml.safe_load(listing.read_bytes())
        return TypeAdapter(list[_Entry]).validate_python(loaded if loaded is not None else [])
    except ValidationError as error:
        raise UserError(f"{listing}: {_first(error, loaded)}. See docs/sources.md") from None
    except yaml.YAMLError as error:
        place = getattr(error, "problem_mark", None)
        where = f" in line {place.line + 1}" if place else ""
        said = " ".join(str(getattr(error, "problem", error)).split())
        raise UserError(f"{listing} is not valid YAML{where}: {said}. Correct it") from None
    except (OSError, ValueError) as error:
        raise SourceError(f"{listing} cannot be read: {error}. Check its permissions and encoding") from None


def _first(error: ValidationError, loaded: Any) -> str:
    first = error.errors()[0]
    place = list(first["loc"])
    if not place:
        return "a list of sources is needed, each with `id` and `file`"
    entry = loaded[place[0]]
    name = entry.get("id") if isinstance(entry, Mapping) else None
    who = f"source {name!r}" if name else f"source no. {int(place[0]) + 1}"
    key = ".".join(str(part) for part in place[1:])
    if first["type"] == "extra_forbidden":
        return f"{who} has the unknown key {key!r}; known: {', '.join(_Entry.model_fields)}"
    said = first["msg"].removeprefix("Value error, ")
    return f"{who}, {key}: {said}" if key else f"{who}: {said}"
