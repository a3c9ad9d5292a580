"""Figures of public sets, worked out by hand; and the commands that make them."""

from __future__ import annotations

import gzip
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner
from numpy.typing import NDArray

from benchmarks import public
from eval.benchmarks.ask_questions import (
    choice_figures,
    extract_figures,
    is_right,
    open_figures,
    says_so,
    yes_no_figures,
)
from eval.benchmarks.items import PairItem, QuestionItem
from eval.benchmarks.judge_pairs import hallucination_figures, judge_pairs, label_figures, support_figures
from eval.benchmarks.result import Result
from eval.benchmarks.run import draw
from eval.benchmarks.show import markdown
from factcheck.cli.main import cli
from factcheck.errors import FactcheckError
from factcheck.records import Question, Support
from pipeline.window_pooling import pool_windows


def item(gold: str, *, claim: str = "snow fell", document: str = "rain", n: int = 0) -> PairItem:
    return PairItem(f"{gold}{n}", (claim,), (document,), gold, f"c{n}")


def values(figures: list[Any]) -> dict[str, float]:
    return {f.name: round(f.value, 4) for f in figures}


def test_balanced_accuracy_and_auc() -> None:
    # supported: 0.9, 0.4; unsupported: 0.6, 0.2, 0.1. At 0.5: 1 of 2 and 2 of 3 -> (1/2 + 2/3) / 2 = 7/12.
    # AUC: of 6 pairs 0.9 wins 3, 0.4 wins 2 -> 5/6. Overlap: snow, fell / snow fell -> see below.
    rows = [("supported", 0.9), ("supported", 0.4), ("unsupported", 0.6), ("unsupported", 0.2), ("refuted", 0.1)]
    documents = ["snow fell", "rain", "rain", "rain", "rain"]
    judged = [(item(g, document=d, n=i), s, 0.0) for i, ((g, s), d) in enumerate(zip(rows, documents, strict=True))]
    # overlap 1, 0 against 0, 0, 0: 3 wins and 3 ties of 6 -> 4.5 / 6
    assert values(support_figures(judged)) == {"balanced accuracy": 0.5833, "AUC": 0.8333, "AUC of word overlap": 0.75}


def test_hallucinations_are_the_positive_class() -> None:
    # flagged: under 0.5. unsupported: flagged, not flagged; supported: flagged, not flagged, not flagged.
    rows = [("unsupported", 0.2), ("unsupported", 0.8), ("supported", 0.3), ("supported", 0.7), ("supported", 0.9)]
    judged = [(item(g, n=i), s, 0.0) for i, (g, s) in enumerate(rows)]
    assert values(hallucination_figures(judged)) == {"F1": 0.5, "precision": 0.5, "recall": 0.5}


def test_labels_are_decided_at_a_half() -> None:
    rows = [
        ("supported", 0.6, 0.1),
        ("refuted", 0.3, 0.7),
        ("nei", 0.4, 0.5),
        ("nei", 0.7, 0.2),
        ("conflicting", 0.6, 0.9),
    ]
    judged = [(item(g, n=i), s, r) for i, (g, s, r) in enumerate(rows)]
    four = values(label_figures(("supported", "refuted", "nei", "conflicting"), judged))
    # said: supported, refuted, nei, supported, conflicting. F1: 2/3, 1, 2/3, 1
    assert four == {"accuracy": 0.8, "macro F1": 0.8333}
    two = values(label_figures(("supported", "refuted"), [(item("supported", n=9), 0.2, 0.3)]))
    assert two == {"accuracy": 0.0, "macro F1": 0.0}


class ByWord:
    """Supports 0.9 where the claim's first word stands in the passage, else 0.1; refutes 0.05."""

    name = "by-word"

    def score_pairs(self, pairs: list[tuple[str, str]]) -> NDArray[np.float32]:
        rows = [(0.9, 0.05, 0.05) if c.split()[0].lower() in p.lower() else (0.1, 0.05, 0.85) for c, p in pairs]
        return np.array(rows, dtype=np.float32).reshape(-1, 3)

    def score_support(self, claim: str, passages: list[str]) -> NDArray[np.float32]:
        return self.score_pairs([(claim, p) for p in passages])


def test_the_weakest_claim_counts_with_its_best_document() -> None:
    one = PairItem(
        "1", ("Snow fell there.", "Rain fell there."), ("Snow lay there.", "Rain was seen."), "supported", "a"
    )
    other = PairItem("2", ("Snow fell there.", "Hail fell there."), ("Snow lay there.",), "unsupported", "b")
    blank = PairItem("3", (" ",), ("Snow.",), "supported", "c")
    counted: list[int] = []
    judged = list(judge_pairs([one, other, blank], ByWord(), progress=counted.append))
    yes = pool_windows(0.9, 0.9, Support(0.9, 0.05, 0.05))
    no = pool_windows(0.1, 0.1, Support(0.1, 0.05, 0.85))
    assert [i.id for i, _, _ in judged] == ["1", "2"]
    assert [s for _, s, _ in judged] == pytest.approx([yes.supports, no.supports])
    assert [r for _, _, r in judged] == pytest.approx([yes.refutes, yes.refutes])  # the largest of all
    assert sum(counted) == 3


def asked(
    answers: tuple[str, ...], said: str | None, *, kind: Any = None, n: int = 0
) -> tuple[QuestionItem, dict[str, Any]]:
    return QuestionItem(Question("Q?", type=kind), answers, f"c{n}"), {"answer": said}


def test_squad_counts_silence_as_squad_does() -> None:
    rows = [
        asked(("the oil crisis", "crisis"), "an oil crisis", n=0),  # exact: articles and punctuation do not count
        asked(("1973",), "October 1973", n=1),  # precision 1/2, recall 1 -> 2/3
        asked(("1973",), None, n=2),  # 0
        asked((), None, n=3),  # 1
        asked((), "1973", n=4),  # 0
    ]
    assert values(extract_figures(rows)) == {
        "F1": 0.5333,  # (1 + 2/3 + 0 + 1 + 0) / 5
        "exact match": 0.4,
        "F1, answerable": 0.5556,  # (1 + 2/3 + 0) / 3
        "says so where there is no answer": 0.5,
    }


def test_saying_nothing_is_no_answer_and_maybe_is() -> None:
    rows = [
        asked(("yes",), "yes", kind="boolean", n=0),
        asked(("no",), "yes", kind="boolean", n=1),
        asked(("no",), "not_stated", kind="boolean", n=2),
        asked(("maybe",), "conflicting", kind="boolean", n=3),
    ]
    assert [is_right(*row) for row in rows] == [True, False, False, True]
    assert values(yes_no_figures(rows)) == {"accuracy": 0.5, "answered": 0.5, "accuracy of the answered": 0.5}


def test_a_quiz_is_also_judged_where_an_article_holds_the_answer() -> None:
    rows = [asked(("a",), "a", n=0), asked(("b",), "c", n=1), asked(("d",), None, n=2)]
    rows.append((replace(rows[2][0], evident=False), {"answer": None}))
    assert values(choice_figures(rows)) == {
        "accuracy": 0.25,
        "accuracy, answer in the articles": 0.3333,
        "answered": 0.5,
        "accuracy of the answered": 0.5,
    }


def test_an_open_answer_may_say_a_little_more_or_less() -> None:
    assert says_so(("President Joe Biden",), "Joe Biden")
    assert says_so(("Harvard",), "Harvard University")
    assert not says_so(("Iran",), "the president of Iran said on Friday")
    assert not says_so(("Iran",), None)
    assert says_so((), None)
    assert not says_so((), "Iran")
    assert values(open_figures([asked(("Joe Biden",), "President Joe Biden", n=0)]))["accuracy"] == 1.0


def test_a_draw_is_the_same_every_time() -> None:
    assert draw(list(range(100)), 5) == draw(list(range(100)), 5)
    assert draw([3, 1, 2], 9) == draw([3, 1, 2], None) == [3, 1, 2]
    assert sorted(draw(list(range(100)), 10)) == draw(list(range(100)), 10)


def test_the_table_has_a_row_a_note_and_a_command_for_each_set() -> None:
    result = Result(
        "wice", "none", "v:1", "published", 10, 349, 1, tuple(support_figures([(item("supported"), 0.9, 0.0)]))
    )
    page = markdown([result], {"wice": "factcheck eval bench wice --data DIR"}, {"boolq": "no files"})
    assert (
        "| WiCE, whole pages | 10 (1 unscored) | nothing scored | Bespoke-MiniCheck, 7B: balanced accuracy 83" in page
    )
    assert "- WiCE, whole pages (10 of 349 items, published): whole pages of 1,400 words" in page
    assert "`factcheck eval bench wice --data DIR`" in page
    assert "- BoolQ: not measured: no files" in page


def run(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(cli, ["eval", "bench", *arguments])
    code = result.exception.exit_code if isinstance(result.exception, FactcheckError) else result.exit_code
    return code, result.stdout


def test_the_command_lists_the_sets_and_where_to_get_them() -> None:
    code, out = run()
    assert code == 0
    assert "github.com/allenai/scifact" in out
    assert run("squad2")[1].startswith("squad2           SQuAD 2.0")
    assert run("nope")[0] == 2
    assert run("--limit", "3")[0] == 2
    assert run("squad2", "--data", "nowhere")[0] == 1


@pytest.fixture
def data(tmp_path: Path) -> Path:
    rows = [
        {
            "id": "1",
            "claim": "Colombiana is a French film.",
            "doc": "Colombiana is a 2011 French film.",
            "label": "supported",
        },
        {
            "id": "2",
            "claim": "Colombiana is a French film.",
            "doc": "Colombiana is a 2011 German film.",
            "label": "refuted",
        },
    ]
    text = "".join(json.dumps(row) + "\n" for row in rows)
    (tmp_path / "fever_symmetric.jsonl.gz").write_bytes(gzip.compress(text.encode()))
    squad = {
        "id": "q",
        "question": "Who signed the pact?",
        "answers": ["Ann Lee"],
        "answerable": True,
        "qrels": {"p": 1},
    }
    (tmp_path / "squad2_test_queries.jsonl.gz").write_bytes(gzip.compress(json.dumps(squad).encode()))
    corpus = {"id": "p", "title": "T", "text": "The pact was signed by Ann Lee in Oslo."}
    (tmp_path / "squad2_test_corpus.jsonl.gz").write_bytes(gzip.compress(json.dumps(corpus).encode()))
    return tmp_path


def test_pairs_and_questions_are_measured(data: Path) -> None:
    code, out = run("fever-symmetric", "--data", str(data), "--json")
    record = json.loads(out)
    assert code == 0
    assert (record["schema"], record["n"], record["form"]) == ("factcheck/benchmark/1", 2, "development copy")
    assert [f["name"] for f in record["figures"]] == ["accuracy", "macro F1"]
    code, out = run("squad2", "--data", str(data), "--limit", "1")
    assert code == 0
    assert "1 of 1 items (development copy), model none" in out
    assert "published: human: F1 89.5" in out


def test_one_command_prints_the_table_and_says_what_is_missing(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = public.README.read_text("utf-8")
    assert public.BEGIN in page
    assert public.END in page
    assert public.main(["--data", str(data), "--only", "fever-symmetric", "--only", "wice"]) == 0
    out = capsys.readouterr().out
    assert "| FEVER, symmetric | 2 |" in out
    assert "- WiCE, whole pages: not measured: DIR holds none of the files of this set; get data/" in out
    assert public.README.read_text("utf-8") == page


def test_retrieval_is_measured_over_the_whole_corpus(tmp_path: Path) -> None:
    texts = {"d1": "Snow fell on the hills of Norway.", "d2": "The bank raised its rates.", "d3": "A pact was signed."}
    rows = [{"_id": id_, "title": "", "text": text} for id_, text in texts.items()]
    queries = [{"_id": "q1", "text": "snow in Norway"}, {"_id": "q2", "text": "interest rates of the bank"}]
    (tmp_path / "scifact/qrels").mkdir(parents=True)
    for name, lines in (("corpus", rows), ("queries", queries)):
        (tmp_path / f"scifact/{name}.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    (tmp_path / "scifact/qrels/test.tsv").write_text("query-id\tcorpus-id\tscore\nq1\td1\t1\nq2\td2\t1\n")
    code, out = run("scifact-retrieval", "--data", str(tmp_path), "--json", "--home", str(tmp_path / "home"))
    assert code == 0
    assert {f["name"]: f["value"] for f in json.loads(out)["figures"]} == {"recall@10": 1.0, "nDCG@10": 1.0}
    assert (tmp_path / "home").is_dir()
