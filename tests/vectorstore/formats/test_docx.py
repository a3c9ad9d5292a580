"""Word files: what stands there when all changes are accepted, in order; and files that are bombs or damaged."""

from __future__ import annotations

import io
import zipfile

import docx
import pytest
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

from vectorstore.formats.extracted import UnreadableError
from vectorstore.formats.from_docx import extract


def saved(document: object) -> bytes:
    out = io.BytesIO()
    document.save(out)  # type: ignore[attr-defined]
    return out.getvalue()


def with_body(xml: str) -> bytes:
    """A document of these paragraphs and tables; `w:` is declared."""
    document = docx.Document()
    body = document.element.body
    for child in parse_xml(f"<w:body {nsdecls('w')}>{xml}</w:body>"):
        body.insert(len(body) - 1, child)
    return saved(document)


def run(text: str, properties: str = "") -> str:
    return f"<w:r><w:rPr>{properties}</w:rPr><w:t xml:space='preserve'>{text}</w:t></w:r>"


def test_headings_paragraphs_and_tables_stand_in_their_order() -> None:
    document = docx.Document()
    document.core_properties.title, document.core_properties.author = "The treaty", "Jane Roe"
    document.add_heading("Signed in Moscow", 1)
    document.add_paragraph("Russia and Iran signed a treaty.")
    table = document.add_table(2, 3)
    for row, cells in zip(table.rows, (("Years", "", "20"), ("Articles", "of it", "47")), strict=True):
        for cell, text in zip(row.cells, cells, strict=True):
            cell.text = text
    document.add_paragraph("It was ratified.")
    found = extract(saved(document))
    assert found.text.split("\n") == [
        "Signed in Moscow", "Russia and Iran signed a treaty.", "Years | 20", "Articles | of it | 47",
        "It was ratified.",
    ]  # fmt: skip
    assert found.facts == {"title": "The treaty", "author": "Jane Roe"}


def test_tracked_changes_are_accepted_and_hidden_text_comments_and_fields_are_left_out() -> None:
    xml = f"""<w:p>{run("The treaty ")}<w:del w:id="1" w:author="x"><w:r><w:delText>was never </w:delText></w:r></w:del>
    <w:ins w:id="2" w:author="x">{run("was ")}</w:ins>{run("signed")}{run(" in secret", "<w:vanish/>")}
    <w:r><w:instrText>HYPERLINK x</w:instrText></w:r><w:r><w:commentReference w:id="0"/></w:r>
    {run(" in Moscow", '<w:vanish w:val="0"/>')}<w:r><w:tab/><w:t>on</w:t><w:br/><w:t>Friday.</w:t></w:r></w:p>
    <w:moveFrom w:id="4"><w:p>{run("Moved away.")}</w:p></w:moveFrom>
    <w:sdt><w:sdtContent><w:p>{run("In a control.")}</w:p></w:sdtContent></w:sdt>
    <w:tbl><w:tr><w:trPr><w:del w:id="5"/></w:trPr><w:tc><w:p>{run("Deleted row")}</w:p></w:tc></w:tr>
    <w:tr><w:tc><w:p>{run("Kept row")}</w:p></w:tc></w:tr></w:tbl>"""
    lines = extract(with_body(xml)).text.split("\n")
    assert lines == ["The treaty was signed in Moscow on", "Friday.", "In a control.", "Kept row"]


def test_invisible_characters_do_not_get_into_the_text() -> None:
    assert extract(with_body(f"<w:p>{run('The tre&#x200b;aty &#x202e;was')}</w:p>")).text == "The treaty was"


def packed(parts: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return out.getvalue()


def replaced(data: bytes, name: str, part: bytes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return packed({n: part if n == name else archive.read(n) for n in archive.namelist()})


WHOLE = with_body(f"<w:p>{run('The treaty.')}</w:p>")
LAUGHS = "".join(f'<!ENTITY l{i} "{f"&l{i - 1};" * 10}">' for i in range(1, 12))
BILLION = f"""<?xml version="1.0"?><!DOCTYPE d [<!ENTITY l0 "ha">{LAUGHS}]>
<w:document {nsdecls("w")}><w:body><w:p><w:r><w:t>&l11;</w:t></w:r></w:p></w:body></w:document>""".encode()


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "is damaged, or no Word file"),
        (b"PK\x03\x04 nothing", "is damaged, or no Word file"),
        (WHOLE[:-200], "is damaged, or no Word file"),
        (packed({"a.txt": b"no Word file"}), "is damaged, or no Word file"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "is an old .doc file or is encrypted"),
        (saved(docx.Document()), "has no text"),
        (replaced(WHOLE, "word/document.xml", b" " * 301_000_000), "unpacks to"),
        (packed({f"{i}.xml": b"" for i in range(10_001)}), "unpacks to 10,001 parts"),
        (replaced(WHOLE, "word/document.xml", BILLION), "is damaged, or no Word file|has no text"),
        (replaced(WHOLE, "word/document.xml", b"<not-closed"), "is damaged, or no Word file"),
    ],
)
def test_what_cannot_be_read_says_why(data: bytes, said: str) -> None:
    with pytest.raises(UnreadableError, match=said):
        extract(data)
