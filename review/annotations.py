"""Decisions as W3C Web Annotations: the reviewer's judgement on the span it is about, with who and when."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from factcheck.records import Source
from pipeline.exports.to_webannotation import annotation, body, collection, target_of
from pipeline.prove import CONTEXT_CHARS
from review.decisions import Decision
from review.gold import ReviewedAnswer
from review.reading import Item
from review.texts import Texts

__all__ = ["decision_annotations"]


@dataclass(frozen=True, slots=True)
class _Span:
    source: str
    source_sha256: str
    start: int
    end: int
    exact: str
    prefix: str
    suffix: str


def decision_annotations(answers: Sequence[ReviewedAnswer], texts: Texts) -> str:
    """Return the decisions that count as one collection. An answer's own is on the answer, all others on spans."""

    def find_source(source_id: str, sha256: str | None) -> Source | None:
        return texts.source(source_id)  # for its address; the target names the text by its hash

    found: list[dict[str, Any]] = []
    for answer in answers:
        about = f"{answer.item.row.key}@{answer.item.row.version}"
        for shown in answer.item.decisions:
            if shown.state == "counts":
                one = shown.decision
                bodies = list(_bodies(answer.item, one))
                target = _target(answer.item, one, texts, find_source)
                creator = {"type": "Person", "name": one.author}
                found.append(
                    annotation("assessing", bodies, target, f"{about}#{one.id}", creator=creator, created=one.time)
                )
    return collection(found, "Decisions of reviewers on citations of factcheck")


def _bodies(item: Item, one: Decision) -> Iterator[dict[str, Any]]:
    yield body(str(one.label), "tagging")
    claim = item.record.get("claim") or item.row.text
    if one.kind == "answer":
        said = f"{item.row.answer or item.row.verdict} is {one.label}"
        given = one.payload.get("answer")
        yield body(f"{said}; the right answer: {given}" if given else said, "assessing")
    else:
        missed = ", and was not cited" if one.kind == "missed" else ""
        yield body(f"{one.label}: {claim}{missed}", "assessing")
    if one.final:
        yield body("adjudication", "tagging")
    if one.comment:
        yield body(one.comment, "commenting")


def _target(item: Item, one: Decision, texts: Texts, find_source: Any) -> dict[str, Any]:
    span = one.payload.get("span")
    if span is not None:
        return target_of(_in_context(span, texts), find_source)
    if one.kind == "citation":
        cited = item.citations[one.payload["citation"]].citation
        return target_of(_Span(**{name: cited[name] for name in _Span.__slots__}), find_source)
    return {"id": f"urn:sha256:{item.row.version}", "type": "Text", "label": item.row.text}


def _in_context(span: Mapping[str, Any], texts: Texts) -> _Span:
    text = texts.text(span["source"], span["source_sha256"]) or ""
    start, end = span["start"], span["end"]
    return _Span(
        **{name: span[name] for name in ("source", "source_sha256", "start", "end", "exact")},
        prefix=text[max(0, start - CONTEXT_CHARS) : start], suffix=text[end : end + CONTEXT_CHARS],
    )  # fmt: skip
