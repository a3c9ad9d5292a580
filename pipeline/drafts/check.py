"""A draft checked: each of its claims goes the way of a question, and numbers that differ are named."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal, Protocol

from factcheck.errors import FactcheckError, SourceError
from factcheck.records import Answer, CheckClaim, Question
from pipeline.drafts.split import split_draft
from pipeline.lexical import content_set
from pipeline.mismatch import find_mismatches
from pipeline.record import CHECK_SCHEMA
from pipeline.values import find_values

__all__ = ["FAIL_ON", "Draft", "Failed", "check_draft", "check_record", "failing", "read_draft"]

VERDICTS = ("supported", "refuted", "conflicting_evidence", "not_enough_evidence")
FAIL_ON = (*VERDICTS, "mismatch")
"""What a check may be made to fail on."""

SUFFIXES = {".md": True, ".markdown": True, ".txt": False, ".text": False}


@dataclass(frozen=True, slots=True)
class Draft:
    """A draft as it stands; offsets of its claims count code points of `text`."""

    path: str
    text: str
    markdown: bool

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.text.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Failed:
    """A claim that could not be checked, because something broke: never a verdict."""

    question: Question
    error: FactcheckError


class Asking(Protocol):
    """What answers a question, with the steps it went through."""

    def answer(self, question: Question) -> tuple[Answer, Any]: ...


def read_draft(path: Path, data: bytes) -> Draft:
    """Return the draft that a file's bytes are; a byte order mark is no part of it. `-` is read as Markdown.

    Raises: SourceError for another kind of file, and for bytes that are not UTF-8 text.
    """
    name = str(path)
    markdown = True if name == "-" else SUFFIXES.get(path.suffix.lower())
    if markdown is None:
        raise SourceError(f"{name}: drafts are read as {', '.join(SUFFIXES)}; save it as one of them")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise SourceError(f"{name} is not UTF-8 text (byte {error.start}); save it as UTF-8") from None
    if "\0" in text:
        raise SourceError(f"{name} has NUL characters, as binary files do; give plain text")
    if not text.strip():
        raise SourceError(f"{name} is empty; give a draft with sentences")
    return Draft(name, text, markdown)


def check_draft(
    draft: Draft, asking: Asking, *, as_of: str | None = None, sources: Sequence[str] = (), max_chars: int = 2000
) -> Iterator[CheckClaim | Failed]:
    """Yield every statement of the draft, checked, in order; ids are `c1`, `c2`, …"""
    for number, statement in enumerate(split_draft(draft.text, markdown=draft.markdown), start=1):
        span, claim = statement.span, statement.claim
        bare = CheckClaim(
            id=f"c{number}", start=span.start, end=span.end, exact=span.of(draft.text), checkable=claim is not None,
            reason=statement.reason, claim=claim,
        )  # fmt: skip
        if claim is None:
            yield bare
            continue
        words = _asked(claim, statement.context, max_chars)
        question = Question(words, id=bare.id, as_of=as_of, sources=tuple(sources), claim=claim)
        try:
            answer, _ = asking.answer(question)
        except FactcheckError as error:
            yield Failed(question, error)
        else:
            yield _checked(bare, answer)


def check_record(draft: Draft, claims: Iterable[CheckClaim | Failed]) -> dict[str, Any]:
    """Return the record of the draft: how many statements came out how."""
    counts = Counter(dict.fromkeys((*VERDICTS, "not_checkable", "failed"), 0))
    counts.update(outcome(claim) for claim in claims)
    return {
        "schema": CHECK_SCHEMA,
        "draft": {"path": draft.path, "sha256": draft.sha256},
        "n_claims": counts.total(),
        "counts": dict(counts),
    }


def outcome(claim: CheckClaim | Failed) -> str:
    """Return the name under which a statement counts: its verdict, `not_checkable` or `failed`."""
    return "failed" if isinstance(claim, Failed) else claim.verdict or "not_checkable"


def failing(claims: Iterable[CheckClaim | Failed], fail_on: Sequence[str]) -> list[CheckClaim]:
    """Return the claims that a check which fails on these outcomes does not let through."""
    checked = (claim for claim in claims if isinstance(claim, CheckClaim))
    return [claim for claim in checked if claim.verdict in fail_on or ("mismatch" in fail_on and claim.mismatch)]


def _asked(claim: str, context: str | None, max_chars: int) -> str:
    """The words for retrieval: the claim, after the sentence that it may point back to, where both fit."""
    both = f"{context} {claim}" if context else claim
    return both if len(both) <= max_chars else claim


def _checked(bare: CheckClaim, answer: Answer) -> CheckClaim:
    sides = {"supported": {"supports"}, "refuted": {"refutes"}}.get(answer.verdict, {"supports", "refutes"})
    cited = [c for c in answer.citations if c.stance in sides and _shares_words(answer.claim, c.exact)]
    return replace(
        bare,
        verdict=answer.verdict,
        probability=answer.probability,
        citations=answer.citations,
        sources=answer.sources,
        mismatch=find_mismatches(answer.claim, cited),
        coverage=answer.coverage,
        quotes=answer.quotes,
        explanation=answer.explanation,
        warnings=answer.warnings,
        run=answer.run,
    )


def _shares_words(claim: str, text: str) -> bool:
    """Whether a text has a content word of the claim beside its values: else its figures are of something else."""
    kinds: tuple[Literal["duration", "number", "date"], ...] = ("duration", "number", "date")
    spans = [value.span for kind in kinds for value in find_values(claim, kind)]
    rest = "".join(" " if any(s.start <= i < s.end for s in spans) else c for i, c in enumerate(claim))
    return bool(content_set(rest) & content_set(text))
