"""The pages that only show: the queue, the audit view, the keys; and the steps from one answer to the next."""

from __future__ import annotations

import re
from typing import Any

from starlette.responses import RedirectResponse, Response

from factcheck.records import Span
from review.answers import answer_example, read_as, right_answers
from review.decisions import CARRIES, CITATION_LABELS
from review.filters import Asked
from review.keeping import desk_stats
from review.listing import SORTS, Facets, Page
from review.lookups import find_source, last_decision, source_ids
from review.view import ANSWER, Place, audit_view, first_open_target, next_open_target
from review.visits import Refused, Visit

__all__ = ["agreement_page", "audit", "keys", "queue", "step"]

ROWS = 50
_SORT_NAMES = {"uncertain": "least certain first", "certain": "most certain first", "newest": "newest first",
               "oldest": "oldest first"}  # fmt: skip
_STATES = (
    ("todo", "To do", "Assigned to you or to nobody, and not yet judged whole by you"),
    ("open", "Open", "Something in it is judged by nobody yet, or has returned"),
    ("done", "Done", "All judged by somebody"),
    ("disputed", "Disagreements", "Reviewers decided differently, and nobody has settled it"),
    ("returned", "Returned", "The source of a decision has changed since"),
    ("orphan", "Not proved", "A citation does not stand in its source any more"),
    ("all", "All", "Every answer and claim on this desk"),
)
_EMPTY = {
    "todo": "Nothing left for you to judge here. Well done.",
    "disputed": "No disagreements that you can see.",
    "returned": "No source has changed under a decision.",
    "orphan": "Every citation proves.",
}


def queue(visit: Visit) -> Response:
    """The queue: filters, counts, one page of answers and claims."""
    asked, viewer = visit.asked, visit.viewer
    offset = _offset(visit.request.query_params.get("offset"))
    listed = visit.store.queue(asked.filter, viewer=viewer, sort=asked.sort, offset=offset, limit=ROWS)
    facets = visit.store.facets(asked.filter, viewer=viewer)
    narrowed = bool([pair for pair in asked.pairs() if pair[0] not in ("state", "sort")])
    return visit.page(
        "queue.html", asked=asked, listed=listed, facets=facets, states=_STATES, narrowed=narrowed,
        heading="Disagreements" if asked.filter.state == "disputed" else "Queue",
        choices=_choices(asked, facets, hide_verdicts=visit.desk.judge_first),
        sorts=[(sort, _SORT_NAMES[sort]) for sort in SORTS],
        empty=_empty(asked, facets, narrowed=narrowed),
        links=_queue_links(asked, listed, adjudicate=asked.filter.state == "disputed" and visit.may_adjudicate),
    )  # fmt: skip


def audit(visit: Visit) -> Response:
    """One answer or claim, one thing to judge in it, one source beside it."""
    asked, query, viewer = visit.asked, visit.request.query_params, visit.viewer
    item = visit.store.item(visit.request.path_params["id"], viewer=viewer)
    adjudicate = query.get("adjudicate") == "1" and visit.may_adjudicate
    base = f"/item/{item.row.id}"
    fixed: list[tuple[str, str | None]] = [("adjudicate", "1" if adjudicate else None)]

    def url(*, target: str | None = None, source: str | None = None, at: Span | None = None) -> str:
        place = [("t", target or page_target), ("source", source), ("at", f"{at.start}:{at.end}" if at else None)]
        return base + asked.query(*place, *fixed)

    page_target = query.get("t")
    if page_target is None:
        page_target = first_open_target(item, viewer, adjudicate)
    place = Place(page_target, query.get("source") or None, _span(query.get("at")), adjudicate)
    page = audit_view(
        item, place, viewer, find_source=lambda name: find_source(visit.store, name), url=url,
        judge_first=visit.desk.judge_first,
    )  # fmt: skip
    following = next_open_target(item, viewer, page.target, adjudicate)
    said = page.answer_mine.decision.payload.get("answer") if page.answer_mine else None
    links = {
        "queue": "/" + asked.query(),
        "query": asked.query(*fixed),
        "next": url(target=following) if following else f"{base}/next{asked.query(*fixed)}",
        "previous": f"{base}/previous{asked.query(*fixed)}",
        "following": f"{base}/next{asked.query(*fixed)}",
        "answer": url(target=ANSWER),
        "carried": [*asked.pairs(), ("t", page.target), *((k, v) for k, v in fixed if v)],
    }
    return visit.page(
        "audit.html", page=page, links=links, labels=CITATION_LABELS, carries=CARRIES,
        answer_choices=right_answers(item.record) or (), answer_example=answer_example(item.record),
        read_as=read_as(item.record, said) if said else None,
        source_ids=source_ids(visit.store), undo=last_decision(visit.store, viewer.name),
        notice="Taken back." if query.get("said") == "undone" else None,
    )  # fmt: skip


def step(visit: Visit) -> Response:
    """Go to the answer after, or before, this one in the queue that was asked for; at its end, to the queue."""
    way, asked = visit.request.path_params["way"], visit.asked
    if way not in ("next", "previous"):
        raise Refused(404, "Not here", "There is no such page on this desk.")
    adjudicate = visit.request.query_params.get("adjudicate")
    found = visit.store.next_id(
        asked.filter, visit.request.path_params["id"], viewer=visit.viewer, sort=asked.sort, back=way == "previous"
    )
    to = "/" + asked.query() if found is None else f"/item/{found}{asked.query(('adjudicate', adjudicate))}"
    return RedirectResponse(to, 303)


def agreement_page(visit: Visit) -> Response:
    """How far reviewers agree, and the disagreements to settle."""
    from review.agreement import agreement  # noqa: PLC0415 - scikit-learn takes a second

    figures = agreement(visit.store)
    return visit.page("agreement.html", figures=figures, blind=visit.store.blind, rows=desk_stats(visit.store))


def keys(visit: Visit) -> Response:
    return visit.page("keys.html")


def _empty(asked: Asked, facets: Facets, *, narrowed: bool) -> str:
    if not facets.states["all"]:
        return "Nothing is on this desk yet. Put answers on it: factcheck review ANSWERS"
    return "Nothing matches." if narrowed else _EMPTY.get(asked.filter.state, "Nothing here.")


def _choices(asked: Asked, facets: Facets, *, hide_verdicts: bool) -> list[tuple[str, str, tuple[str, ...], Any]]:
    chosen = asked.filter
    found = [
        ("verdict", "Verdict", chosen.verdicts, facets.verdicts), ("in", "Source", chosen.sources, facets.sources),
        ("tag", "Tag", chosen.tags, facets.tags), ("model", "Model", chosen.models, facets.models),
        ("run", "Run", chosen.runs, facets.runs),
        ("reviewer", "Judged by", (chosen.reviewer,) if chosen.reviewer else (), facets.reviewers),
    ]  # fmt: skip
    return [choice for choice in found if not (hide_verdicts and choice[0] == "verdict")]


def _queue_links(asked: Asked, listed: Page, *, adjudicate: bool) -> dict[str, str | None]:
    before, after = listed.offset - ROWS, listed.offset + ROWS
    return {
        "query": asked.query(("adjudicate", "1" if adjudicate else None)),
        "earlier": "/" + asked.query(("offset", max(0, before) or None)) if listed.offset else None,
        "later": "/" + asked.query(("offset", after)) if after < listed.n_total else None,
    }


def _offset(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 9 else 0


def _span(text: str | None) -> Span | None:
    match = re.fullmatch(r"(\d{1,9}):(\d{1,9})", text or "", re.ASCII)
    return Span(int(match[1]), int(match[2])) if match else None
