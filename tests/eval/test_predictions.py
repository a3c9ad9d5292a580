"""Another system's answers: what a line may be, and what is told of one that cannot be used."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from eval.corpus import CorpusText
from eval.gold import Sample
from eval.predictions import read_predictions
from eval.score import ScoredSample
from eval.scorers.stance_f1 import stance_pairs
from eval.scoring import score_all
from factcheck.errors import UserError

SAMPLES = [
    Sample(id="b", question="Is it?", type="boolean", answer="no"),
    Sample(id="c", claim="It is.", answer="refuted"),
    Sample(id="v", question="How long?", type="duration", answer="20 years"),
]


def written(tmp_path: Path, *lines: Any) -> Path:
    path = tmp_path / "p.jsonl"
    path.write_text("".join((x if isinstance(x, str) else json.dumps(x)) + "\n" for x in lines), "utf-8")
    return path


@pytest.mark.parametrize(
    ("said", "answer", "verdict"),
    [
        ("no", "no", "refuted"), ("Refuted", "no", "refuted"), (False, "no", "refuted"), ("YES", "yes", "supported"),
        (True, "yes", "supported"), ("not stated", "not_stated", "not_enough_evidence"),
        ("NOT ENOUGH EVIDENCE", "not_stated", "not_enough_evidence"),
        ("conflicting", "conflicting", "conflicting_evidence"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("id_", ["b", "c"])
def test_a_label_may_be_written_as_answer_or_verdict(
    id_: str, said: Any, answer: str, verdict: str, tmp_path: Path
) -> None:
    record = read_predictions(written(tmp_path, {"id": id_, "answer": said}), SAMPLES)[id_]
    assert (record["answer"], record["verdict"]) == (answer, verdict)


def test_a_value_is_kept_as_it_stands_and_what_is_not_said_is_not_there(tmp_path: Path) -> None:
    line = {"id": "v", "answer": 20, "value": {"iso": "P20Y"}, "probability": 0.5}
    assert read_predictions(written(tmp_path, line), SAMPLES)["v"] == {
        "schema": "factcheck/answer/1", "question": {"id": "v"}, "answer": "20", "value": {"iso": "P20Y"},
        "abstained": False, "probability": 0.5,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "said", "value"),
    [
        ("date", "2024-03-03", {"iso": "2024-03-03", "precision": "day"}),
        ("date", "March 3, 2024", {"iso": "2024-03-03", "precision": "day"}),
        ("date", "2024-03", {"iso": "2024-03", "precision": "month"}),
        ("date", 1979, {"iso": "1979", "precision": "year"}),
        ("date", "March 3", None),  # of which year is not said
        ("duration", "twenty years", {"iso": "P20Y"}),
        ("duration", "P20Y", {"iso": "P20Y"}),
        ("duration", "for ever", None),
        ("number", "fourteen days", {"number": 14, "unit": "days"}),
        ("number", "5 million euros", {"number": 5_000_000, "unit": "EUR"}),
        ("number", 120, {"number": 120, "unit": None}),
        ("number", 2000, {"number": 2000, "unit": None}),  # in a text it would be a year
        ("number", "−3.2", {"number": -3.2, "unit": None}),
        ("number", "7,000", {"number": 7000, "unit": None}),
        ("number", "many", None),
        ("list", "Iran, Russia and Oman", {"items": ["Iran", "Russia", "Oman"]}),
        ("entity", "Oman", None),
    ],
)
def test_an_answer_alone_is_typed_as_the_question_asks(kind: Any, said: Any, value: Any, tmp_path: Path) -> None:
    samples = [Sample(id="v", question="What?", type=kind, answer="x")]
    assert read_predictions(written(tmp_path, {"id": "v", "answer": said}), samples)["v"]["value"] == value


def test_what_a_line_does_not_say_is_not_scored(tmp_path: Path) -> None:
    """Right, with gold evidence: without `citations` no figure of them; with none given, none is right."""
    sample = Sample(
        id="b", question="Is it?", type="boolean", answer="no", evidence={"s": ["It is not"]}, stances={"s": "refutes"}
    )
    corpus = {"s": CorpusText("It is not.")}

    def scored(**more: Any) -> ScoredSample:
        records = read_predictions(written(tmp_path, {"id": "b", "answer": "no", **more}), [sample])
        return score_all([sample], records, corpus)[0]

    assert set(scored().scores) == {"right", "answer_accuracy"}
    assert stance_pairs(scored()) == ()
    none = scored(citations=[], sources=[])
    assert [none.scores[f"citation_{name}"].value for name in ("coverage", "carries", "recall")] == [0, 0, 0]
    assert stance_pairs(none) == [(1, 3)]  # refutes, and it was not read
    assert stance_pairs(scored(sources=[{"source": "s", "stance": "refutes"}])) == [(1, 1)]


def test_an_error_of_another_system_is_an_error(tmp_path: Path) -> None:
    record = read_predictions(written(tmp_path, {"id": "b", "error": "timeout"}), SAMPLES)["b"]
    assert record["schema"] == "factcheck/error/1"
    assert record["error"]["message"] == "timeout"


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ([{"id": "b", "answer": "no"}, {"id": "b", "answer": "no"}], ":2: id 'b' stands twice, first on line 1"),
        ([{"id": "x", "answer": "no"}], ":1: id 'x' is not in the suite"),
        ([{"id": "b", "answer": "maybe"}], ":1: answer 'maybe' of b is none of yes, no, not_stated, conflicting"),
        ([{"id": "c", "answer": "maybe"}], ":1: answer 'maybe' of c is none of supported, refuted"),
        ([{"id": "b", "answer": None}], ":1: answer None of b is none of"),
        ([{"id": "b", "anwser": "no"}], ":1: anwser: .*known: id, answer, value"),
        ([{"id": "b"}], ":1: answer: Field required"),
        ([{"answer": "no"}], ":1: id: Field required"),
        ([{"id": "b", "answer": "no", "probability": 1.5}], ":1: probability: "),
        ([{"id": "b", "answer": "no"}, '{"id": "c", "ans'], ":2 is no line of id and answer"),
        ([{"id": "b", "answer": "no"}, [1]], ":2 is no line of id and answer"),
        ([{"id": "b", "answer": "no"}, {"schema": "factcheck/answer/1"}], ":2 is no line of id and answer"),
        ([{"schema": "factcheck/check-claim/1", "id": "b"}], ":1 is not a record"),
        (["{"], ":1 is not JSON or is cut off"),
        ([""], "holds no prediction"),
        ([{"schema": "factcheck/error/1", "question": None, "error": {"kind": "k", "message": "m"}}], "no question.id"),
    ],
)
def test_a_line_that_cannot_be_used_is_named(lines: list[Any], message: str, tmp_path: Path) -> None:
    with pytest.raises(UserError, match=message) as caught:
        read_predictions(written(tmp_path, *lines), SAMPLES)
    assert "\n" not in str(caught.value)


def test_an_unknown_id_names_the_nearest(tmp_path: Path) -> None:
    samples = [Sample(id="defence-clause", claim="It is.", answer="refuted")]
    with pytest.raises(UserError, match="did you mean 'defence-clause'"):
        read_predictions(written(tmp_path, {"id": "defence-clauze", "answer": "no"}), samples)


def test_a_file_that_is_not_there_or_not_text(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="does not exist"):
        read_predictions(tmp_path / "none", SAMPLES)
    (tmp_path / "b").write_bytes(b"\xff\xfe")
    with pytest.raises(UserError, match="not UTF-8"):
        read_predictions(tmp_path / "b", SAMPLES)
