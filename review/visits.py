"""One request as the pages see it: who asks, what they may see, what they sent."""

from __future__ import annotations

import hmac
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from factcheck.errors import FactcheckError
from review.filters import Asked, asked_of
from review.listing import Viewer
from review.lookups import progress
from review.pages import render
from review.reviewers import list_reviewers, viewer_named
from review.sessions import Session, Signer, TokenBrake
from review.store import ReviewStore

__all__ = ["Desk", "Refused", "Visit"]

THEMES = ("auto", "light", "dark")


class Refused(FactcheckError):  # noqa: N818 - an outcome, as ChecksFailed is
    """A request that is not carried out; `status` is the HTTP status, `title` the heading of its page."""

    def __init__(self, status: int, title: str, message: str) -> None:
        super().__init__(message)
        self.status, self.title = status, title


@dataclass(frozen=True, slots=True)
class Desk:
    """What all requests share. `reviewer`: who judges where no token is asked for; None = every visitor signs in.
    `cookie` carries the port: cookies do not, and two desks on one machine must not share one."""

    store: ReviewStore
    signer: Signer
    reviewer: str | None
    judge_first: bool = False
    cookie: str = "factcheck_review"
    secure: bool = False  # behind TLS: cookies are for https alone
    brake: TokenBrake = field(default_factory=TokenBrake)


@dataclass(frozen=True, slots=True)
class Visit:
    """One request. `session` None = nobody has signed in."""

    desk: Desk
    request: Request
    session: Session | None
    form: Mapping[str, str]

    @property
    def store(self) -> ReviewStore:
        return self.desk.store

    @property
    def viewer(self) -> Viewer:
        """Raises: Refused (401) for a visitor who has not signed in."""
        if self.session is None:
            raise Refused(401, "Sign in first", "This desk asks for a reviewer's token.")
        return viewer_named(self.store, self.session.reviewer)

    @property
    def asked(self) -> Asked:
        return asked_of(self.request.query_params)

    @property
    def wants_json(self) -> bool:
        return "application/json" in self.request.headers.get("accept", "")

    @property
    def here(self) -> str:
        """Path and query of this page, to come back to."""
        query = self.request.url.query
        return self.request.url.path + (f"?{query}" if query else "")

    @property
    def may_adjudicate(self) -> bool:
        """Adjudicators, and whoever runs a desk of their own."""
        if self.session is None:
            return False
        return self.desk.reviewer is not None or self._role() == "adjudicator"

    def _role(self) -> str | None:
        return next((r.role for r in list_reviewers(self.store) if r.name == self.viewer.name), None)

    def check_form_token(self) -> None:
        """Raises: Refused (403) where the form does not come from a page that this session was shown."""
        token = self.session.form_token if self.session else ""
        if not token or not hmac.compare_digest(self.form.get("form_token", "").encode(), token.encode()):
            message = "The page is from another session; open it again, then repeat what you did."
            raise Refused(403, "Not carried out", message)

    def page(self, template: str, status: int = 200, **values: Any) -> Response:
        """Return a page of the desk; the head is filled in here."""
        theme = self.request.cookies.get("factcheck_theme", "auto")
        done, total = progress(self.store, self.viewer) if self.session else (0, 0)
        values = {
            "session": self.session, "theme": theme if theme in THEMES else "auto",
            "shortcuts": self.request.cookies.get("factcheck_shortcuts") != "off", "login": self.desk.reviewer is None,
            "path": self.request.url.path, "here": self.here, "nonce": secrets.token_hex(8), "done": done,
            "total": total, "judge_first": self.desk.judge_first, **values,
        }  # fmt: skip
        response = Response(render(template, **values), status, media_type="text/html; charset=utf-8")
        if self.session and self.request.cookies.get(self.desk.cookie) != self.session.cookie:
            self.set_cookie(response, self.desk.cookie, self.session.cookie)
        return response

    def to(self, address: str) -> Response:
        """Send the browser on after a form: a redirect, or where our script asked, the address as JSON."""
        return JSONResponse({"to": address}) if self.wants_json else RedirectResponse(address, 303)

    def set_cookie(self, response: Response, name: str, value: str) -> None:
        response.set_cookie(name, value, httponly=True, samesite="strict", secure=self.desk.secure, path="/")

    def back(self) -> str:
        """Return the page a form names to go back to; only a path of this desk."""
        given = self.form.get("back") or self.request.query_params.get("back") or "/"
        inside = given.startswith("/") and not given.startswith(("//", "/\\")) and given.isprintable()
        return given if inside else "/"


def now() -> float:
    return time.time()
