"""Items: answer and claim records as the desk keeps them, each under a key that stays and a version that is its bytes.

The key says which answer it is, over re-imports: the run, sample and repeat of a run file; elsewhere the question (or
the claim and its place in the draft) and the model. The version is the SHA-256 of the record's compact JSON, which is
what is stored: any other byte makes another version.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from factcheck.errors import UserError
from review.chain import canonical

__all__ = ["NewItem", "items_of", "record_version"]

_RE_ASK = "give the output of `factcheck ask --json`, `factcheck check --json` or a run file"


@dataclass(frozen=True, slots=True)
class CitedSpan:
    """One citation of a record, as far as the queue needs it."""

    source: str
    source_sha256: str
    start: int
    end: int
    stance: str | None


@dataclass(frozen=True, slots=True)
class NewItem:
    """A record to import. `context` is what stands around it: the run's header, the draft of a claim."""

    key: str
    kind: str  # answer | claim
    version: str
    record: str  # compact JSON; `version` is its SHA-256
    text: str  # the question or the claim
    answer: str | None
    verdict: str
    probability: float
    abstained: bool
    model: str | None
    run: str | None
    sample: str | None
    tags: tuple[str, ...]
    citations: tuple[CitedSpan, ...]
    words: str  # for the search: question, claim, answer, quotes, source ids
    context: Mapping[str, Any]


def record_version(record: Mapping[str, Any]) -> tuple[str, str]:
    """Return (sha256, compact JSON) of a record, its keys in their order. Raises: ValueError for a lone surrogate."""
    text = json.dumps(record, ensure_ascii=False, separators=(",", ":"))
    return sha256_of(text), text


def sha256_of(text: str) -> str:
    """Return the SHA-256, in hex, of a text as UTF-8."""
    return hashlib.sha256(text.encode()).hexdigest()


def items_of(
    records: Iterable[tuple[str, Mapping[str, Any]]],
    *, run: Mapping[str, Any] | None = None, tags: Mapping[str, Iterable[str]] | None = None,
) -> Iterator[NewItem]:  # fmt: skip
    """Yield an item for every answer and checkable claim among (place, record); error records are passed over.

    `run` is a run file's header; records are then run samples. `tags`: sample id -> tags of its gold label.
    A key that stands twice (one question asked twice without ids) gets `#2`, `#3` in the order of the file.
    Raises: UserError naming the place, for a record that lacks what the desk needs.
    """
    seen: dict[str, int] = {}
    draft: Mapping[str, Any] = {}
    for place, record in records:
        schema = record.get("schema")
        if schema == "factcheck/check/1":
            draft = record.get("draft") or {}
            continue
        try:
            item = _item(record, schema, run, tags or {}, draft)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise UserError(f"{place}: not a whole record ({error!r}); {_RE_ASK}") from None
        if item is None:
            continue
        seen[item.key] = n = seen.get(item.key, 0) + 1
        yield item if n == 1 else replace(item, key=f"{item.key}#{n}")


def _item(
    record: Mapping[str, Any], schema: object, run: Mapping[str, Any] | None, tags: Mapping[str, Iterable[str]],
    draft: Mapping[str, Any],
) -> NewItem | None:  # fmt: skip
    if schema == "factcheck/run-sample/1":
        inner = record["record"]
        if inner["schema"] != "factcheck/answer/1":
            return None
        run_id, sample = str((run or {})["id"]), str(record["id"])
        key = f"run/{run_id}/{sample}/{int(record.get('repeat') or 0)}"
        item = _answer(inner, key, {"run": dict(run or {})})
        return replace(item, run=run_id, sample=sample, tags=tuple(sorted({*item.tags, *tags.get(sample, ())})))
    if schema == "factcheck/answer/1":
        question = {k: v for k, v in record["question"].items() if v not in (None, [], ())}
        return _answer(record, f"answer/{_digest(question, record['run'].get('model'))}", {})
    if schema == "factcheck/check-claim/1" and record.get("verdict") is not None:
        return _claim(record, draft)
    return None  # an error, the head of a check, or a claim that cannot be checked


def _answer(record: Mapping[str, Any], key: str, context: Mapping[str, Any]) -> NewItem:
    question = record["question"]
    tags = (str(question["type"]),) if question.get("type") else ()
    asked, said = question["text"], record["answer"]
    return _new(record, kind="answer", key=key, text=asked, answer=said, tags=tags, context=context)


def _claim(record: Mapping[str, Any], draft: Mapping[str, Any]) -> NewItem:
    model = (record.get("run") or {}).get("model")
    place = [draft.get("path"), record["id"], record["start"], record["exact"]]
    key = f"claim/{_digest(place, model)}"
    around = {"draft": dict(draft)}
    return _new(record, kind="claim", key=key, text=record["claim"], answer=None, tags=("claim",), context=around)


def _new(
    record: Mapping[str, Any], *, kind: str, key: str, text: str, answer: str | None, tags: tuple[str, ...],
    context: Mapping[str, Any],
) -> NewItem:  # fmt: skip
    version, stored = record_version(record)
    citations = tuple(_cited(citation) for citation in record["citations"])
    quotes = [str(citation["exact"]) for citation in record["citations"]]
    run = record.get("run") or {}
    probability = float(record["probability"])
    if not 0 <= probability <= 1:
        raise ValueError(f"probability {probability} is not in 0..1")
    words = [text, record.get("claim") or "", answer or "", *quotes, *sorted({c.source for c in citations})]
    return NewItem(
        key=key, kind=kind, version=version, record=stored, text=str(text), answer=answer,
        verdict=str(record["verdict"]), probability=probability, abstained=bool(record.get("abstained")),
        model=run.get("model"), run=None, sample=record.get("question", {}).get("id"), tags=tags,
        citations=citations, words="\n".join(str(word) for word in words), context=context,
    )  # fmt: skip


def _cited(citation: Mapping[str, Any]) -> CitedSpan:
    start, end = citation["start"], citation["end"]
    if not (isinstance(start, int) and isinstance(end, int)):
        raise TypeError("a citation's start and end must be whole numbers")
    return CitedSpan(str(citation["source"]), str(citation["source_sha256"]), start, end, citation.get("stance"))


def _digest(value: object, model: object) -> str:
    return hashlib.sha256(canonical([value, model]).encode("ascii")).hexdigest()[:32]
