"""What a plain retrieval chain answers with the same model: `python -m benchmarks.plain_rag --tag test -o plain.jsonl`.

The chain that a user would write first: chunks of 1,000 characters, the shipped MiniLM, the four nearest, one prompt
that asks for JSON with an answer and its quotes. Nothing is verified; it gets what the harness can give it for nothing:
the four boolean answers are named, sources that `as_of` leaves out are left out, an answer is typed by the same parser
as ours (`eval.predictions`), a quote is a citation where it stands verbatim in a source that was read.

Writes predictions (`factcheck eval score --predictions` reads them) and prints the same figures as `eval run`, the
share of quotes that stand in no source, and seconds a question.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from langchain_core.documents import Document
from langchain_core.vectorstores import InMemoryVectorStore
from langchain_text_splitters import RecursiveCharacterTextSplitter
from pydantic import BaseModel

from eval.bars import bars_table
from eval.corpus import Corpus
from eval.gold import Sample
from eval.predictions import read_predictions
from eval.scoring import score_all
from eval.suite import open_suite, select
from factcheck.errors import FactcheckError
from factcheck.records import BOOLEAN_ANSWERS
from factcheck.settings import load_settings
from pipeline.models.chat import ChatModel, open_model
from prompts.loader import RenderedPrompt
from vectorstore.langchain_embeddings import MiniLmEmbeddings

CHUNK_CHARACTERS, OVERLAP, TOP = 1000, 100, 4
SYSTEM = (
    "Answer the question using only the passages below. Reply with JSON: {form}, where the quotes are copied word for "
    "word from the passages."
)
ANSWER_FIRST, QUOTES_FIRST = (
    '{"answer": "...", "quotes": ["...", "..."]}',
    '{"quotes": ["...", "..."], "answer": "..."}',
)
BOOLEAN = (
    'The answer is "yes", "no", "not_stated" if the passages do not say, or "conflicting" if the sources disagree.'
)
VALUE = 'Answer in as few words as possible. If the passages do not say, the answer is "not_stated".'


class Reply(BaseModel):
    """What the prompt asks for."""

    answer: str
    quotes: list[str]


class QuotesFirst(BaseModel):
    """The same in the other order: a model writes the answer after it has looked for quotes."""

    quotes: list[str]
    answer: str


def index(corpus: Corpus) -> InMemoryVectorStore:
    """Return the chunks of every source with their vectors."""
    splitter = RecursiveCharacterTextSplitter(chunk_size=CHUNK_CHARACTERS, chunk_overlap=OVERLAP)
    store = InMemoryVectorStore(MiniLmEmbeddings())
    for id_, source in corpus.items():
        store.add_documents([Document(part, metadata={"source": id_}) for part in splitter.split_text(source.text)])
    return store


def ask(
    sample: Sample, store: InMemoryVectorStore, corpus: Corpus, model: ChatModel, *, quotes_first: bool = False
) -> tuple[dict[str, Any], int]:
    """Return the prediction, and how many quotes the model gave."""
    day = sample.as_of or "9999"
    read = store.similarity_search(
        sample.text, TOP, filter=lambda d: (corpus[d.metadata["source"]].not_before or "") <= day
    )
    passages = "\n\n".join(f"[{d.metadata['source']}]\n{d.page_content}" for d in read)
    told = BOOLEAN if sample.allowed_answers else VALUE
    choices = f" Choices: {'; '.join(sample.choices)}." if sample.choices else ""
    asked = f"{passages}\n\nQuestion: {sample.text}{choices}\n{told}"
    system = SYSTEM.format(form=QUOTES_FIRST if quotes_first else ANSWER_FIRST)
    prompt = RenderedPrompt(name="plain", version="1", sha256="", system=system, user=asked)
    reply = model.ask(prompt, QuotesFirst).value if quotes_first else model.ask(prompt, Reply).value
    cited = list(_citations(reply.quotes, [d.metadata["source"] for d in read], corpus))
    return {"id": sample.id, **_answer(sample, reply.answer), "citations": cited}, len(reply.quotes)


def _answer(sample: Sample, said: str) -> dict[str, Any]:
    """Return `answer` as a prediction has it; what is no boolean answer is `not_stated`."""
    label = said.strip().strip(".").lower().replace(" ", "_")
    if sample.allowed_answers:
        named = sorted((a for a in BOOLEAN_ANSWERS.values() if label.startswith(a)), key=len)
        return {"answer": named[-1] if named else "not_stated"}  # "not_stated" begins as "no" does
    if label in ("", "not_stated", "unknown", "none", "null"):
        return {"answer": None}
    return {"answer": said}


def _citations(quotes: Sequence[str], sources: Sequence[str], corpus: Corpus) -> Iterator[dict[str, Any]]:
    """Yield each quote that stands verbatim in one of the sources that were read, at its first place."""
    for quote in quotes:
        for id_ in dict.fromkeys(sources):
            if quote.strip() and (at := corpus[id_].text.find(quote)) >= 0:
                yield {"source": id_, "start": at, "end": at + len(quote), "exact": quote}
                break


def main() -> None:
    """Parse the command line, ask, write the predictions, print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--suite", default="treaty")
    parser.add_argument("--tag", action="append", default=[])
    parser.add_argument("--type", action="append", help="only questions of this type; may be repeated")
    parser.add_argument("--id", action="append", default=[], help="only this sample; may be repeated")
    parser.add_argument("--quotes-first", action="store_true", help="ask for the quotes before the answer")
    parser.add_argument("--limit", type=int)
    parser.add_argument("--model", default="local")
    parser.add_argument("-o", "--output", type=Path, required=True)
    given = parser.parse_args()
    suite = open_suite(given.suite)
    wanted = [s for s in suite.samples if not given.type or s.type in given.type]
    samples = select(wanted, tags=given.tag, ids=given.id, limit=given.limit)
    store, seconds, quotes, found = index(suite.corpus), [], 0, 0
    model = open_model(load_settings({"model": given.model, "cache_responses": False}))
    if model is None:
        sys.exit("a plain chain needs a model; give --model local or openai:NAME")
    with given.output.open("w", encoding="utf-8") as out:
        for sample in samples:
            start = time.perf_counter()
            try:
                line, n = ask(sample, store, suite.corpus, model, quotes_first=given.quotes_first)
            except FactcheckError as error:
                line, n = {"id": sample.id, "error": str(error)}, 0
            seconds.append(time.perf_counter() - start)
            quotes, found = quotes + n, found + len(line.get("citations", []))
            out.write(json.dumps(line, ensure_ascii=False) + "\n")
            out.flush()
    model.close()
    records = read_predictions(given.output, samples)
    print("\n".join(bars_table(score_all(samples, records, suite.corpus))))
    print(
        f"quotes in no source that was read: {quotes - found} of {quotes}; median {np.median(seconds):.1f} s a question"
    )


if __name__ == "__main__":
    main()
