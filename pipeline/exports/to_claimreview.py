"""schema.org ClaimReview (JSON-LD), as drafts: a person decides what is published, and fills in who says so and where.

So `creativeWorkStatus` is *Draft*, and `author`, `url` and `datePublished`, without which no search engine takes a
review, are left out. A failure is no review: it stands in the graph as a question without an answer.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from factcheck import __version__
from factcheck.records import Answer, Citation, Verdict
from pipeline.exports.items import Item
from pipeline.page_parts import FindSource

_RATINGS: Mapping[Verdict, tuple[int | None, str]] = {
    "supported": (5, "Supported"),
    "conflicting_evidence": (3, "Conflicting evidence"),
    "refuted": (1, "Refuted"),
    "not_enough_evidence": (None, "Not enough evidence"),
}


def export(items: Sequence[Item], find_source: FindSource) -> str:
    """Return a graph of reviews, one an answer, in order."""
    graph = [_review(i.answer, find_source) if i.answer is not None else _unanswered(i) for i in items]
    return json.dumps({"@context": "https://schema.org", "@graph": graph}, ensure_ascii=False, indent=2) + "\n"


def _review(answer: Answer, find_source: FindSource) -> dict[str, Any]:
    value, name = _RATINGS[answer.verdict]
    rating: dict[str, Any] = {"@type": "Rating", "alternateName": name}
    if value is not None:
        rating |= {"ratingValue": value, "bestRating": 5, "worstRating": 1}
    return {
        "@type": "ClaimReview",
        "creativeWorkStatus": "Draft",
        "claimReviewed": answer.claim,
        "itemReviewed": {"@type": "Claim", "text": answer.claim},
        "reviewRating": rating | {"ratingExplanation": answer.explanation},
        "reviewBody": f"{answer.question.text} {answer.answer or 'not stated'}. {answer.explanation}",
        "citation": [_quotation(c, find_source) for c in answer.citations],
        "creditText": f"Draft by factcheck {__version__}, model {answer.run.get('model', 'unknown')}; "
        f"probability {answer.probability:.2f}. To be reviewed by a person.",
    }


def _quotation(citation: Citation, find_source: FindSource) -> dict[str, Any]:
    source = find_source(citation.source, citation.source_sha256)
    work: dict[str, Any] = {
        "@type": "Article",
        "identifier": f"sha256:{citation.source_sha256}",
        "name": citation.source,
    }
    if source:
        known = {"headline": source.provenance.title, "url": source.provenance.url}
        work |= {name: value for name, value in known.items() if value}
    if citation.published:
        work["datePublished"] = citation.published
    quotation: dict[str, Any] = {"@type": "Quotation", "text": citation.exact, "isPartOf": work}
    if citation.speaker:
        quotation["spokenByCharacter"] = {"@type": "Person", "name": citation.speaker}
    return quotation


def _unanswered(item: Item) -> dict[str, Any]:
    kind, message = item.error or ("not checkable", item.not_checkable or "other")
    comment = {"@type": "Comment", "text": f"no answer: {kind}: {message}"}
    return {"@type": "Question", "text": item.text, "answerCount": 0, "comment": comment}
