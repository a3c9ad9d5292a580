"""The log is proved: edits, cuts and rewritings are found, and a backup is whole."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from factcheck.errors import StoreCorruptError, UserError
from review.chain import row_hash
from review.counting import COLUMNS, decision_of
from review.export import export_desk
from review.keeping import backup, desk_stats, verify_log
from review.store import ReviewStore
from tests.review.test_store import BOB, judge, judge_answer


@pytest.fixture
def judged(desk: ReviewStore) -> ReviewStore:
    """Four decisions: two by each of two."""
    judge(desk, 2, "refutes", comment="plain words")
    judge(desk, 2, "irrelevant", who=BOB)
    judge_answer(desk, 2, "right")
    judge_answer(desk, 2, "right", who=BOB)
    return desk


def tamper(desk: ReviewStore, *statements: str) -> None:
    with closing(sqlite3.connect(desk.path)) as db:
        db.executescript("DROP TRIGGER log_no_update; DROP TRIGGER log_no_delete;")
        for statement in statements:
            db.execute(statement)
        db.commit()


def rewrite(desk: ReviewStore, seq: int, author: str) -> None:
    """Change a row and make the chain fit again to its end, as a careful forger would."""
    tamper(desk)
    with closing(sqlite3.connect(desk.path)) as db:
        rows = [decision_of(row) for row in db.execute(f"SELECT {COLUMNS} FROM log ORDER BY seq")]
        db.execute("DELETE FROM log")
        prev = "0" * 64
        for row in rows:
            changed = replace(row, prev=prev, author=author if row.seq == seq else row.author)
            prev = row_hash(changed.as_json())
            values = [*changed.as_json().values()][:-1]
            values[7] = json.dumps(values[7])
            db.execute(f"INSERT INTO log ({COLUMNS}) VALUES (?,?,?,?,?,?,?,?,?,?,?)", [*values, prev])
        db.execute("UPDATE live SET author = ? WHERE seq = ?", (author, seq))
        db.commit()


def test_an_untouched_log_is_intact_and_gives_its_head(judged: ReviewStore) -> None:
    check = verify_log(judged)
    assert (check.n_rows, check.faults) == (4, ())
    assert check.head == judged.head()[1]
    judge(judged, 1, "supports")
    assert verify_log(judged, check.head).faults == (), "a log that has grown still holds the head"


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("UPDATE log SET author = 'Eve' WHERE seq = 2", "row 2 was changed"),
        ("UPDATE log SET comment = 'other words' WHERE seq = 1", "row 1 was changed"),
        ("UPDATE log SET time = '2020-01-01T00:00:00.000Z' WHERE seq = 3", "row 3 was changed"),
        ("""UPDATE log SET payload = replace(payload, 'refutes', 'supports') WHERE seq = 1""", "row 1 was changed"),
        ("UPDATE log SET payload = '{' WHERE seq = 4", "row 4 was changed: its payload is no JSON object"),
        ("UPDATE log SET payload = '{\"label\": NaN}' WHERE seq = 4", "row 4 was changed"),
        ("UPDATE log SET payload = '{}' WHERE seq = 4", "row 4 was changed"),
        ("DELETE FROM log WHERE seq = 2", "row 2 is missing"),
        ("UPDATE versions SET record = replace(record, '0.6', '0.9') WHERE item = 2", "the record of"),
        ("UPDATE live SET label = 'supports' WHERE seq = 1", "what the queue shows of"),
    ],
)
def test_an_edit_is_found(judged: ReviewStore, statement: str, said: str) -> None:
    tamper(judged, "PRAGMA foreign_keys = OFF", statement)
    assert any(said in fault for fault in verify_log(judged).faults)


def test_an_edited_row_is_neither_shown_nor_counted_nor_exported(judged: ReviewStore, tmp_path: Path) -> None:
    tamper(judged, "UPDATE log SET payload = replace(payload, 'right', 'wrong') WHERE seq = 3")
    calls: tuple[Callable[[], object], ...] = (
        lambda: judged.item(2), lambda: judge(judged, 2, "supports"), lambda: list(judged.log()),
        lambda: export_desk(judged, tmp_path / "out"),
    )  # fmt: skip
    for call in calls:
        with pytest.raises(StoreCorruptError, match="row 3 of the review log was changed"):
            call()
    assert judged.head()[0] == 4
    judge(judged, 1, "supports")  # other items are not held up


def test_a_cut_is_found_with_a_known_head_only(judged: ReviewStore) -> None:
    head = judged.head()[1]
    tamper(judged, "DELETE FROM log WHERE seq > 2", "DELETE FROM live WHERE seq > 2")
    assert verify_log(judged).faults == ()
    assert verify_log(judged, head).faults == (f"no row has the hash {head}: the log was cut before it, or rewritten",)


def test_a_rewriting_is_found_with_a_known_head_only(judged: ReviewStore) -> None:
    head = judged.head()[1]
    rewrite(judged, 2, "Eve")
    assert verify_log(judged).faults == ()
    assert "rewritten" in verify_log(judged, head).faults[0]


@pytest.mark.parametrize("head", ["abc", "G" * 64, ""])
def test_a_head_that_is_no_hash_is_refused(judged: ReviewStore, head: str) -> None:
    with pytest.raises(UserError, match="is no hash"):
        verify_log(judged, head)


def test_a_backup_is_the_whole_desk_and_replaces_nothing(
    judged: ReviewStore, tmp_path: Path, open_desk: Callable[[], ReviewStore]
) -> None:
    path = tmp_path / "out" / "desk.sqlite"
    done = backup(judged, path)
    assert (done.n_rows, done.head, done.faults) == (4, judged.head()[1], ())
    restored = tmp_path / "restored"
    restored.mkdir()
    (restored / "reviews.sqlite").write_bytes(path.read_bytes())
    with ReviewStore(restored) as copy:
        assert copy.head() == judged.head()
        assert len(copy.item(2).decisions) == 4
    with pytest.raises(UserError, match="exists"):
        backup(judged, path)
    assert [one.name for one in path.parent.iterdir()] == ["desk.sqlite"]


def test_what_lies_beside_a_backup_stays(judged: ReviewStore, tmp_path: Path) -> None:
    beside = tmp_path / "out" / "desk.sqlite.part"
    beside.parent.mkdir()
    beside.write_text("precious", "utf-8")
    assert backup(judged, tmp_path / "out" / "desk.sqlite").n_rows == 4
    assert beside.read_text("utf-8") == "precious"
    assert {one.name for one in beside.parent.iterdir()} == {"desk.sqlite", "desk.sqlite.part"}


def test_stats_count_what_counts(judged: ReviewStore) -> None:
    found = desk_stats(judged)
    assert (found.n_items, found.n_open, found.n_disputed, found.n_citations, found.n_decisions) == (4, 3, 1, 4, 4)
    assert found.labels == {"answer:right": 2, "citation:irrelevant": 1, "citation:refutes": 1}
    assert found.by_reviewer == {"Ada": 1, "Bob": 1}


def test_a_damaged_file_is_told_with_what_to_do(judged: ReviewStore, tmp_path: Path) -> None:
    backup(judged, tmp_path / "desk" / "reviews.sqlite")
    with closing(sqlite3.connect(tmp_path / "desk" / "reviews.sqlite")) as db:
        page = db.execute("SELECT rootpage FROM sqlite_schema WHERE name = 'log_item'").fetchone()[0]
    whole = bytearray((tmp_path / "desk" / "reviews.sqlite").read_bytes())
    whole[(page - 1) * 4096 : (page - 1) * 4096 + 64] = b"garbage!" * 8
    (tmp_path / "desk" / "reviews.sqlite").write_bytes(whole)
    with ReviewStore(tmp_path / "desk") as desk:
        assert "the file is damaged" in verify_log(desk).faults[0]
    (tmp_path / "desk" / "reviews.sqlite").write_bytes(b"no database at all" * 500)
    with pytest.raises(StoreCorruptError, match="put the last `factcheck review backup` in its place"):
        ReviewStore(tmp_path / "desk")
