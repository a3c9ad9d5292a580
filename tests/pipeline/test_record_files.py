"""read_records: one record, NDJSON or a run file; every line that is none of them is named by its number."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path
from typing import Any

import pytest

from factcheck.errors import SourceError, UserError
from pipeline.record import answer_from_record, answer_record
from pipeline.record_files import ANSWERS, CHECKS, read_records

RUN = {"schema": "factcheck/run/1", "id": "r"}
END = {"schema": "factcheck/run-end/1", "n_completed": 1, "n_errors": 0}
ERROR = {"schema": "factcheck/error/1", "question": None, "error": {"kind": "usage", "message": "empty"}}
CLAIM = {
    "schema": "factcheck/check-claim/1", "id": "c1", "start": 0, "end": 2, "exact": "Hi", "checkable": False,
    "reason": "other", "claim": None,
}  # fmt: skip


@pytest.fixture
def record(seed_records: tuple[dict[str, Any], ...]) -> dict[str, Any]:
    return seed_records[0]


def sample(record: object) -> dict[str, Any]:
    return {"schema": "factcheck/run-sample/1", "id": "s", "repeat": 0, "record": record}


def write(path: Path, *values: object, indent: int | None = None, end: str = "\n") -> Path:
    path.write_text("\n".join(json.dumps(v, ensure_ascii=False, indent=indent) for v in values) + end, "utf-8")
    return path


def test_one_record_lines_and_a_run_file_give_the_same_records(record: dict[str, Any], tmp_path: Path) -> None:
    file = tmp_path / "f"
    assert list(read_records(write(file, record))) == [(1, record)]
    assert list(read_records(write(file, record, ERROR, end=""))) == [(1, record), (2, ERROR)]
    assert list(read_records(write(file, RUN, sample(record), sample(ERROR), END))) == [(2, record), (3, ERROR)]


def test_records_spread_over_lines_are_found_where_they_begin(record: dict[str, Any], tmp_path: Path) -> None:
    n_lines = json.dumps(record, indent=2).count("\n") + 1
    assert [line for line, _ in read_records(write(tmp_path / "f", record, ERROR, indent=2))] == [1, n_lines + 1]


def test_a_line_separator_in_a_quote_and_a_bom_do_not_count_as_lines(record: dict[str, Any], tmp_path: Path) -> None:
    odd = record | {"explanation": "a\u2028b\u0085c"}
    write(tmp_path / "f", odd, ERROR)
    (tmp_path / "f").write_bytes(b"\xef\xbb\xbf" + (tmp_path / "f").read_bytes())
    assert list(read_records(tmp_path / "f")) == [(1, odd), (2, ERROR)]


def test_stdin_is_a_dash(record: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(json.dumps(record).encode())))
    assert list(read_records(Path("-"))) == [(1, record)]


def test_a_torn_last_line_is_passed_over_in_an_unclosed_run_alone(record: dict[str, Any], tmp_path: Path) -> None:
    file = tmp_path / "f"
    for values, torn, good in [
        ([RUN, sample(record)], '{"schema": "factcheck/run-sa', True),
        ([RUN], '{"schema', True),
        ([RUN, sample(record)], '{"schema": \n', False),  # a line end was written: the writer did not die in it
        ([RUN, sample(record), END], '{"schema', False),
        ([record], '{"schema', False),
    ]:
        write(file, *values)
        file.write_text(file.read_text("utf-8") + torn, "utf-8")
        if good:
            assert len(list(read_records(file))) == len(values) - 1
        else:
            with pytest.raises(UserError, match=rf"f:{len(values) + 1} is not JSON or is cut off"):
                list(read_records(file))


@pytest.mark.parametrize(
    ("lines", "line", "said"),
    [
        (["{}"], 1, "object without `schema`"),
        (["[1]"], 1, "a list"),
        (["7"], 1, "a int"),
        (['{"schema": "factcheck/answer/2"}'], 1, "another version"),
        (['{"schema": "factcheck/run/2"}'], 1, "not a record"),
        ([json.dumps(ERROR), '{"schema": "weather/1"}'], 2, "weather/1"),
        ([json.dumps(ERROR), "NaN"], 2, "NaN"),
        ([json.dumps(ERROR), "[" * 100_000], 2, "is not JSON"),
        ([json.dumps(ERROR), "not json", json.dumps(ERROR)], 2, "is not JSON"),
        ([json.dumps(ERROR), json.dumps(RUN)], 2, "factcheck/run/1"),
        ([json.dumps(RUN), json.dumps(ERROR)], 2, "does not belong in a run file"),
        ([json.dumps(RUN), json.dumps(sample(5))], 2, "not a record"),
        ([json.dumps(RUN), json.dumps(END), json.dumps(sample(ERROR))], 3, "after the end"),
        ([json.dumps({"schema": "factcheck/error/1"})], 1, "error.kind"),
        ([json.dumps(CLAIM)], 1, "factcheck/check-claim/1"),
    ],
)
def test_what_is_no_record_is_named_by_its_line(lines: list[str], line: int, said: str, tmp_path: Path) -> None:
    (tmp_path / "f").write_text("\n".join(lines), "utf-8")
    with pytest.raises(UserError) as caught:
        list(read_records(tmp_path / "f"))
    assert f"f:{line}" in str(caught.value)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


def test_files_that_cannot_be_read_say_why(tmp_path: Path) -> None:
    (tmp_path / "binary").write_bytes(b"{}\n\xff\xfe")
    (tmp_path / "empty").write_text(" \n\n")
    for name, said in [("none", "does not exist"), (".", "cannot be read"), ("binary", "binary:2"), ("empty", "no")]:
        with pytest.raises(UserError, match=said) as caught:
            list(read_records(tmp_path / name))
        assert isinstance(caught.value, SourceError) == (name != "empty")


def test_checked_claims_are_read_where_they_are_wanted(tmp_path: Path) -> None:
    head = {"schema": "factcheck/check/1", "n_claims": 1}
    write(tmp_path / "f", head, CLAIM)
    assert [r for _, r in read_records(tmp_path / "f", ANSWERS | CHECKS)] == [head, CLAIM]
    write(tmp_path / "f", head, CLAIM | {"start": "x"})
    with pytest.raises(UserError, match=r"f:2: start"):
        list(read_records(tmp_path / "f", ANSWERS | CHECKS))


def test_an_answer_is_read_back_as_it_was(record: dict[str, Any]) -> None:
    again = answer_record(answer_from_record(record))
    assert json.loads(json.dumps(again)) == record


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"verdict": "perhaps"}, "verdict"),
        ({"citations": None}, "citations"),
        ({"citations": [{"source": "a"}]}, "citations.0"),
        ({"citations": []}, "points at citation 0"),
        ({"probability": "high"}, "probability"),
    ],
)
def test_an_edited_answer_says_where(change: dict[str, Any], said: str, record: dict[str, Any], tmp_path: Path) -> None:
    with pytest.raises(UserError, match=rf"f:2: .*{said}.*the record was edited"):
        list(read_records(write(tmp_path / "f", ERROR, record | change)))
