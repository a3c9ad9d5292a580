"""Tables that spreadsheets read and do not run."""

from __future__ import annotations

import pytest

from factcheck.csv_text import csv_text


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t1", "\r1", "\n1", "  =1", "\n=1", "\u00a0=1", "|calc", "%1", "＝1"]
)
def test_no_cell_is_a_formula(text: str) -> None:
    written = csv_text(["a"], [{"a": text}]).removeprefix("a\r\n").removesuffix("\r\n")
    assert written.strip('"') == f"'{text}"


def test_plain_cells_numbers_and_what_is_not_there() -> None:
    rows = [{"a": 'a=b, "c"', "b": -1}, {"b": None}, {"a": "", "b": 0.5}]
    assert csv_text(["a", "b"], rows) == 'a,b\r\n"a=b, ""c""",-1\r\n,\r\n,0.5\r\n'
