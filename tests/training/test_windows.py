"""Sentence windows and the choice among them."""

from hypothesis import given
from hypothesis import strategies as st

from training.windows import best_window, coverage, inverse_document_frequency, split_sentences, split_windows

SENTENCES = st.lists(
    st.sampled_from(["One two three.", "Four five!", "Six?", "Seven eight nine ten eleven twelve."]),
    min_size=1,
    max_size=12,
)


@given(SENTENCES, st.integers(1, 15))
def test_every_sentence_is_in_a_window_and_none_is_too_long(sentences: list[str], max_words: int) -> None:
    windows = split_windows(" ".join(sentences), max_words=max_words)
    assert all(any(s in w for w in windows) for s in sentences)
    assert all(len(w.split()) <= max_words or w in sentences for w in windows)


def test_windows_overlap_by_whole_sentences() -> None:
    # sizes 3, 2, 1: from the first, 3 + 2 fit into five; from the second, 2 + 1 reaches the end
    assert split_windows("One two three. Four five! Six?", max_words=5) == [
        "One two three. Four five!",
        "Four five! Six?",
    ]


def test_sentences_end_at_line_breaks_and_marks() -> None:
    assert split_sentences("A heading\nIt cost 2.5 euros. He said so.") == [
        "A heading",
        "It cost 2.5 euros.",
        "He said so.",
    ]


def test_no_words_no_windows() -> None:
    assert split_windows(" \n ", max_words=10) == []


def test_coverage_weighs_rare_words() -> None:
    idf = inverse_document_frequency(["the cat", "the dog", "the cat", "the bird"])  # the: 0, cat: ln 2, dog: ln 4
    assert coverage("the cat dog", "a cat", idf) == idf["cat"] / (idf["cat"] + idf["dog"])
    assert coverage("", "a cat", idf) == 0.0
    assert best_window("dog", ["the cat", "the dog", "dog"], idf) == "the dog"
