"""The routes: each reads its request, does its work in a thread over the warm answerer, and gives the record."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict
from typing import Annotated, Any, TypeVar

from fastapi import FastAPI, Query
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, JSONResponse, Response
from starlette.exceptions import HTTPException

from factcheck import __version__
from factcheck.errors import FactcheckError, SourceError
from factcheck.records import Filters, Source
from pipeline.pair_files import PairLine
from pipeline.record import answer_record
from pipeline.reprove import check_citation
from pipeline.retrieve import retrieve
from pipeline.score_pairs import score_stream
from pipeline.service.docs_page import docs_page
from pipeline.service.guard import Guard, Limits
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
from pipeline.service.problems import (
    Problem,
    ProblemResponse,
    documented,
    of_error,
    on_bug,
    on_factcheck_error,
    on_http_error,
    on_invalid,
)
from pipeline.service.workers import DeadlineError, TooBusyError, Workers

T = TypeVar("T")
_DOCS_POLICY = {"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'"}


class AsciiJson(JSONResponse):
    """JSON in ASCII: lone surrogates and characters that reorder text go out as escapes."""

    def render(self, content: Any) -> bytes:
        return json.dumps(content, allow_nan=False, separators=(",", ":")).encode("ascii")


def create_app(
    library: Library, *, limits: Limits | None = None, n: int = 2, waiting: int = 32, deadline_s: float = 60.0
) -> Guard:
    """Return the ASGI application; `n` requests work at once, `waiting` more may wait, each for `deadline_s`."""
    limits = limits or Limits()
    app = FastAPI(
        title="factcheck", version=__version__, docs_url=None, redoc_url=None, default_response_class=AsciiJson,
        description="Typed questions to your own articles; every quote is byte-equal to its stored source.",
        responses=documented(), redirect_slashes=False,
        exception_handlers={
            FactcheckError: on_factcheck_error, HTTPException: on_http_error, RequestValidationError: on_invalid,
            Exception: on_bug,
        },
    )  # fmt: skip
    _add_routes(app, library, Workers(n=n, waiting=waiting, deadline_s=deadline_s))
    _document(app, needs_token=limits.token is not None)
    return Guard(app, limits)


def _add_routes(app: FastAPI, library: Library, workers: Workers) -> None:
    async def work(function: Callable[[], T]) -> T | Response:
        try:
            return await workers.run(function)
        except TooBusyError:
            return ProblemResponse(503, "too_busy", "as many requests as may are under way; try again")
        except DeadlineError:
            return ProblemResponse(504, "deadline", f"not done within {workers.deadline_s:g} s; ask for less")
        except FactcheckError as error:
            return of_error(error)

    @app.post(
        "/ask",
        summary="Answer a question",
        response_model=None,
        responses={200: _record("An answer record."), **documented(404)},
    )
    async def ask(request: AskRequest) -> Any:
        def answer() -> dict[str, Any]:
            with library.reading() as answerer:
                _known(library, request.sources)
                found, _ = answerer.answer(request.to_question())
                return answer_record(found)

        return await work(answer)

    @app.post("/search", summary="Find passages", response_model=Passages, responses=documented(404))
    async def search(request: SearchRequest) -> Any:
        def find() -> Passages:
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

        return await work(find)

    @app.post("/score", summary="Judge documents against claims", response_model=Scores)
    async def score(request: ScoreRequest) -> Any:
        def judge() -> Scores:
            pairs = [PairLine(i, p.id or i, p.claim, p.document) for i, p in enumerate(request.pairs, 1)]
            scored = score_stream(pairs, library.answerer.scorer)
            return Scores(scores=[s if isinstance(s, dict) else {"id": s.line, "error": s.reason} for s in scored])

        return await work(judge)

    @app.post("/verify", summary="Prove citations again", response_model=Checks)
    async def verify(request: VerifyRequest) -> Any:
        def prove() -> Checks:
            with library.reading() as answerer:
                find_text = answerer.store.text_by_hash
                given = [citation.model_dump() for citation in request.citations]
                checks = [check_citation(f"citation {i}", c, find_text).as_json() for i, c in enumerate(given)]
            return Checks(n=len(checks), n_failed=sum(not check["ok"] for check in checks), checks=checks)

        return await work(prove)

    @app.get("/sources", summary="List the sources", response_model=Sources)
    async def sources(
        limit: Annotated[int, Query(ge=1, le=1000)] = 100, offset: Annotated[int, Query(ge=0, le=10_000_000)] = 0
    ) -> Any:
        def listed() -> Sources:
            with library.reading() as answerer:
                ids = answerer.store.source_ids()
                found = [answerer.store.find(id_) for id_ in ids[offset : offset + limit]]
            return Sources(total=len(ids), sources=[_source(s) for s in found if s is not None])

        return await work(listed)

    @app.get(
        "/sources/{source_id:path}", summary="One source with its text", response_model=None,
        responses={200: _record("A source record with its text."), **documented(404)},
    )  # fmt: skip
    async def source(source_id: str, sha256: Annotated[str | None, Query(pattern="^[0-9a-f]{64}$")] = None) -> Any:
        def found() -> dict[str, Any]:
            with library.reading() as answerer:
                source = answerer.store.find_version(source_id, sha256)
            if source is None:
                raise SourceError(f"no source {source_id[:100]!r} with that text; /sources lists them")
            return {**_source(source), "text": source.text}

        return await work(found)

    @app.get("/health", summary="What serves, and that it does", response_model=Health)
    async def health() -> Any:
        def look() -> Health:
            with library.reading() as answerer:
                store = answerer.store
                return Health(
                    status="ok", version=__version__, model=answerer.model, n_sources=store.n_sources(),
                    index=store.index_digest(),
                )  # fmt: skip

        return await work(look)

    @app.get("/docs", include_in_schema=False)
    async def docs() -> HTMLResponse:
        return HTMLResponse(docs_page(app.openapi()), headers=_DOCS_POLICY)


def _known(library: Library, source_ids: list[str]) -> None:
    """Raises: SourceError (404) for a source that is not stored."""
    for source_id in source_ids:
        if library.answerer.store.find(source_id) is None:
            raise SourceError(f"no source {source_id[:100]!r}; /sources lists them")


def _source(source: Source) -> dict[str, Any]:
    record = {key: value for key, value in asdict(source).items() if key not in {"text", "path"}}
    return {"schema": "factcheck/source/1", **record, "n_chars": len(source.text)}


def _record(description: str) -> dict[str, Any]:
    schema = {"type": "object", "required": ["schema"], "properties": {"schema": {"type": "string"}}}
    return {"description": description, "content": {"application/json": {"schema": schema}}}


def _document(app: FastAPI, *, needs_token: bool) -> None:
    """Make the OpenAPI document say what is true: problems for errors, and the token where there is one."""
    made = app.openapi

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            document = made()
            parts = document.setdefault("components", {}).setdefault("schemas", {})
            parts["Problem"] = Problem.model_json_schema()
            for name in ("HTTPValidationError", "ValidationError"):
                parts.pop(name, None)
            if needs_token:
                document["components"]["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer"}}
                document["security"] = [{"token": []}]
            app.openapi_schema = document
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]
