"""Exports: complete, in the order of the file, valid by the rules of each standard, and harmless."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from xml.etree import ElementTree as ET

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.exports import FORMATS, export
from pipeline.exports.items import Item, read_items
from pipeline.exports.to_csv import COLUMNS
from pipeline.exports.to_md import quoted, text
from tests.pipeline import made_records as made

CLAIM = {
    "schema": "factcheck/check-claim/1", "id": "c1", "start": 0, "end": 20, "exact": "There is a clause.",
    "checkable": True, "reason": None, "claim": "There is a clause.", "verdict": "refuted", "probability": 0.9,
    "citations": [made.CLAUSE["citations"][0]], "sources": [made.stance("treaty.txt", "refutes", 0.97, [0])],
    "mismatch": [], "coverage": made.TERM["coverage"], "quotes": {}, "run": {"latency_s": 0.25},
}  # fmt: skip
HEADING = CLAIM | {"id": "c2", "checkable": False, "reason": "heading", "verdict": None, "claim": None,
                   "citations": [], "sources": [], "coverage": None}  # fmt: skip

# The Web Annotation Data Model's rules for what we write: an annotation has an id, one type, bodies and a target;
# a collection has a total and its first page; selectors have exactly their own values; positions are whole numbers.
IRI = {"type": "string", "pattern": '^[a-z][a-z0-9+.-]*:[^\\s<>"{}|\\\\^`]+$'}
BODY = {
    "type": "object", "required": ["type", "value"], "additionalProperties": False,
    "properties": {
        "type": {"const": "TextualBody"}, "value": {"type": "string"}, "format": {"type": "string"},
        "purpose": {"enum": ["assessing", "tagging", "describing", "commenting"]},
    },
}  # fmt: skip
TEXT = {
    "type": "object", "required": ["id", "type"], "additionalProperties": False,
    "properties": {"id": IRI, "type": {"const": "Text"}, "format": {"const": "text/plain"}, "via": IRI,
                   "label": {"type": "string"}},
}  # fmt: skip
QUOTE = {
    "type": "object", "required": ["type", "exact"], "additionalProperties": False,
    "properties": {"type": {"const": "TextQuoteSelector"}, "exact": {"type": "string", "minLength": 1},
                   "prefix": {"type": "string"}, "suffix": {"type": "string"}},
}  # fmt: skip
POSITION = {
    "type": "object", "required": ["type", "start", "end"], "additionalProperties": False,
    "properties": {"type": {"const": "TextPositionSelector"}, "start": {"type": "integer", "minimum": 0},
                   "end": {"type": "integer", "minimum": 1}},
}  # fmt: skip
SPECIFIC = {
    "type": "object", "required": ["type", "source", "selector"], "additionalProperties": False,
    "properties": {"type": {"const": "SpecificResource"}, "source": TEXT,
                   "selector": {"type": "array", "prefixItems": [QUOTE, POSITION], "items": False, "minItems": 2}},
}  # fmt: skip
ANNOTATION = {
    "type": "object", "required": ["id", "type", "motivation", "body", "target"], "additionalProperties": False,
    "properties": {
        "id": IRI, "type": {"const": "Annotation"}, "motivation": {"enum": ["assessing", "commenting"]},
        "body": {"type": "array", "items": BODY, "minItems": 1}, "target": {"oneOf": [SPECIFIC, TEXT]},
    },
}  # fmt: skip
COLLECTION = {
    "type": "object", "required": ["@context", "id", "type", "total", "first"], "additionalProperties": False,
    "properties": {
        "@context": {"const": "http://www.w3.org/ns/anno.jsonld"}, "id": IRI, "type": {"const": "AnnotationCollection"},
        "label": {"type": "string"}, "generator": {"type": "object"}, "total": {"type": "integer", "minimum": 0},
        "first": {
            "type": "object", "required": ["id", "type", "partOf", "items"], "additionalProperties": False,
            "properties": {"id": IRI, "type": {"const": "AnnotationPage"}, "partOf": IRI, "startIndex": {"const": 0},
                           "items": {"type": "array", "items": ANNOTATION}},
        },
    },
}  # fmt: skip


@pytest.fixture(scope="module")
def items(tmp_path_factory: pytest.TempPathFactory) -> list[Item]:
    path = tmp_path_factory.mktemp("exports") / "records.ndjson"
    path.write_text("\n".join(json.dumps(r) for r in (*made.RECORDS, CLAIM, HEADING)), "utf-8")
    return read_items(path)


def rows_of(items: list[Item]) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(export(items, "csv", made.find_source), newline="")))


@pytest.mark.parametrize("format_", FORMATS)
def test_each_export_is_as_it_was(format_: str, items: list[Item], golden: Callable[[str, str], None]) -> None:
    golden(f"records.{format_}", export(items, format_, made.find_source))


@pytest.mark.parametrize("format_", FORMATS)
def test_nothing_is_lost_and_no_catalog_is_needed(format_: str, items: list[Item]) -> None:
    said = export(items, format_, lambda *_: None)
    for part in ("Does the treaty include", "How long is the treaty valid?", "Is the moon made of cheese?", "Who?",
                 "model", "unavailable", "There is a clause.", "heading"):  # fmt: skip
        assert part in said, part
    assert export([], format_, made.find_source)


def test_csv_has_a_row_a_citation_and_one_for_all_else(items: list[Item]) -> None:
    rows = rows_of(items)
    assert tuple(rows[0]) == COLUMNS
    assert [row["id"] for row in rows] == ["q1", "q1", "q1", "q2", "q3", "q4", "c1", "c2"]
    assert rows[1]["quote"] == made.CLAUSE["citations"][1]["exact"]
    assert (rows[0]["start"], rows[0]["published"], rows[0]["url"]) == (
        "100",
        "2025-01-18",
        "https://example.org/treaty",
    )
    assert rows[2]["source"] == "'=cmd()|<i>.txt"
    assert json.loads(rows[3]["value"]) == {"iso": "P20Y"}
    assert (rows[5]["error"], rows[5]["message"], rows[5]["verdict"]) == (
        "model_unavailable",
        "the server said <no>",
        "",
    )
    assert (rows[7]["not_checkable"], rows[7]["verdict"]) == ("heading", "")


def test_web_annotations_follow_the_model(items: list[Item]) -> None:
    collection = json.loads(export(items, "webannotation", made.find_source))
    jsonschema.validate(collection, COLLECTION)
    found = collection["first"]["items"]
    assert collection["total"] == len(found) == 8
    assert len({a["id"] for a in found}) == 8
    for annotation in found:
        if annotation["target"]["type"] == "SpecificResource":
            quote, position = annotation["target"]["selector"]
            source = made.SOURCES[annotation["target"]["source"]["label"]]
            assert source.text[position["start"] : position["end"]] == quote["exact"]
            assert source.text[: position["start"]].endswith(quote.get("prefix", ""))
            assert source.text[position["end"] :].startswith(quote.get("suffix", ""))
    assert found[0]["target"]["source"]["via"] == "https://example.org/treaty"


def test_the_schema_of_the_annotations_can_fail() -> None:
    collection = json.loads(export([], "webannotation", made.find_source))
    for change in ({"total": "0"}, {"id": "no iri"}, {"first": {}}):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(collection | change, COLLECTION)


def test_the_same_file_gives_the_same_names(items: list[Item]) -> None:
    assert export(items, "webannotation", made.find_source) == export(items, "webannotation", made.find_source)


def test_claim_reviews_are_drafts_and_failures_no_reviews(items: list[Item]) -> None:
    graph = json.loads(export(items, "claimreview", made.find_source))["@graph"]
    assert [node["@type"] for node in graph] == [*["ClaimReview"] * 3, "Question", "ClaimReview", "Question"]
    for review in graph:
        if review["@type"] == "ClaimReview":
            assert review["creativeWorkStatus"] == "Draft"
            assert not {"datePublished", "url", "author", "publisher"} & review.keys()
    ratings = [node["reviewRating"] for node in graph[:3]]
    assert [rating.get("ratingValue") for rating in ratings] == [3, 5, None]
    assert "bestRating" not in ratings[2]


def test_junit_counts_what_failed(items: list[Item]) -> None:
    root = ET.fromstring(export(items, "junit", made.find_source))
    suite = root.find("testsuite")
    assert suite is not None
    outcomes = [case[0].tag if len(case) else "passed" for case in suite.findall("testcase")]
    assert outcomes == ["passed", "passed", "skipped", "error", "failure", "skipped"]
    assert [suite.get(name) for name in ("tests", "failures", "errors", "skipped")] == ["6", "1", "1", "2"]
    failure = suite.find("testcase/failure")
    assert failure is not None
    assert "treaty.txt 100:144 refutes" in str(failure.text)


FILLERS = "\u115f\u1160\u3164\uffa0"  # letters that look like nothing


def rendered(markdown: str) -> str:
    """Undo backslash escapes, as a Markdown reader does."""
    out, escaped = [], False
    for char in markdown:
        if char == "\\" and not escaped:
            escaped = True
            continue
        assert escaped or char not in "`*_[]<>|~&$", markdown
        out.append(char)
        escaped = False
    return "".join(out)


@given(
    st.text(st.characters(codec="utf-8", exclude_categories=["C", "Zl", "Zp"], exclude_characters=FILLERS), max_size=40)
)
def test_markdown_shows_the_text_and_none_of_it_is_markup(value: str) -> None:
    assert rendered(text(value)) == " ".join(value.split())


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("# a", "\\# a"),
        ("1. a", "1\\. a"),
        ("- a", "\\- a"),
        ("a\n# b", "a # b"),
        ("<b>", "\\<b\\>"),
        ("\u202ea", "⟨U+202E⟩a"),
    ],
)
def test_markdown_of_line_starts_and_hidden_characters(value: str, shown: str) -> None:
    assert text(value) == shown


def test_a_quote_of_two_lines_is_one_block_quote() -> None:
    assert quoted("a\r\n\n# b") == "> a\n>\n> \\# b"
