"""A report to read: each question with its answer, what each source says, and the quotes with their places."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from factcheck.records import Answer, Citation, SourceStance
from pipeline.exports.items import Item
from pipeline.highlight import visible
from pipeline.page_parts import FindSource, published

_INLINE = re.compile(r"[\\`*_\[\]<>|~&$]")
_LINE_START = re.compile(r"^(\s*)([#+\-=]|\d+(?=[.)]))", re.MULTILINE)


def export(items: Sequence[Item], find_source: FindSource) -> str:
    """Return the report; text of sources and questions is escaped, so that it stays text."""
    head = [f"# {len(items)} question{'' if len(items) == 1 else 's'} and claims", "", _counts(items), ""]
    parts = [line for number, item in enumerate(items, start=1) for line in _item(number, item, find_source)]
    return "\n".join([*head, *parts]).rstrip() + "\n"


def text(value: str) -> str:
    """Return a text as Markdown on one line that shows exactly it."""
    line = " ".join(visible(value).split())
    return _LINE_START.sub(_escaped_start, _INLINE.sub(r"\\\g<0>", line))


def quoted(value: str) -> str:
    """Return a text as a block quote, line by line."""
    lines = visible(value).replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return "\n".join(f"> {text(line)}".rstrip() for line in lines)


def _escaped_start(match: re.Match[str]) -> str:
    space, sign = match.groups()
    return f"{space}{sign}\\" if sign.isdigit() else f"{space}\\{sign}"


def _counts(items: Sequence[Item]) -> str:
    counts = Counter(_verdict(item) for item in items)
    return ", ".join(f"{n} {name}" for name, n in counts.most_common()) + "."


def _verdict(item: Item) -> str:
    if item.answer is not None:
        return item.answer.verdict.replace("_", " ")
    return "failed" if item.error else "not checkable"


def _item(number: int, item: Item, find_source: FindSource) -> Iterator[str]:
    yield from (f"## {number}. {text(item.text) or '(no text)'}", "")
    if item.error:
        yield from (f"**No answer**: {text(item.error[0])}: {text(item.error[1])}", "")
    elif item.answer is None:
        yield from (f"Not checked: {text(str(item.not_checkable))}.", "")
    else:
        yield from _answer(item.answer, find_source)


def _answer(answer: Answer, find_source: FindSource) -> Iterator[str]:
    shown = "not stated" if answer.answer is None else answer.answer
    if answer.question.type == "boolean":
        shown = shown.replace("_", " ")
    yield f"**{text(shown)}** ({answer.verdict.replace('_', ' ')}, probability {answer.probability:.2f})  "
    yield f"Claim: {text(answer.claim)}  "
    yield from (text(answer.explanation), "")
    for warning in answer.warnings:
        yield from (f"Note: {text(warning)}", "")
    if answer.sources:
        yield from ("| source | on the claim | published |", "|---|---|---|")
        yield from (_row(stance, answer, find_source) for stance in answer.sources)
        yield ""
    for citation in answer.citations:
        yield from (quoted(citation.exact), "", _place(citation), "")
    for near in answer.coverage.nearest:
        yield from (quoted(near.exact), "", f"nearest: {text(near.source)}, {near.start}–{near.end}", "")


def _row(stance: SourceStance, answer: Answer, find_source: FindSource) -> str:
    source = find_source(stance.source, None)
    cited = [answer.citations[i] for i in stance.citations]
    dated = cited[0] if cited else source.provenance if source else None
    dates = published(dated.published, dated.not_before, dated.not_after) if dated else "date not known"
    title = f" ({text(source.provenance.title)})" if source and source.provenance.title else ""
    said = stance.stance if stance.stance == "silent" else f"{stance.stance} {stance.probability:.2f}"
    return f"| {text(stance.source)}{title} | {said} | {text(dates)} |"


def _place(citation: Citation) -> str:
    p = getattr(citation.support, citation.stance)
    who = f"{text(citation.speaker)}, " if citation.speaker else ""
    page = f"page {citation.locator['page']}, " if citation.locator.get("page") else ""
    where = f"{page}line {citation.locator.get('line')}, {citation.start}–{citation.end}"
    return f"{citation.stance} {p:.2f}: {text(citation.source)}, {where} ({who}{citation.modality})"
