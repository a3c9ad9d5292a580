"""Files into the store. One bad file, or one bad line of articles, is one line in the report; the others are stored."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import IO

from factcheck.errors import SourceError, UserError
from factcheck.records import Provenance
from vectorstore.find_sources import Found, find_sources
from vectorstore.formats.from_jsonl import BadLine, LineArticle, articles, unknown_keys
from vectorstore.formats.kinds import Format, reader_of
from vectorstore.language import looks_english
from vectorstore.read_files import FileText, open_file, read_bytes, read_data, read_file, with_facts
from vectorstore.store import Store

__all__ = ["Failure", "IngestReport", "Offered", "Progress", "ingest"]

Progress = Callable[[str, int, int], None]
"""Told (stage, done, total): stage `read` counts files, `embed` counts chunks."""


@dataclass(frozen=True, slots=True)
class Failure:
    path: str
    message: str


@dataclass(frozen=True, slots=True)
class Offered:
    """A source that is no file: from stdin, or fetched. `name` begins messages, `encoding` is what a server said."""

    id: str
    name: str
    data: bytes
    kind: Format
    provenance: Provenance = field(default_factory=Provenance)
    encoding: str | None = None


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
    paths: Sequence[str | Path], store: Store, *, offered: Sequence[Offered] = (), source_id: str | None = None,
    prune: bool = False, progress: Progress | None = None,
) -> IngestReport:  # fmt: skip
    """Store what `paths` mean (see `find_sources`) and what is `offered`, then make the vectors that are missing.

    `source_id` is the id of the one source that the one path means. `prune` removes stored sources of the given folders
    whose file, whose line, or whose entry in `sources.yaml` is gone. A file that is there and cannot be read keeps what
    is stored of it; a folder without any text is an error and removes nothing. Texts are read one at a time.
    Raises: UserError where `source_id` cannot be meant; StoreError; what was stored until then stays.
    """
    report = IngestReport()
    found = list(_found(paths, report))
    if source_id is not None:
        found = [_named(found, source_id, report)]
    run = _Run(store, report)
    for done, item in enumerate(found, 1):
        run.attempt(str(item.path), item.path, lambda item=item: run.file(item))  # type: ignore[misc]
        if progress is not None:
            progress("read", done, len(found))
    for other in offered:
        run.attempt(other.name, None, lambda other=other: run.offered(other))  # type: ignore[misc]
    if prune:
        run.prune(found)
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


def _named(found: Sequence[Found], source_id: str, report: IngestReport) -> Found:
    if report.failed:
        raise UserError(report.failed[0].message)
    if len(found) != 1 or found[0].kind == "jsonl":
        what = "many sources with ids of their own" if len(found) == 1 else f"{len(found)} files"
        raise UserError(f"--id {source_id!r} names one source, and the path means {what}; leave --id out")
    return Found(source_id, found[0].path, found[0].provenance)


class _Run:
    """One call of `ingest`: what was met so far, and the report."""

    def __init__(self, store: Store, report: IngestReport) -> None:
        self._store, self._report = store, report
        self._max_mb = store.settings.max_source_mb
        self._taken: dict[str, str] = {}
        self._read: set[Path] = set()
        self._unread: set[Path] = set()

    def attempt(self, name: str, path: Path | None, read: Callable[[], None]) -> None:
        """Run `read`; a source that fails is a line in the report."""
        try:
            read()
        except SourceError as error:
            self._fail(name, path, str(error))

    def file(self, item: Found) -> None:
        if item.kind is None:
            read_file(item.path, self._max_mb)  # says why not
        elif item.kind == "jsonl":
            self._lines(item)
        elif self._claim(item.id, str(item.path)):
            data = read_bytes(item.path, self._max_mb)
            self._one(Offered(item.id, str(item.path), data, item.kind, item.provenance), item.path)

    def offered(self, item: Offered) -> None:
        if item.kind == "jsonl":
            self._articles(item.name, None, io.BytesIO(item.data))
        elif self._claim(item.id, item.name):
            self._one(item, None)

    def _one(self, item: Offered, path: Path | None) -> None:
        digest = hashlib.sha256(item.data).hexdigest()
        stamp = _stamp(item.kind, item.provenance, item.encoding)
        if self._is_current(item.id, path, digest, stamp):
            return
        file = read_data(item.data, item.name, item.kind, max_mb=self._max_mb, encoding=item.encoding)
        self._put(item.id, path, file, with_facts(item.provenance, file.provenance), stamp)

    # -- JSON lines

    def _lines(self, item: Found) -> None:
        if item.path in self._read:
            return
        self._read.add(item.path)
        with open_file(item.path) as file:
            self._articles(str(item.path), item.path, file)

    def _articles(self, name: str, path: Path | None, lines: IO[bytes]) -> None:
        """Store every article; the file fails as a whole only where it holds none and no bad line."""
        unknown: set[str] = set()
        n = 0
        for n, line in enumerate(articles(lines, self._max_mb), 1):  # noqa: B007
            if isinstance(line, BadLine):
                self._fail(name, path, f"{name} {line.message}")
                continue
            unknown.update(line.unknown)
            self.attempt(name, path, lambda line=line: self._article(name, path, line))  # type: ignore[misc]
        if n == 0:
            raise SourceError(f"{name} is empty; leave it out, or give a file with one article a line")
        if unknown:
            self._report.warnings.append(f"{name} {unknown_keys(unknown)}")

    def _article(self, name: str, path: Path | None, line: LineArticle) -> None:
        place = f"{name} line {line.line}"
        if not self._claim(line.id, place):
            return
        stamp = _stamp("jsonl", line.provenance, None)
        if self._is_current(line.id, path, line.sha256, stamp):
            return
        warnings = (f"{name} {line.warning}",) if line.warning else ()
        file = FileText(line.text, line.sha256, warnings=warnings)
        try:
            self._put(line.id, path, file, line.provenance, stamp)
        except SourceError as error:
            raise SourceError(f"{place}: {error}") from None

    # -- all of them

    def _fail(self, name: str, path: Path | None, message: str) -> None:
        self._report.failed.append(Failure(name, message))
        if path is not None:
            self._unread.add(path)

    def _claim(self, source_id: str, place: str) -> bool:
        """Take the id for this call; False: the same file again. Raises: SourceError where another has it."""
        other = self._taken.get(source_id)
        if other == place:
            return False
        if other is not None and " line " in place:
            raise SourceError(f"{place}: its id {source_id!r} is that of {other}; give each article its own")
        if other is not None:
            raise SourceError(_collision(place, source_id, other))
        self._taken[source_id] = place
        return True

    def _is_current(self, source_id: str, path: Path | None, digest: str, stamp: str) -> bool:
        where = str(path) if path else None
        current = self._store.is_current(source_id, path=where, file_sha256=digest, stamp=stamp)
        if current:
            self._report.unchanged.append(source_id)
        return current

    def _put(self, source_id: str, path: Path | None, file: FileText, provenance: Provenance, stamp: str) -> None:
        self._refuse_foreign(source_id, path, file.text)
        outcome = self._store.put(
            source_id, file.text, provenance=provenance, path=str(path) if path else None,
            file_sha256=file.file_sha256, pages=file.pages, stamp=stamp,
        )  # fmt: skip
        getattr(self._report, outcome).append(source_id)
        self._report.warnings.extend(file.warnings)
        if outcome in ("added", "changed") and not looks_english(file.text):
            self._report.warnings.append(
                f"{source_id} does not look English; it is stored, and the verifier was trained on English alone"
            )

    def _refuse_foreign(self, source_id: str, path: Path | None, text: str) -> None:
        """Another file with the same name is another source, not its next version, while the first one still exists."""
        old = self._store.find(source_id)
        if path is None or old is None or old.path is None or old.text == text:
            return
        if Path(old.path) != path and Path(old.path).is_file():
            raise SourceError(_collision(str(path), source_id, old.path))

    def prune(self, found: Sequence[Found]) -> None:
        """Remove what is gone from the folders and the files of articles that were looked at."""
        roots = {(item.root, item.whole) for item in found if item.root is not None}
        roots |= {(path, True) for path in self._read}
        for source_id, stored_path in self._store.paths():
            path = Path(stored_path)
            if source_id in self._taken or any(path.is_relative_to(unread) for unread in self._unread):
                continue
            if any(path.is_relative_to(root) and (whole or not path.exists()) for root, whole in roots):
                self._store.remove(source_id)
                self._report.removed.append(source_id)


def _stamp(kind: Format, given: Provenance, encoding: str | None) -> str:
    """What, beside its bytes, a stored source was made of: today's reader, and the facts given with the file."""
    facts = json.dumps([asdict(given), encoding], sort_keys=True)
    return f"{reader_of(kind)} {hashlib.sha256(facts.encode()).hexdigest()[:16]}"


def _collision(place: str, source_id: str, other: str) -> str:
    return f"{place}: its id {source_id!r} is that of {other}; ingest their common folder, or name them in sources.yaml"
