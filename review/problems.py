"""What a visitor sees when something goes wrong: what happened, and what to do. Never a traceback, never a guess."""

from __future__ import annotations

import logging

from starlette.responses import JSONResponse, RedirectResponse, Response

from factcheck.errors import ConflictError, FactcheckError, StorageFullError, StoreLockedError, UserError
from review.lookups import record_at
from review.visits import Refused, Visit

__all__ = ["page_of"]

_log = logging.getLogger("factcheck.review")


def page_of(visit: Visit, error: Exception) -> Response:
    """Return the page (to our script: the JSON) of an error, with its HTTP status."""
    status, title, message = _described(error)
    if status == 401 and visit.request.method == "GET":
        return RedirectResponse("/login", 303)
    if visit.wants_json:
        return JSONResponse({"message": message, "status": status}, status)
    headers = {"retry-after": "1"} if status in (429, 503) else {}
    if isinstance(error, ConflictError) and visit.form.get("item"):
        response = _conflict(visit, error)
    else:
        response = visit.page("problem.html", status, code=status, title=title, message=message, back="/")
    response.headers.update(headers)
    return response


def _described(error: Exception) -> tuple[int, str, str]:
    if isinstance(error, Refused):
        return error.status, error.title, str(error)
    for kind, status, title in (
        (ConflictError, 409, "What you judged has changed"), (UserError, 422, "This cannot be done"),
        (StorageFullError, 507, "The disk is full"), (StoreLockedError, 503, "The desk is busy"),
        (FactcheckError, 500, "The desk cannot go on"),
    ):  # fmt: skip
        if isinstance(error, kind):
            return status, title, str(error)
    _log.error("unexpected error", exc_info=error)
    said = f"unexpected {type(error).__name__}; the terminal where the desk runs shows where. What was saved is kept."
    return 500, "The desk made a mistake", said


def _conflict(visit: Visit, error: ConflictError) -> Response:
    """Both versions side by side, and the decision that was not stored: nothing that was typed is lost."""
    key = visit.form["item"]
    versions = [
        (name, version, record_at(visit.store, key, version or ""))
        for name, version in (("What you saw", error.seen), ("What is here now", error.current))
    ]
    item = visit.store.find(key)
    back = f"/item/{item}{visit.asked.query()}" if item is not None else "/"
    return visit.page(
        "conflict.html", 409, versions=versions, message=str(error), back=back,
        yours=visit.form.get("label") or visit.form.get("use"), comment=visit.form.get("comment"),
    )  # fmt: skip
