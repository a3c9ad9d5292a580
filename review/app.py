"""The review desk as a web application: `create_app(store, key=…)`.

Pages are made on the server; forms change things; the script in `static/` adds keys and selections. Each request is
answered in a worker thread, for the store waits for the disk.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from review import changes, problems, reading_pages
from review.forms import read_form
from review.lookups import token_mark
from review.pages import STATIC
from review.security import Guard
from review.sessions import Signer
from review.store import ReviewStore
from review.visits import Desk, Refused, Visit, now

__all__ = ["create_app"]

Handler = Callable[[Visit], Response]
_NOT_HERE = {404: "There is no such page on this desk.", 405: "This page takes no such request."}


def create_app(
    store: ReviewStore, *, key: bytes, reviewer: str | None, judge_first: bool = False, hosts: Iterable[str] = (),
    port: int = 0,
) -> Starlette:  # fmt: skip
    """Return the ASGI application over an open store.

    `key` signs sessions (`sessions.desk_key`). `reviewer` None = every visitor signs in with a reviewer's token; a name
    = whoever reaches the address judges under it, so give one on a loopback address only. `hosts`: host names served
    besides `localhost` and numbers. `judge_first`: the program's verdict is hidden until a reviewer has judged.
    """
    desk = Desk(store, Signer(key), reviewer, judge_first=judge_first, cookie=f"factcheck_review_{port}")

    def page(path: str, handler: Handler, method: str = "GET", *, signed_in: bool = True) -> Route:
        async def endpoint(request: Request) -> Response:
            body = await request.body()
            return await run_in_threadpool(_answer, desk, request, body, handler, signed_in=signed_in)

        return Route(path, endpoint, methods=[method], name=f"{method} {path}")

    async def not_here(request: Request, error: Exception) -> Response:
        status = error.status_code if isinstance(error, HTTPException) else 404
        refused = Refused(status, "Not here", _NOT_HERE.get(status, "The request cannot be answered."))
        visit = await run_in_threadpool(_visit, desk, request)
        return await run_in_threadpool(problems.page_of, visit, refused)

    routes = [
        page("/", reading_pages.queue),
        page("/item/{id:int}", reading_pages.audit),
        page("/item/{id:int}/{way:str}", reading_pages.step),
        page("/agreement", reading_pages.agreement_page),
        page("/keys", reading_pages.keys),
        page("/decide/{kind:str}", changes.decide, "POST"),
        page("/theme", changes.theme, "POST"),
        page("/shortcuts", changes.shortcuts, "POST"),
        page("/logout", changes.logout, "POST"),
        page("/login", changes.login_page, signed_in=False),
        page("/login", changes.login, "POST", signed_in=False),
        Mount("/static", _Static(directory=STATIC)),
    ]
    guard = Middleware(Guard, names=tuple(hosts))
    return Starlette(routes=routes, middleware=[guard], exception_handlers={HTTPException: not_here})


class _Static(StaticFiles):
    """Our own files. The pages name them with a digest; the modules that scripts import are asked for again."""

    async def get_response(self, path: str, scope: object) -> Response:
        response = await super().get_response(path, scope)  # type: ignore[arg-type]
        response.headers["cache-control"] = "no-cache"
        return response


def _answer(desk: Desk, request: Request, body: bytes, handler: Handler, *, signed_in: bool) -> Response:
    """Find out who asks, and answer; whatever goes wrong becomes a page that says so."""
    visit = _visit(desk, request)
    try:
        if request.method == "POST":
            visit = _visit(desk, request, read_form(body))
            if signed_in:
                visit.check_form_token()
        if signed_in:
            _ = visit.viewer  # raises where nobody has signed in
        return handler(visit)
    except Exception as error:
        return problems.page_of(visit, error)


def _visit(desk: Desk, request: Request, form: dict[str, str] | None = None) -> Visit:
    """Read the session of a request. Where no token is asked for, a visitor without one gets one."""
    cookie = request.cookies.get(desk.cookie, "")
    if desk.reviewer is not None:
        session = desk.signer.read(cookie, now())
        if session is None or session.reviewer != desk.reviewer:
            session = desk.signer.open(desk.reviewer, now())
        return Visit(desk, request, session, form or {})
    name = desk.signer.name(cookie)
    mark = token_mark(desk.store, name) if name is not None else None
    session = desk.signer.read(cookie, now(), mark=mark) if mark is not None else None
    return Visit(desk, request, session, form or {})
