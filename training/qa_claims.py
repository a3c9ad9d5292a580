"""Claims made from questions and their answers: SQuAD 2.0's paragraphs, read as evidence.

A right answer makes a supported claim. Another answer of the same paragraph and kind, or the plausible answer of an
unanswerable question, makes one that the paragraph does not support (refuted or neutral, not said which).
"""

from __future__ import annotations

import random
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from pipeline.statement import state_value
from training.pairs import Label, Pair

_PLACED = re.compile(
    r"^(in|on|at|by|from|during|under|for|to|with)\s+(?:what|which|whom)\s+(?:[a-z]+\s+)?(did|was|is|were|are)\s+(.+?)\s*\?*$",
    re.IGNORECASE,
)


def claim_from_answer(question: str, answer: str) -> str:
    """Return question and answer as one statement, as the chain does, or place and answer first."""
    question, answer = " ".join(question.split()), answer.strip().rstrip(".")
    if found := _PLACED.match(question):
        return f"{found[1].capitalize()} {answer} {found[2].lower()} {found[3]}."
    return state_value(question, answer)


def kind_of(answer: str) -> str:
    """Return a rough kind of answer: `number`, `name` or `words`."""
    if re.search(r"\d", answer):
        return "number"
    return "name" if re.match(r"(?:the\s+)?[A-Z]", answer) else "words"


def qa_pairs(rows: Iterable[Mapping[str, Any]], rng: random.Random) -> list[Pair]:
    """Return pairs of the open rows: an answered question gives a supported claim and, if it can, a wrong one."""
    rows = [row for row in rows if row.get("licence") == "open"]
    answers: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        answers[row["doc"]].update(row["answers"][:1])
    pairs: list[Pair] = []

    def add(row: Mapping[str, Any], answer: str, label: Label) -> None:
        pairs.append(Pair(claim_from_answer(row["question"], answer), row["doc"], label, row["dataset"]))

    for row in rows:
        if not row["answerable"]:
            for answer in row["plausible"][:1]:
                add(row, answer, "unsupported")
            continue
        right = min(row["answers"], key=len)
        add(row, right, "supports")
        said = {a.lower() for a in row["answers"]}
        others = sorted(
            a
            for a in answers[row["doc"]]
            if kind_of(a) == kind_of(right) and not any(a.lower() in s or s in a.lower() for s in said)
        )
        if others:
            add(row, rng.choice(others), "unsupported")
    return pairs
