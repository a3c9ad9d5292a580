"""Citations: evidence as it is shown, with its proof."""

from __future__ import annotations

from dataclasses import replace

from factcheck.records import Citation, Source, Span, Support
from pipeline.judge import Evidence
from pipeline.prove import CONTEXT_CHARS


def cite(evidence: Evidence) -> Citation:
    """Return the citation of a judged sentence; its span lies in the stored text by construction."""
    source, span = evidence.sentence.source, evidence.sentence.span
    provenance = source.provenance
    return Citation(
        source=source.id,
        source_sha256=source.source_sha256,
        start=span.start,
        end=span.end,
        exact=span.of(source.text),
        prefix=source.text[max(0, span.start - CONTEXT_CHARS) : span.start],
        suffix=source.text[span.end : span.end + CONTEXT_CHARS],
        status=evidence.status,
        stance=evidence.stance,
        support=rounded(evidence.support),
        speaker=evidence.attribution.speaker,
        modality=evidence.attribution.modality,
        published=provenance.published,
        not_before=provenance.not_before,
        not_after=provenance.not_after,
        locator={"line": line_of(source, span), "page": source.page_of(span.start)},
    )


def line_of(source: Source, span: Span) -> int:
    """Return the line, from 1, on which the span starts; CRLF, CR and LF each end a line."""
    before = source.text[: span.start]
    return 1 + before.count("\n") + before.replace("\r\n", "\n").count("\r")


def rounded(support: Support) -> Support:
    """Return the probabilities with four decimals, still summing to 1."""
    s = round(support.supports, 4)
    r = min(round(support.refutes, 4), round(1 - s, 4))  # both may round up
    return replace(support, supports=s, refutes=r, neutral=round(1 - s - r, 4) + 0.0)  # no -0.0
