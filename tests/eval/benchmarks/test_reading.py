"""Public sets are read from their published form and from a development copy; what is not there is said in one line."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from eval.benchmarks import read_pairs, read_questions
from eval.benchmarks.table import BENCHMARKS
from factcheck.errors import UserError

WHERE = "get it there"


def put(folder: Path, name: str, rows: Any) -> None:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    if name.endswith(".json"):
        path.write_text(json.dumps(rows))
        return
    text = "".join(json.dumps(row) + "\n" for row in rows)
    path.write_bytes(gzip.compress(text.encode()) if name.endswith(".gz") else text.encode())


def test_scifact_as_published(tmp_path: Path) -> None:
    put(tmp_path, "corpus.jsonl", [{"doc_id": 7, "title": "T", "abstract": ["One.", "Two."], "structured": False}])
    evidence = {"7": [{"sentences": [1], "label": "CONTRADICT"}]}
    put(
        tmp_path,
        "claims_dev.jsonl",
        [
            {"id": 1, "claim": "C.", "evidence": evidence, "cited_doc_ids": [7]},
            {"id": 2, "claim": "D.", "evidence": {}, "cited_doc_ids": [7]},
        ],
    )
    found = read_pairs.scifact(tmp_path, WHERE)
    assert found.form == "published"
    assert [(i.id, i.claims, i.documents, i.gold) for i in found.items] == [
        ("1-7", ("C.",), ("T\nOne. Two.",), "refuted"),
        ("2-7", ("D.",), ("T\nOne. Two.",), "nei"),
    ]


def test_averitec_in_both_forms_reads_the_same_documents(tmp_path: Path) -> None:
    answers = [
        {"question": "Who?", "answers": [{"answer": "Ann"}]},
        {"question": "Is it so?", "answers": [{"answer": "No", "boolean_explanation": "It is not"}]},
    ]
    label = "Conflicting Evidence/Cherrypicking"
    put(tmp_path / "a", "dev.json", [{"claim": "C.", "label": label, "questions": answers}])
    doc = "Q: Who?\nA: Ann\nQ: Is it so?\nA: No. It is not"
    put(tmp_path / "b", "averitec_dev.jsonl.gz", [{"id": "x", "claim": "C.", "label": "conflicting", "doc": doc}])
    (one,), (other,) = (read_pairs.averitec(tmp_path / name, WHERE).items for name in ("a", "b"))
    parts = ("Who? Ann", "Is it so? No. It is not")
    assert one.documents == other.documents == ("\n".join(parts), *parts)
    assert one.gold == other.gold == "conflicting"


def test_ragtruth_splits_answers_of_the_test_split(tmp_path: Path) -> None:
    info = {"question": "q", "passages": "passage 1: Snow fell."}
    put(tmp_path, "source_info.jsonl", [{"source_id": "9", "task_type": "QA", "source_info": info}])
    put(
        tmp_path,
        "response.jsonl",
        [
            {
                "id": "1",
                "source_id": "9",
                "split": "test",
                "labels": [{"start": 0}],
                "response": "It rained. Snow fell.",
            },
            {"id": "2", "source_id": "9", "split": "test", "labels": [], "response": "Snow fell."},
            {"id": "3", "source_id": "9", "split": "train", "labels": [], "response": "Snow fell."},
        ],
    )
    found = read_pairs.ragtruth(tmp_path, WHERE).items
    assert [(i.claims, i.documents, i.gold) for i in found] == [
        (("It rained.", "Snow fell."), ("passage 1: Snow fell.",), "unsupported"),
        (("Snow fell.",), ("passage 1: Snow fell.",), "supported"),
    ]


def test_ragtruth_training_split_is_refused(tmp_path: Path) -> None:
    put(tmp_path, "train/ragtruth_qa_response_train.jsonl.gz", [])
    with pytest.raises(UserError, match="training split alone"):
        read_pairs.ragtruth(tmp_path, WHERE)


def test_fever_symmetric_takes_both_of_its_versions(tmp_path: Path) -> None:
    one = {"id": 1, "claim": "C.", "evidence": "E.", "label": "SUPPORTS"}
    other = {"claim": "C.", "evidence_sentence": "F.", "gold_label": "REFUTES"}
    put(tmp_path, "fever_symmetric_test.jsonl", [one, other])
    found = read_pairs.fever_symmetric(tmp_path, WHERE).items
    assert [(i.documents, i.gold, i.cluster) for i in found] == [
        (("E.",), "supported", "C."),
        (("F.",), "refuted", "C."),
    ]


def test_wice_and_aggrefact_as_published(tmp_path: Path) -> None:
    row = {"label": "partially_supported", "claim": "C.", "evidence": ["One.", "Two."], "meta": {"id": "dev1"}}
    put(tmp_path, "entailment_retrieval/claim/dev.jsonl", [row])
    (item,) = read_pairs.wice(tmp_path, WHERE).items
    assert (item.id, item.documents, item.gold) == ("dev1", ("One.\nTwo.",), "unsupported")
    put(tmp_path, "llm_aggrefact_test.jsonl", [{"dataset": "Reveal", "doc": "D.", "claim": "C.", "label": 1}])
    (item,) = read_pairs.aggrefact(tmp_path, WHERE).items
    assert (item.id, item.gold) == ("Reveal-0", "supported")


def test_squad_in_both_forms(tmp_path: Path) -> None:
    qas = [
        {"id": "1", "question": "When? ", "answers": [{"text": "1973"}, {"text": "1973"}], "is_impossible": False},
        {"id": "2", "question": "Why?", "answers": [], "is_impossible": True, "plausible_answers": [{"text": "oil"}]},
    ]
    put(
        tmp_path / "a", "dev-v2.0.json", {"data": [{"title": "T", "paragraphs": [{"context": "In 1973.", "qas": qas}]}]}
    )
    found = read_questions.squad2(tmp_path / "a", WHERE)
    assert [(i.question.text, i.question.sources, i.answers) for i in found.items] == [
        ("When?", ("T-0",), ("1973",)),
        ("Why?", ("T-0",), ()),
    ]
    rows = [
        {"id": "1", "question": "When?", "answers": ["1973"], "answerable": True, "qrels": {"T-0": 1}},
        {"id": "2", "question": "Why?", "answers": [], "answerable": False, "qrels": {"T-0": 1}},
    ]
    put(tmp_path / "b", "e2e/squad2_test_queries.jsonl.gz", rows)
    put(tmp_path / "b", "e2e/squad2_test_corpus.jsonl.gz", [{"id": "T-0", "title": "T", "text": "In 1973."}])
    copy = read_questions.squad2(tmp_path / "b", WHERE)
    assert [(i.question, i.answers) for i in copy.items] == [(i.question, i.answers) for i in found.items]
    assert (found.form, copy.form) == ("published", "development copy")


def test_boolq_and_pubmedqa_as_published(tmp_path: Path) -> None:
    put(tmp_path, "dev.jsonl", [{"question": "is it so", "title": "T", "answer": False, "passage": "It is not."}])
    (item,) = read_questions.boolq(tmp_path, WHERE).items
    assert (item.question.text, item.question.type, item.answers) == ("Is it so?", "boolean", ("no",))
    rows = {"5": {"QUESTION": "Does it?", "CONTEXTS": ["A.", "B."], "final_decision": "maybe"}}
    rows["6"] = {"QUESTION": "Did it?", "CONTEXTS": ["C."], "final_decision": "yes"}
    put(tmp_path, "ori_pqal.json", rows)
    put(tmp_path, "test_ground_truth.json", {"5": "maybe"})
    found = read_questions.pubmedqa(tmp_path, WHERE)
    assert [(i.question.id, i.answers) for i in found.items] == [("5", ("maybe",))]
    assert found.texts["5"].text == "A. B."


def test_realtimeqa_asks_as_of_its_day(tmp_path: Path) -> None:
    query = {"id": "20240105_0", "question": "Who?", "choices": ["A", "B", "A"], "answers": ["A"], "date": "2024/01/05"}
    put(tmp_path, "realtimeqa_queries_2024.jsonl.gz", [query | {"docs": ["d1", "d2"], "qrels_auto": {"d2": 1}}])
    article = {"id": "d1", "title": "T", "text": "A did.", "publish_date": "2024/01/02"}
    put(tmp_path, "realtimeqa_corpus_2024.jsonl.gz", [article])
    found = read_questions.realtimeqa(tmp_path, WHERE)
    (item,) = found.items
    assert (item.question.as_of, item.question.choices, item.needs) == ("2024-01-05", ("A", "B"), ("d1", "d2"))
    assert item.evident
    assert found.texts["d1"].published == "2024-01-02"
    (plain,) = read_questions.realtimeqa_open(tmp_path, WHERE).items
    assert (plain.question.type, plain.question.choices, plain.answers) == (None, (), ("A",))


def test_beir_as_published(tmp_path: Path) -> None:
    put(tmp_path, "scifact/corpus.jsonl", [{"_id": "1", "title": "T", "text": "x", "metadata": {}}])
    put(tmp_path, "scifact/queries.jsonl", [{"_id": "q", "text": "C"}, {"_id": "train", "text": "D"}])
    (tmp_path / "scifact/qrels").mkdir()
    (tmp_path / "scifact/qrels/test.tsv").write_text("query-id\tcorpus-id\tscore\nq\t1\t1\n")
    (query,) = read_questions.beir_scifact(tmp_path, WHERE).items
    assert (query.id, query.grades) == ("q", {"1": 1})


@pytest.mark.parametrize("name", BENCHMARKS)
def test_a_folder_without_the_files_says_what_to_get(name: str, tmp_path: Path) -> None:
    benchmark = BENCHMARKS[name]
    for folder, what in ((tmp_path, "holds none of the files"), (tmp_path / "none", "is no folder")):
        with pytest.raises(UserError) as caught:
            benchmark.read(folder, benchmark.where)
        assert what in str(caught.value)
        assert benchmark.where in str(caught.value)
        assert "\n" not in str(caught.value)


@pytest.mark.parametrize("content", [b'{"claim": "C."}\n', b"[1]\n", b"{not json\n", b"\xff\xfe\n", b""], ids=str)
def test_files_in_another_form_are_told_in_one_line(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "fever_symmetric_test.jsonl").write_bytes(content)
    with pytest.raises(UserError) as caught:
        read_pairs.fever_symmetric(tmp_path, WHERE)
    assert str(tmp_path) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_broken_gzip_is_told(tmp_path: Path) -> None:
    (tmp_path / "boolq_test.jsonl.gz").write_bytes(gzip.compress(b'{"id": 1}\n')[:14])
    put(tmp_path, "boolq_corpus.jsonl.gz", [])
    with pytest.raises(UserError, match="fetch it again"):
        read_questions.boolq(tmp_path, WHERE)
