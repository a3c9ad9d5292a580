"""What `factcheck doctor` says of the store. It reads, and changes nothing."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable
from pathlib import Path

from factcheck.errors import FactcheckError
from factcheck.records import Check
from factcheck.settings import Settings
from vectorstore.catalog import SCHEMA_VERSION, Catalog
from vectorstore.faults import REBUILD
from vectorstore.indexes import open_vectors
from vectorstore.lock import StoreLock, holders

__all__ = ["store_checks"]

MIN_FREE_MB = 200

_CheckFunction = Callable[[Catalog, Settings], Check]


def store_checks(settings: Settings) -> list[Check]:
    """Return one line for each thing that can go wrong with the store; never raises for a damaged one."""
    checks = [_disk(settings.home), _lock(settings.home)]
    path = settings.home / "catalog.sqlite"
    if not path.is_file():
        return [*checks, Check("catalog", True, f"no sources in {settings.home} yet", "run `factcheck ingest PATH…`")]
    try:
        catalog = Catalog(path)
    except FactcheckError as error:
        return [*checks, _failed("catalog", error)]
    try:
        checks += [_guarded(name, check, catalog, settings) for name, check in _CHECKS.items()]
    finally:
        catalog.close()
    return checks


def _failed(name: str, error: FactcheckError) -> Check:
    """A message of ours is what happened; what to do."""
    detail, _, todo = str(error).partition("; ")
    return Check(name, False, detail, todo or None)


def _guarded(name: str, check: _CheckFunction, catalog: Catalog, settings: Settings) -> Check:
    try:
        return check(catalog, settings)
    except FactcheckError as error:
        return _failed(name, error)


def _catalog(catalog: Catalog, settings: Settings) -> Check:
    faults = [" ".join(str(row[0]).split()) for row in catalog.rows("PRAGMA quick_check(3)") if row[0] != "ok"]
    if faults:
        return Check(
            "catalog", False, f"{catalog.path} is damaged: {'; '.join(faults)}", f"{REBUILD}, or restore the file"
        )
    n = len(catalog.ids())
    return Check("catalog", True, f"{n} sources, schema {SCHEMA_VERSION}, in {catalog.path}")


def _texts(catalog: Catalog, settings: Settings) -> Check:
    """Every stored text, of every version, against its hash."""
    wrong = []
    for source_id in catalog.ids():
        for version, sha256, _ in catalog.versions(source_id):
            text = catalog.text(source_id, version)
            if text is None or hashlib.sha256(text.encode()).hexdigest() != sha256:
                wrong.append(f"{source_id} version {version}")
    if wrong:
        todo = "remove these sources and ingest their files again"
        return Check("texts", False, f"{len(wrong)} differ from their hash: {', '.join(wrong[:3])}", todo)
    return Check("texts", True, "all texts match their sha256")


def _lexical(catalog: Catalog, settings: Settings) -> Check:
    n_chunks = int(catalog.rows("SELECT count(*) FROM chunks")[0][0])
    missing = int(catalog.rows("SELECT count(*) FROM chunks WHERE id NOT IN (SELECT id FROM chunks_fts_docsize)")[0][0])
    extra = int(catalog.rows("SELECT count(*) FROM chunks_fts_docsize WHERE id NOT IN (SELECT id FROM chunks)")[0][0])
    if missing or extra:
        return Check("lexical index", False, f"{missing} of {n_chunks} chunks missing, {extra} too many", REBUILD)
    return Check("lexical index", True, f"{n_chunks} chunks")


def _vectors(catalog: Catalog, settings: Settings) -> Check:
    """The keys that Chroma lists against those of the catalog, and whether its index finds one of them."""
    embedder = catalog.meta("embedder")
    wanted = {row.key for source_id in catalog.ids() for row in catalog.chunk_rows(source_id)}
    if not wanted:
        return Check("vectors", True, "nothing to index")
    if embedder is None:
        return Check("vectors", False, f"none yet for {len(wanted)} chunks", REBUILD)
    with StoreLock(settings.home, write=False, wait_s=0.5):
        vectors = open_vectors(settings, catalog, embedder)
        try:
            stored = vectors.keys()
            answers = not stored or vectors.answers(min(stored))
        finally:
            vectors.close()
    missing, extra = len(wanted - stored), len(stored - wanted)
    if missing or extra or not answers:
        said = f"{missing} of {len(wanted)} missing, {extra} too many" + (
            "" if answers else "; the index does not answer"
        )
        return Check("vectors", False, said, REBUILD)
    return Check("vectors", True, f"{len(stored)} by {embedder}, in {settings.chroma or settings.home / 'chroma'}")


def _lock(home: Path) -> Check:
    pids = holders(home)
    if pids:
        return Check("lock", True, f"in use by process {', '.join(map(str, pids))}", "wait for it before you write")
    path = home / "lock"
    left = path.read_bytes() if path.is_file() else b""
    if left:
        said = f"free; process {left.decode('ascii', 'replace')} was killed while it wrote"
        return Check("lock", True, said, "run `factcheck ingest PATH…` again; it goes on where that one stopped")
    return Check("lock", True, "free")


def _disk(home: Path) -> Check:
    there = next(path for path in (home.absolute(), *home.absolute().parents) if path.exists())
    free_mb = shutil.disk_usage(there).free // 1_000_000
    todo = None if free_mb >= MIN_FREE_MB else "free some space, or choose another --home"
    return Check("disk", todo is None, f"{free_mb:,} MB free for {home}", todo)


_CHECKS: dict[str, _CheckFunction] = {
    "catalog": _catalog,
    "texts": _texts,
    "lexical index": _lexical,
    "vectors": _vectors,
}
