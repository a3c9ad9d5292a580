"""Decisions become gold labels that pass the linter and score; what gives no label is told why."""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from eval.corpus import read_corpus
from eval.gold import GoldFile, read_gold
from eval.lint import lint
from eval.scoring import score_all
from factcheck.errors import UserError
from review.decisions import MissedEvidence
from review.export import export_desk
from review.items import items_of
from review.listing import Viewer
from review.store import ReviewStore
from tests.review.records import RECORDS, TEXTS, answer, cite, put_sources
from tests.review.test_store import ADA, BOB, judge, judge_answer, span

EVE = Viewer("Eve")


def exported(desk: ReviewStore, folder: Path) -> GoldFile:
    """Export and return the labels, once the linter has nothing to say."""
    export_desk(desk, folder)
    gold = read_gold(folder / "gold.yaml")
    assert lint(gold, read_corpus(gold.corpus, near=folder)) == []
    return gold


def test_a_right_answer_with_judged_citations_is_a_label(desk: ReviewStore, tmp_path: Path) -> None:
    judge(desk, 1, "supports", 0, comment="said outright")
    judge(desk, 1, "irrelevant", 1)
    judge_answer(desk, 1, "right")
    (sample,) = exported(desk, tmp_path / "out").samples
    assert (sample.id, sample.question, sample.type) == ("moscow", "Was the treaty signed in Moscow?", "boolean")
    assert (sample.answer, sample.author, sample.tags) == ("yes", "Ada", ["reviewed"])
    assert sample.stances == {"treaty": "supports"}
    assert sample.evidence == {"treaty": ["signed in Moscow"]}
    assert sample.note == "From the review desk, rows 1, 2, 3 of its log. Ada: said outright"
    (line,) = (tmp_path / "out" / "provenance.jsonl").read_text("utf-8").splitlines()
    provenance = json.loads(line)
    assert provenance["items"] == [{"item": desk.item(1).row.key, "version": desk.item(1).row.version}]
    assert [row["hash"] for row in provenance["decisions"]] == [row.hash for row in desk.log()]


def test_a_corrected_span_stands_for_the_citation(desk: ReviewStore, tmp_path: Path) -> None:
    judge(desk, 1, "wrong_span", 0, span=span("treaty", "The treaty was signed in Moscow"))
    judge(desk, 1, "partly", 1)
    judge_answer(desk, 1, "right")
    (sample,) = exported(desk, tmp_path / "out").samples
    assert sample.evidence == {"treaty": ["The treaty was signed in Moscow"]}


def test_a_wrong_answer_with_its_correction_is_a_regression_case(desk: ReviewStore, tmp_path: Path) -> None:
    desk.add(items_of([("", {**RECORDS[2], "answer": "10 years", "value": {"iso": "P10Y"}})]))
    row = desk.item(3).row
    judge_answer(desk, 3, "wrong", answer="20 years")
    missed = MissedEvidence(item=row.key, version=row.version, label="supports", span=span("treaty", "twenty years"))
    desk.decide(missed, author=ADA)
    (sample,) = exported(desk, tmp_path / "out").samples
    assert sample.answer == "20 years"
    assert sample.value.iso == "P20Y"  # type: ignore[union-attr]
    assert sample.evidence == {"treaty": ["twenty years"]}
    (case,) = read_gold(tmp_path / "out" / "regressions.yaml").samples
    assert case.tags == ["reviewed", "regression"]
    assert case.note is not None
    assert "What was wrong: none: '10 years' was judged wrong; none: evidence of treaty was missed." in case.note


def test_should_abstain_means_that_the_sources_do_not_say(desk: ReviewStore, tmp_path: Path) -> None:
    judge_answer(desk, 3, "should_abstain")
    judge_answer(desk, 2, "should_abstain")
    found = {sample.id: sample for sample in exported(desk, tmp_path / "out").samples}
    assert (found["term"].answer, found["term"].value) == (None, None)
    assert found["clause"].answer == "not_stated"


def test_disputes_and_contradictions_give_no_label_and_say_so(desk: ReviewStore, tmp_path: Path) -> None:
    judge_answer(desk, 1, "right")
    judge_answer(desk, 1, "wrong", who=BOB, answer="no")
    judge(desk, 2, "supports")
    judge_answer(desk, 2, "right")  # the answer is no, and the evidence supports the claim
    judge_answer(desk, 3, "wrong")
    judge_answer(desk, 4, "right")
    report = export_desk(desk, tmp_path / "out")
    assert {one.text: one.why for one in report.left_out} == {
        "Was the treaty signed in Moscow?": "the reviewers differ on the answer; adjudicate it",
        "Is there a defence clause?": "answer 'no' needs sources that refute; stances: supports",
        "How long does it run?": "it was judged wrong, and nobody named the right answer",
    }
    assert report.n_samples == 1
    judge_answer(desk, 1, "right", who=EVE, final=True)
    assert export_desk(desk, tmp_path / "again").n_samples == 2


def test_two_models_on_one_question_make_one_label(desk: ReviewStore, tmp_path: Path) -> None:
    other = answer("Was the treaty signed in Moscow?", [cite("treaty", "was signed")], id="moscow", model="local",
                   answer="no", verdict="refuted")  # fmt: skip
    desk.add(items_of([("", other)]))
    judge(desk, 1, "supports")
    judge_answer(desk, 1, "right")
    judge_answer(desk, 5, "wrong", answer="yes")
    (sample,) = exported(desk, tmp_path / "out").samples
    assert (sample.id, sample.answer) == ("moscow", "yes")
    judge_answer(desk, 5, "right")
    report = export_desk(desk, tmp_path / "again")
    assert {one.why for one in report.left_out} == {"decisions name 2 right answers; adjudicate"}


def test_a_claim_of_a_run_or_of_a_check_is_labelled_as_a_claim(desk: ReviewStore, tmp_path: Path) -> None:
    said = "The treaty has a mutual defence clause."
    cited = cite("treaty", "no mutual defence clause", "refutes")
    asked = answer(said, [cited], id="c-1", answer="yes", claim=said)
    asked["question"]["claim"] = said
    text = "It runs for twenty years."
    checked = {"schema": "factcheck/check-claim/1", "id": "c1", "start": 0, "end": 5, "exact": "It runs",
               "checkable": True, "claim": text, "verdict": "supported", "probability": 0.9,
               "citations": [cite("treaty", text)], "run": {}}  # fmt: skip
    failed = {**checked, "id": "c2", "verdict": None, "probability": None, "citations": []}
    report = desk.add(
        items_of([("", asked), ("", {"schema": "factcheck/check/1", "draft": {}}), ("", checked), ("", failed)])
    )
    assert report.added == 2
    judge(desk, 5, "refutes")
    judge_answer(desk, 5, "wrong", answer="no")
    judge(desk, 6, "supports")
    judge_answer(desk, 6, "right")
    found = exported(desk, tmp_path / "out").samples
    assert [(one.claim, one.question, one.answer) for one in found] == [
        (said, None, "refuted"), (text, None, "supported")
    ]  # fmt: skip
    with pytest.raises(UserError, match="is none of supported, refuted"):
        judge_answer(desk, 6, "wrong", answer="no")


def test_the_labels_score_the_answers_they_were_made_of(desk: ReviewStore, tmp_path: Path) -> None:
    for item, label in ((1, "supports"), (2, "refutes"), (3, "supports")):
        judge(desk, item, label)
        judge_answer(desk, item, "right")
    judge_answer(desk, 4, "wrong", answer="yes")
    gold = exported(desk, tmp_path / "out")
    scored = score_all(
        gold.samples, {r["question"]["id"]: r for r in RECORDS}, read_corpus("sources", near=tmp_path / "out")
    )
    assert [one.unscored for one in scored] == [None] * 4
    right = {one.sample.id: one.scores["answer_accuracy"].value for one in scored if "answer_accuracy" in one.scores}
    assert right == {"moscow": 1.0, "clause": 1.0, "nato": 0.0}


def test_a_hundred_decisions_pass_the_linter_and_score(
    desk: ReviewStore, home: Path, tmp_path: Path, hashing: Any
) -> None:
    towns = [f"Town{chr(65 + n // 10)}{chr(97 + n % 10)}" for n in range(50)]
    texts = {"towns": " ".join(f"{town} has a bridge of its own." for town in towns)}
    put_sources(home, texts, hashing)
    records = [
        answer(f"Does {town} have a bridge?", [cite("towns", f"{town} has a bridge", texts=texts)], id=town.lower())
        for town in towns
    ]
    desk.add(items_of([(f"line {n}", record) for n, record in enumerate(records)]))
    for item in range(5, 55):  # after the four of RECORDS; every second answer is found wrong
        judge(desk, item, "supports" if item % 2 else "refutes")
        judge_answer(desk, item, "right" if item % 2 else "wrong", **({} if item % 2 else {"answer": "no"}))
    assert len(list(desk.log())) == 100
    labels = exported(desk, tmp_path / "out").samples
    assert [label.answer for label in labels].count("yes") == len(labels) - 25 == 25
    answers = {record["question"]["id"]: record for record in records}
    scored = score_all(labels, answers, read_corpus("sources", near=tmp_path / "out"))
    assert all(one.unscored is None for one in scored)
    right = [one.scores["answer_accuracy"].value for one in scored]
    assert (right.count(1.0), right.count(0.0)) == (25, 25)


def test_the_corpus_is_written_byte_for_byte(desk: ReviewStore, home: Path, tmp_path: Path, hashing: Any) -> None:
    odd = '\u2028Line\x85end\r\n\t"quotes" \u202e זה 😀 \ue000 zero\u200bwidth: ja, nein; - [x]\r'
    put_sources(home, {"odd/näme: 1.txt": odd}, hashing)
    judge_answer(desk, 1, "right")
    row = desk.item(1).row
    digest = hashlib.sha256(odd.encode()).hexdigest()
    whole = {"source": "odd/näme: 1.txt", "source_sha256": digest, "start": 0, "end": len(odd), "exact": odd}
    desk.decide(
        MissedEvidence(item=row.key, version=row.version, label="supports", span=whole),
        author=ADA,  # type: ignore[arg-type]
    )
    (sample,) = exported(desk, tmp_path / "out").samples
    assert sample.evidence == {"odd/näme: 1.txt": [odd]}
    texts = read_corpus("sources", near=tmp_path / "out")
    assert {name: texts[name].text for name in texts} == {**TEXTS, "odd/näme: 1.txt": odd}


def test_the_table_neutralises_formulas_and_keeps_every_decision(desk: ReviewStore, tmp_path: Path) -> None:
    first = judge(desk, 1, "supports", comment='=HYPERLINK("x")')
    judge(desk, 1, "irrelevant", comment=' |cmd,\n"b"')
    export_desk(desk, tmp_path / "out")
    with (tmp_path / "out" / "decisions.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [(row["state"], row["comment"]) for row in rows] == [
        ("replaced", '\'=HYPERLINK("x")'), ("counts", '\' |cmd,\n"b"')
    ]  # fmt: skip
    assert rows[0]["hash"] == first.hash
    assert rows[0]["exact"] == "signed in Moscow"


def test_annotations_name_the_span_the_judgement_and_the_reviewer(desk: ReviewStore, tmp_path: Path) -> None:
    judge(desk, 1, "supports", comment="said outright")
    judge(desk, 1, "wrong_span", 1, span=span("mirror", "The treaty was signed in Moscow."))
    judge_answer(desk, 1, "right")
    export_desk(desk, tmp_path / "out")
    found = json.loads((tmp_path / "out" / "annotations.jsonld").read_text("utf-8"))["first"]["items"]
    assert [one["creator"]["name"] for one in found] == ["Ada"] * 3
    assert found[0]["created"] == next(desk.log()).time
    assert [body["value"] for body in found[0]["body"]] == [
        "supports", "supports: Was the treaty signed in Moscow.", "said outright"
    ]  # fmt: skip
    quote, position = found[1]["target"]["selector"]
    assert (quote["exact"], quote["prefix"]) == ("The treaty was signed in Moscow.", TEXTS["mirror"][:24])
    assert TEXTS["mirror"][position["start"] : position["end"]] == quote["exact"]
    assert found[2]["target"]["label"] == "Was the treaty signed in Moscow?"


def test_calibration_has_each_judged_answer_with_its_probability(desk: ReviewStore, tmp_path: Path) -> None:
    judge_answer(desk, 1, "right")
    judge_answer(desk, 2, "should_abstain")
    export_desk(desk, tmp_path / "out")
    lines = [json.loads(line) for line in (tmp_path / "out" / "calibration.jsonl").read_text("utf-8").splitlines()]
    assert [(one["sample"], one["probability"], one["right"]) for one in lines] == [
        ("moscow", 0.9, True), ("clause", 0.6, False)
    ]  # fmt: skip


def test_who_agrees_with_the_program_found_no_fault_whatever_they_call_it(desk: ReviewStore, tmp_path: Path) -> None:
    """A log from before such decisions were refused: "should abstain" where it did, "wrong: yes" where it is yes."""
    known = {**RECORDS[2], "question": {**RECORDS[2]["question"], "id": "none"}, "answer": None, "value": None}
    withheld = {**known, "question": {**known["question"], "id": "withheld"}, "abstained": True}
    desk.add(items_of([("", known), ("", withheld)]))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("review.deciding._check_answer", lambda *_: None)
        judge_answer(desk, 1, "wrong", answer="yes")  # it is yes
        judge_answer(desk, 3, "wrong", answer="twenty years")  # P20Y, as "20 years" is
        judge_answer(desk, 4, "should_abstain")  # it is not_stated
        judge_answer(desk, 5, "should_abstain")
    judge_answer(desk, 2, "should_abstain")  # it is no
    judge_answer(desk, 6, "should_abstain")
    exported(desk, tmp_path / "out")
    lines = [json.loads(line) for line in (tmp_path / "out" / "calibration.jsonl").read_text("utf-8").splitlines()]
    assert {one["sample"]: one["right"] for one in lines} == {
        "moscow": True, "term": True, "nato": True, "none": True, "clause": False, "withheld": True
    }  # fmt: skip
    assert [one.id for one in read_gold(tmp_path / "out" / "regressions.yaml").samples] == ["clause"]


def test_decisions_on_a_changed_source_are_not_exported(
    desk: ReviewStore, home: Path, tmp_path: Path, hashing: Any
) -> None:
    judge(desk, 2, "refutes")
    judge_answer(desk, 2, "right")
    put_sources(home, {"treaty": "It says nothing."}, hashing)
    (sample,) = exported(desk, tmp_path / "out").samples
    assert (sample.answer, sample.evidence) == ("no", {})


def test_nothing_is_overwritten_and_nothing_half_is_left(
    desk: ReviewStore, tmp_path: Path, open_desk: Callable[[], ReviewStore]
) -> None:
    with pytest.raises(UserError, match="nothing to export"):
        export_desk(desk, tmp_path / "out")
    judge_answer(desk, 1, "right")
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "treaty").write_text("Another text.", "utf-8")
    (tmp_path / "other" / "sources.yaml").write_text("[{id: treaty, file: treaty}]", "utf-8")
    with pytest.raises(UserError):
        export_desk(desk, tmp_path / "out", corpus=str(tmp_path / "other"))
    assert not list(tmp_path.glob("*out*"))
    export_desk(desk, tmp_path / "out")
    with pytest.raises(UserError, match="exists"):
        export_desk(desk, tmp_path / "out")


def test_what_lies_beside_an_export_stays(desk: ReviewStore, tmp_path: Path) -> None:
    judge_answer(desk, 1, "right")
    (tmp_path / "out.part").mkdir()
    (tmp_path / "out.part" / "mine.txt").write_text("precious", "utf-8")
    export_desk(desk, tmp_path / "out")
    assert (tmp_path / "out.part" / "mine.txt").read_text("utf-8") == "precious"
    assert {path.name for path in tmp_path.glob("*out*")} == {"out", "out.part"}


def test_a_home_without_sources_has_no_corpus_to_export(tmp_path: Path) -> None:
    with ReviewStore(tmp_path / "bare") as desk:
        desk.add(items_of([("", RECORDS[0])]))
        judge_answer(desk, 1, "right")
        with pytest.raises(UserError, match="holds no sources for the labels"):
            export_desk(desk, tmp_path / "out")
    assert not list(tmp_path.glob("*out*"))


@pytest.mark.parametrize(
    ("item", "label", "more", "said"),
    [
        (1, "wrong", {"answer": "maybe"}, "is none of yes, no, not_stated, conflicting"),
        (1, "right", {"answer": "no"}, "goes with the label 'wrong'"),
        (3, "wrong", {"value": {"iso": "P1Y"}}, "needs its text"),
        (1, "wrong", {"answer": "yes"}, "'yes' is what the program answered, so it is not wrong"),
        (3, "wrong", {"answer": "about twenty years"}, "is what the program answered"),
        (4, "should_abstain", {}, "the program did abstain; judge that 'right'"),
        (3, "wrong", {"answer": "not 20 years but 25 years"}, "holds 2 values .'20 years', '25 years'.; name the one"),
        (3, "wrong", {"answer": "more than 25 years"}, "is more than a duration, of which a label holds '25 years'"),
        (3, "wrong", {"answer": "sometime"}, "'sometime' is no duration; write e.g. 20 years"),
    ],
)
def test_a_correction_that_cannot_be_a_label_is_refused_at_once(
    desk: ReviewStore, item: int, label: str, more: dict[str, Any], said: str
) -> None:
    with pytest.raises(UserError, match=said):
        judge_answer(desk, item, label, **more)


def test_a_right_answer_of_an_old_log_that_is_no_one_value_is_left_out(desk: ReviewStore, tmp_path: Path) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("review.deciding._check_answer", lambda *_: None)
        judge_answer(desk, 3, "wrong", answer="not 20 years but 25 years")
    (left,) = export_desk(desk, tmp_path / "out").left_out
    assert left.why.startswith("the right answer cannot be read: 'not 20 years but 25 years' holds 2 values")
