"""W3C Web Annotations (JSON-LD): one annotation a citation, on the stored text, with two selectors of the same span.

The target is the text itself, named by its hash (RFC 6920, `ni:///sha-256;…`), because positions are true of that text
alone; a source's web address stands beside it as `via`. Positions are code points, as the model has them. What has no
citation (no evidence, a failure) is an annotation on the question, so that nothing of the file is lost.
"""

from __future__ import annotations

import base64
import json
import uuid
from collections.abc import Iterator, Sequence
from typing import Any, Protocol

from factcheck import __version__
from factcheck.records import Answer
from pipeline.exports.items import Item
from pipeline.page_parts import FindSource

CONTEXT = "http://www.w3.org/ns/anno.jsonld"
__all__ = ["annotation", "body", "collection", "export", "target_of"]

_NAMESPACE = uuid.UUID("5c0d1ea5-4f4d-5a7e-9c0f-fac7c4ec0001")
_ASSESSING = {"supports": "supports", "refutes": "refutes", "neutral": "neither supports nor refutes"}


class Cited(Protocol):
    """A span of a text with its proof; a citation is one."""

    @property
    def source(self) -> str: ...
    @property
    def source_sha256(self) -> str: ...
    @property
    def start(self) -> int: ...
    @property
    def end(self) -> int: ...
    @property
    def exact(self) -> str: ...
    @property
    def prefix(self) -> str: ...
    @property
    def suffix(self) -> str: ...


def export(items: Sequence[Item], find_source: FindSource) -> str:
    """Return an AnnotationCollection with one page that holds all."""
    found = [a for number, item in enumerate(items, start=1) for a in _annotations(number, item, find_source)]
    return collection(found, "Citations of factcheck")


def collection(found: Sequence[dict[str, Any]], label: str) -> str:
    """Return the JSON-LD text of annotations: a collection with one page that holds all."""
    name = _urn("collection", *(a["id"] for a in found))
    page = {"id": f"{name}#page", "type": "AnnotationPage", "partOf": name, "startIndex": 0, "items": found}
    collection = {
        "@context": CONTEXT, "id": name, "type": "AnnotationCollection", "label": label,
        "generator": _software(), "total": len(found), "first": page,
    }  # fmt: skip
    return json.dumps(collection, ensure_ascii=False, indent=2) + "\n"


def _annotations(number: int, item: Item, find_source: FindSource) -> Iterator[dict[str, Any]]:
    question = {"id": _urn("question", str(number), item.text), "type": "Text", "label": item.text}
    if item.answer is None:
        kind, message = item.error or ("not checkable", item.not_checkable or "other")
        yield annotation("commenting", [body(f"no answer: {kind}: {message}", "commenting")], question)
    elif not item.answer.citations:
        yield annotation("assessing", [_verdict(item.answer)], question)
    else:
        for citation in item.answer.citations:
            p = getattr(citation.support, citation.stance)
            said = f"{_ASSESSING[citation.stance]} ({p:.2f}): {item.answer.claim}"
            bodies = [body(said, "assessing"), body(citation.stance, "tagging"), _verdict(item.answer)]
            yield annotation("assessing", bodies, target_of(citation, find_source), question["id"])


def annotation(
    motivation: str, bodies: list[dict[str, Any]], target: dict[str, Any], about: str = "", **known: Any
) -> dict[str, Any]:
    """Return one annotation, named by its content and what it is about; `known`: creator, created and their like."""
    said = [bodies, target, known] if known else [bodies, target]
    name = _urn("annotation", about, json.dumps(said, sort_keys=True))
    return {"id": name, "type": "Annotation", "motivation": motivation, **known, "body": bodies, "target": target}


def target_of(citation: Cited, find_source: FindSource) -> dict[str, Any]:
    """Return the target of a span: the text by its hash, with a quote and a position selector."""
    source = find_source(citation.source, citation.source_sha256)
    text = {"id": _named_information(citation.source_sha256), "type": "Text", "format": "text/plain",
            "label": citation.source}  # fmt: skip
    if source and source.provenance.url:
        text["via"] = source.provenance.url
    quote = {"type": "TextQuoteSelector", "exact": citation.exact}
    quote |= {name: value for name in ("prefix", "suffix") if (value := getattr(citation, name))}
    position = {"type": "TextPositionSelector", "start": citation.start, "end": citation.end}
    return {"type": "SpecificResource", "source": text, "selector": [quote, position]}


def _verdict(answer: Answer) -> dict[str, Any]:
    shown = "not stated" if answer.answer is None else answer.answer
    return body(
        f"{answer.question.text} {shown} ({answer.verdict}, probability {answer.probability:.2f})", "describing"
    )


def body(value: str, purpose: str) -> dict[str, Any]:
    """Return a textual body."""
    return {"type": "TextualBody", "value": value, "format": "text/plain", "purpose": purpose}


def _software() -> dict[str, str]:
    return {"type": "Software", "name": f"factcheck {__version__}"}


def _named_information(sha256: str) -> str:
    digest = base64.urlsafe_b64encode(bytes.fromhex(sha256)).decode().rstrip("=")
    return f"ni:///sha-256;{digest}"


def _urn(*parts: str) -> str:
    """A name made of the content: the same file gives the same names."""
    return f"urn:uuid:{uuid.uuid5(_NAMESPACE, json.dumps(parts))}"
