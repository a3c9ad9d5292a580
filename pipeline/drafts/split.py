"""A draft as statements, each with its span, and what of them can be checked."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from factcheck.records import Span
from pipeline.asked_names import find_names, has_no_names
from pipeline.drafts.blocks import Block, split_blocks
from pipeline.drafts.checkable import Reason, has_finite_verb, why_not
from pipeline.drafts.wording import refers_back, resolve, split_clauses
from vectorstore.segment import split_sentences

_ENDS = re.compile(r"[.!?…:;][\"'”’»)\]]*\Z")
_HEADING_WORDS = 14


@dataclass(frozen=True, slots=True)
class Statement:
    """A stretch of the draft, as one claim or as what cannot be checked (`reason` says why, `claim` is None then).

    `context` is the sentence before, where the claim may point back to it. Another claim that names nothing has the
    nearest text before it that does, of its paragraph or else its heading: what that names must stand in the sources
    that judge it. Neither is a part of the claim.
    """

    span: Span
    reason: Reason | None
    claim: str | None = None
    context: str | None = None


def split_draft(draft: str, *, markdown: bool) -> list[Statement]:
    """Return the statements of a draft in order; every sentence, heading and code block of it is in one or more."""
    found: list[Statement] = []
    heading = ""
    for block in split_blocks(draft, markdown=markdown):
        statements = list(_statements(block, heading, markdown=markdown))
        if statements and statements[0].reason == "heading":
            heading = block.text.strip()
        found += statements
    return found


def _statements(block: Block, heading: str, *, markdown: bool) -> Iterator[Statement]:
    if block.kind == "other":
        yield Statement(block.whole, "other")
        return
    if block.kind == "heading" or (block.kind == "text" and _is_heading(block.text, markdown=markdown)):
        stripped = block.text.strip()
        start = block.text.index(stripped)
        yield Statement(block.span(start, start + len(stripped)), "heading")
        return
    before, named = "", heading if find_names(heading) else ""
    for span in split_sentences(block.text):
        sentence = " ".join(span.of(block.text).split())
        if not re.search(r"\w", sentence):
            continue
        reason = why_not(sentence)
        if reason is not None:
            yield Statement(block.span(span.start, span.end), reason)
        else:
            yield from _claims(block, span, before, named)
        before = sentence
        named = sentence if find_names(sentence) else named


def _claims(block: Block, sentence: Span, before: str, named: str) -> Iterator[Statement]:
    text = sentence.of(block.text)
    previous = before
    for part, wording in split_clauses(text):
        claim = " ".join(wording.split())
        reason = why_not(claim)
        span = block.span(sentence.start + part.start, sentence.start + part.end)
        if reason is not None:
            yield Statement(span, reason)
            previous = claim
            continue
        resolved = resolve(claim, previous) if previous else None
        worded = resolved or claim
        points_back = bool(previous) and resolved is None and refers_back(claim)
        about = named if named and has_no_names(worded) else None
        yield Statement(span, None, worded, previous if points_back else about)
        previous = worded


def _is_heading(text: str, *, markdown: bool) -> bool:
    """A line by itself without an end: a title, not a statement; in plain text it may hold a verb ("Iran signs")."""
    line = text.strip()
    if _ENDS.search(line) or len(line.split()) > _HEADING_WORDS or "\n" in line:
        return False
    return not markdown or not has_finite_verb(line) or line.istitle()
