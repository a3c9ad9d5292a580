"""The routes: each reads its request and has its reply made in a worker thread (`pipeline.service.replies`)."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from typing import Annotated, Any, TypeVar

from fastapi import FastAPI, Query
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, JSONResponse, Response
from starlette.exceptions import HTTPException

from factcheck import __version__
from factcheck.errors import FactcheckError
from pipeline.service import replies
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
    async def work(function: Callable[..., T], *given: Any, **named: Any) -> T | Response:
        return await _worked(workers, partial(function, library, *given, **named))

    @app.post(
        "/ask",
        summary="Answer a question",
        response_model=None,
        responses={200: _record("An answer record."), **documented(404)},
    )
    async def ask(request: AskRequest) -> Any:
        return await work(replies.answer, request)

    @app.post("/search", summary="Find passages", response_model=Passages, responses=documented(404))
    async def search(request: SearchRequest) -> Any:
        return await work(replies.search, request)

    @app.post("/score", summary="Judge documents against claims", response_model=Scores)
    async def score(request: ScoreRequest) -> Any:
        return await work(replies.score, request)

    @app.post("/verify", summary="Prove citations again", response_model=Checks)
    async def verify(request: VerifyRequest) -> Any:
        return await work(replies.verify, request)

    @app.get("/sources", summary="List the sources", response_model=Sources)
    async def sources(
        limit: Annotated[int, Query(ge=1, le=1000)] = 100, offset: Annotated[int, Query(ge=0, le=10_000_000)] = 0
    ) -> Any:
        return await work(replies.list_sources, limit=limit, offset=offset)

    @app.get(
        "/sources/{source_id:path}", summary="One source with its text", response_model=None,
        responses={200: _record("A source record with its text."), **documented(404)},
    )  # fmt: skip
    async def source(source_id: str, sha256: Annotated[str | None, Query(pattern="^[0-9a-f]{64}$")] = None) -> Any:
        return await work(replies.show_source, source_id, sha256=sha256)

    @app.get("/health", summary="What serves, and that it does", response_model=Health)
    async def health() -> Any:
        return await work(replies.health)

    @app.get("/docs", include_in_schema=False)
    async def docs() -> HTMLResponse:
        return HTMLResponse(docs_page(app.openapi()), headers=_DOCS_POLICY)


async def _worked(workers: Workers, function: Callable[[], T]) -> T | Response:
    """Return what the function does in a worker thread, or the problem that came of it."""
    try:
        return await workers.run(function)
    except TooBusyError:
        return ProblemResponse(503, "too_busy", "as many requests as may are under way; try again")
    except DeadlineError:
        return ProblemResponse(504, "deadline", f"not done within {workers.deadline_s:g} s; ask for less")
    except FactcheckError as error:
        return of_error(error)


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
