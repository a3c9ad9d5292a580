"""What each route replies, made over the warm answerer; called in a worker thread."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from factcheck import __version__
from factcheck.errors import SourceError
from factcheck.records import Filters, Source
from pipeline.pair_files import PairLine
from pipeline.record import answer_record
from pipeline.reprove import check_citation
from pipeline.retrieve import retrieve
from pipeline.score_pairs import score_stream
from pipeline.service.library import Library
from pipeline.service.messages import (
    AskRequest,
    Checks,
    Health,
    Passages,
    ScoreRequest,
    Scores,
    SearchRequest,
    Sources,
    VerifyRequest,
)


def answer(library: Library, request: AskRequest) -> dict[str, Any]:
    """Return an answer record."""
    with library.reading() as answerer:
        _known(library, request.sources)
        found, _ = answerer.answer(request.to_question())
        return answer_record(found)


def search(library: Library, request: SearchRequest) -> Passages:
    """Return passages, best first."""
    filters = Filters(tuple(request.sources), request.since, request.until, request.as_of)
    with library.reading() as answerer:
        store = answerer.store
        _known(library, request.sources)
        if request.by == "hybrid":
            passages = list(retrieve(request.query, store, n=request.n, filters=filters))
        elif request.by == "dense":
            passages = store.search_dense(request.query, request.n, filters)
        else:
            passages = store.search_lexical(request.query, request.n, filters)
    return Passages(
        passages=[{"schema": "factcheck/passage/1", "rank": i, **asdict(p)} for i, p in enumerate(passages, 1)]
    )


def score(library: Library, request: ScoreRequest) -> Scores:
    """Return a score a pair, or why there is none."""
    pairs = [PairLine(i, p.id or i, p.claim, p.document) for i, p in enumerate(request.pairs, 1)]
    scored = score_stream(pairs, library.answerer.scorer)
    return Scores(scores=[s if isinstance(s, dict) else {"id": s.line, "error": s.reason} for s in scored])


def verify(library: Library, request: VerifyRequest) -> Checks:
    """Return a check a citation."""
    with library.reading() as answerer:
        find_text = answerer.store.text_by_hash
        given = [citation.model_dump() for citation in request.citations]
        checks = [check_citation(f"citation {i}", c, find_text).as_json() for i, c in enumerate(given)]
    return Checks(n=len(checks), n_failed=sum(not check["ok"] for check in checks), checks=checks)


def list_sources(library: Library, *, limit: int, offset: int) -> Sources:
    """Return a part of the list of sources."""
    with library.reading() as answerer:
        ids = answerer.store.source_ids()
        found = [answerer.store.find(id_) for id_ in ids[offset : offset + limit]]
    return Sources(total=len(ids), sources=[_source(s) for s in found if s is not None])


def show_source(library: Library, source_id: str, *, sha256: str | None) -> dict[str, Any]:
    """Return a source with its text: the version of that hash, or the last. Raises: SourceError (404)."""
    with library.reading() as answerer:
        source = answerer.store.find_version(source_id, sha256)
    if source is None:
        raise SourceError(f"no source {source_id[:100]!r} with that text; /sources lists them")
    return {**_source(source), "text": source.text}


def health(library: Library) -> Health:
    """Return what serves."""
    with library.reading() as answerer:
        store = answerer.store
        return Health(
            status="ok", version=__version__, model=answerer.model, n_sources=store.n_sources(),
            index=store.index_digest(),
        )  # fmt: skip


def _known(library: Library, source_ids: list[str]) -> None:
    """Raises: SourceError (404) for a source that is not stored."""
    for source_id in source_ids:
        if library.answerer.store.find(source_id) is None:
            raise SourceError(f"no source {source_id[:100]!r}; /sources lists them")


def _source(source: Source) -> dict[str, Any]:
    record = {key: value for key, value in asdict(source).items() if key not in {"text", "path"}}
    return {"schema": "factcheck/source/1", **record, "n_chars": len(source.text)}
