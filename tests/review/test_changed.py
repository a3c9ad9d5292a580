"""What is said of a quote that no longer proves."""

from __future__ import annotations

from hashlib import sha256

from factcheck.records import Source
from review.changed import what_changed, word_diff
from tests.review.records import TEXTS, cite


def source(text: str) -> Source:
    return Source("treaty", text, sha256(text.encode()).hexdigest(), "")


CITED = cite("treaty", "It has no mutual defence clause.")


def test_a_source_that_is_gone() -> None:
    assert "no source 'treaty' any more" in what_changed(CITED, None).reason


def test_the_words_stand_elsewhere_now() -> None:
    change = what_changed(CITED, source("New first line.\n" + TEXTS["treaty"]))
    assert "The same words stand in its text as it is now, at line 2" in change.reason
    assert change.line == 2
    assert change.changed == ()


def test_the_words_stand_in_several_places_now() -> None:
    change = what_changed(CITED, source(f"{TEXTS['treaty']}\nA\n{TEXTS['treaty']}"))
    assert "at 2 places (lines 1, 3)" in change.reason


def test_only_marks_and_spaces_differ() -> None:
    change = what_changed(CITED, source(TEXTS["treaty"].replace("no mutual", "no\n mutual")))
    assert "Only white space, quotation marks or dashes" in change.reason
    assert ("gone", " ") in change.changed
    assert ("new", "\n ") in change.changed


def test_the_nearest_sentence_is_compared() -> None:
    change = what_changed(CITED, source("Preface.\nIt has a mutual defence clause now."))
    assert "most like it stands at line 2" in change.reason
    assert change.changed == (
        ("same", "It has "), ("gone", "no"), ("new", "a"), ("same", " mutual defence clause"), ("new", " now"),
        ("same", "."),
    )  # fmt: skip


def test_nothing_like_it() -> None:
    assert "Nothing like the passage" in what_changed(CITED, source("Weather for Sofia: rain.")).reason


def test_the_same_source_holds_other_words_at_the_offsets() -> None:
    shifted = CITED | {"start": 0, "end": 10}
    change = what_changed(shifted, source(TEXTS["treaty"]))
    assert "holds other words than quoted" in change.reason
    assert ("new", "The treaty") in change.changed or change.changed_title == "What stands there"


def test_the_same_source_ends_before_the_offsets() -> None:
    beyond = CITED | {"start": 5000, "end": 5010}
    assert "ends before 5010" in what_changed(beyond, source(TEXTS["treaty"])).reason


def test_a_diff_joins_back_to_both_texts() -> None:
    old, new = "the pact was signed on Friday.", "the treaty was signed, on Monday"
    parts = word_diff(old, new)
    assert "".join(text for kind, text in parts if kind != "new") == old
    assert "".join(text for kind, text in parts if kind != "gone") == new
