"""What the page of answers shows, prepared: quotes with their places, stance rows, articles with their marks.

A quote is marked only where it proves itself against the text at hand; where the text is gone or changed it has no
place to lead to, and the page says so.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from markupsafe import Markup

from factcheck.records import Answer, Citation, Nearest, Source, SourceStance, Span
from pipeline.highlight import Mark, highlight, safe_text
from pipeline.prove import reprove
from pipeline.record import answer_from_record

FindSource = Callable[[str, str | None], Source | None]
"""(source id, sha256 or None for the current text) -> the source with that text, or None."""

WHOLE_CHARS = 40_000  # a longer article is shown around its marks only
AROUND_CHARS = 1_500  # of it, before and after each mark
_REJECTED = {
    "misattributed": "stands in another source",
    "frankenquote": "is stitched from several places",
    "not_found": "is not in the sources",
    "ambiguous": "stands in several places",
}


@dataclass(frozen=True, slots=True)
class Quote:
    """A quote as shown; `href` leads to its mark, None where the text at hand does not hold it."""

    html: Markup
    href: str | None
    citation: Citation
    where: str

    @property
    def probability(self) -> float:
        """Of the quote's stance."""
        return float(getattr(self.citation.support, self.citation.stance))


@dataclass(frozen=True, slots=True)
class Row:
    """One source's line of the stance grid."""

    stance: SourceStance
    title: str | None
    dates: str
    quotes: tuple[Quote, ...]

    @property
    def voices(self) -> list[Citation]:
        """One citation for each speaker and modality, in order."""
        return list({(q.citation.speaker, q.citation.modality): q.citation for q in reversed(self.quotes)}.values())[
            ::-1
        ]


@dataclass(frozen=True, slots=True)
class Answered:
    """One answered question, ready to be shown."""

    anchor: str
    record: Answer
    shown: str
    value: str | None
    rows: tuple[Row, ...]
    nearest: tuple[tuple[Nearest, str | None], ...]
    rejected: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Failed:
    """A question without an answer."""

    anchor: str
    question: str
    kind: str
    message: str


@dataclass(slots=True)
class Article:
    """A source's text with its marks; several versions of one source are several articles."""

    anchor: str
    source: Source
    marks: list[Mark] = field(default_factory=list)

    @property
    def quoted(self) -> bool:
        """Is it cited, not only near?"""
        return any(mark.css != "nearest" for mark in self.marks)

    def pieces(self) -> list[tuple[Markup, int]]:
        """Return the text as HTML, and how many characters are left out before each piece (and after the last)."""
        text, at = self.source.text, 0
        found: list[tuple[Markup, int]] = []
        for span in _shown_spans(text, self.marks):
            found.append((highlight(text, self.marks, within=span), span.start - at))
            at = span.end
        return [*found, (Markup(""), len(text) - at)]


class Shelf:
    """The articles a page shows, in the order they are first quoted."""

    def __init__(self, find_source: FindSource) -> None:
        self._find, self._by_key = find_source, dict[tuple[str, str | None], Article | None]()

    @property
    def articles(self) -> list[Article]:
        found = {a.anchor: a for a in self._by_key.values() if a is not None and a.marks}
        return list(found.values())

    def article(self, source_id: str, sha256: str | None) -> Article | None:
        """Return the article of that version (None: the current one); None where its text is gone."""
        if (source_id, sha256) in self._by_key:
            return self._by_key[source_id, sha256]
        source = self._find(source_id, sha256)
        article = None
        if source is not None:
            key = (source_id, source.source_sha256)
            article = self._by_key.get(key) or Article(f"s{len(self._by_key) + 1}", source)
            self._by_key[key] = article
        self._by_key[source_id, sha256] = article
        return article


def answered_item(anchor: str, record: Mapping[str, Any], shelf: Shelf) -> Answered:
    answer = answer_from_record(record)
    rows = []
    for stance in sorted(answer.sources, key=lambda s: (s.stance == "silent", -s.probability)):
        article = shelf.article(stance.source, None)
        cited = tuple(_quote(f"{anchor}c{i}", answer.citations[i], answer, shelf) for i in stance.citations)
        title = article.source.provenance.title if article else None
        rows.append(Row(stance, title, _dates_of(article, cited), cited))
    nearest = tuple((n, _near(f"{anchor}n{i}", n, shelf)) for i, n in enumerate(answer.coverage.nearest))
    rejected = tuple(f"{n} {_REJECTED[s]}" for s, n in answer.quotes.items() if s in _REJECTED and n)
    return Answered(anchor, answer, _shown(answer), _value(answer), tuple(rows), nearest, rejected)


def failed_item(anchor: str, record: Mapping[str, Any]) -> Failed:
    asked, error = record.get("question") or {}, record["error"]
    return Failed(anchor, str(asked.get("text") or asked.get("id") or ""), error["kind"], error["message"])


def _quote(anchor: str, citation: Citation, answer: Answer, shelf: Shelf) -> Quote:
    article = shelf.article(citation.source, citation.source_sha256)
    href = None
    if article is not None and reprove(article.source.text, asdict(citation)):
        p = getattr(citation.support, citation.stance)
        hint = f"{citation.stance} {p:.2f}: {answer.claim}"
        article.marks.append(Mark(Span(citation.start, citation.end), citation.stance, anchor, hint))
        href = f"#{anchor}"
    page = f"page {citation.locator['page']}, " if citation.locator.get("page") else ""
    where = f"{page}line {citation.locator.get('line')}, {citation.start}–{citation.end}"
    return Quote(safe_text(citation.exact), href, citation, where)


def _near(anchor: str, near: Nearest, shelf: Shelf) -> str | None:
    article = shelf.article(near.source, None)
    if article is None or article.source.text[near.start : near.end] != near.exact or not near.exact:
        return None
    article.marks.append(Mark(Span(near.start, near.end), "nearest", anchor, "nearest passage; it does not state it"))
    return f"#{anchor}"


def _shown(answer: Answer) -> str:
    if answer.abstained:
        return "withheld"
    if answer.answer is None:
        return "not stated"
    return answer.answer.replace("_", " ") if answer.question.type == "boolean" else answer.answer


def _value(answer: Answer) -> str | None:
    """Return the typed value where it tells more than the answer's words."""
    value = answer.value or {}
    told = value.get("iso")
    if isinstance(value.get("number"), int | float):
        told = f"{value['number']:,} {value.get('unit') or ''}".strip()
    # a day whose year is open (`--06-10`) says no more than its words
    return str(told) if told and told != answer.answer and not str(told).startswith("--") else None


def _dates_of(article: Article | None, quotes: Sequence[Quote]) -> str:
    of: Any = quotes[0].citation if quotes else article.source.provenance if article else None
    return published(of.published, of.not_before, of.not_after) if of else "date not known"


def published(day: str | None, not_before: str | None, not_after: str | None) -> str:
    """Return a date of publication, or its bounds, in words."""
    if day:
        return day
    if not_before and not_after:
        return not_before if not_before == not_after else f"{not_before} to {not_after}"
    if not_before:
        return f"{not_before} or later"
    return f"{not_after} or earlier" if not_after else "date not known"


def _shown_spans(text: str, marks: Sequence[Mark]) -> list[Span]:
    """Return the whole text, or of a long one the stretches around the marks, joined where they meet."""
    if len(text) <= WHOLE_CHARS:
        return [Span(0, len(text))]
    found: list[Span] = []
    for mark in sorted(marks, key=lambda m: m.span):
        start, end = max(0, mark.span.start - AROUND_CHARS), min(len(text), mark.span.end + AROUND_CHARS)
        if found and start <= found[-1].end:
            found[-1] = Span(found[-1].start, max(end, found[-1].end))
        else:
            found.append(Span(start, end))
    return found
