"""The plain chain that ours is compared with is judged by what it said."""

from __future__ import annotations

from typing import Any

import pytest
from langchain_core.documents import Document
from langchain_core.embeddings import DeterministicFakeEmbedding
from langchain_core.vectorstores import InMemoryVectorStore

from benchmarks.plain_rag import ask
from eval.corpus import CorpusText
from eval.gold import Sample
from pipeline.models.scripted import ScriptedModel

TEXT = "The bridge was built in 1998. It is red."
CORPUS = {"old": CorpusText(TEXT), "new": CorpusText("It fell.", "2025-02-01")}


def asked(reply: dict[str, Any], **sample: Any) -> tuple[dict[str, Any], ScriptedModel]:
    store = InMemoryVectorStore(DeterministicFakeEmbedding(size=8))
    store.add_documents([Document(c.text, metadata={"source": id_}) for id_, c in CORPUS.items()])
    model = ScriptedModel([reply])
    line, n = ask(Sample.model_validate({"id": "s", **sample}), store, CORPUS, model, quotes_first=True)
    assert n == len(reply["quotes"])
    return line, model


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        ("yes", "yes"),
        ("No.", "no"),
        ("Not stated", "not_stated"),
        ("not_stated", "not_stated"),
        ("Maybe", "not_stated"),
    ],
)
def test_silence_is_no_no(said: str, answer: str) -> None:
    line, _ = asked({"quotes": [], "answer": said}, question="Is it red?", type="boolean", answer="yes")
    assert line["answer"] == answer


def test_quotes_that_stand_there_are_citations() -> None:
    line, model = asked(
        {"quotes": ["built in 1998", "made up"], "answer": "1998"}, question="When was it built?", type="date",
        answer="1998", as_of="2025-01-01",
    )  # fmt: skip
    assert (line["answer"], "value" in line) == ("1998", False)  # `read_predictions` types it
    (citation,) = line["citations"]
    assert TEXT[citation["start"] : citation["end"]] == citation["exact"] == "built in 1998"
    assert "It fell." not in model.prompts[0]  # published after the day of the question
