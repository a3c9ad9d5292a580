"""What visitors change: decisions, the colours, who they are. Each answers with where to go next."""

from __future__ import annotations

from starlette.responses import RedirectResponse, Response

from review.forms import draft_of
from review.lookups import find_source, token_mark
from review.reviewers import reviewer_of_token
from review.view import ANSWER
from review.visits import THEMES, Refused, Visit, now

__all__ = ["decide", "login", "login_page", "logout", "shortcuts", "theme"]


def decide(visit: Visit) -> Response:
    """Store a decision and go back to what was judged, as it stands now."""
    kind = visit.request.path_params["kind"]
    if kind not in ("citation", "answer", "span", "undo"):
        raise Refused(404, "Not here", "There is no such decision.")
    draft = draft_of(kind, visit.form)
    if draft.final and not visit.may_adjudicate:
        raise Refused(403, "Not carried out", "Only an adjudicator settles disagreements.")
    _check_source_seen(visit)
    decision = visit.store.decide(draft, author=visit.viewer)
    item = visit.store.find(draft.item)
    more: list[tuple[str, str | None]] = [("adjudicate", "1" if draft.final else None)]
    if kind == "undo":
        return visit.to(f"/item/{item}{visit.asked.query(('said', 'undone'), *more)}")
    target = visit.form.get("citation") or ANSWER
    if decision.kind == "missed":
        span = decision.payload["span"]
        more += [("source", span["source"]), ("at", f"{span['start']}:{span['end']}")]
    return visit.to(f"/item/{item}{visit.asked.query(('t', target), *more)}")


def _check_source_seen(visit: Visit) -> None:
    """Raises: Refused (409) where the text beside the decision is no longer the source's: it was judged on another."""
    if "source_seen" not in visit.form:
        return
    name = visit.form.get("source", "")
    source = find_source(visit.store, name)
    if (source.source_sha256 if source else "") != visit.form["source_seen"]:
        raise Refused(
            409,
            "The source has changed",
            f"Source {name!r} has changed since this page was shown, so nothing was saved. Open the answer again and "
            "judge it on the text as it is now.",
        )


def theme(visit: Visit) -> Response:
    """Change the colours of this browser."""
    response = RedirectResponse(visit.back(), 303)
    chosen = visit.form.get("theme", "auto")
    visit.set_cookie(response, "factcheck_theme", chosen if chosen in THEMES else "auto")
    return response


def shortcuts(visit: Visit) -> Response:
    """Switch the one-character keys of this browser off or on: who speaks to a computer presses them by accident."""
    response = RedirectResponse(visit.back(), 303)
    visit.set_cookie(response, "factcheck_shortcuts", "off" if visit.form.get("shortcuts") == "off" else "on")
    return response


def login_page(visit: Visit) -> Response:
    if visit.session is not None:
        return RedirectResponse("/", 303)
    return visit.page("login.html", problem=None)


def login(visit: Visit) -> Response:
    """Open a session for a reviewer's token; guessing is slowed down."""
    client = visit.request.client
    address = client.host if client else ""
    wait_s = visit.desk.brake.wait_s(address, now())
    if wait_s > 0:
        response = visit.page("login.html", 429, problem=f"Too many wrong tokens. Wait {wait_s:.0f} seconds.")
        response.headers["retry-after"] = str(int(wait_s) + 1)
        return response
    reviewer = reviewer_of_token(visit.store, visit.form.get("token", "").strip())
    if reviewer is None:
        visit.desk.brake.wrong(address, now())
        return visit.page("login.html", 401, problem="This token is not known here, or was revoked.")
    session = visit.desk.signer.open(reviewer.name, now(), mark=token_mark(visit.store, reviewer.name) or "")
    response = RedirectResponse("/", 303)
    visit.set_cookie(response, visit.desk.cookie, session.cookie)
    return response


def logout(visit: Visit) -> Response:
    response = RedirectResponse("/login", 303)
    response.delete_cookie(visit.desk.cookie, path="/", httponly=True, samesite="strict")
    return response
