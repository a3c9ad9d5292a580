"""The proof of quotes: each status, then properties over any text, a planted sentence, and speed."""

from __future__ import annotations

import time

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from factcheck.records import Source, Span
from pipeline.prove import Proof, cuts, fold, locate, locate_folded, prove, reprove


def source(text: str, id_: str = "a") -> Source:
    return Source(id_, text, "", "")


def proved(quote: str, text: str, **more: object) -> Proof:
    return prove(quote, source(text), **more)  # type: ignore[arg-type]


# -- exact and normalised


def test_a_verbatim_quote_is_exact_at_its_offsets(seeds: dict[str, Source]) -> None:
    bta = seeds["bta-afp-kremlin"]
    quote = "the pact between Moscow and Tehran does not provide for a clause on mutual military assistance"
    proof = prove(quote, bta, others=seeds.values())
    assert proof.status == "exact"
    assert proof.span is not None
    assert proof.span.of(bta.text) == quote


def test_white_space_around_a_quote_does_not_count() -> None:
    assert proved("\n  was signed ", "It was signed.") == Proof("exact", Span(3, 13))


@pytest.mark.parametrize(
    ("quote", "text", "shown"),
    [
        ('the "real breakthrough," he said', "the “real breakthrough,” he said", "the “real breakthrough,” he said"),
        ("Russia's agreement", "So Russia’s agreement stands.", "Russia’s agreement"),
        ("a document - the agreement", "a document — the agreement", "a document — the agreement"),
        ("20 years", "valid for 20\u00a0years.", "20\u00a0years"),
        ("20\u202fyears", "valid for 20 years.", "20 years"),
        (
            "signed in Moscow. It is valid",
            "signed in Moscow.\r\n\r\nIt is valid",
            "signed in Moscow.\r\n\r\nIt is valid",
        ),
        ("one two", "x\tone \t\n two y", "one \t\n two"),
    ],
)
def test_white_space_quotation_marks_and_dashes_are_folded_and_the_source_span_is_shown(
    quote: str, text: str, shown: str
) -> None:
    proof = proved(quote, text)
    assert proof.status == "normalised"
    assert proof.span is not None
    assert proof.span.of(text) == shown


def test_verbatim_goes_before_folded_even_when_the_folded_place_comes_first() -> None:
    text = "It’s signed. Later: It's signed."
    assert proved("It's signed", text) == Proof("exact", Span(20, 31))


def test_letter_case_is_no_white_space() -> None:
    assert proved("the Treaty was signed", "the treaty was signed").status == "not_found"


@pytest.mark.parametrize(
    ("quote", "text"),
    [
        ("条约有效期为二十年", "该条约有效期为二十年。"),
        ("signed 😀 in", "They signed 😀 in Moscow"),
        ("café", "a cafe\u0301 a café"),
        ("ἡ συνθήκη", "καὶ ἡ συνθήκη"),
        ("👩‍🚀 flew", "the 👩‍🚀 flew home"),
    ],
)
def test_offsets_are_code_points(quote: str, text: str) -> None:
    proof = proved(quote, text)
    assert proof.status == "exact"
    assert proof.span is not None
    assert text[proof.span.start : proof.span.end] == quote


def test_an_accent_that_was_dropped_is_another_word() -> None:
    assert proved("cafe", "the cafe\u0301 is open").status == "not_found"


# -- not found


@pytest.mark.parametrize("quote", ["", "   ", "\n", "...", "“”", "—", "?!", "😀"])
def test_a_quote_without_a_word_is_not_found(quote: str) -> None:
    assert proved(quote, "A text with ... “” — ?! 😀 in it.") == Proof("not_found")


@pytest.mark.parametrize(
    ("quote", "status"),
    [
        ("The agreement, which is valid for 25 years with automatic renewals", "not_found"),
        ("The agreement, which is valid for 20 years with automatic renewal", "not_found"),
        ("The Russia-Iran agreement specifies no particulars of economic cooperation", "not_found"),
        # words left out without a sign are two runs put together: stitched
        ("The Russia-Iran agreement does include a clause on mutual military assistance", "frankenquote"),
        ("an initial 2 billion cubic meters per year to 5 billion cubic meters", "not_found"),
        ("5 billion cubic meters", "not_found"),
    ],
)
def test_a_changed_digit_or_negation_is_not_shown(quote: str, status: str, seeds: dict[str, Source]) -> None:
    article = seeds["nazimoghlu-not-an-alliance"]
    assert prove(quote, article, others=[]).status == status


@pytest.mark.parametrize(
    ("quote", "text"),
    [
        ("legal under the treaty", "This is illegal under the treaty."),
        ("able to agree", "They were unable to agree."),
        ("5 billion", "It carries 55 billion a year."),
        ("5", "1.5 metres"),
        ("1", "1.5 metres"),
        ("000 men", "20,000 men"),
        ("S-40", "the S-400 system"),
        ("not", "It changes nothing."),
        ("договор", "в договоре"),
    ],
)
def test_a_quote_does_not_stand_inside_a_word_or_a_number(quote: str, text: str) -> None:
    assert proved(quote, text).status == "not_found"


@pytest.mark.parametrize(
    ("quote", "text"),
    [("55", "55% of it"), ("It ended in 1991", "It ended in 1991. Then"), ("Iran", "Iran's"), ("約", "条約は")],
)
def test_signs_beside_a_word_do_not_belong_to_it(quote: str, text: str) -> None:
    assert proved(quote, text).status == "exact"


# -- other sources, stitched quotes


def test_a_quote_from_another_source_is_misattributed_and_names_it(seeds: dict[str, Source]) -> None:
    quote = "It will open new opportunities for optimizing transport flows"
    proof = prove(quote, seeds["bta-afp-kremlin"], others=seeds.values())
    assert proof == Proof("misattributed")


def test_a_folded_quote_from_another_source_is_misattributed_too() -> None:
    other = source("the “real breakthrough” came", "b")
    assert proved('the "real breakthrough" came', "nothing", others=[other]).status == "misattributed"


def test_its_own_source_is_not_another_one() -> None:
    """`others` may be the whole corpus."""
    own = source("It was signed. It was signed.")
    assert prove("It was signed", own, others=[own]).status == "ambiguous"


@pytest.mark.parametrize(
    "quote",
    [
        # two sentences of one article, with and without the sign of leaving out
        "The Russia-Iran agreement does not include … a provision for mutual assistance in the event of aggression",
        "The Russia-Iran agreement does not include [...] a provision for mutual assistance",
        "The Russia-Iran agreement does not include a provision for mutual assistance in the event of aggression",
    ],
)
def test_a_quote_stitched_from_several_places_is_a_frankenquote(quote: str, seeds: dict[str, Source]) -> None:
    assert prove(quote, seeds["nazimoghlu-not-an-alliance"]).status == "frankenquote"


def test_a_quote_stitched_from_two_sources_is_a_frankenquote() -> None:
    other = source("She will open the new bridge", "b")
    assert (
        proved(
            "He closed the old gate and will open the new bridge", "He closed the old gate and left", others=[other]
        ).status
        == "frankenquote"
    )


def test_runs_of_two_words_prove_nothing() -> None:
    """ "the treaty" + "was signed" + "in Paris": each pair stands somewhere, as any two words do."""
    text = "the treaty lapsed. It was signed late. A fair in Paris"
    assert proved("the treaty was signed in Paris", text).status == "not_found"


# -- several places


TWICE = "The treaty was signed. Nobody knew. The treaty was signed. The end."


def test_text_that_stands_twice_is_ambiguous_without_context() -> None:
    assert proved("The treaty was signed.", TWICE) == Proof("ambiguous")


@pytest.mark.parametrize(
    ("passage", "expected"),
    [
        (Span(0, 35), Span(0, 22)),  # holds the first
        (Span(23, 67), Span(36, 58)),  # holds the second
        (Span(40, 67), Span(36, 58)),  # the quote crosses the border of the passage, which touches only the second
    ],
)
def test_the_passage_decides(passage: Span, expected: Span) -> None:
    assert proved("The treaty was signed.", TWICE, passage=passage) == Proof("exact", expected)


@pytest.mark.parametrize("passage", [Span(0, 67), Span(23, 35), Span(59, 67)])
def test_a_passage_that_holds_both_or_none_does_not_decide(passage: Span) -> None:
    assert proved("The treaty was signed.", TWICE, passage=passage) == Proof("ambiguous")


def test_a_quote_across_the_border_of_two_chunks_is_found() -> None:
    text = "First chunk ends here. Second chunk begins."
    assert proved("ends here. Second chunk", text, passage=Span(0, 22)) == Proof("exact", Span(12, 35))


def test_one_place_outside_the_passage_is_enough() -> None:
    assert proved("Nobody knew", TWICE, passage=Span(59, 67)) == Proof("exact", Span(23, 34))


# -- properties

_ALPHABET = st.sampled_from("ab Ü9.,\n\r\t\u00a0“”\"'’-—–…条約😀\u0301\u200d\u3000")
_TEXT = st.text(st.one_of(_ALPHABET, st.characters(exclude_categories=("Cs",))), max_size=80)


@given(_TEXT, st.data())
@example("a a", None)
def test_any_slice_at_word_borders_is_exact_or_ambiguous(text: str, data: st.DataObject | None) -> None:
    start, end = (0, 1) if data is None else sorted(data.draw(st.tuples(*[st.integers(0, len(text))] * 2)))
    quote = text[start:end].strip()
    assume(any(char.isalnum() for char in quote))
    start = text.index(quote, start)
    assume(not cuts(text, start) and not cuts(text, start + len(quote)))
    proof = proved(quote, text)
    assert proof.status in {"exact", "ambiguous"}
    assert (proof.status == "exact") == (proof.span is not None)
    if proof.span:
        assert proof.span.of(text) == quote
    within = proved(quote, text, passage=Span(start, start + len(quote)))
    assert within == Proof("exact", Span(start, start + len(quote)))


@given(_TEXT, _TEXT)
def test_folded_places_slice_to_text_that_folds_to_the_quote(before: str, quote: str) -> None:
    text = before + quote + before
    for span in locate_folded(quote, text):
        assert fold(span.of(text)).text.strip() == fold(quote).text.strip()
        assert 0 <= span.start < span.end <= len(text)
    if fold(quote).text.strip():
        assert locate_folded(quote, text)


@given(_TEXT)
def test_folding_keeps_a_way_back_for_every_character(text: str) -> None:
    folded = fold(text)
    offsets = [folded.offset(i) for i in range(len(folded.text))]
    assert offsets == sorted(set(offsets))
    for at, char in zip(offsets, folded.text, strict=True):
        assert fold(text[at]).text == char
    assert "  " not in folded.text


@given(_TEXT, _TEXT)
def test_prove_never_raises_and_only_shown_statuses_have_a_span(quote: str, text: str) -> None:
    proof = proved(quote, text, others=[source(quote[::-1] + text, "b")])
    assert (proof.span is not None) == (proof.status in {"exact", "normalised"})


@given(
    st.integers(0, 400),
    st.sampled_from(["20 years, “renewable” — they said.", "第一条：双方同意。", "Ünïcødé 😀 ends"]),
)
def test_a_planted_sentence_is_found_exactly_where_it_was_planted(at: int, sentence: str) -> None:
    filler = "The harbour was quiet and nobody spoke of it again. " * 8
    at = filler.rfind(" ", 0, at) + 1
    text = f"{filler[:at]}{sentence} {filler[at:]}"
    assert proved(sentence, text) == Proof("exact", Span(at, at + len(sentence)))


# -- places, saved proofs, speed


def test_all_places_are_listed_overlapping_ones_too() -> None:
    assert locate("aba", "ababa") == (Span(0, 3), Span(2, 5))
    assert locate("", "abc") == ()
    assert locate_folded(" ", "a b") == ()


def test_a_saved_citation_holds_only_with_its_text_and_context() -> None:
    text = "One. It was signed. Two."
    good = {"start": 5, "end": 19, "exact": "It was signed.", "prefix": "One. ", "suffix": " Two."}
    assert reprove(text, good)
    for change in (
        {"start": 4}, {"end": 20}, {"exact": "It was sealed."}, {"prefix": "Two. "}, {"suffix": "?"}, {"start": "5"},
        {"start": -19, "end": -5}, {"start": 5, "end": 5, "exact": ""}, {"end": 999},
    ):  # fmt: skip
        assert not reprove(text, good | change), change


def test_a_megabyte_and_twenty_quotes_take_seconds_not_minutes(seeds: dict[str, Source]) -> None:
    """A bound wide enough for a busy machine; a search that is quadratic in the text takes minutes."""
    article = seeds["nazimoghlu-not-an-alliance"].text
    long = source(article + "\n".join(f"Line {i}: the harbour  was “quiet”." for i in range(30_000)))
    assert len(long.text) > 1_000_000
    sentences = [s for s in article.split(". ") if len(s) > 40]
    quotes = [s + " and nobody ever knew" for s in sentences[:19]] + ["the harbour was quiet and so it was"]
    started = time.process_time()
    statuses = {prove(quote, long, others=[source(article, "b")]).status for quote in quotes}
    assert time.process_time() - started < 8
    assert statuses <= {"not_found", "frankenquote"}


@pytest.mark.parametrize("run", [" ", "\n", "\t \n", ". ", ".", "[ ", "] ", "…", "[... "])
def test_a_run_of_signs_in_a_quote_costs_no_more_than_its_length(run: str) -> None:
    """A model that is stuck writes one sign until it is cut off."""
    quote = "The treaty was signed" + run * (1200 // len(run)) + "by the queen"
    started = time.process_time()
    assert proved(quote, "The treaty was signed in May. It was kept by the queen.").status == "frankenquote"
    assert time.process_time() - started < 1
