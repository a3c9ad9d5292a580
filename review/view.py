"""The audit view as data: one item, one target of it, one source beside it. The templates only lay it out.

A target is what is judged: a citation, by its number, or the answer as a whole. With `judge_first` nothing that tells
the program's verdict leaves this module before the viewer has judged every citation.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from factcheck.records import Source, Span
from pipeline.cite import line_of
from pipeline.highlight import Mark
from review.article import Line, lay_out
from review.changed import Change, what_changed
from review.listing import Viewer
from review.reading import Cited, Item, Shown

__all__ = ["ANSWER", "AuditView", "Place", "audit_view", "first_open_target", "next_open_target"]

ANSWER = "answer"
Url = Callable[..., str]
_SILENT = {"silent": "the sources it read are silent on the point", "off_topic": "no source is about it"}


@dataclass(frozen=True, slots=True)
class Place:
    """What is open: the target (a citation's number as text, or `answer`), or another source, at a span of it."""

    target: str | None = None
    source: str | None = None
    at: Span | None = None
    adjudicate: bool = False


@dataclass(frozen=True, slots=True)
class CitationView:
    """One citation in the list. `mine` and `others` are decisions as shown; `stance` None = hidden or none."""

    no: int
    source: str
    exact: str
    stance: str | None
    proved: bool
    url: str
    mine: Shown | None
    others: tuple[Shown, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a list that leads to a place in a source."""

    source: str
    exact: str
    url: str
    note: str
    stance: str | None = None


@dataclass(frozen=True, slots=True)
class GridRow:
    """One source against the claim."""

    source: str
    stance: str
    probability: float
    note: str
    url: str


@dataclass(frozen=True, slots=True)
class Article:
    """The source beside the case. `lines` empty = it is gone or empty, and `gone` says so."""

    source: str
    title: str | None
    sha256: str | None
    facts: tuple[tuple[str, str], ...]
    lines: tuple[Line, ...]
    gone: str | None = None


@dataclass(frozen=True, slots=True)
class AuditView:
    """Everything the audit page shows."""

    item: Item
    title: str
    claim: str
    target: str
    revealed: bool
    citations: tuple[CitationView, ...]
    answer_mine: Shown | None
    answer_others: tuple[Shown, ...]
    missed: tuple[Row, ...]
    nearest: tuple[Row, ...]
    grid: tuple[GridRow, ...]
    article: Article
    proof: tuple[str, str] | None  # (kind for the style, words)
    orphan: Change | None
    shows_cited: bool  # whether the article is the target's source
    mine: Shown | None  # the viewer's decision on the target
    n_judged: int
    no_citation: str
    adjudicate: bool
    elsewhere: bool  # another source than the target's is open, so the target cannot be judged from here
    here_url: str  # the target with its own source
    back_url: str | None
    forward_url: str | None

    @property
    def as_of(self) -> str | None:
        return (self.item.record.get("question") or {}).get("as_of")

    @property
    def current(self) -> Cited | None:
        return self.item.citations[int(self.target)] if self.target != ANSWER else None


def audit_view(
    item: Item, place: Place, viewer: Viewer, *, find_source: Callable[[str], Source | None], url: Url,
    judge_first: bool = False,
) -> AuditView:  # fmt: skip
    """Return the page for `place`; `url(target=, source=, at=)` makes links to other places of the same item."""
    target = place.target if place.target in targets(item) else first_open_target(item, viewer, place.adjudicate)
    mine = _mine(item, viewer, final=place.adjudicate)
    revealed = not judge_first or all(str(cited.no) in mine for cited in item.citations)
    cited = None if target == ANSWER else item.citations[int(target)]
    name = place.source or _source_beside(item, cited)
    source = find_source(name) if name else None
    orphan = what_changed(cited.citation, source) if cited and cited.orphan and not place.source else None
    order = targets(item)
    at = order.index(target)
    record = item.record
    return AuditView(
        item=item, title=item.row.text, claim=str(record.get("claim") or item.row.text), target=target,
        revealed=revealed,
        citations=tuple(
            _citation(item, one, mine, viewer, url, revealed=revealed, adjudicate=place.adjudicate)
            for one in item.citations
        ),
        answer_mine=mine.get(ANSWER), answer_others=_others(item, ANSWER, viewer, place.adjudicate),
        missed=tuple(_missed(item, url)), nearest=tuple(_nearest(record, url)),
        grid=tuple(_grid(record, url)) if revealed else (),
        article=_article(name, source, item, cited, place),
        proof=_proof(cited) if cited and not place.source else None, orphan=orphan,
        shows_cited=cited is not None and place.source is None,
        mine=mine.get(target), n_judged=len(mine),
        no_citation=_SILENT.get((record.get("coverage") or {}).get("reason") or "", "the record gives none"),
        adjudicate=place.adjudicate, elsewhere=place.source is not None, here_url=url(target=target),
        back_url=url(target=order[at - 1]) if at else None,
        forward_url=url(target=order[at + 1]) if at + 1 < len(order) else None,
    )  # fmt: skip


def targets(item: Item) -> list[str]:
    """Return the targets in the order in which they are judged: the citations, then the answer."""
    return [*(str(cited.no) for cited in item.citations), ANSWER]


def first_open_target(item: Item, viewer: Viewer, adjudicate: bool = False) -> str:
    """Return the first target that the viewer has not judged (adjudicating: that is disputed); else the first."""
    return next_open_target(item, viewer, None, adjudicate) or targets(item)[0]


def next_open_target(item: Item, viewer: Viewer, after: str | None, adjudicate: bool = False) -> str | None:
    """Return the next target to judge after this one, going round once; None when all are judged."""
    order = targets(item)
    start = order.index(after) + 1 if after in order else 0
    around = order[start:] + order[: max(0, start - 1)]
    if adjudicate:
        disputed = disputed_targets(item)
        return next((target for target in around if target in disputed), None)
    mine = _mine(item, viewer)
    return next((target for target in around if target not in mine), None)


def disputed_targets(item: Item) -> set[str]:
    """Return the targets on which decisions that count differ and no adjudication settles it."""
    labels: dict[str, set[str | None]] = {}
    settled: set[str] = set()
    for shown in item.decisions:
        if shown.state != "counts" or shown.decision.kind == "missed":
            continue
        target = _target(shown)
        labels.setdefault(target, set()).add(shown.decision.label)
        if shown.decision.final:
            settled.add(target)
    return {target for target, found in labels.items() if len(found) > 1} - settled


def _target(shown: Shown) -> str:
    return shown.decision.target.removeprefix("citation:")


def _mine(item: Item, viewer: Viewer, *, final: bool = False) -> dict[str, Shown]:
    """The viewer's decisions that count, by target. One whose source has changed since is to be made again."""
    return {
        _target(shown): shown
        for shown in item.decisions
        if shown.state == "counts" and shown.decision.author == viewer.name and shown.decision.kind != "missed"
        and shown.decision.final == final
    }  # fmt: skip


def _others(item: Item, target: str, viewer: Viewer, adjudicate: bool) -> tuple[Shown, ...]:
    """The decisions shown under a target: of others; to an adjudicator the own one too, side by side with them."""
    return tuple(
        shown for shown in item.decisions
        if shown.state in ("counts", "returned") and _target(shown) == target
        and (adjudicate or shown.decision.author != viewer.name or shown.decision.final)
    )  # fmt: skip


def _citation(
    item: Item,
    cited: Cited,
    mine: Mapping[str, Shown],
    viewer: Viewer,
    url: Url,
    *,
    revealed: bool,
    adjudicate: bool,
) -> CitationView:
    stance = cited.citation.get("stance")
    return CitationView(
        no=cited.no, source=str(cited.citation["source"]), exact=str(cited.citation["exact"]),
        stance=str(stance) if stance and revealed else None, proved=cited.orphan is None,
        url=url(target=str(cited.no)), mine=mine.get(str(cited.no)),
        others=_others(item, str(cited.no), viewer, adjudicate),
    )  # fmt: skip


def _missed(item: Item, url: Url) -> Iterator[Row]:
    for shown in item.decisions:
        if shown.decision.kind == "missed" and shown.state in ("counts", "returned"):
            span = shown.decision.payload["span"]
            note = f"by {shown.decision.author}" + (", its source has changed" if shown.state == "returned" else "")
            at = Span(int(span["start"]), int(span["end"]))
            link = url(source=span["source"], at=at if shown.state == "counts" else None)
            yield Row(span["source"], span["exact"], link, note, shown.decision.label)


def _nearest(record: Mapping[str, Any], url: Url) -> Iterator[Row]:
    for near in (record.get("coverage") or {}).get("nearest") or ():
        try:
            at = Span(int(near["start"]), int(near["end"]))
            yield Row(str(near["source"]), str(near["exact"]), url(source=str(near["source"]), at=at), "")
        except (KeyError, TypeError, ValueError):
            continue  # an older record; the list is a convenience


def _grid(record: Mapping[str, Any], url: Url) -> Iterator[GridRow]:
    cited = {str(citation["source"]): no for no, citation in reversed(list(enumerate(record["citations"])))}
    for entry in record.get("sources") or ():
        name = str(entry.get("source"))
        note = "".join(
            f"{words} {entry[key]}" for key, words in (("duplicate_of", "repeats"), ("superseded_by", "superseded by"))
            if entry.get(key)
        )  # fmt: skip
        link = url(target=str(cited[name])) if name in cited else url(source=name)
        yield GridRow(name, str(entry.get("stance")), float(entry.get("probability") or 0), note, link)


def _source_beside(item: Item, cited: Cited | None) -> str | None:
    if cited is not None:
        return str(cited.citation["source"])
    read = [*item.record["citations"], *(item.record.get("sources") or ())]
    return str(read[0]["source"]) if read else None


def _article(name: str | None, source: Source | None, item: Item, cited: Cited | None, place: Place) -> Article:
    if name is None:
        return Article("", None, None, (), (), "The record names no source. Open one to look for evidence.")
    if source is None:
        gone = f"The catalog has no source {name!r}; ingest it, or open another."
        return Article(name, None, None, (), (), gone)
    marks = list(_marks(source, item, cited))
    at = place.at
    if at and 0 <= at.start < at.end <= len(source.text):
        marks.append(Mark(at, "target", title="the passage that was opened"))
    shown = None if place.source or (cited and cited.orphan) else cited
    lines = tuple(lay_out(source.text, marks))
    title = source.provenance.title
    facts = tuple(_facts(source, shown))
    return Article(source.id, title, source.source_sha256, facts, lines, None if lines else "The source is empty.")


def _marks(source: Source, item: Item, current: Cited | None) -> Iterator[Mark]:
    """What is marked in this text: only spans that prove against it."""
    for cited in item.citations:
        if cited.citation["source"] != source.id or cited.orphan:
            continue
        span = Span(int(cited.citation["start"]), int(cited.citation["end"]))
        is_current = current is not None and cited.no == current.no
        yield Mark(span, "cited" if is_current else "other", title=f"citation {cited.no + 1}")
    for shown in item.decisions:
        given = shown.decision.payload.get("span")
        if shown.state == "counts" and given and given["source"] == source.id and _holds(source, given):
            kind = "missed" if shown.decision.kind == "missed" else "corrected"
            label = "missed evidence" if kind == "missed" else "corrected span"
            if kind == "missed" or current is None or _target(shown) == str(current.no):
                yield Mark(Span(given["start"], given["end"]), kind, title=label)


def _holds(source: Source, span: Mapping[str, Any]) -> bool:
    there = source.text[span["start"] : span["end"]]
    return source.source_sha256 == span["source_sha256"] and there == str(span["exact"])


def _facts(source: Source, cited: Cited | None) -> Iterator[tuple[str, str]]:
    facts, citation = source.provenance, cited.citation if cited else {}
    published = facts.published or citation.get("published")
    if published:
        yield "published", str(published)
    elif facts.not_before or facts.not_after:
        bounds = [f"not before {facts.not_before}" if facts.not_before else "",
                  f"not after {facts.not_after}" if facts.not_after else ""]  # fmt: skip
        yield "published", ", ".join(filter(None, bounds))
    for fact, value in (("publisher", facts.publisher), ("by", facts.author), ("from", facts.credited_from)):
        if value:
            yield fact, value
    if cited is not None:
        yield "speaker", str(citation.get("speaker") or "the source itself")
        yield "modality", str(citation.get("modality") or "not known")
        page = (citation.get("locator") or {}).get("page")
        if page:
            yield "page", str(page)
        yield "line", str(line_of(source, Span(int(citation["start"]), int(citation["end"]))))
    yield "version", str(source.version)
    if facts.url:
        yield "address", facts.url


def _proof(cited: Cited) -> tuple[str, str]:
    """Say how the citation stands to its source, as (kind, words)."""
    start, end = cited.citation["start"], cited.citation["end"]
    if cited.orphan:
        words = {"gone": "source gone", "changed": "source changed", "unproved": "not what is quoted"}[cited.orphan]
        return "broken", f"Not proved: {words}, {start} to {end}"
    status = "exactly as quoted" if cited.citation.get("status") == "exact" else "quoted with other marks or spaces"
    return "proved", f"Proved: {status}, {start} to {end}"
