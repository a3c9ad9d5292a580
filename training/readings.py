"""Questions to be answered from a passage: SQuAD 2.0's, cut to few sentences half of the time, as the chain reads them.

A passage that lost the answer's sentence, and the passage of an unanswerable question, have no answer.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from training.pairs import Pair
from training.windows import split_sentences


def reading_pairs(rows: Iterable[Mapping[str, Any]], rng: random.Random) -> Iterator[Pair]:
    """Yield each open question with its passage, whole or cut; where it is answerable, at its shortest answer."""
    for row in rows:
        if row.get("licence") != "open":
            continue
        answer = min(row["answers"], key=len) if row["answerable"] else None
        if answer is not None and answer not in row["doc"]:
            continue
        passage = row["doc"] if rng.random() < 0.4 else _cut(row["doc"], answer, rng)
        start = passage.find(answer) if answer is not None else -1
        place = (start, start + len(answer)) if answer is not None and start >= 0 else None
        yield Pair(row["question"], passage, "read", row["dataset"] + "+read", place)


def _cut(text: str, answer: str | None, rng: random.Random) -> str:
    """Return one to three neighbouring sentences; nine times in ten with the answer, where there is one."""
    sentences = split_sentences(text)
    home = next((i for i, s in enumerate(sentences) if answer is not None and answer in s), None)
    if home is None or rng.random() < 0.1:
        home = rng.randrange(len(sentences))
    start = max(0, home - rng.randint(0, 1))
    return " ".join(sentences[start : home + 1 + rng.randint(0, 1)])
