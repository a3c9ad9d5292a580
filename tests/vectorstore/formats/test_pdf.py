"""PDFs: paragraphs over lines and pages, page numbers, furniture, and files that are broken or closed."""

from __future__ import annotations

import time

import pytest

from benchmarks.formats import pdf_file, unicode_font
from vectorstore.formats.extracted import UnreadableError
from vectorstore.formats.from_pdf import extract
from vectorstore.formats.pdf_lines import Line, paragraphs

SENTENCE = "The treaty number {} between Russia and Iran was signed in Moscow on Friday after many months of talks. "


def test_a_paragraph_runs_over_lines_and_pages_and_every_offset_has_its_page() -> None:
    long = "".join(SENTENCE.format(i) for i in range(90)).strip()
    found = extract(
        pdf_file(["A heading", long, "The last paragraph says that it is valid for 20 years."], "The Digest")
    )
    assert found.text == f"A heading\n{long}\nThe last paragraph says that it is valid for 20 years."
    assert len(found.pages) == 3
    assert found.pages[0] == 0
    assert list(found.pages) == sorted(found.pages)
    # What stands where a page begins is what begins the page: the page's own text, from PDFium, says so.
    import pypdfium2 as pdfium

    document = pdfium.PdfDocument(pdf_file(["A heading", long], "The Digest"))
    for number in (1, 2):
        lines = document[number].get_textpage().get_text_range().split("\r\n")
        first = next(line for line in lines if line not in {"The Digest", ""} and not line.startswith("Page "))
        assert found.text[found.pages[number] :].startswith(first.strip())
    document.close()


def test_running_heads_and_page_numbers_are_no_text() -> None:
    long = "".join(SENTENCE.format(i) for i in range(60)).strip()
    text = extract(pdf_file([long], "Example Digest, issue 7")).text
    assert "Example Digest" not in text
    assert "Page" not in text


def line(text: str, y: float, page: int = 0, *, x0: float = 50, x1: float = 500, size: float = 10) -> Line:
    return Line(text, page, x0, x1, y, size)


@pytest.mark.parametrize(
    ("foot", "kept"),
    [
        ("7", False), ("- 7 -", False), ("Page 7", False), ("p. 7 of 12", False), ("Стр. 7/12", False),
        ("Page", True), ("7 ships", True), ("123456", True),
    ],
)  # fmt: skip
def test_a_number_alone_at_the_foot_of_a_page_is_no_text(foot: str, kept: bool) -> None:
    text, _ = paragraphs([[line("It was signed in May.", 700), line(foot, 50)]])
    assert (foot in text) is kept


@pytest.mark.parametrize("foot", ["_" * 10_000 + "a", "7" + " _" * 5_000 + "a", "page" + "." * 10_000 + "a"])
def test_a_long_rule_at_the_foot_of_a_page_costs_no_more_than_its_length(foot: str) -> None:
    started = time.process_time()
    text, _ = paragraphs([[line("It was signed in May.", 700), line(foot, 50)]])
    assert foot in text
    assert time.process_time() - started < 1


@pytest.mark.parametrize(
    ("first", "second", "more", "joined"),
    [
        ("the treaty about agree-", "ment of both sides", "", "agreement of"),
        ("a long-", "term treaty of both", "This long-term treaty.", "a long-term treaty"),
        ("the Russian-", "Iranian treaty of", "", "Russian-Iranian treaty"),
        ("the co\ufffe", "operation of both", "", "the cooperation of"),
        ("between 10-", "15 years and more", "", "between 10-15 years"),
        ("条約は二十年間", "有効である。", "", "条約は二十年間有効である。"),
        ("a treaty of", "twenty years or so", "", "a treaty of twenty years"),
    ],
)
def test_lines_are_joined_as_they_were_parted(first: str, second: str, more: str, joined: str) -> None:
    text, _ = paragraphs([[line(first, 700), line(second, 688), *([line(more, 600)] if more else [])]])
    assert joined in text


def test_a_line_that_had_room_for_the_next_word_ends_its_paragraph() -> None:
    page = [
        line("A full line of a paragraph that goes on to the margin", 700),
        line("and ends here.", 688, x1=150),
        line("Another paragraph begins without any distance to it, and", 676),
        line("an indented line begins a third.", 664, x0=70, x1=300),
    ]
    text, starts = paragraphs([page])
    assert text.split("\n") == [
        "A full line of a paragraph that goes on to the margin and ends here.",
        "Another paragraph begins without any distance to it, and",
        "an indented line begins a third.",
    ]
    assert starts == (0,)


def test_columns_are_read_one_after_the_other() -> None:
    left = [line(f"left column line {i} goes to its margin", 700 - 12 * i, x0=50, x1=250) for i in range(3)]
    right = [line(f"right column line {i} goes to its margin", 700 - 12 * i, x0=300, x1=500) for i in range(3)]
    text, _ = paragraphs([[*left, *right]])
    assert "\n" not in text
    assert text.index("left column line 2") < text.index("right column line 0")


def test_an_empty_page_has_a_number_too() -> None:
    pages = [[line("First.", 700, 0, x1=80)], [], [line("Third.", 700, 2, x1=80)]]
    text, starts = paragraphs(pages)
    assert (text, starts) == ("First.\nThird.", (0, 7, 7))


def encrypted(password: str) -> bytes:
    from fpdf import FPDF

    pdf = FPDF()
    pdf.set_encryption(owner_password="o", user_password=password)
    pdf.add_font("D", "", unicode_font())
    pdf.set_font("D", size=12)
    pdf.add_page()
    pdf.cell(text="The treaty is secret.")
    return bytes(pdf.output())


def without_text() -> bytes:
    from fpdf import FPDF

    pdf = FPDF()
    pdf.add_page()
    pdf.rect(10, 10, 50, 50)
    pdf.add_page()
    return bytes(pdf.output())


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (lambda: encrypted("secret"), "is encrypted and needs a password"),
        (without_text, "has 2 pages and no text, as scans have; run OCR"),
        (lambda: b"%PDF-1.7\nnothing of a PDF", "is damaged, or no PDF"),
        (lambda: pdf_file(["A text."])[:300], "is damaged, or no PDF"),
        (lambda: b"", "is damaged, or no PDF"),
    ],
)
def test_what_cannot_be_read_says_why(data: object, said: str) -> None:
    with pytest.raises(UnreadableError, match=said):
        extract(data())  # type: ignore[operator]


def test_a_pdf_that_anybody_may_open_is_read() -> None:
    assert extract(encrypted("")).text == "The treaty is secret."


def test_pages_without_text_are_named() -> None:
    from fpdf import FPDF

    pdf = FPDF()
    pdf.add_font("D", "", unicode_font())
    pdf.set_font("D", size=12)
    pdf.set_title("The \u202etreaty")
    pdf.set_author("Jane Roe")
    pdf.add_page()
    pdf.cell(text="The treaty is signed. The ofﬁcial text follows.")
    pdf.add_page()
    found = extract(bytes(pdf.output()))
    assert found.text == "The treaty is signed. The official text follows."
    assert found.warnings == ("has no text on page 2: a picture, or empty",)
    assert found.facts == {"title": "The treaty", "author": "Jane Roe"}
