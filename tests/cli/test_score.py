"""`factcheck score` on real pairs and on broken ones, with the verifier that ships."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from factcheck.cli.main import main

GOOD = {"id": "a", "claim": "Iran signed a treaty.", "document": "Russia and Iran signed a treaty in Moscow."}


def run(path: Path, capsys: pytest.CaptureFixture[str]) -> tuple[int, list[dict[str, object]], str]:
    """Return exit code, records and stderr."""
    code = 0
    try:
        main(["score", str(path)])
    except SystemExit as ended:
        code = int(str(ended.code))
    out, err = capsys.readouterr()
    return code, [json.loads(line) for line in out.splitlines()], err


def write(path: Path, *lines: object) -> Path:
    path.write_text("".join((x if isinstance(x, str) else json.dumps(x)) + "\n" for x in lines), "utf-8")
    return path


def test_records_keep_order_id_and_a_span_of_the_document(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    other = {"id": 7, "claim": "The gas price is fixed.", "document": "  Nobody spoke of gas. 🙂 It rained.  "}
    code, records, err = run(write(tmp_path / "p.jsonl", GOOD, other, "", GOOD | {"id": None, "extra": 1}), capsys)
    assert (code, err) == (0, "")
    assert [r["id"] for r in records] == ["a", 7, None]
    for record in records:
        assert sum(float(str(record[k])) for k in ("supports", "refutes", "neutral")) == pytest.approx(1, abs=1e-4)
    assert records[1]["evidence"] == {"start": 2, "end": 35}
    assert {k: records[2][k] for k in ("supports", "refutes")} == {k: records[0][k] for k in ("supports", "refutes")}
    assert float(str(records[0]["supports"])) > 0.5


def test_bad_lines_are_named_and_skipped(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    faults: dict[object, str] = {
        "nonsense": "not JSON",
        '{"claim": "", "document": "x"}': "'claim' is blank",
        '{"claim": "x", "doc": "y"}': "is 'doc' meant?",
        "[1]": "is a list",
        '{"claim": 3, "document": "x"}': "is a int",
        json.dumps({"claim": "long " * 600, "document": "x"}): "at most",
        "[" * 100_000: "not JSON",
        '{"claim": "\\ud800", "document": "x"}': "surrogate",
    }
    path = write(tmp_path / "p.jsonl", GOOD, *faults, GOOD | {"id": "b"})
    code, records, err = run(path, capsys)
    assert code == 4
    assert [r["id"] for r in records] == ["a", "b"]
    said = [line.split(": ", 1)[1] for line in err.splitlines()]
    for number, (word, line) in enumerate(zip(faults.values(), said[:-1], strict=True), 2):
        assert line.startswith(f"line {number}: ")
        assert word in line
    assert said[-1].startswith("8 of 10 lines could not be scored")


def test_a_file_that_is_not_utf8_costs_its_bad_lines_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "p.jsonl"
    path.write_bytes(b"\xef\xbb\xbf" + json.dumps(GOOD).encode() + b'\n{"claim": "caf\xe9", "document": "x"}\n')
    code, records, err = run(path, capsys)
    assert code == 4
    assert len(records) == 1
    assert "line 2: is not UTF-8" in err


@pytest.mark.parametrize(
    ("content", "word"), [(None, "is no file"), ("", "holds no pairs"), ("\n\n", "holds no pairs")]
)
def test_nothing_to_score(content: str | None, word: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "p.jsonl"
    if content is not None:
        path.write_text(content)
    code, records, err = run(path, capsys)
    assert (code, records) == (1, [])
    assert word in err
