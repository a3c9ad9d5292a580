"""Pairs as token ids: where claim and answer stand, and a pool that comes back from its file as it was."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pytest
from tokenizers import Tokenizer

from pipeline.verifier import WEIGHTS
from training.encoding import TARGETS, encode, leave_out, read_pool, write_pool
from training.pairs import Pair
from training.readings import reading_pairs

PASSAGE = "The bridge is old. It was opened in 1931 by the mayor. Two lanes were added later."


@pytest.fixture(scope="module")
def tokenizer() -> Tokenizer:
    made: Tokenizer = Tokenizer.from_file(str(WEIGHTS / "tokenizer.json"))
    made.no_padding()
    made.enable_truncation(64, strategy="only_first")
    return made


def test_an_answer_is_found_again_in_the_tokens(tokenizer: Tokenizer) -> None:
    start = PASSAGE.index("1931")
    (row,) = encode([Pair("When was it opened?", PASSAGE, "read", "x", (start, start + 4))], tokenizer)
    first, last = row.place
    assert tokenizer.decode(row.ids[first : last + 1].tolist()) == "1931"
    assert tokenizer.decode(row.ids[row.claim_start :].tolist()) == "when was it opened?"
    assert row.target == TARGETS["read"]


def test_no_answer_is_the_first_token_and_a_cut_answer_leaves_the_row_out(tokenizer: Tokenizer) -> None:
    far = "word " * 80 + "1931."
    rows = encode(
        [
            Pair("When was it opened?", PASSAGE, "read", "x"),
            Pair("When was it opened?", far, "read", "x", (400, 404)),
            Pair("It is old.", PASSAGE, "supports", "x"),
        ],
        tokenizer,
    )
    assert [row.place for row in rows] == [(0, 0), (-1, -1)]


def test_a_pool_comes_back_as_it_was(tokenizer: Tokenizer, tmp_path: Path) -> None:
    rows = encode([Pair("It is old.", PASSAGE, "unknown", "x"), Pair("Is it?", PASSAGE, "read", "x")], tokenizer)
    write_pool(tmp_path / "pass-00.npz", rows)
    back = read_pool(tmp_path / "pass-00.npz")
    assert [row[1:] for row in back] == [row[1:] for row in rows]
    assert all(np.array_equal(a.ids, b.ids) for a, b in zip(back, rows, strict=True))
    assert [p.name for p in tmp_path.iterdir()] == ["pass-00.npz"]


def test_rules_are_left_out_by_the_names_in_their_origins(tokenizer: Tokenizer) -> None:
    pairs = [
        Pair("It is old.", PASSAGE, "neutral", origin) for origin in ("snli", "snli+negate+drowned", "made+contrast")
    ]
    rows = encode(pairs, tokenizer)
    assert [row.origin for row in leave_out(rows, ["negate"])] == ["snli", "made+contrast"]
    assert [row.origin for row in leave_out(rows, ["contrast", "drowned"])] == ["snli"]
    assert leave_out(rows, []) == rows


def test_readings_point_at_their_answer_or_have_none() -> None:
    row = {"licence": "open", "dataset": "d", "question": "When?", "doc": PASSAGE, "answers": ["1931"]}
    given = [row | {"answerable": True}] * 60 + [row | {"answerable": False}, row | {"licence": "nc"}]
    pairs = list(reading_pairs(given, random.Random(0)))
    assert len(pairs) == 61
    for pair in pairs[:60]:
        assert (pair.answer is None) == ("1931" not in pair.passage)
        assert pair.answer is None or pair.passage[slice(*pair.answer)] == "1931"
    assert pairs[60].answer is None
    assert any(p.answer is None for p in pairs[:60])
    assert {p.passage for p in pairs[:60]} > {PASSAGE}
