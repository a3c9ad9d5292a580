"""Rows become pairs: labels, licences, cuts, held-out rows."""

import gzip
import json
import random
from pathlib import Path

from training.mix import LONGEST, cut_evidence, loosen, read_pairs, to_pair
from training.pairs import Pair
from training.windows import inverse_document_frequency

ROW = {"claim": "A claim.", "doc": "passage 1: A text.", "label": "unsupported", "dataset": "fm2", "licence": "open"}


def test_label_prefers_three_ways() -> None:
    assert to_pair(ROW) == Pair("A claim.", "A text.", "unsupported", "fm2")
    for row, label in (
        ({"label3": "nei"}, "neutral"),
        ({"extra": {"label3": "refuted"}}, "refutes"),
        ({"label": "yes"}, "supports"),
    ):
        made = to_pair(ROW | row)
        assert made is not None
        assert made.label == label


def test_closed_or_unusable_rows_are_left_out() -> None:
    for row in ({"licence": "nc"}, {"licence": "none"}, {"label": "conflicting"}, {"doc": ""}, {"claim": None}):
        assert to_pair(ROW | row) is None


def test_a_pair_comes_once_with_its_best_label_and_never_from_the_held_out_set(tmp_path: Path) -> None:
    held = ROW | {"claim": "Held out."}
    files = {"a": [ROW, held], "b": [ROW | {"claim": "a  CLAIM.", "label3": "refuted"}], "mix_dev": [held]}
    (tmp_path / "train").mkdir()
    for name, rows in files.items():
        with gzip.open(tmp_path / "train" / f"{name}.jsonl.gz", "wt") as out:
            out.writelines(json.dumps(row) + "\n" for row in rows)
    assert [(p.claim, p.label) for p in read_pairs(tmp_path)] == [("a  CLAIM.", "refutes")]


def test_a_long_passage_is_cut_to_the_part_about_the_claim() -> None:
    filler = "Nothing of note happened on that day in the village. " * 60
    pair = Pair("Anna Berg opened the bridge.", f"{filler} Anna Berg opened the bridge. {filler}", "supports", "fm2")
    idf = inverse_document_frequency([filler, "Anna Berg opened the bridge."])
    cut = cut_evidence(pair, idf, random.Random(1))
    assert "Anna Berg opened the bridge." in cut.passage
    assert len(cut.passage.split()) <= LONGEST


def test_a_refutation_that_may_have_been_cut_away_is_only_unsupported() -> None:
    filler = "Nothing of note happened on that day in the village. " * 60
    pair = Pair("Quantum penguins juggle.", filler, "refutes", "fm2")
    assert cut_evidence(pair, inverse_document_frequency([filler]), random.Random(1)).label == "unsupported"


def test_captions_without_common_words_do_not_refute() -> None:
    idf = inverse_document_frequency(["A man sleeps.", "A dog runs.", "A dog sleeps."])
    far, near = (
        Pair("A dog runs.", "Two women knit.", "refutes", "snli"),
        Pair("A dog runs.", "A dog sleeps.", "refutes", "mnli"),
    )
    assert loosen(far, idf).label == "unsupported"
    assert loosen(near, idf).label == "refutes"
