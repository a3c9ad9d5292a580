"""Tables for spreadsheets.

A spreadsheet runs a cell that begins like a formula, so such a text cell gets an apostrophe before it (what
spreadsheets themselves use to say *text*); white space before the sign does not help. Numbers stay numbers.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence

__all__ = ["csv_text"]

_FORMULA = tuple("=+-@|%＝＋－＠")


def csv_text(columns: Sequence[str], rows: Iterable[Mapping[str, object]]) -> str:
    """Return the rows as CSV (RFC 4180: CRLF, doubled quotation marks), with a head. What a row lacks stays empty."""
    out = io.StringIO()
    writer = csv.DictWriter(out, columns, lineterminator="\r\n")
    writer.writeheader()
    writer.writerows({name: _cell(value) for name, value in row.items()} for row in rows)
    return out.getvalue()


def _cell(value: object) -> object:
    """Return a value as a cell that no spreadsheet runs."""
    if not isinstance(value, str):
        return value
    if value.lstrip()[:1] in _FORMULA or value[:1] in ("\t", "\r", "\n"):
        return f"'{value}"
    return value
