"""Chunks: within both limits, and nothing of the text is lost."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from factcheck.records import Span
from vectorstore.chunks import chunk_spans, n_tokens
from vectorstore.segment import split_sentences

SEEDS = sorted((Path(__file__).parents[2] / "seeds").glob("*.txt"))
PARTS = ["A heading\n", "The treaty is valid for 20 years. ", "条約は二十年間有効です。", "😀👩‍👩‍👧 ", "\r\n\r\n",
         "word " * 30, "x" * 90, "\u3000", "It is. ", "e\u0301" * 20, "نص عربي. ", "\n"]  # fmt: skip
TEXTS = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=300),
    st.lists(st.sampled_from(PARTS), max_size=25).map("".join),
)


def assert_chunks(text: str, chunks: tuple[Span, ...], limit: int) -> None:
    end = 0
    for chunk in chunks:
        assert end <= chunk.start < chunk.end <= len(text)
        assert not text[end : chunk.start].strip()
        assert n_tokens(chunk.of(text)) <= limit or chunk.end - chunk.start == 1
        assert chunk.of(text) == chunk.of(text).strip()
        end = chunk.end
    assert not text[end:].strip()


@given(TEXTS, st.integers(8, 60))
def test_chunks_slice_back_cover_the_text_keep_order_and_fit(text: str, limit: int) -> None:
    assert_chunks(text, chunk_spans(text, limit), limit)


@given(TEXTS)
def test_the_embedders_own_limit_is_kept_too(text: str) -> None:
    chunks = chunk_spans(text, 200, n_word_pieces=len, max_word_pieces=30)  # a word piece for each character
    assert all(chunk.end - chunk.start <= 30 for chunk in chunks)
    assert_chunks(text, chunks, 200)


@pytest.mark.parametrize("path", SEEDS, ids=lambda path: path.name[:3])
def test_no_sentence_of_the_seeds_is_cut(path: Path) -> None:
    text = path.read_text("utf-8")
    chunks = chunk_spans(text, 160)
    assert_chunks(text, chunks, 160)
    for sentence in split_sentences(text):
        assert sum(c.start <= sentence.start and sentence.end <= c.end for c in chunks) == 1


@pytest.mark.parametrize("text", ["", " ", "\r\n\t\n"])
def test_a_blank_text_has_no_chunk(text: str) -> None:
    assert chunk_spans(text, 160) == ()


def test_one_word_is_one_chunk_without_the_white_space_around_it() -> None:
    assert chunk_spans("\n  Yes \r\n", 160) == (Span(3, 6),)


def test_a_heading_goes_with_the_text_below_it() -> None:
    text = "One sentence of eight words stands here first.\nA heading\nThe text that it is about follows here.\n"
    first, second = chunk_spans(text, 13)
    assert first.of(text) == "One sentence of eight words stands here first."
    assert second.of(text).startswith("A heading\nThe text")


def test_a_sentence_over_the_limit_is_cut_at_white_space() -> None:
    text = "alpha beta gamma delta " * 30
    chunks = chunk_spans(text, 20)
    assert len(chunks) > 5
    assert all(chunk.of(text).split()[0] in {"alpha", "beta", "gamma", "delta"} for chunk in chunks)
    assert " ".join(chunk.of(text) for chunk in chunks) == text.strip()


def test_text_without_white_space_is_cut_between_code_points() -> None:
    text = "字" * 500
    chunks = chunk_spans(text, 40)
    assert "".join(chunk.of(text) for chunk in chunks) == text
    assert_chunks(text, chunks, 40)


def test_text_that_looks_like_a_special_token_is_text() -> None:
    assert n_tokens("<|endoftext|>") > 1
