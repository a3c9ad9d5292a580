"""Sentences: the cases that decided for the segmenter, and the invariants on any text."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from factcheck.records import Span
from vectorstore.segment import split_sentences

SEEDS = sorted((Path(__file__).parents[2] / "seeds").glob("*.txt"))

TEXTS = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=200),
    st.lists(
        st.sampled_from(
            ["The U.S. agreed.", "“Yes.", "It is.“", '"No,"', "2001.", "by", "条約は", "。", "！", "😀", "👩‍👩‍👧",
             "\r\n", "\n\n", "\u2028", "\x85", "\x0c", "\x1d", "\u200b", " ", "\t", "Heading", "Dr.", "e\u0301",
             "\ufeff",
             "…", "- item", "3.5"]
        ),
        max_size=60,
    ).map(" ".join),
    st.lists(st.sampled_from(["A b.", " ", "\n", "“", "c. "]), max_size=80).map("".join),
)  # fmt: skip


def sentences(text: str) -> list[str]:
    return [span.of(text) for span in split_sentences(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        (" \r\n\t ", []),
        ("Yes", ["Yes"]),
        ("The new U.S. President spoke. He left.", ["The new U.S. President spoke.", "He left."]),
        ("An agreement of 2001. by the then president. It ended.",
         ["An agreement of 2001. by the then president.", "It ended."]),
        ("Article No. 5 says so. See it.", ["Article No. 5 says so.", "See it."]),
        ("Prices rose 3.5 percent to $1.2 billion. Dr. A. B. Jones, e.g., agreed.",
         ["Prices rose 3.5 percent to $1.2 billion.", "Dr. A. B. Jones, e.g., agreed."]),
        ("He said: “We will not.“ Then he left.", ["He said: “We will not.“", "Then he left."]),
        ("It was in Moscow. “Tehran may gain.“", ["It was in Moscow.", "“Tehran may gain.“"]),
        ('It blamed the U.S. "They come from afar," he said.',
         ["It blamed the U.S.", '"They come from afar," he said.']),
        ('The U.S. "Iran Policy Act" passed. It did.', ['The U.S. "Iran Policy Act" passed.', "It did."]),
        ("これは文です。次の文です！本当？はい。", ["これは文です。", "次の文です！", "本当？", "はい。"]),
        ("A heading\r\nA sentence here. Another one.\r\n", ["A heading", "A sentence here.", "Another one."]),
        ("One. One. One.", ["One.", "One.", "One."]),
        ("ok 😀 👩‍👩‍👧. Next one.", ["ok 😀 👩‍👩‍👧.", "Next one."]),
    ],
)  # fmt: skip
def test_where_sentences_end(text: str, expected: list[str]) -> None:
    assert sentences(text) == expected


def test_a_long_quotation_is_split_so_that_one_sentence_of_it_can_be_cited() -> None:
    first, second = "It plays a strategic role in the corridor " * 4 + "here.", "It will open routes, " * 5 + "at last"
    text = f'"{first} {second}," the minister said. Then he left.'
    assert sentences(text) == [f'"{first}', f'{second}," the minister said.', "Then he left."]


@pytest.mark.parametrize("path", SEEDS, ids=lambda path: path.name[:3])
def test_no_sentence_of_the_seeds_begins_or_ends_wrongly(path: Path) -> None:
    text = path.read_text("utf-8")
    for sentence in sentences(text):
        begins_well = sentence[0].isupper() or sentence[0].isdigit() or sentence[0] in '"“‘(-'
        assert begins_well or len(sentence.split()) < 4, sentence
        assert not sentence.endswith(" “")


@given(TEXTS)
def test_spans_slice_back_in_order_and_cover_the_text(text: str) -> None:
    assert_spans(text, split_sentences(text))


def assert_spans(text: str, spans: tuple[Span, ...]) -> None:
    """Disjoint, in order, not empty, trimmed; and what lies between them is white space."""
    end = 0
    for span in spans:
        assert end <= span.start < span.end <= len(text)
        assert span.of(text) == span.of(text).strip()
        assert not text[end : span.start].strip()
        end = span.end
    assert not text[end:].strip()


@pytest.mark.parametrize("unit", ["“Hello there it is. ", "x", "“ ", "word\n", "。"])
def test_time_grows_with_the_text_and_not_with_its_square(unit: str) -> None:
    begin = time.process_time()
    spans = split_sentences(unit * 40_000)
    assert time.process_time() - begin < 15  # 0.02 to 0.9 s; minutes where it is quadratic
    assert_spans(unit * 40_000, spans)


@pytest.mark.parametrize("piece", ["Aaa. bbb ", "“Aaa. bbb ccC. Ddd eef. Ggg” ", "U.S. “", "(", "a", "[1] Aaa. "])
def test_a_long_line_takes_time_in_proportion_to_its_length(piece: str) -> None:
    """The work is counted by processor time, and generously: quadratic work on these took 100 times as long."""
    text = piece * (400_000 // len(piece))
    started = time.process_time()
    spans = split_sentences(text)
    assert time.process_time() - started < 5
    assert "".join(span.of(text) for span in spans).replace(" ", "") == text.replace(" ", "")
    assert max(span.end - span.start for span in spans) <= 4_000
