"""Lines and marks of an article, and text made safe to show: every code point of the text stays in the page."""

from __future__ import annotations

import re
from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from factcheck.records import Span
from pipeline.highlight import Mark
from review.article import lay_out
from review.shown import as_carried, shown

TEXTS = st.text(
    alphabet=st.one_of(
        st.sampled_from("ab .\n\r\t<>&\"'\u202e\u2066\u200b\u200d\ufeff\u2028\x0c\x85\x00é👩👧שلא\u0301𝔘"),
        st.characters(),
    ),
    max_size=60,
)


def read_back(html: str) -> str:
    """The text of HTML as a browser has it; the parser of the standard library keeps carriage returns as they are."""
    assert "\r" not in html, "a browser would turn it into a line feed"
    text = re.sub(r'<span class="hidden-char" data-code="U\+[0-9A-F]{4,6}">|</span>', "", html)
    assert "<" not in text
    return unescape(text.replace("&#13;", "\r")) if "&#13;" not in text else "\r".join(
        unescape(part) for part in text.split("&#13;")
    )  # fmt: skip


@given(TEXTS)
def test_shown_text_reads_back_as_it_is(text: str) -> None:
    assert read_back(str(shown(text))) == as_carried(text)
    assert len(as_carried(text)) == len(text)


@given(TEXTS, st.data())
def test_pieces_joined_are_the_text_and_marks_cover_their_spans(text: str, data: st.DataObject) -> None:
    spans = data.draw(st.lists(st.tuples(st.integers(0, len(text)), st.integers(0, len(text))), max_size=4))
    marks = [Mark(Span(a, b), css=str(n)) for n, (a, b) in enumerate(spans) if a < b]
    lines = lay_out(text, marks)
    pieces = [piece for line in lines for piece in line.pieces]
    assert "".join(piece.text for piece in pieces) == text
    for mark in marks:
        assert "".join(piece.text for piece in pieces if mark in piece.marks) == mark.span.of(text)


def test_lines_are_counted_as_a_locator_counts_them() -> None:
    lines = lay_out("one\r\ntwo\rthree\n\nfive\u2028still five")
    assert [(line.number, "".join(p.text for p in line.pieces), line.blank) for line in lines] == [
        (1, "one\r\n", False), (2, "two\r", False), (3, "three\n", False), (4, "\n", True),
        (5, "five\u2028still five", False),
    ]  # fmt: skip


def test_a_mark_over_two_lines_is_cut_at_the_line_end() -> None:
    lines = lay_out("ab\ncd", [Mark(Span(1, 4), css="cited")])
    marked = [[piece.text for piece in line.pieces if piece.marks] for line in lines]
    assert marked == [["b\n"], ["c"]]


@pytest.mark.parametrize("span", [Span(-1, 2), Span(2, 2), Span(3, 1), Span(0, 6)])
def test_a_mark_outside_of_the_text_is_an_error(span: Span) -> None:
    with pytest.raises(ValueError, match="not within a text of 5"):
        lay_out("ab\ncd", [Mark(span)])


def test_an_empty_text_has_no_lines() -> None:
    assert lay_out("") == []


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("a\u202eb", "U+202E"),
        ("a\u200bb", "U+200B"),
        ("\ufeffa", "U+FEFF"),
        ("a\x1bb", "U+001B"),
        ("a\u2066b", "U+2066"),
    ],
)
def test_what_hides_or_reorders_is_named(text: str, code: str) -> None:
    assert f'data-code="{code}"' in str(shown(text))


@pytest.mark.parametrize("text", ["👩‍👩‍👧", "می‌خواهم", "plain – “quoted”", "שלום", "é e\u0301", "a\tb\nc"])
def test_what_writing_needs_is_left_alone(text: str) -> None:
    assert str(shown(text)) == text
