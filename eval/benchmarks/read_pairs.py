"""Readers of the sets that put claims to documents. Each takes the published files, else the development copies."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from eval.benchmarks.files import find, missing, read_json, read_rows
from eval.benchmarks.items import PairItem, PairSet
from eval.benchmarks.told import told
from factcheck.errors import UserError
from vectorstore.segment import split_sentences

__all__ = ["aggrefact", "averitec", "fever_symmetric", "ragtruth", "scifact", "wice"]


def _copies(*paths: Path) -> Iterator[PairItem]:
    """Items of development copies; documents that begin alike are one cluster."""
    for path in paths:
        for row in read_rows(path):
            if row["claim"].strip() and row["doc"].strip():
                yield PairItem(row["id"], (row["claim"],), (row["doc"],), row["label"], row["doc"][:150])


@told
def scifact(folder: Path, where: str) -> PairSet:
    """Claims of the dev set against each cited abstract: supported, refuted, nei (cited, without evidence)."""
    corpus, claims = find(folder, "corpus.jsonl"), find(folder, "claims_dev.jsonl")
    if not (corpus and claims):
        copy = find(folder, "scifact_dev.jsonl.gz")
        if copy is None:
            raise missing(folder, where)
        return PairSet(tuple(_copies(copy)), "development copy")
    abstracts = {str(row["doc_id"]): f"{row['title']}\n{' '.join(row['abstract'])}" for row in read_rows(corpus)}
    labels = {"SUPPORT": "supported", "CONTRADICT": "refuted"}
    items = []
    for row in read_rows(claims):
        for doc in dict.fromkeys(map(str, [*row["evidence"], *row["cited_doc_ids"]])):
            found = row["evidence"].get(doc)
            gold = labels[found[0]["label"]] if found else "nei"
            items.append(PairItem(f"{row['id']}-{doc}", (row["claim"],), (abstracts[doc],), gold, doc))
    return PairSet(tuple(items), "published")


_AVERITEC = {
    "Supported": "supported",
    "Refuted": "refuted",
    "Not Enough Evidence": "nei",
    "Conflicting Evidence/Cherrypicking": "conflicting",
}


@told
def averitec(folder: Path, where: str) -> PairSet:
    """Claims against their gold questions and answers: all of them as one document, and each pair as one of its own, so
    that evidence for and against is told apart."""
    if published := find(folder, "dev.json"):
        rows = [
            (str(i), row["claim"], _AVERITEC[row["label"]], list(_answers(row)))
            for i, row in enumerate(read_json(published))
        ]
    else:
        copy = find(folder, "averitec_dev.jsonl.gz")
        if copy is None:
            raise missing(folder, where)
        rows = [(row["id"], row["claim"], row["label"], _parts(row["doc"])) for row in read_rows(copy)]
    items = [
        PairItem(id_, (claim,), ("\n".join(parts), *(parts if len(parts) > 1 else ())), gold, id_)
        for id_, claim, gold, parts in rows
        if parts
    ]
    return PairSet(tuple(items), "published" if published else "development copy")


def _answers(row: dict[str, Any]) -> Iterator[str]:
    for question in row["questions"]:
        for answer in question["answers"]:
            explained = answer.get("boolean_explanation")
            yield f"{question['question']} {answer['answer']}" + (f". {explained}" if explained else "")


def _parts(document: str) -> list[str]:
    """`Q: …\\nA: …` one after another, as one text each."""
    parts = re.split(r"(?:^|\n)Q: ", document)
    return [" ".join(part.replace("\nA: ", " ").split()) for part in parts if part.strip()]


@told
def fever_symmetric(folder: Path, where: str) -> PairSet:
    """Claims against one sentence each; every claim stands with a sentence for it and with one against it."""
    if published := find(folder, "fever_symmetric_test.jsonl", "fever_symmetric_generated.jsonl"):
        labels = {"SUPPORTS": "supported", "REFUTES": "refuted"}
        items = []
        for i, row in enumerate(read_rows(published)):
            evidence = row.get("evidence_sentence") or row["evidence"]
            label = row.get("gold_label") or row["label"]
            items.append(PairItem(str(row.get("id", i)), (row["claim"],), (evidence,), labels[label], row["claim"]))
        return PairSet(tuple(items), "published")
    copy = find(folder, "fever_symmetric.jsonl.gz")
    if copy is None:
        raise missing(folder, where)
    return PairSet(tuple(_copies(copy)), "development copy")


@told
def wice(folder: Path, where: str) -> PairSet:
    """Claims against the whole pages that Wikipedia cites for them; partly supported counts as unsupported."""
    published = find(folder, "entailment_retrieval/claim/dev.jsonl", "claim/dev.jsonl")
    if published:
        items = []
        for i, row in enumerate(read_rows(published)):
            gold = "supported" if row["label"] == "supported" else "unsupported"
            page = "\n".join(row["evidence"])
            items.append(PairItem(str(row.get("meta", {}).get("id", i)), (row["claim"],), (page,), gold, page[:150]))
        return PairSet(tuple(items), "published")
    copy = find(folder, "wice_dev.jsonl.gz")
    if copy is None:
        raise missing(folder, where)
    return PairSet(tuple(_copies(copy)), "development copy")


@told
def ragtruth(folder: Path, where: str) -> PairSet:
    """Answers of language models, sentence by sentence, against what they were given. An answer with a labelled span is
    unsupported. The published test split alone: the development copy is the part that the verifier was trained on."""
    responses, sources = find(folder, "response.jsonl"), find(folder, "source_info.jsonl")
    if not (responses and sources):
        if find(folder, "ragtruth_qa_response_train.jsonl.gz"):
            raise UserError(f"{folder} holds RAGTruth's training split alone, which says nothing of a test; {where}")
        raise missing(folder, where)
    documents = {str(row["source_id"]): _as_text(row["source_info"]) for row in read_rows(sources)}
    items = []
    for row in read_rows(responses):
        text = row["response"]
        claims = tuple(span.of(text) for span in split_sentences(text)) if row["split"] == "test" else ()
        if claims:
            gold = "unsupported" if row["labels"] else "supported"
            source = str(row["source_id"])
            items.append(PairItem(str(row["id"]), claims, (documents[source],), gold, source))
    return PairSet(tuple(items), "published")


def _as_text(info: Any) -> str:
    """Summaries come from a text, answers from passages, descriptions from a table of facts."""
    if isinstance(info, dict):
        if "passages" in info:
            return str(info["passages"])
        return "\n".join(f"{key}: {_as_text(value)}" for key, value in info.items())
    return ", ".join(map(_as_text, info)) if isinstance(info, list) else str(info)


@told
def aggrefact(folder: Path, where: str) -> PairSet:
    """LLM-AggreFact, exported as JSON lines with its columns `dataset`, `doc`, `claim`, `label` (1 supported)."""
    if published := find(folder, "llm_aggrefact_test.jsonl", "llm_aggrefact_dev.jsonl", "llm_aggrefact.jsonl"):
        items = [
            PairItem(
                f"{row['dataset']}-{i}", (row["claim"],), (row["doc"],), "supported" if row["label"] else "unsupported",
                row["doc"][:150],
            )
            for i, row in enumerate(read_rows(published))
        ]  # fmt: skip
        return PairSet(tuple(items), "published")
    copies = [find(folder, f"{name}.jsonl.gz") for name in ("aggrefact_val", "expertqa_val", "wice_oracle_dev")]
    found = [path for path in copies if path]
    if not found:
        raise missing(folder, where)
    return PairSet(tuple(_copies(*found)), "development copy")
