"""Sources, citations and records for the tests of the review desk."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path
from typing import Any

from factcheck.settings import Settings
from vectorstore.store import Store

TEXTS = {
    "treaty": "The treaty was signed in Moscow. It has no mutual defence clause. It runs for twenty years.",
    "preview": "The pact may be signed next week. Iran wants a defence clause.",
    "mirror": "Zażółć 👩‍👧 gęślą jaźń.\r\nThe treaty was signed in Moscow.",
}


def cite(source: str, exact: str, stance: str = "supports", texts: dict[str, str] | None = None) -> dict[str, Any]:
    """A citation of the first place of `exact`, as the pipeline records it."""
    text = (texts or TEXTS)[source]
    start = text.index(exact)
    end = start + len(exact)
    support = {"supports": 0.9, "refutes": 0.05, "neutral": 0.05}
    return {
        "source": source, "source_sha256": sha256(text.encode()).hexdigest(), "start": start, "end": end,
        "exact": exact, "prefix": text[max(0, start - 32) : start], "suffix": text[end : end + 32], "status": "exact",
        "stance": stance, "support": support, "speaker": None, "modality": "asserted", "published": None,
        "not_before": None, "not_after": None, "locator": {"line": 1, "page": None},
    }  # fmt: skip


def answer(text: str, citations: list[dict[str, Any]], **known: Any) -> dict[str, Any]:
    """An answer record with these citations."""
    question = {"id": known.pop("id", None), "text": text, "type": known.pop("type", "boolean"), "as_of": None}
    model = known.pop("model", "none")
    record = {
        "schema": "factcheck/answer/1", "question": question, "answer": "yes", "value": None, "verdict": "supported",
        "probability": 0.8, "abstained": False, "claim": text.rstrip("?") + ".", "citations": citations,
        "sources": [], "coverage": {"reason": None, "n_sources": 3, "n_passages_read": 3, "nearest": []},
        "quotes": {"exact": len(citations)}, "explanation": "", "warnings": [], "run": {"model": model},
    }  # fmt: skip
    return {**record, **known}


def put_sources(home: Path, texts: dict[str, str], embedder: Any) -> None:
    with Store.open(Settings(home=home, model="none"), embedder, write=True) as store:
        for name, text in texts.items():
            store.put(name, text)


RECORDS = [
    answer("Was the treaty signed in Moscow?", [cite("treaty", "signed in Moscow"), cite("mirror", "signed in Moscow")],
           id="moscow", probability=0.9),
    answer("Is there a defence clause?", [cite("treaty", "no mutual defence clause", "refutes")], id="clause",
           answer="no", verdict="refuted", probability=0.6, model="local"),
    answer("How long does it run?", [cite("treaty", "twenty years")], id="term", type="duration", answer="20 years",
           value={"iso": "P20Y"}, probability=0.7),
    answer("Is Iran in NATO?", [], id="nato", answer="not_stated", verdict="not_enough_evidence", probability=0.55),
]  # fmt: skip
