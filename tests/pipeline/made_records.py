"""Records and sources made by hand, for what shows or exports them: small, and every character of them is chosen."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

from factcheck.records import Provenance, Source

TREATY = (
    "The treaty was signed in Moscow on 17 January 2025.\n\nIt is valid for 20 years, “the minister” said.\n"
    "It does not include a mutual defence clause.\n"
)
HOSTILE = "<script>alert(1)</script> The \u202egpj.exe treaty\u200b includes a clause & <b>more</b> 👩‍🚀 שלום.\n"


def make_source(id_: str, text: str, **provenance: str) -> Source:
    digest = sha256(text.encode()).hexdigest()
    return Source(id_, text, digest, digest, provenance=Provenance(**provenance))


SOURCES = {
    s.id: s
    for s in (
        make_source("treaty.txt", TREATY, title="Of the treaty", publisher="The Paper", published="2025-01-18",
                    url="https://example.org/treaty"),
        make_source("=cmd()|<i>.txt", HOSTILE, title='"><img src=x onerror=alert(1)>', url="javascript:alert(1)",
                    not_before="2025-01-01", not_after="2025-02-01"),
        make_source("silent.txt", "Nothing of this is about that.\n"),
    )
}  # fmt: skip


def find_source(source_id: str, sha256_: str | None) -> Source | None:
    source = SOURCES.get(source_id)
    return source if source and sha256_ in {None, source.source_sha256} else None


def citation(source_id: str, exact: str, stance: str, p: float = 0.9, **more: Any) -> dict[str, Any]:
    source = SOURCES[source_id]
    start = source.text.index(exact)
    end = start + len(exact)
    support = {name: round((1 - p) / 2, 3) for name in ("supports", "refutes", "neutral")} | {stance: p}
    dates = source.provenance
    return {
        "source": source_id, "source_sha256": source.source_sha256, "start": start, "end": end, "exact": exact,
        "prefix": source.text[max(0, start - 32) : start], "suffix": source.text[end : end + 32], "status": "exact",
        "stance": stance, "support": support, "speaker": None, "modality": "asserted", "published": dates.published,
        "not_before": dates.not_before, "not_after": dates.not_after,
        "locator": {"line": source.text.count("\n", 0, start) + 1, "page": None},
    } | more  # fmt: skip


def stance(source_id: str, stance_: str, p: float, citations: list[int], **more: Any) -> dict[str, Any]:
    return {
        "source": source_id, "stance": stance_, "probability": p, "citations": citations, "duplicate_of": None,
        "superseded_by": None,
    } | more  # fmt: skip


def answer(id_: str, text: str, type_: str = "boolean", as_of: str | None = None, **parts: Any) -> dict[str, Any]:
    return {
        "schema": "factcheck/answer/1", "question": {"id": id_, "text": text, "type": type_, "as_of": as_of},
        "answer": "no", "value": None, "verdict": "refuted", "probability": 0.9, "abstained": False,
        "claim": "The treaty includes a clause.", "citations": [], "sources": [],
        "coverage": {"reason": None, "n_sources": 3, "n_passages_read": 3, "nearest": []},
        "quotes": {"exact": 2, "not_found": 1}, "explanation": "treaty.txt says otherwise.", "warnings": [],
        "run": {"version": "0.1.0", "model": "none", "verifier": "v", "embedder": "e", "index": "sha256:0"},
    } | parts  # fmt: skip


CLAUSE = answer(
    "q1", "Does the treaty include <em>a</em> clause?", as_of="2025-03-01",
    answer="conflicting", verdict="conflicting_evidence", probability=0.61,
    citations=[
        citation("treaty.txt", "It does not include a mutual defence clause.", "refutes", 0.97),
        citation("treaty.txt", "It is valid for 20 years, “the minister” said.\nIt does not include", "refutes", 0.6,
                 speaker="the minister", modality="reported"),
        citation("=cmd()|<i>.txt", HOSTILE.strip(), "supports", 0.8),
    ],
    sources=[
        stance("treaty.txt", "refutes", 0.97, [0, 1]),
        stance("=cmd()|<i>.txt", "supports", 0.8, [2], duplicate_of="other"),
        stance("silent.txt", "silent", 0.7, []),
    ],
    warnings=["</p><script>alert(2)</script>"],
)  # fmt: skip
TERM = answer(
    "q2", "How long is the treaty valid?", "duration",
    answer="20 years", value={"iso": "P20Y"}, verdict="supported", claim="The treaty is valid for 20 years.",
    citations=[citation("treaty.txt", "It is valid for 20 years", "supports", status="normalised")],
    sources=[stance("treaty.txt", "supports", 0.9, [0])],
)  # fmt: skip
UNKNOWN = answer(
    "q3", "Is the moon made of cheese?", answer="not_stated", verdict="not_enough_evidence",
    explanation="Nothing is about it.",
    coverage={
        "reason": "off_topic", "n_sources": 3, "n_passages_read": 1,
        "nearest": [{"source": "silent.txt", "start": 0, "end": 7, "exact": "Nothing", "score": 0.05},
                    {"source": "silent.txt", "start": 0, "end": 7, "exact": "Other", "score": 0.01}],
    },
)  # fmt: skip
FAILED = {
    "schema": "factcheck/error/1",
    "question": {"id": "q4", "text": "Who?<br>", "type": None, "as_of": None},
    "error": {"kind": "model_unavailable", "message": "the server said <no>"},
}
RECORDS = (CLAUSE, TERM, UNKNOWN, FAILED)
