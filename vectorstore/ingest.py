"""Files into the store. One bad file is one line in the report; the others are stored."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from factcheck.errors import SourceError, UserError
from vectorstore.find_sources import Found, find_sources
from vectorstore.read_files import FileText, read_file
from vectorstore.store import PutOutcome, Store

__all__ = ["Failure", "IngestReport", "Progress", "ingest"]

Progress = Callable[[str, int, int], None]
"""Told (stage, done, total): stage `read` counts files, `embed` counts chunks."""


@dataclass(frozen=True, slots=True)
class Failure:
    path: str
    message: str


@dataclass(slots=True)
class IngestReport:
    """What became of each source, by id; `failed` by path. `provenance`: same text, other facts about it."""

    added: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    provenance: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    failed: list[Failure] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    n_embedded: int = 0

    @property
    def n_stored(self) -> int:
        return len(self.added) + len(self.changed) + len(self.provenance) + len(self.unchanged)


def ingest(
    paths: Sequence[str | Path], store: Store, *, prune: bool = False, progress: Progress | None = None
) -> IngestReport:
    """Store what `paths` mean (see `find_sources`), then make the vectors that are missing.

    `prune` removes stored sources of the given folders whose file, or whose entry in `sources.yaml`, is gone. A file
    that is there and cannot be read keeps its stored version; a folder without any text is an error and removes
    nothing. Texts are read one at a time.
    Raises: StoreError; what was stored until then stays.
    """
    report = IngestReport()
    found = list(_found(paths, report))
    taken: dict[str, Path] = {}
    for done, item in enumerate(found, 1):
        try:
            _ingest_one(item, store, taken, report)
        except SourceError as error:
            report.failed.append(Failure(str(item.path), str(error)))
        if progress is not None:
            progress("read", done, len(found))
    if prune:
        _prune(found, store, report)
    total = store.n_missing()
    told = 0

    def embedded(n: int) -> None:
        nonlocal told
        told += n
        if progress is not None:
            progress("embed", told, max(total, told))

    report.n_embedded = store.complete(embedded)
    return report


def _found(paths: Sequence[str | Path], report: IngestReport) -> Iterator[Found]:
    for path in paths:
        try:
            yield from find_sources(str(path))
        except UserError as error:
            report.failed.append(Failure(str(path), str(error)))


def _ingest_one(item: Found, store: Store, taken: dict[str, Path], report: IngestReport) -> None:
    if item.id in taken:
        if taken[item.id] == item.path:
            return  # the same file twice in one call
        raise SourceError(_collision(item, taken[item.id]))
    taken[item.id] = item.path
    file = read_file(item.path, store.settings.max_source_mb)
    _refuse_foreign(item, file, store)
    outcome: PutOutcome = store.put(
        item.id, file.text, provenance=item.provenance, path=str(item.path), file_sha256=file.file_sha256
    )
    getattr(report, outcome).append(item.id)
    if file.warning:
        report.warnings.append(file.warning)


def _refuse_foreign(item: Found, file: FileText, store: Store) -> None:
    """Another file with the same name is another source, not its next version, while the first one still exists."""
    old = store.find(item.id)
    if old is None or old.path is None or old.text == file.text:
        return
    if Path(old.path) != item.path and Path(old.path).is_file():
        raise SourceError(_collision(item, Path(old.path)))


def _collision(item: Found, other: Path) -> str:
    return (
        f"{item.path}: its id {item.id!r} is that of {other}; ingest their common folder, or name them in sources.yaml"
    )


def _prune(found: Sequence[Found], store: Store, report: IngestReport) -> None:
    here = {item.id for item in found}
    roots = {(item.root, item.whole) for item in found if item.root is not None}
    for source_id, stored_path in store.paths():
        path = Path(stored_path)
        if source_id not in here and any(
            path.is_relative_to(root) and (whole or not path.exists()) for root, whole in roots
        ):
            store.remove(source_id)
            report.removed.append(source_id)
