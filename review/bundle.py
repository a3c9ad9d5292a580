"""The desk as one file to mail around: items, articles and a small script to judge with; no server, no network.

The file forbids itself everything but its own style and script (Content-Security-Policy, by their hashes). Foreign
text is escaped and stands in text and attributes alone, never in the script. Citations are marked at their own
offsets, those that no longer prove are not. It holds nobody's decisions: whoever judges in it judges independently.
"""

from __future__ import annotations

import base64
import hashlib
import re
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from markupsafe import Markup

from factcheck.errors import UserError
from factcheck.files import write_whole
from factcheck.records import Source, Span
from pipeline.highlight import Mark
from review.answers import abstained, answer_example, right_answers
from review.article import Line, lay_out
from review.deciding import check_name, utc_now
from review.decisions import ANSWER_LABELS, CARRIES, CITATION_LABELS, MAX_ANSWER, MAX_COMMENT
from review.listing import QueueFilter, Viewer
from review.merging import DECISIONS_SCHEMA
from review.pages import STATIC, render
from review.reading import Cited, Item
from review.store import ReviewStore

__all__ = ["BundleReport", "write_bundle"]

MAX_ITEMS = 500


@dataclass(frozen=True, slots=True)
class BundleReport:
    """What went into the file. `n_left` items of the filter did not, for want of room (`MAX_ITEMS`, `limit`)."""

    n_items: int
    n_sources: int
    n_left: int
    n_bytes: int


@dataclass(frozen=True, slots=True)
class _Quote:
    """A citation as judged: `mark` is the class of its highlight, None where it does not prove."""

    cited: Cited
    mark: str | None
    labels: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Case:
    item: Item
    quotes: tuple[_Quote, ...]
    labels: tuple[str, ...]  # of the answer as a whole
    answers: tuple[str, ...] | None
    example: str | None


@dataclass(frozen=True, slots=True)
class _Article:
    source: Source
    lines: list[Line]


def write_bundle(
    store: ReviewStore, path: Path, *, filter_: QueueFilter | None = None, limit: int = MAX_ITEMS,
    viewer: Viewer | None = None, reviewer: str | None = None, all_sources: bool = False,
) -> BundleReport:  # fmt: skip
    """Write the items of a filter (default: open ones, least certain first) with their articles to one HTML file.

    `viewer`: whose the state `todo` is. `reviewer`: whose name it carries; None = the page asks. `all_sources`: every
    stored article, so that missed evidence can be marked in any; else those cited.
    Raises: UserError where nothing is to be judged, or the file cannot be written.
    """
    limit = min(limit, MAX_ITEMS)
    page = store.queue(filter_ or QueueFilter(), viewer=viewer, limit=limit)
    if not page.rows:
        raise UserError("no item fits, so there is nothing to judge; `factcheck review add ANSWERS`, or filter less")
    cases = [_case(number, store.item(row.id)) for number, row in enumerate(page.rows)]
    articles = _articles(store, cases, all_sources=all_sources)
    content = _page(cases, articles, reviewer=None if reviewer is None else check_name(reviewer))
    n_bytes = write_whole(path, content)
    return BundleReport(len(cases), len(articles), page.n_total - len(cases), n_bytes)


def _case(number: int, item: Item) -> _Case:
    labels = tuple(label for label in ANSWER_LABELS if label != "should_abstain" or not abstained(item.record))
    quotes = tuple(_quote(number, cited) for cited in item.citations)
    return _Case(item, quotes, labels, right_answers(item.record), answer_example(item.record))


def _quote(number: int, cited: Cited) -> _Quote:
    if cited.orphan is None:
        return _Quote(cited, f"m{number}-{cited.no}", CITATION_LABELS)
    return _Quote(cited, None, tuple(label for label in CITATION_LABELS if label not in CARRIES))


def _articles(store: ReviewStore, cases: Sequence[_Case], *, all_sources: bool) -> list[_Article]:
    marks: dict[str, list[Mark]] = {}
    for case in cases:
        for quote in case.quotes:
            known = quote.cited.citation
            found = marks.setdefault(str(known["source"]), [])
            if quote.mark is not None:
                found.append(Mark(Span(known["start"], known["end"]), css=quote.mark))
    names: Iterable[str] = sorted(store.texts.hashes()) if all_sources else marks
    sources = [store.texts.source(name) for name in names]
    return [_Article(s, lay_out(s.text, marks.get(s.id, ()))) for s in sources if s is not None]


def _page(cases: Sequence[_Case], articles: Sequence[_Article], *, reviewer: str | None) -> bytes:
    style = (STATIC / "bundle.css").read_text("utf-8")
    script = re.sub(r"^export ", "", (STATIC / "offsets.js").read_text("utf-8"), flags=re.MULTILINE)
    script += (STATIC / "bundle.js").read_text("utf-8")
    return render(
        "bundle.html", cases=cases, articles=articles, reviewer=reviewer or "", bundle=uuid.uuid4().hex,
        made=utc_now(), schema=DECISIONS_SCHEMA, max_comment=MAX_COMMENT,
        max_answer=MAX_ANSWER, style=Markup(style), script=Markup(script),  # noqa: S704 - our own files
        style_hash=_hash(style), script_hash=_hash(script),
    )  # fmt: skip


def _hash(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
