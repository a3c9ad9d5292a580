"""The verifier's run time, on a tiny model of random weights (made by `python -m training.tiny`)."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from factcheck.errors import UserError, WeightsError
from pipeline.verifier import COLUMNS, Verifier

TINY = Path(__file__).parent / "tiny_verifier"
CLAIM = "Russia and Iran did sign a treaty."
PASSAGES = [
    "Russia and Iran signed a treaty in 2025.",
    "No treaty was signed.",
    "The price of gas, the army said, may not be two a year. " * 30,
    "Iran",
    "Договор подписан. 条約 🙂",
]


@pytest.fixture(scope="module")
def tiny() -> Verifier:
    return Verifier(TINY, threads=1)


def test_rows_are_probabilities(tiny: Verifier) -> None:
    scores = tiny.score_support(CLAIM, PASSAGES)
    assert scores.shape == (5, 3)
    assert scores.dtype == np.float32
    assert (scores >= 0).all()
    np.testing.assert_allclose(scores.sum(axis=1), 1.0, atol=1e-6)


def test_same_alone_and_batched_and_in_any_order(tiny: Verifier) -> None:
    batched = tiny.score_support(CLAIM, PASSAGES * 30)
    alone = np.concatenate([tiny.score_support(CLAIM, [p]) for p in PASSAGES])
    np.testing.assert_allclose(batched, np.tile(alone, (30, 1)), atol=1e-5)
    backwards = tiny.score_support(CLAIM, PASSAGES[::-1])
    np.testing.assert_allclose(backwards[::-1], alone, atol=1e-5)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.sampled_from([w for p in PASSAGES for w in p.split()]), min_size=1, max_size=60))
def test_a_neighbour_of_any_length_changes_nothing(words: list[str]) -> None:
    scorer = Verifier(TINY, threads=1)
    neighbour = " ".join(words)
    together = scorer.score_pairs([(CLAIM, PASSAGES[0]), (CLAIM, neighbour)])
    np.testing.assert_allclose(together[0], scorer.score_support(CLAIM, PASSAGES[:1])[0], atol=1e-5)


def test_pairs_keep_their_order_and_sides(tiny: Verifier) -> None:
    pairs = [(CLAIM, PASSAGES[0]), (PASSAGES[0], CLAIM)]
    scores = tiny.score_pairs(pairs)
    assert np.abs(scores[0] - scores[1]).max() > 1e-3  # claim and passage are not interchangeable
    np.testing.assert_allclose(scores[0], tiny.score_support(CLAIM, [PASSAGES[0]])[0], atol=1e-5)


def test_only_the_end_of_a_long_passage_is_lost(tiny: Verifier) -> None:
    start = "Russia signed. " * 300  # 4 pieces each: over 512
    one, other = tiny.score_support(CLAIM, [start + "not", start + "Iran has gas."])
    np.testing.assert_allclose(one, other, atol=1e-6)
    again = tiny.score_support("Iran did not sign.", [start])[0]
    assert np.abs(again - one).max() > 1e-4  # the claim was read in full


def test_no_passages_give_no_rows(tiny: Verifier) -> None:
    assert tiny.score_support(CLAIM, []).shape == (0, 3)
    assert tiny.read_spans([]) == ()


QUESTION = "What did Iran not sign?"


def test_the_reader_gives_each_word_of_the_passage_its_log_probabilities(tiny: Verifier) -> None:
    (read,) = tiny.read_spans([(QUESTION, PASSAGES[0])])
    words = [PASSAGES[0][start:end] for start, end in read.spans]
    assert words == ["Russia", "and", "Iran", "signed", "a", "treaty", "in", "2025", "."]
    none_first = 1 - np.exp(read.first.astype(float)).sum()  # each of the two sums to 1 with none
    none_last = 1 - np.exp(read.last.astype(float)).sum()
    assert none_first > 0
    assert read.none == pytest.approx(np.log(none_first) + np.log(none_last), abs=1e-3)


def test_offsets_are_code_points_of_the_passage(tiny: Verifier) -> None:
    passage = "Договор 🙂, e\u0301 treaty"
    (read,) = tiny.read_spans([(QUESTION, passage)])
    assert "treaty" in [passage[start:end] for start, end in read.spans]


def test_reading_is_the_same_alone_and_batched(tiny: Verifier) -> None:
    pairs = [(QUESTION, p) for p in PASSAGES] + [("Iran?", p) for p in PASSAGES]
    together = tiny.read_spans(pairs)
    backwards = tiny.read_spans(pairs[::-1])[::-1]
    for pair, batched, other in zip(pairs, together, backwards, strict=True):
        (alone,) = tiny.read_spans([pair])
        for one in (batched, other):
            np.testing.assert_array_equal(one.spans, alone.spans)
            np.testing.assert_allclose(one.first, alone.first, atol=1e-4)
            np.testing.assert_allclose(one.last, alone.last, atol=1e-4)
            assert one.none == pytest.approx(alone.none, abs=1e-4)
    assert np.ptp(together[0].first) > 0.01  # the words differ, or nothing would be shown


def test_reading_neither_changes_scores_nor_is_changed_by_them(tiny: Verifier) -> None:
    before = tiny.score_support(CLAIM, PASSAGES)
    first = tiny.read_spans([(CLAIM, p) for p in PASSAGES])
    np.testing.assert_array_equal(tiny.score_support(CLAIM, PASSAGES), before)
    np.testing.assert_array_equal(tiny.read_spans([(CLAIM, PASSAGES[0])])[0].spans, first[0].spans)


def test_weights_without_a_reader_say_so(tmp_path: Path) -> None:
    scorer = Verifier(_copy(tmp_path, reader=False), threads=1)
    assert not scorer.has_reader
    assert scorer.score_support(CLAIM, PASSAGES[:1]).shape == (1, 3)
    with pytest.raises(WeightsError, match="has no reader"):
        scorer.read_spans([(QUESTION, PASSAGES[0])])


def test_a_blank_question_is_refused(tiny: Verifier) -> None:
    with pytest.raises(UserError, match="the question of pair 1 is blank"):
        tiny.read_spans([(" ", "x")])


@pytest.mark.parametrize(("claim", "passage", "part"), [("  ", "x", "claim"), ("x", "\n", "passage")])
def test_blank_text_is_refused(tiny: Verifier, claim: str, passage: str, part: str) -> None:
    with pytest.raises(UserError, match=f"the {part} of pair 2 is blank"):
        tiny.score_pairs([("a", "b"), (claim, passage)])


def test_a_claim_too_long_is_refused(tiny: Verifier) -> None:
    with pytest.raises(UserError, match=r"has 500 word pieces, at most 448 fit"):
        tiny.score_support("treaty " * 500, ["a treaty"])


def test_temperature_flattens(tmp_path: Path) -> None:
    hot = _copy(tmp_path, temperature=5.0)
    peaks = [Verifier(w, threads=1).score_support(CLAIM, PASSAGES).max(axis=1) for w in (hot, TINY)]
    assert (peaks[0] < peaks[1]).all()


def test_missing_weights_say_so(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match=r"config\.json is missing"):
        Verifier(tmp_path / "nowhere")


def test_a_truncated_model_is_not_loaded(tmp_path: Path) -> None:
    folder = _copy(tmp_path)
    model = folder / "model.onnx"
    model.write_bytes(model.read_bytes()[:-100])
    with pytest.raises(WeightsError, match=r"model\.onnx has .* bytes instead of"):
        Verifier(folder)


@pytest.mark.parametrize("change", [{"labels": ["neutral", "supports", "refutes"]}, {"temperature": 0}, {"files": {}}])
def test_a_wrong_config_is_not_used(tmp_path: Path, change: dict[str, object]) -> None:
    with pytest.raises(WeightsError, match=r"config\.json"):
        Verifier(_copy(tmp_path, **change))


def test_the_shipped_weights_tell_the_three_apart() -> None:
    passages = [
        "The council voted on Tuesday to extend the contract with the bus operator.",
        "The council voted on Tuesday not to extend the contract with the bus operator.",
        "Maize prices rose in Iowa last week.",
    ]
    scores = Verifier().score_support("The council extended the contract with the bus operator.", passages)
    assert [COLUMNS[i] for i in scores.argmax(axis=1)] == ["supports", "refutes", "neutral"]


def _copy(tmp_path: Path, **change: object) -> Path:
    folder = tmp_path / "weights"
    shutil.copytree(TINY, folder)
    config = folder / "config.json"
    config.write_text(json.dumps(json.loads(config.read_text("utf-8")) | change), "utf-8")
    return folder
