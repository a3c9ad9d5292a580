"""Readers of the sets that ask questions of a corpus. Each takes the published files, else the development copies."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from eval.benchmarks.files import find, missing, read_json, read_rows
from eval.benchmarks.items import Document, Query, QuerySet, QuestionItem, QuestionSet
from eval.benchmarks.told import told
from factcheck.records import Question

__all__ = ["beir_scifact", "boolq", "pubmedqa", "realtimeqa", "realtimeqa_open", "squad2"]

N_ARTICLES = 5  # of the ten that the search found for a question, the first


def _titled(row: dict[str, Any], published: str | None = None) -> Document:
    return Document(f"{row['title']}\n\n{row['text']}".strip(), published)


@told
def squad2(folder: Path, where: str) -> QuestionSet:
    """Questions about one Wikipedia paragraph each; half of them it does not answer."""
    items: list[QuestionItem] = []
    texts: dict[str, Document] = {}
    if published := find(folder, "dev-v2.0.json"):
        for article in read_json(published)["data"]:
            for i, paragraph in enumerate(article["paragraphs"]):
                source = f"{article['title']}-{i}"
                texts[source] = Document(paragraph["context"])
                for qa in paragraph["qas"]:
                    answers = () if qa["is_impossible"] else tuple(dict.fromkeys(a["text"] for a in qa["answers"]))
                    question = Question(qa["question"].strip(), id=qa["id"], sources=(source,))
                    items.append(QuestionItem(question, answers, source, (source,)))
        return QuestionSet(tuple(items), texts, "published")
    queries, corpus = find(folder, "squad2_test_queries.jsonl.gz"), find(folder, "squad2_test_corpus.jsonl.gz")
    if not (queries and corpus):
        raise missing(folder, where)
    texts = {row["id"]: Document(row["text"]) for row in read_rows(corpus)}
    for row in read_rows(queries):
        (source,) = row["qrels"]
        answers = tuple(row["answers"]) if row["answerable"] else ()
        question = Question(row["question"].strip(), id=row["id"], sources=(source,))
        items.append(QuestionItem(question, answers, source, (source,)))
    return QuestionSet(tuple(i for i in items if i.question.text), texts, "development copy")


@told
def boolq(folder: Path, where: str) -> QuestionSet:
    """Yes-no questions that people typed, each with the paragraph that answers it."""
    items, texts = [], {}
    if published := find(folder, "dev.jsonl"):
        for i, row in enumerate(read_rows(published)):
            source = f"boolq-{i}"
            texts[source] = Document(f"{row['title']}\n\n{row['passage']}")
            items.append(_yes_no(source, row["question"], ("no", "yes")[bool(row["answer"])], source))
        return QuestionSet(tuple(items), texts, "published")
    queries, corpus = find(folder, "boolq_test.jsonl.gz"), find(folder, "boolq_corpus.jsonl.gz")
    if not (queries and corpus):
        raise missing(folder, where)
    texts = {row["id"]: _titled(row) for row in read_rows(corpus)}
    for row in read_rows(queries):
        (source,) = row["qrels"]
        items.append(_yes_no(row["id"], row["question"], row["label"], source))
    return QuestionSet(tuple(items), texts, "development copy")


def _yes_no(id_: str, text: str, answer: str, source: str) -> QuestionItem:
    asked = text.strip().rstrip("?")
    question = Question(f"{asked[:1].upper()}{asked[1:]}?", id=id_, type="boolean", sources=(source,))
    return QuestionItem(question, (answer,), source, (source,))


@told
def pubmedqa(folder: Path, where: str) -> QuestionSet:
    """Questions that abstracts were written about, without their conclusions: yes, no, maybe (here: not stated or
    conflicting). The published 500 for testing where their list is there."""
    if published := find(folder, "ori_pqal.json"):
        rows, test = read_json(published), find(folder, "test_ground_truth.json")
        wanted = set(read_json(test)) if test else set(rows)
        found = {id_: row for id_, row in rows.items() if id_ in wanted}
        texts = {id_: Document(" ".join(row["CONTEXTS"])) for id_, row in found.items()}
        items = [_yes_no(id_, row["QUESTION"], row["final_decision"], id_) for id_, row in found.items()]
        return QuestionSet(tuple(items), texts, "published")
    queries, corpus = find(folder, "pubmedqa_queries_test.jsonl.gz"), find(folder, "pubmedqa_corpus.jsonl.gz")
    if not (queries and corpus):
        raise missing(folder, where)
    texts = {row["id"]: Document(row["text"]) for row in read_rows(corpus)}
    items = []
    for row in read_rows(queries):
        (source,) = row["qrels"]
        items.append(_yes_no(row["id"], row["question"], row["label"], source))
    return QuestionSet(tuple(items), texts, "development copy")


@told
def realtimeqa(folder: Path, where: str) -> QuestionSet:
    """News quizzes with choices, over the dated articles that a search found for them in that week. A question is asked
    as of its own day, over the articles of all the questions that are asked."""
    queries = find(folder, "realtimeqa_queries_2024.jsonl.gz")
    corpus = find(folder, "realtimeqa_corpus_2024.jsonl.gz")
    if not (queries and corpus):
        raise missing(folder, where)
    texts = {row["id"]: _titled(row, row["publish_date"].replace("/", "-") or None) for row in read_rows(corpus)}
    items = []
    for row in read_rows(queries):
        day, choices = row["date"].replace("/", "-"), tuple(dict.fromkeys(row["choices"]))
        question = Question(row["question"], id=row["id"], type="choice", choices=choices, as_of=day)
        needs = tuple(row["docs"][:N_ARTICLES])
        evident = any(id_ in row["qrels_auto"] for id_ in needs)  # the words of the answer stand there
        week = row["id"].partition("_")[0]
        items.append(QuestionItem(question, tuple(row["answers"]), week, needs, evident))
    return QuestionSet(tuple(items), texts, "development copy")


@told
def realtimeqa_open(folder: Path, where: str) -> QuestionSet:
    """The same questions without their choices and type, as somebody would ask them."""
    found = realtimeqa(folder, where)
    items = [replace(i, question=replace(i.question, type=None, choices=())) for i in found.items]
    return replace(found, items=tuple(items))


@told
def beir_scifact(folder: Path, where: str) -> QuerySet:
    """BEIR's SciFact: 300 claims as queries over 5,183 abstracts."""
    corpus, qrels = find(folder, "scifact/corpus.jsonl"), find(folder, "scifact/qrels/test.tsv")
    if corpus and qrels:
        rows = read_rows(corpus.parent / "queries.jsonl")
        grades: dict[str, dict[str, int]] = {}
        for line in qrels.read_text("utf-8").splitlines()[1:]:
            query, document, grade = line.split("\t")
            if int(grade) > 0:
                grades.setdefault(query, {})[document] = int(grade)
        queries = [Query(row["_id"], row["text"], grades[row["_id"]]) for row in rows if row["_id"] in grades]
        return QuerySet(tuple(queries), {row["_id"]: _titled(row) for row in read_rows(corpus)}, "published")
    copy, asked = find(folder, "beir_scifact_corpus.jsonl.gz"), find(folder, "beir_scifact_queries_test.jsonl.gz")
    if not (copy and asked):
        raise missing(folder, where)
    queries = [Query(row["id"], row["question"], row["qrels"]) for row in read_rows(asked)]
    return QuerySet(tuple(queries), {row["id"]: _titled(row) for row in read_rows(copy)}, "development copy")
