"""Saved answers in other people's formats: one module a format, each one function from items to text.

`pipeline.exports.items.read_items` reads what is to be exported. Nothing heavy is imported here.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pipeline.exports.items import Item
    from pipeline.page_parts import FindSource

__all__ = ["FORMATS", "export"]

FORMATS = {
    "csv": "a table, one row a citation; safe to open in a spreadsheet",
    "md": "a report to read, in Markdown",
    "webannotation": "W3C Web Annotations (JSON-LD), each citation with quote and position selectors",
    "claimreview": "schema.org ClaimReview drafts (JSON-LD), never marked as published",
    "junit": "JUnit XML, for continuous integration",
}


def export(items: Sequence[Item], format_: str, find_source: FindSource) -> str:
    """Return the items in one of `FORMATS`; `find_source` gives titles and addresses where it knows the source."""
    text: str = import_module(f"pipeline.exports.to_{format_}").export(items, find_source)
    return text
