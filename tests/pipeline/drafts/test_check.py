"""A checked draft: records, counts, mismatches, and claims that broke are no verdicts."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from factcheck.errors import ModelUnavailableError, SourceError
from factcheck.records import Answer, CheckClaim, Question
from pipeline.drafts.check import Draft, Failed, check_draft, check_record, failing, read_draft
from pipeline.mismatch import find_mismatches, mismatch_in
from pipeline.record import answer_from_record, check_claim_from_record, check_claim_record
from pipeline.values import Anchor
from tests.pipeline import made_records as made

REFUTED = made.answer(
    "c", "x", verdict="refuted",
    citations=[made.citation("treaty.txt", "It is valid for 20 years", "refutes"),
               made.citation("treaty.txt", "The treaty was signed in Moscow on 17 January 2025.", "supports")],
    sources=[made.stance("treaty.txt", "mixed", 0.5, [0, 1])], claim="The treaty is valid for 10 years.",
)  # fmt: skip


class Scripted:
    """Answers with what is given for a claim, and keeps what it was asked."""

    def __init__(self, **answers: Any) -> None:
        self.answers, self.asked = answers, list[Question]()

    def answer(self, question: Question) -> tuple[Answer, None]:
        self.asked.append(question)
        if "fails" in (question.claim or ""):
            raise ModelUnavailableError("the server is gone")
        return answer_from_record(REFUTED), None


def test_every_statement_comes_back_in_order_with_its_outcome() -> None:
    draft = Draft("d.md", "# Title\n\nThe treaty is valid for 10 years. Iran fails in its duty. Why?\n", markdown=True)
    asking = Scripted()
    found = list(check_draft(draft, asking, as_of="2025-03-01", sources=("a",)))
    claims = [claim for claim in found if isinstance(claim, CheckClaim)]
    assert [(c.id, c.verdict, c.reason) for c in claims] == [
        ("c1", None, "heading"), ("c2", "refuted", None), ("c4", None, "question"),
    ]  # fmt: skip
    assert isinstance(found[2], Failed)
    assert [(q.claim, q.as_of, q.sources) for q in asking.asked] == [
        ("The treaty is valid for 10 years.", "2025-03-01", ("a",)), ("Iran fails in its duty.", "2025-03-01", ("a",)),
    ]  # fmt: skip
    assert asking.asked[1].text == "The treaty is valid for 10 years. Iran fails in its duty."  # "its" may point back
    assert check_record(draft, found)["counts"] == {
        "supported": 0, "refuted": 1, "conflicting_evidence": 0, "not_enough_evidence": 0, "not_checkable": 2,
        "failed": 1,
    }  # fmt: skip
    assert check_record(draft, found)["n_claims"] == 4
    assert [(m.kind, m.claim, m.evidence) for m in claims[1].mismatch] == [("number", "10 years", "20 years")]
    assert check_claim_from_record(check_claim_record(claims[1])) == claims[1]
    assert draft.text[claims[1].start : claims[1].end] == claims[1].exact


def test_what_a_check_fails_on() -> None:
    draft = Draft("d.md", "The treaty is valid for 10 years. Why?\n", markdown=True)
    found = list(check_draft(draft, Scripted()))
    assert len(failing(found, ("refuted",))) == 1
    assert len(failing(found, ("mismatch",))) == 1
    assert failing(found, ("supported", "not_enough_evidence")) == []
    assert failing(found, ()) == []


def test_context_that_would_make_the_question_too_long_is_left_out() -> None:
    asking = Scripted()
    draft = Draft("d", "Signing was long ago. It lasts long now.", markdown=True)
    list(check_draft(draft, asking, max_chars=40))
    list(check_draft(draft, asking, max_chars=39))
    assert [q.text for q in asking.asked][1::2] == ["Signing was long ago. It lasts long now.", "It lasts long now."]


@pytest.mark.parametrize(
    ("claim", "quote", "found"),
    [
        ("It is valid for 10 years.", "It is valid for 20 years.", [("number", "10 years", "20 years")]),
        ("It is valid for 20 years.", "It is valid for twenty years.", []),
        ("It is valid for ten years.", "It has 47 articles.", []),  # another unit
        ("It has 45 articles.", "It has 47 articles.", [("number", "45 articles", "47 articles")]),
        (
            "It was signed on 18 January 2025.",
            "Signed on 17 January 2025.",
            [("date", "18 January 2025", "17 January 2025")],
        ),
        ("It was signed on 17 January 2025.", "Signed on January 17.", []),  # the citation is of January 18, 2025
        ("It was signed on 18 January 2024.", "Signed on January 17.", [("date", "18 January 2024", "January 17")]),
        # "would" does not tell the year; the citation is of January 18, 2025
        ("It closes on 10 June 2025.", "They said it would close on 10 June.", []),
        (
            "It closes on 10 June 2025.",
            "They said it would close on 11 June.",
            [("date", "10 June 2025", "11 June")],
        ),
        ("It closes on 10 June 2025.", "It closes on 10 June.", []),
        ("It was signed in 2025.", "Signed on 17 January 2025.", []),  # another precision
        # numbers that count nothing are not compared
        ("The magnitude was 6.4.", "It had a magnitude of 6.4, killed 38 and injured more than 400, he said.", []),
        ("The magnitude was 6.4.", "A quake of magnitude 6.2 struck, killing 38.", []),
        ("The flight's number was 317.", "Flight 317 crashed at 4:17.", []),
        # durations: in one measure, added where they are told as one; months are no minutes
        ("It took 90 minutes.", "It took 1 hour and 30 minutes.", []),
        ("It took 95 minutes.", "It took 1 hour and 30 minutes.", [("number", "95 minutes", "1 hour and 30 minutes")]),
        ("It lasted 18 months.", "It lasted one year and six months.", []),
        ("It was beaten by 72 seconds.", "It was beaten by 1 minute and 12 seconds.", []),
        ("It was beaten by 60 seconds.", "It was beaten by 72 seconds.", [("number", "60 seconds", "72 seconds")]),
        ("It lasts three months.", "The vote took five minutes.", []),
        ("It lasted three days.", "It lasted 72 hours.", []),
        ("It costs $5 million.", "It costs $6 million and $5 million.", []),
        ("Nothing to compare.", "It has 47 articles.", []),
    ],
)
def test_numbers_and_dates_that_differ(claim: str, quote: str, found: list[tuple[str, str, str]]) -> None:
    source = made.make_source("s", quote, published="2025-01-18")
    made.SOURCES["s"] = source
    record = made.answer("c", "x", citations=[made.citation("s", quote, "refutes")], sources=[])
    del made.SOURCES["s"]
    citations = answer_from_record(record).citations
    assert [(m.kind, m.claim, m.evidence) for m in find_mismatches(claim, citations)] == found


def test_a_claim_about_a_german_text_may_have_either_points() -> None:
    said, german = "Es versorgt 94.000 Menschen für 46,5 Millionen Euro.", Anchor(english=False)
    assert mismatch_in("Es versorgt 94.000 Menschen.", said, german) is None
    assert mismatch_in("It costs 46.5 million euros.", said, german) is None
    other = mismatch_in("It costs 47.5 million euros.", said, german)
    assert other is not None
    assert (other.claim, other.evidence) == ("47.5 million euros", "46,5 Millionen Euro")


def test_a_draft_is_read_as_it_stands() -> None:
    draft = read_draft(Path("a.MD"), "\ufeffA\r\nb\u200b 🙂".encode())
    assert (draft.text, draft.markdown) == ("A\r\nb\u200b 🙂", True)
    assert read_draft(Path("a.txt"), b"x").markdown is False
    assert read_draft(Path("-"), b"x").markdown is True


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("a.pdf", b"x", "saved? as|save it"),
        ("a.md", b"\xff\xfe", "UTF-8"),
        ("a.md", b" \n", "empty"),
        ("a.md", b"a\0b", "NUL"),
    ],
)
def test_what_is_no_draft(name: str, data: bytes, said: str) -> None:
    with pytest.raises(SourceError, match=said):
        read_draft(Path(name), data)


@pytest.mark.parametrize(
    ("evidence", "found"), [("Fares rise by 4.5 percent.", []), ("Spending rises by 4.5 percent.", ["4.5 percent"])]
)
def test_figures_of_a_sentence_about_something_else_are_no_mismatch(evidence: str, found: list[str]) -> None:
    text = "Spending on roads falls by 9.4 percent."
    refuted = answer_from_record(REFUTED)
    cited = (replace(refuted.citations[0], exact=evidence),)

    class Refuting(Scripted):
        def answer(self, question: Question) -> tuple[Answer, None]:
            return replace(refuted, claim=text, citations=cited), None

    (claim,) = check_draft(Draft("d.md", text, markdown=True), Refuting())
    assert isinstance(claim, CheckClaim)
    assert [m.evidence for m in claim.mismatch] == found
