"""Every error of the service as a problem document (RFC 9457), `application/problem+json`.

`kind` names the error as records do (`docs/errors.md`), so that a client can raise the same error again.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

from factcheck.errors import (
    CostLimitError,
    FactcheckError,
    ModelError,
    ModelReplyError,
    SourceError,
    StoreCorruptError,
    StoreError,
    StoreLockedError,
    UserError,
)
from factcheck.redact import redact

MEDIA_TYPE = "application/problem+json"

# The first class that fits decides; one line of a message may be shown to whoever may ask.
_STATUSES: tuple[tuple[type[FactcheckError], int], ...] = (
    (CostLimitError, 503),
    (SourceError, 404),
    (UserError, 422),
    (StoreLockedError, 503),
    (StoreCorruptError, 500),
    (StoreError, 503),
    (ModelReplyError, 502),
    (ModelError, 503),
)
_RETRY_AFTER_S = {408: 1, 429: 1, 503: 2, 504: 5}


class Problem(BaseModel):
    """What went wrong, for programs and for people."""

    type: str = Field(description="A name of the kind of problem.", examples=["urn:factcheck:problem:store_locked"])
    title: str = Field(description="The HTTP status in words.")
    status: int = Field(description="The HTTP status.", ge=400, le=599)
    detail: str = Field(description="What happened, the offending value, and what to do, on one line.")
    kind: str = Field(description="The error's name, as in error records.")


class ProblemResponse(Response):
    """A problem document as a response."""

    def __init__(self, status: int, kind: str, detail: str, headers: Mapping[str, str] | None = None) -> None:
        body = Problem(
            type=f"urn:factcheck:problem:{kind}",
            title=HTTPStatus(status).phrase,
            status=status,
            detail=redact(" ".join(detail.split()))[:2000],
            kind=kind,
        )
        more = {"Retry-After": str(_RETRY_AFTER_S[status])} if status in _RETRY_AFTER_S else {}
        super().__init__(json.dumps(body.model_dump()), status, {**more, **(headers or {})}, media_type=MEDIA_TYPE)


def of_error(error: FactcheckError) -> ProblemResponse:
    """Return the problem that one of our errors is."""
    status = next((status for kind, status in _STATUSES if isinstance(error, kind)), 500)
    return ProblemResponse(status, error.kind, str(error))


async def on_factcheck_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, FactcheckError)
    return of_error(error)


async def on_http_error(request: Request, error: Exception) -> Response:
    """Unknown paths and methods, and bodies that are no JSON."""
    assert isinstance(error, HTTPException)
    kinds = {404: "not_found", 405: "method_not_allowed", 400: "bad_request"}
    return ProblemResponse(error.status_code, kinds.get(error.status_code, "http"), str(error.detail), error.headers)


async def on_invalid(request: Request, error: Exception) -> Response:
    """A request that is not as the OpenAPI document says; what was sent is not repeated."""
    assert isinstance(error, RequestValidationError)
    told = "; ".join(f"{_place(e['loc'])}: {e['msg']}" for e in error.errors()[:3])
    return ProblemResponse(422, "invalid_request", f"{told}. See /docs")


async def on_bug(request: Request, error: Exception) -> Response:
    return ProblemResponse(500, "internal", f"unexpected {type(error).__name__}; the server's log has more")


def _place(loc: tuple[Any, ...]) -> str:
    return ".".join(str(part)[:60] for part in loc)


def documented(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Return the `responses` of a route for OpenAPI: these statuses, and what any route may answer."""
    every = (400, 401, 403, 408, 413, 415, 421, 422, 500, 502, 503, 504)
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {
        status: {"description": HTTPStatus(status).phrase, "content": content} for status in sorted({*every, *statuses})
    }
