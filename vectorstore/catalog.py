"""The catalog: texts, versions, provenance, chunks and the lexical index, in one SQLite file. The truth of the store.

- `sources` has one row an id (its current version), `versions` every text that was ever stored under it, `chunks` the
  spans of the current text, `chunks_fts` their words. One transaction writes all four.
- The lexical index keeps its own copy of the words (FTS5's contentless delete needs SQLite 3.43; Debian 12 has 3.40).
  Offsets never come from it.
- WAL: readers go on while one process writes. `synchronous=NORMAL`: a crash of the process loses nothing, a power cut
  at worst the last transaction, and the next ingest repeats it. A busy timeout: two short writers wait for each other.
"""

from __future__ import annotations

import json
import sqlite3
import uuid
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from factcheck.errors import StoreError
from factcheck.records import Filters, Provenance, Source, Span
from vectorstore.faults import REBUILD, storage_errors
from vectorstore.wal import use_wal

__all__ = ["Catalog", "ChunkRow", "VectorState"]

SCHEMA_VERSION = 3
_BUSY_S = 10.0  # how long a statement waits for another process
_APPLICATION_ID = 0x46434B31  # "FCK1": tells `file` and us whose database it is

VectorState = Literal["none", "stale", "ready"]
"""`none`: never embedded; `stale`: vectors of an earlier text may exist; `ready`: complete."""

_SCHEMA = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE sources (
  id TEXT PRIMARY KEY, version INTEGER NOT NULL, path TEXT, provenance TEXT NOT NULL,
  earliest TEXT, latest TEXT, file_sha256 TEXT NOT NULL, chunker TEXT NOT NULL, vectors TEXT NOT NULL,
  stamp TEXT NOT NULL DEFAULT ''
) WITHOUT ROWID;
CREATE TABLE versions (
  source TEXT NOT NULL REFERENCES sources(id) ON DELETE CASCADE, version INTEGER NOT NULL,
  text TEXT NOT NULL, source_sha256 TEXT NOT NULL, stored_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%SZ')),
  pages TEXT NOT NULL DEFAULT '[]',
  PRIMARY KEY (source, version)
);
CREATE INDEX by_hash ON versions (source_sha256, source, version);
CREATE TABLE chunks (
  id INTEGER PRIMARY KEY, source TEXT NOT NULL REFERENCES sources(id) ON DELETE CASCADE,
  no INTEGER NOT NULL, start INTEGER NOT NULL, stop INTEGER NOT NULL, UNIQUE (source, no)
);
CREATE TABLE removed (source TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE INDEX not_ready ON sources (vectors) WHERE vectors <> 'ready';
CREATE VIRTUAL TABLE chunks_fts USING fts5 (words, tokenize = "porter unicode61 remove_diacritics 2");
"""

# What makes the next schema of each. Schema 1 knew neither pages nor stamps: two columns with a default, nothing is
# copied, whatever the size. Schema 2 had no index of the hashes, which stand behind the texts: to read them read those.
_UPGRADES = {
    1: """ALTER TABLE sources ADD COLUMN stamp TEXT NOT NULL DEFAULT '';
ALTER TABLE versions ADD COLUMN pages TEXT NOT NULL DEFAULT '[]'""",
    2: "CREATE INDEX by_hash ON versions (source_sha256, source, version)",
}

_SOURCE = """SELECT s.id, v.text, v.source_sha256, s.file_sha256, s.version, s.path, s.provenance, v.pages
FROM sources s JOIN versions v ON v.source = s.id AND v.version = s.version"""


_CHUNK = "SELECT c.id, c.source, s.version, c.no, c.start, c.stop FROM chunks c JOIN sources s ON s.id = c.source"
_VALUES = "(SELECT value FROM json_each(?))"
_IN = f"AND c.source IN {_VALUES}"


@dataclass(frozen=True, slots=True)
class ChunkRow:
    """One chunk of the current version of a source; `rowid` is its row in the lexical index."""

    rowid: int
    source: str
    version: int
    no: int
    span: Span

    @property
    def key(self) -> str:
        """The chunk's id in the vector index."""
        return f"{self.source}@{self.version}#{self.no}"


class Catalog:
    """The SQLite file at `path`. With `write` it is created where there is none."""

    def __init__(self, path: Path, *, write: bool = False) -> None:
        """Raises: StoreError where there is none to read, or a newer program wrote it; StoreCorruptError."""
        self.path = path
        if not write and not path.is_file():
            raise StoreError(f"no sources in {path.parent} yet; run `factcheck ingest PATH…`, or give another --home")
        with self.errors():
            if write:
                path.parent.mkdir(parents=True, exist_ok=True)
            self._db = sqlite3.connect(path, isolation_level=None, timeout=_BUSY_S, check_same_thread=False)
            try:
                self._prepare(write)
            except BaseException:
                self._db.close()
                raise

    def _prepare(self, write: bool) -> None:
        self._db.execute("PRAGMA foreign_keys = ON")
        found = int(self._db.execute("PRAGMA user_version").fetchone()[0])
        if found > SCHEMA_VERSION:
            raise StoreError(f"{self.path} has schema {found}, of a newer factcheck; upgrade, or give another --home")
        if 0 < found < SCHEMA_VERSION:
            self._upgrade()
        if write:
            use_wal(self._db, wait_s=_BUSY_S)
            self._db.execute("PRAGMA synchronous = NORMAL")
            if found == 0:
                self._create()
        elif found == 0:
            raise StoreError(f"{self.path} holds no sources yet; run `factcheck ingest PATH…` first")
        else:
            self._db.execute("PRAGMA query_only = ON")

    def _create(self) -> None:
        with self.transaction():
            if self._db.execute("PRAGMA user_version").fetchone()[0]:
                return  # another writer was first
            for statement in _SCHEMA.split(";\n"):
                self._db.execute(statement)
            self._db.execute("INSERT INTO meta VALUES ('catalog', ?)", (uuid.uuid4().hex,))
            self._db.execute(f"PRAGMA application_id = {_APPLICATION_ID}")
            self._db.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")

    def _upgrade(self) -> None:
        """Bring an earlier schema up to date, readers too: they cannot do without its columns and its index."""
        with self.transaction():
            found = int(self._db.execute("PRAGMA user_version").fetchone()[0])
            if found < SCHEMA_VERSION:  # nobody else was first
                for version in range(found, SCHEMA_VERSION):
                    for statement in _UPGRADES[version].split(";\n"):
                        self._db.execute(statement)
                self._db.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")

    def close(self) -> None:
        self._db.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing; also when the process dies inside."""
        with self.errors():
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._db.execute("COMMIT")
            except BaseException:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                raise

    def errors(self) -> AbstractContextManager[None]:
        """What SQLite raises inside becomes ours."""
        return storage_errors(self.path, f"{REBUILD}; if that fails too, move the file away and ingest again")

    def data_version(self) -> int:
        """Return a number that another process's writing changes."""
        return int(self.rows("PRAGMA data_version")[0][0])

    def state(self) -> tuple[int, int]:
        """Return what changes with every change, this connection's or another's; it means nothing to any other."""
        return self.data_version(), self._db.total_changes

    def rows(self, statement: str, *values: object) -> list[tuple[Any, ...]]:
        """Run one statement and return its rows."""
        with self.errors():
            return self._db.execute(statement, values).fetchall()

    # -- what is stored

    def meta(self, key: str) -> str | None:
        found = self.rows("SELECT value FROM meta WHERE key = ?", key)
        return str(found[0][0]) if found else None

    def set_meta(self, key: str, value: str) -> None:
        self.rows("INSERT INTO meta VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value", key, value)

    def ids(self) -> list[str]:
        return [row[0] for row in self.rows("SELECT id FROM sources ORDER BY id")]

    def paths(self) -> list[tuple[str, str]]:
        return [
            (row[0], row[1]) for row in self.rows("SELECT id, path FROM sources WHERE path IS NOT NULL ORDER BY id")
        ]

    def source(self, source_id: str) -> Source | None:
        found = self.rows(f"{_SOURCE} WHERE s.id = ?", source_id)
        return _source(found[0]) if found else None

    def sources(self) -> list[Source]:
        return [_source(row) for row in self.rows(f"{_SOURCE} ORDER BY s.id")]

    def versions(self, source_id: str) -> list[tuple[int, str, str]]:
        """Return (version, source_sha256, stored_at) of every text stored under this id, oldest first."""
        return [
            (int(row[0]), str(row[1]), str(row[2]))
            for row in self.rows(
                "SELECT version, source_sha256, stored_at FROM versions WHERE source = ? ORDER BY version", source_id
            )
        ]

    def text(self, source_id: str, version: int) -> str | None:
        found = self.rows("SELECT text FROM versions WHERE source = ? AND version = ?", source_id, version)
        return str(found[0][0]) if found else None

    def text_by_hash(self, source_id: str, sha256: str) -> str | None:
        """Return a stored text by its hash; that of the named source first, where several sources hold it."""
        found = self.rows(
            "SELECT text FROM versions WHERE source_sha256 = ? ORDER BY source <> ?, version DESC LIMIT 1",
            sha256,
            source_id,
        )
        return str(found[0][0]) if found else None

    def hashes(self) -> list[tuple[str, str]]:
        """Return (id, source_sha256) of the current versions, by id. No text is read: the index has all of it."""
        found = self.rows(
            """SELECT v.source, v.source_sha256 FROM versions v INDEXED BY by_hash
            CROSS JOIN sources s ON s.id = v.source AND s.version = v.version ORDER BY v.source"""
        )
        return [(str(row[0]), str(row[1])) for row in found]

    def chunk_rows(self, source_id: str) -> list[ChunkRow]:
        return [_chunk(row) for row in self.rows(f"{_CHUNK} WHERE c.source = ? ORDER BY c.no", source_id)]

    def keys(self) -> dict[str, str]:
        """Return the key of every chunk of the sources whose vectors are complete, with its source."""
        found = self.rows(f"{_CHUNK} WHERE s.vectors = 'ready' ORDER BY c.id")
        return {chunk.key: chunk.source for chunk in map(_chunk, found)}

    def n_ready(self) -> int:
        """Return how many chunks have a vector, as far as the catalog knows."""
        statement = "SELECT count(*) FROM chunks c JOIN sources s ON s.id = c.source WHERE s.vectors = 'ready'"
        return int(self.rows(statement)[0][0])

    def oldest_ready(self) -> ChunkRow | None:
        found = self.rows(f"{_CHUNK} WHERE s.vectors = 'ready' ORDER BY c.id LIMIT 1")
        return _chunk(found[0]) if found else None

    def chunk_row(self, source_id: str, version: int, no: int) -> ChunkRow | None:
        """Return that chunk, or None where the text has changed since or is gone."""
        found = self.rows(f"{_CHUNK} WHERE c.source = ? AND s.version = ? AND c.no = ?", source_id, version, no)
        return _chunk(found[0]) if found else None

    def search(self, match: str, n: int, sources: Sequence[str] | None = None) -> list[tuple[ChunkRow, float]]:
        """Return up to `n` chunks by BM25, best first, scores positive; ties by source, then place.

        `match` is an FTS5 expression; `sources` None = all.
        """
        where, values = ("", []) if sources is None else (_IN, [json.dumps(list(sources))])
        found = self.rows(
            f"""SELECT c.id, c.source, s.version, c.no, c.start, c.stop, -bm25(chunks_fts) AS score
            FROM chunks_fts JOIN chunks c ON c.id = chunks_fts.rowid JOIN sources s ON s.id = c.source
            WHERE chunks_fts MATCH ? {where} ORDER BY score DESC, c.source, c.no LIMIT ?""",
            match, *values, n,
        )  # fmt: skip
        return [(_chunk(row[:6]), float(row[6])) for row in found]

    def allowed(self, filters: Filters) -> list[str] | None:
        """Return the ids that may be read under these filters; None = all.

        A day leaves out only what is known not to fit: a source without a date stays in. `since`: published, or at the
        latest published, before it. `until` and `as_of`: published, or at the earliest published, after it.
        """
        parts, values = [], []
        if filters.sources:
            parts.append("id IN (SELECT value FROM json_each(?))")
            values.append(json.dumps(filters.sources))
        if filters.since:
            parts.append("(latest IS NULL OR latest >= ?)")
            values.append(filters.since)
        for day in (filters.until, filters.as_of):
            if day:
                parts.append("(earliest IS NULL OR earliest <= ?)")
                values.append(day)
        if not parts:
            return None
        return [row[0] for row in self.rows(f"SELECT id FROM sources WHERE {' AND '.join(parts)} ORDER BY id", *values)]

    # -- changes; each inside `transaction()`

    def put(self, source: Source, *, new_text: bool) -> None:
        """Write the row of `source` and, with `new_text`, its version. The chunks follow by `put_chunks`."""
        facts = source.provenance
        self.rows(
            """INSERT INTO sources (id, version, path, provenance, earliest, latest, file_sha256, chunker, vectors)
            VALUES (?, ?, ?, ?, ?, ?, ?, '',
            CASE WHEN EXISTS (SELECT 1 FROM removed WHERE source = ?) THEN 'stale' ELSE 'none' END)
            ON CONFLICT DO UPDATE SET version = excluded.version, path = excluded.path,
            provenance = excluded.provenance, earliest = excluded.earliest, latest = excluded.latest,
            file_sha256 = excluded.file_sha256""",
            source.id, source.version, source.path, json.dumps(asdict(facts), ensure_ascii=False),
            facts.published or facts.not_before, facts.published or facts.not_after, source.file_sha256, source.id,
        )  # fmt: skip
        if new_text:
            row = (source.id, source.version, source.text, source.source_sha256, json.dumps(source.pages))
            columns = "source, version, text, source_sha256, pages"
            self.rows(f"INSERT INTO versions ({columns}) VALUES (?, ?, ?, ?, ?)", *row)
        else:
            where = "source = ? AND version = ?"
            self.rows(
                f"UPDATE versions SET pages = ? WHERE {where}", json.dumps(source.pages), source.id, source.version
            )

    def set_stamp(self, source_id: str, stamp: str) -> None:
        """Note how a source was read: by which reader, with which facts given. Only compared, never interpreted."""
        self.rows("UPDATE sources SET stamp = ? WHERE id = ?", stamp, source_id)

    def origin(self, source_id: str) -> tuple[str | None, str, str] | None:
        """Return (path, file_sha256, stamp) of a source, or None: enough to tell that a file has not changed."""
        found = self.rows("SELECT path, file_sha256, stamp FROM sources WHERE id = ?", source_id)
        return (found[0][0], str(found[0][1]), str(found[0][2])) if found else None

    def put_chunks(self, source_id: str, chunker: str, chunks: Iterable[tuple[Span, str]]) -> None:
        """Replace the chunks of a source by these (span, words to index); its vectors are out of date from here on."""
        state = "CASE vectors WHEN 'none' THEN CASE chunker WHEN '' THEN 'none' ELSE 'stale' END ELSE 'stale' END"
        self.rows(f"UPDATE sources SET vectors = {state}, chunker = ? WHERE id = ?", chunker, source_id)
        self._drop_chunks(source_id)
        for no, (span, words) in enumerate(chunks):
            row = (source_id, no, span.start, span.end)
            found = self.rows("INSERT INTO chunks (source, no, start, stop) VALUES (?, ?, ?, ?) RETURNING id", *row)
            self.rows("INSERT INTO chunks_fts (rowid, words) VALUES (?, ?)", found[0][0], words)

    def remove(self, source_id: str) -> None:
        """Forget a source with all its versions; its vectors are noted for removal."""
        self._drop_chunks(source_id)
        self.rows("DELETE FROM sources WHERE id = ?", source_id)
        self.rows("INSERT OR IGNORE INTO removed VALUES (?)", source_id)

    def _drop_chunks(self, source_id: str) -> None:
        self.rows("DELETE FROM chunks_fts WHERE rowid IN (SELECT id FROM chunks WHERE source = ?)", source_id)
        self.rows("DELETE FROM chunks WHERE source = ?", source_id)

    # -- what the vectors lack

    def outdated(self, chunker: str) -> list[str]:
        return [row[0] for row in self.rows("SELECT id FROM sources WHERE chunker <> ? ORDER BY id", chunker)]

    def without_vectors(self) -> list[tuple[str, VectorState]]:
        found = self.rows("SELECT id, vectors FROM sources WHERE vectors <> 'ready' ORDER BY id")
        return [(row[0], row[1]) for row in found]

    def n_missing(self) -> int:
        statement = "SELECT count(*) FROM chunks c JOIN sources s ON s.id = c.source WHERE s.vectors <> 'ready'"
        return int(self.rows(statement)[0][0])

    def removed(self) -> list[str]:
        return [row[0] for row in self.rows("SELECT source FROM removed ORDER BY source")]

    def set_vectors(self, source_ids: Sequence[str], state: VectorState) -> None:
        self.rows(f"UPDATE sources SET vectors = ? WHERE id IN {_VALUES}", state, json.dumps(list(source_ids)))

    def forget_removed(self, source_ids: Sequence[str]) -> None:
        self.rows(f"DELETE FROM removed WHERE source IN {_VALUES}", json.dumps(list(source_ids)))

    def reset_indexes(self) -> None:
        """Empty the lexical index and mark every source for chunking and embedding again."""
        self.rows("DROP TABLE IF EXISTS chunks_fts")
        self.rows(next(s for s in _SCHEMA.split(";\n") if "fts5" in s))
        self.rows("DELETE FROM chunks")
        self.rows("UPDATE sources SET chunker = '', vectors = 'stale'")


def _source(row: tuple[Any, ...]) -> Source:
    return Source(
        id=row[0], text=row[1], source_sha256=row[2], file_sha256=row[3], version=row[4], path=row[5],
        provenance=Provenance(**json.loads(row[6])), pages=tuple(json.loads(row[7])),
    )  # fmt: skip


def _chunk(row: tuple[Any, ...]) -> ChunkRow:
    return ChunkRow(rowid=row[0], source=row[1], version=row[2], no=row[3], span=Span(row[4], row[5]))
