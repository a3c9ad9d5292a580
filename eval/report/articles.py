"""The articles of a report: each once, cut at the border of every span that a sample points at."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import groupby

from markupsafe import Markup

from eval.corpus import Corpus
from factcheck.records import Span
from pipeline.highlight import Mark, safe_text, segments

__all__ = ["Article", "build_articles", "excerpt"]

MAX_WHOLE = 1_500_000  # code points of all articles; above, only what stands around the spans is kept
AROUND = 700
CONTEXT = 90
_SPAN = Markup('<span data-s="{}" data-e="{}">{}</span>')


@dataclass(frozen=True, slots=True)
class Article:
    """`html` holds the text with `<span data-s data-e>` around each piece that some span covers."""

    number: int
    source: str
    html: Markup
    whole: bool


def build_articles(corpus: Corpus, spans: Mapping[str, Iterable[tuple[int, int]]]) -> dict[str, Article]:
    """Return source -> article for every source that has spans, in the order of the corpus.

    All texts whole while they have at most `MAX_WHOLE` code points together; else the `AROUND` code points on both
    sides of each span, so that a report over a large benchmark can still be opened.
    """
    used = {source: sorted(set(spans[source])) for source in corpus if source in spans}
    whole = sum(len(corpus[source].text) for source in used) <= MAX_WHOLE
    return {
        source: Article(i, source, _cut(corpus[source].text, places, whole=whole), whole)
        for i, (source, places) in enumerate(used.items())
    }


def excerpt(text: str, start: int, end: int, css: str) -> Markup:
    """Return the span marked, with a little of the text around it, cut at a space where there is one."""
    before, after = max(0, start - CONTEXT), min(len(text), end + CONTEXT)
    while 0 < before < start and not text[before - 1].isspace():
        before += 1
    while end < after < len(text) and not text[after].isspace():
        after -= 1
    left, right = "… " if before else "", " …" if after < len(text) else ""
    parts = (safe_text(text[a:b]) for a, b in ((before, start), (start, end), (end, after)))
    return Markup('{}{}<mark class="{}">{}</mark>{}{}').format(left, next(parts), css, next(parts), next(parts), right)


def _cut(text: str, places: list[tuple[int, int]], *, whole: bool) -> Markup:
    if whole:
        return _pieces(text, places, Span(0, len(text)))
    windows: list[Span] = []
    for start, end in places:
        window = Span(max(0, start - AROUND), min(len(text), end + AROUND))
        if windows and window.start <= windows[-1].end:
            windows[-1] = Span(windows[-1].start, max(windows[-1].end, window.end))
        else:
            windows.append(window)
    return Markup('<span class="gap"> […] </span>').join(_pieces(text, places, window) for window in windows)


def _pieces(text: str, places: list[tuple[int, int]], within: Span) -> Markup:
    marks = [Mark(Span(start, end)) for start, end in places if start < within.end and within.start < end]
    out: list[Markup] = []
    for covered, run in groupby(segments(text, marks, within=within), key=lambda s: bool(s.marks)):
        for piece in run:
            shown = safe_text(piece.text)
            if covered:
                shown = _SPAN.format(piece.span.start, piece.span.end, shown)
            out.append(shown)
    return Markup().join(out)
