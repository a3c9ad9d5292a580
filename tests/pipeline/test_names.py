"""Names: where one ends that the reader cut short, and which are of a people."""

from __future__ import annotations

import pytest

from factcheck.records import Span
from pipeline.names import to_name_end


@pytest.mark.parametrize(
    ("text", "pointed", "whole"),
    [
        ("They signed the Comprehensive Strategic Partnership Agreement in Moscow.", "Comprehensive Strategic Partnership", "Comprehensive Strategic Partnership Agreement"),
        ("It was led by Natig Nazimoghlu’s Institute.", "Natig", "Natig Nazimoghlu’s Institute"),
        ("Putin met Pezeshkian Friday.", "Pezeshkian", "Pezeshkian"),
        ("It is a real breakthrough Putin said.", "real breakthrough", "real breakthrough"),
        ("He lives in Moscow, Russia.", "Moscow", "Moscow"),
        ("The Kremlin", "Kremlin", "Kremlin"),
        ("In Moscow Putin signed it.", "Moscow", "Moscow"),
        ("According to Reuters Iran agreed.", "Reuters", "Reuters"),
        ("It was signed in Tehran President Pezeshkian said.", "Tehran", "Tehran"),
        ("They met in Tehran Sept. 5.", "Tehran", "Tehran"),
        ("It was said in April Putin would come.", "April", "April"),
        ("He is called Alejandro Mayorkas.", "Alejandro", "Alejandro Mayorkas"),
    ],
)  # fmt: skip
def test_an_answer_goes_on_to_the_end_of_its_name(text: str, pointed: str, whole: str) -> None:
    start = text.index(pointed)
    assert to_name_end(text, Span(start, start + len(pointed))).of(text) == whole
