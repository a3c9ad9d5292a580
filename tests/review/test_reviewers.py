"""Tokens open their reviewer and nothing else; assignment deals evenly and doubles a sample."""

from __future__ import annotations

from pathlib import Path

import pytest

from factcheck.errors import UserError
from review.assign import assign
from review.listing import QueueFilter, Viewer
from review.reviewers import add_reviewer, list_reviewers, reviewer_of_token, revoke_reviewer, viewer_named
from review.store import ReviewStore


def test_a_token_opens_its_reviewer_and_is_not_on_the_disk(desk: ReviewStore, home: Path) -> None:
    ada, bob = add_reviewer(desk, "Ada"), add_reviewer(desk, "Bób ⁂", "adjudicator")
    found = reviewer_of_token(desk, ada)
    assert found is not None
    assert (found.name, found.role) == ("Ada", "reviewer")
    assert reviewer_of_token(desk, bob).name == "Bób ⁂"  # type: ignore[union-attr]
    for wrong in ("", ada[:-1], ada.upper(), "fcr_\ud800"):
        assert reviewer_of_token(desk, wrong) is None
    for path in home.glob("reviews.sqlite*"):
        assert ada.encode() not in path.read_bytes()


def test_a_new_token_replaces_the_old_one_and_a_revoked_one_opens_nothing(desk: ReviewStore) -> None:
    old = add_reviewer(desk, "Ada")
    new = add_reviewer(desk, "Ada")
    assert reviewer_of_token(desk, old) is None
    assert reviewer_of_token(desk, new) is not None
    revoke_reviewer(desk, "Ada")
    assert reviewer_of_token(desk, new) is None
    assert [(one.name, one.revoked is None) for one in list_reviewers(desk)] == [("Ada", False)]
    with pytest.raises(UserError, match="no reviewer 'Bob'"):
        revoke_reviewer(desk, "Bob")


@pytest.mark.parametrize("name", ["", "  ", " Ada", "A\nb", "a\u202eb", "x" * 101, "zero\u200bwidth"])
def test_names_that_cannot_be_shown_are_refused(desk: ReviewStore, name: str) -> None:
    with pytest.raises(UserError, match="cannot be used"):
        add_reviewer(desk, name)


def test_blind_is_on_at_first_and_adjudicators_see_all(desk: ReviewStore) -> None:
    add_reviewer(desk, "Ada")
    add_reviewer(desk, "Eve", "adjudicator")
    assert viewer_named(desk, "Ada") == Viewer("Ada", sees_all=False)
    assert viewer_named(desk, "Eve") == Viewer("Eve", sees_all=True)
    desk.set_blind(False)
    assert viewer_named(desk, "Ada").sees_all


def test_items_are_dealt_in_turn_and_a_share_twice(desk: ReviewStore) -> None:
    report = assign(desk, ["Ada", "Bob"], double=0.5, seed=3)
    assert (report.n_items, report.n_double, sum(report.by_reviewer.values())) == (4, 2, 6)
    assert report.by_reviewer == {"Ada": 3, "Bob": 3}
    twice = [row.id for row in desk.queue(QueueFilter()).rows if len(row.assigned) == 2]
    assert len(twice) == 2
    ada = desk.queue(QueueFilter(state="todo"), viewer=Viewer("Ada"))
    assert {row.id for row in ada.rows} == {row.id for row in desk.queue(QueueFilter()).rows if "Ada" in row.assigned}
    assert assign(desk, ["Ada"]).n_items == 0, "what is assigned is not dealt again"


@pytest.mark.parametrize(("names", "double"), [([], 0.0), (["Ada", "Ada"], 0.0), (["Ada"], 0.2)])
def test_hands_that_make_no_sense_are_refused(desk: ReviewStore, names: list[str], double: float) -> None:
    with pytest.raises(UserError):
        assign(desk, names, double=double)
