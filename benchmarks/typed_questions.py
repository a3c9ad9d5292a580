"""Values without a language model, on questions that the rules were not written for: SQuAD 2.0's typed ones.

    python -m benchmarks.typed_questions --data DIR [--weights DIR] [--limit 200] [--types text]

`--data` holds `squad2_test_queries.jsonl.gz` and `squad2_test_corpus.jsonl.gz` (or the published `dev-v2.0.json`).
Asked are questions whose wording asks for a date, number, duration or entity (or `--types`), each over the sentences of
its own paragraph; about half have no answer there. Nothing is retrieved. An answer is right where it holds one of
SQuAD's, or is held by one, with at most two words more; none is right where there is none. No weight is fitted on
these; they chose what the reader is asked for a candidate, and the thresholds.
"""

from __future__ import annotations

import argparse
import random
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from eval.benchmarks.ask_questions import says_so
from eval.benchmarks.items import QuestionItem, QuestionSet
from eval.benchmarks.read_questions import squad2
from factcheck.records import Passage, Question, Source
from pipeline.questions import parse_question
from pipeline.relevance import Relevance, SentenceVectors, rank_sentences
from pipeline.sentences import collect_sentences
from pipeline.value import find_value
from pipeline.verifier import WEIGHTS, Verifier
from vectorstore.segment import split_sentences
from vectorstore.store import default_embedder

TYPES = ("date", "number", "duration", "entity")


def typed_items(found: QuestionSet, *, limit: int, types: Sequence[str] = TYPES) -> list[QuestionItem]:
    """Return at most `limit` of the questions of `types`, drawn by a fixed seed."""
    items = [i for i in found.items if parse_question(i.question).type in types]
    random.Random(7).shuffle(items)
    return items[:limit]


def relevance_of(question: Question, id_: str, text: str, vectors: SentenceVectors) -> Relevance:
    """Return the sentences of one text by their relevance to the question."""
    source = Source(id_, text, "", "")
    passage = Passage(id_, 0, len(text), text, 1.0)
    reading = collect_sentences([passage], {id_: source}, lambda _: split_sentences(text))
    return rank_sentences([question.text], reading.sentences, vectors)


def ask(items: Sequence[QuestionItem], found: QuestionSet, scorer: Verifier) -> Iterator[tuple[str, bool, bool]]:
    """Yield for each question its type, whether its paragraph answers it, and whether what we said is right."""
    vectors = SentenceVectors(default_embedder())
    for item in items:
        question = parse_question(item.question)
        relevance = relevance_of(question, item.needs[0], found.texts[item.needs[0]].text, vectors)
        said = find_value(question, relevance, scorer=scorer, reader=None).answer
        yield question.type or "", bool(item.answers), says_so(item.answers, said)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--weights", type=Path, default=WEIGHTS)
    parser.add_argument("--limit", type=int, default=200)
    parser.add_argument("--types", nargs="+", default=TYPES, choices=(*TYPES, "text", "list"))
    given = parser.parse_args()
    found = squad2(given.data, "see the module")
    right: Counter[str] = Counter()
    n: Counter[str] = Counter()
    items = typed_items(found, limit=given.limit, types=given.types)
    for kind, answerable, ok in ask(items, found, Verifier(given.weights)):
        for key in ("all", kind, "answerable" if answerable else "unanswerable"):
            n[key] += 1
            right[key] += ok
    print("\n".join(f"{key}: {right[key] / n[key]:.3f} of {n[key]}" for key in n))


if __name__ == "__main__":
    main()
