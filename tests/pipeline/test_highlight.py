"""highlight: the text stays itself, marks cover exactly their spans, and no character of it acts."""

from __future__ import annotations

import re
from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from factcheck.records import Span
from pipeline.highlight import Mark, highlight, safe_text, segments

TEXTS = st.text(st.characters(codec="utf-8"), max_size=60)
CUTS = st.lists(st.tuples(st.integers(-3, 70), st.integers(-3, 70)), max_size=6)


def shown(html: str) -> str:
    """The text that a page shows, boxes turned back into their characters."""
    html = re.sub(r'<span class="codepoint"[^>]*>U\+([0-9A-F]+)</span>', lambda m: f"&#x{m[1]};", html)
    plain = re.sub(r"<[^>]*>", "", html)
    parts = re.split(r"&#x([0-9A-F]+);", plain)  # by hand: html.unescape maps some code points to others
    return "".join(chr(int(p, 16)) if i % 2 else unescape(p) for i, p in enumerate(parts))


def test_overlapping_nested_and_touching_marks() -> None:
    #       0123456789
    text = "abcdefghij"
    marks = [Mark(Span(1, 5), "a"), Mark(Span(3, 8), "b"), Mark(Span(4, 5), "c"), Mark(Span(8, 9), "d")]
    cut = [(s.text, "".join(m.css for m in s.marks)) for s in segments(text, marks)]
    assert cut == [("a", ""), ("bc", "a"), ("d", "ab"), ("e", "abc"), ("fgh", "b"), ("i", "d"), ("j", "")]


def test_html_of_marks() -> None:
    marks = [Mark(Span(2, 4), "supports", "c1", "A & <B>"), Mark(Span(2, 6), "refutes", "c2")]
    assert highlight("a <b>&c", marks) == (
        'a <span class="anchor" id="c2"></span>'
        '<mark class="supports refutes many" id="c1" title="A &amp; &lt;B&gt;">&lt;b</mark>'
        '<mark class="refutes">&gt;&amp;</mark>c'
    )


def test_within_shows_a_stretch_and_cuts_marks_at_its_ends() -> None:
    marks = [Mark(Span(0, 3), "a"), Mark(Span(4, 9), "b")]
    assert highlight("0123456789", marks, within=Span(2, 6)) == '<mark class="a">2</mark>3<mark class="b">45</mark>'
    assert highlight("0123", [Mark(Span(2, 2), "a")]) == "0123"
    assert segments("", [Mark(Span(0, 5))]) == []


@given(TEXTS, CUTS)
def test_segments_join_to_the_text_and_each_mark_covers_its_span(text: str, cuts: list[tuple[int, int]]) -> None:
    marks = [Mark(Span(min(c), max(c)), f"m{i}") for i, c in enumerate(cuts)]
    found = segments(text, marks)
    assert "".join(s.text for s in found) == text
    assert all(s.text and s.span.of(text) == s.text for s in found)
    for mark in marks:
        covered = "".join(s.text for s in found if mark in s.marks)
        assert covered == text[max(0, mark.span.start) : max(0, mark.span.end)]


@given(TEXTS, CUTS)
def test_html_shows_the_text_and_nothing_else(text: str, cuts: list[tuple[int, int]]) -> None:
    html = highlight(text, [Mark(Span(min(c), max(c)), "m", f"a{i}") for i, c in enumerate(cuts)])
    assert shown(html) == text
    ids = re.findall(r'id="([^"]*)"', html)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r"</?(\w+)", html)) <= {"mark", "span"}


@pytest.mark.parametrize("text", ["<script>alert(1)</script>", "a\" onclick='x'", "&lt;b&gt;", "]]><!--"])
def test_markup_in_a_text_is_text(text: str) -> None:
    html = safe_text(text)
    assert not re.search(r"[<\"']", html)
    assert shown(html) == text


@pytest.mark.parametrize(
    "char", ["\u202e", "\u2066", "\u200b", "\u200f", "\u2060", "\ufeff", "\x1b", "\x00", "\x85", "\U000e0041", "\u3164"]
)
def test_what_reorders_or_hides_is_seen(char: str) -> None:
    assert f">U+{ord(char):04X}</span>" in safe_text(f"a{char}b")
    assert char not in highlight(f"a{char}b", [Mark(Span(0, 3), title=char)])


@pytest.mark.parametrize(
    "text", ["👩‍🚀", "می‌خواهم", "क्‍ष", "שלום", "🏴\U000e0067\U000e0062\U000e007f", "e\u0301", "❤️‍🔥"]
)
def test_writing_that_needs_joiners_and_marks_stays(text: str) -> None:
    assert safe_text(text) == text


def test_a_joiner_between_latin_letters_is_seen() -> None:
    assert "U+200D" in safe_text("pay\u200dpal")
