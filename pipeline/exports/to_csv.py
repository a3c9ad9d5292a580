"""A table: one row a citation, one row for an answer without any, one for what failed or cannot be checked."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from factcheck.csv_text import csv_text
from factcheck.records import Answer, Citation
from pipeline.exports.items import Item
from pipeline.page_parts import FindSource

COLUMNS = (
    "id", "question", "type", "answer", "value", "verdict", "probability", "claim", "source", "stance", "support",
    "quote", "start", "end", "line", "page", "speaker", "modality", "published", "not_before", "not_after", "status",
    "source_sha256", "title", "url", "warnings", "not_checkable", "error", "message",
)  # fmt: skip
_OF_CITATION = (
    "source", "stance", "start", "end", "speaker", "modality", "published", "not_before", "not_after", "status",
    "source_sha256",
)  # fmt: skip


def export(items: Sequence[Item], find_source: FindSource) -> str:
    """Return the table as CSV, with a head."""
    return csv_text(COLUMNS, (row for item in items for row in _rows(item, find_source)))


def _rows(item: Item, find_source: FindSource) -> Iterator[dict[str, Any]]:
    base: dict[str, Any] = {"id": item.id, "question": item.text}
    if item.error:
        yield base | {"error": item.error[0], "message": item.error[1]}
    elif item.answer is None:
        yield base | {"not_checkable": item.not_checkable}
    else:
        base |= _answer(item.answer)
        for citation in item.answer.citations:
            yield base | _citation(citation, find_source)
        if not item.answer.citations:
            yield base


def _answer(answer: Answer) -> dict[str, Any]:
    value = None if answer.value is None else json.dumps(dict(answer.value), ensure_ascii=False)
    return {
        "type": answer.question.type, "answer": answer.answer, "value": value, "verdict": answer.verdict,
        "probability": answer.probability, "claim": answer.claim, "warnings": "; ".join(answer.warnings) or None,
    }  # fmt: skip


def _citation(citation: Citation, find_source: FindSource) -> dict[str, Any]:
    source = find_source(citation.source, citation.source_sha256)
    return {name: getattr(citation, name) for name in _OF_CITATION} | {
        "support": getattr(citation.support, citation.stance), "quote": citation.exact,
        "line": citation.locator.get("line"), "page": citation.locator.get("page"),
        "title": source.provenance.title if source else None, "url": source.provenance.url if source else None,
    }  # fmt: skip
