"""Items, decisions, conflicts, undo, sources that change, and what the queue lists."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from factcheck.errors import ConflictError, UserError
from review.decisions import AnswerJudgement, CitationJudgement, MissedEvidence, SpanRef, Withdrawal, read_draft
from review.items import items_of, record_version
from review.listing import QueueFilter, Viewer
from review.store import ReviewStore
from review.texts import MemoryTexts
from tests.review.records import RECORDS, TEXTS, answer, cite, put_sources

ADA, BOB = Viewer("Ada"), Viewer("Bob")


def span(source: str, exact: str) -> SpanRef:
    text = TEXTS[source]
    start, digest = text.index(exact), sha256(text.encode()).hexdigest()
    return SpanRef(source=source, source_sha256=digest, start=start, end=start + len(exact), exact=exact)


def judge(desk: ReviewStore, item: int, label: str, no: int = 0, who: Viewer = ADA, **more: Any) -> Any:
    row = desk.item(item).row
    draft = CitationJudgement(item=row.key, version=row.version, citation=no, label=label, **more)  # type: ignore[arg-type]
    return desk.decide(draft, author=who)


def judge_answer(desk: ReviewStore, item: int, label: str, who: Viewer = ADA, **more: Any) -> Any:
    row = desk.item(item).row
    draft = AnswerJudgement(item=row.key, version=row.version, label=label, **more)  # type: ignore[arg-type]
    return desk.decide(draft, author=who)


def test_an_item_is_its_record_byte_for_byte_with_citations_that_prove(desk: ReviewStore) -> None:
    item = desk.item(1)
    assert item.record == RECORDS[0]
    assert item.row.version == record_version(RECORDS[0])[0]
    assert [(c.no, c.orphan) for c in item.citations] == [(0, None), (1, None)]
    for cited in item.citations:
        c = cited.citation
        assert TEXTS[c["source"]][c["start"] : c["end"]] == c["exact"]
    assert (item.row.n_targets, item.row.n_judged, item.row.open) == (3, 0, True)


def test_the_same_file_again_changes_nothing_and_other_bytes_make_a_version(desk: ReviewStore) -> None:
    again = desk.add(items_of(("", r) for r in RECORDS))
    assert (again.added, again.changed, again.unchanged) == (0, 0, 4)
    seen = desk.item(1).row
    judge(desk, 1, "supports")
    changed = {**RECORDS[0], "probability": 0.5}
    assert desk.add(items_of([("", changed)])).changed == 1
    row = desk.item(1).row
    assert row.version != seen.version
    assert row.n_judged == 0, "a new version is judged anew"
    assert [one.state for one in desk.item(1).decisions] == ["earlier_version"]
    desk.add(items_of([("", RECORDS[0])]))
    assert desk.item(1).row.n_judged == 1, "the version that was judged is back"


def test_a_decision_on_a_stale_record_is_a_conflict_with_both_versions(desk: ReviewStore) -> None:
    seen = desk.item(1).row
    desk.add(items_of([("", {**RECORDS[0], "probability": 0.5})]))
    draft = CitationJudgement(item=seen.key, version=seen.version, citation=0, label="supports")
    with pytest.raises(ConflictError, match="has changed") as caught:
        desk.decide(draft, author=ADA)
    assert (caught.value.seen, caught.value.current) == (seen.version, desk.item(1).row.version)
    assert desk.head()[0] == 0


def test_the_last_decision_counts_and_undo_brings_back_the_one_before(desk: ReviewStore) -> None:
    first = judge(desk, 1, "supports", comment="reads so")
    second = judge(desk, 1, "partly")
    states = {one.decision.id: one.state for one in desk.item(1).decisions}
    assert states == {first.id: "replaced", second.id: "counts"}
    row = desk.item(1).row
    desk.decide(Withdrawal(item=row.key, version=row.version, decision=second.id), author=ADA)
    states = {one.decision.id: one.state for one in desk.item(1).decisions}
    assert states == {first.id: "counts", second.id: "withdrawn"}
    assert [row.comment for row in desk.log()] == ["reads so", "", ""]


def test_the_same_draft_twice_is_stored_once(desk: ReviewStore) -> None:
    row = desk.item(1).row
    draft = CitationJudgement(item=row.key, version=row.version, citation=0, label="supports")
    assert desk.decide(draft, author=ADA) == desk.decide(draft, author=ADA)
    assert desk.head()[0] == 1
    with pytest.raises(UserError, match="taken by another"):
        desk.decide(draft, author=BOB)


def test_an_item_is_done_when_citations_and_answer_are_judged(desk: ReviewStore) -> None:
    judge(desk, 2, "refutes")
    assert desk.item(2).row.open
    judge_answer(desk, 2, "right")
    assert not desk.item(2).row.open
    assert [row.id for row in desk.queue(QueueFilter()).rows] == [4, 3, 1]
    assert [row.id for row in desk.queue(QueueFilter(state="done")).rows] == [2]


def test_different_labels_are_a_dispute_until_adjudicated(desk: ReviewStore) -> None:
    judge(desk, 2, "refutes")
    judge(desk, 2, "irrelevant", who=BOB)
    assert desk.item(2).row.n_disputed == 1
    assert desk.queue(QueueFilter(state="disputed")).n_total == 1
    judge(desk, 2, "refutes", who=Viewer("Eve"), final=True)
    assert desk.item(2).row.n_disputed == 0


def test_blind_hides_the_decisions_of_others_until_one_is_done(desk: ReviewStore) -> None:
    judge(desk, 2, "refutes")
    bob = Viewer("Bob", sees_all=False)
    assert (desk.item(2, viewer=bob).decisions, desk.item(2, viewer=bob).n_hidden) == ((), 1)
    own = judge(desk, 2, "irrelevant", who=bob)
    assert "informed" not in own.payload
    assert desk.item(2, viewer=bob).n_hidden == 1
    assert desk.item(2, viewer=bob).row.n_disputed == 0, "the dispute would tell"
    assert desk.queue(QueueFilter(state="disputed"), viewer=bob).n_total == 0
    judge_answer(desk, 2, "right", who=bob)
    assert desk.item(2, viewer=bob).n_hidden == 0
    assert judge(desk, 2, "refutes", who=bob).payload["informed"] is True


def test_missed_evidence_and_corrected_spans_must_stand_in_the_source(desk: ReviewStore) -> None:
    row = desk.item(4).row
    found = MissedEvidence(item=row.key, version=row.version, label="refutes", span=span("preview", "Iran wants"))
    desk.decide(found, author=ADA)
    judge(desk, 1, "wrong_span", span=span("treaty", "The treaty was signed in Moscow"))
    wrong = span("treaty", "signed").model_copy(update={"start": 0, "end": 6})
    with pytest.raises(UserError, match="does not hold the selected text at 0:6"):
        judge(desk, 1, "supports", span=wrong)
    with pytest.raises(UserError, match="missed evidence"):
        judge(desk, 1, "supports", span=span("mirror", "signed"))
    past = span("treaty", "years.").model_copy(update={"end": 10_000})
    with pytest.raises(UserError, match="does not hold"):
        judge(desk, 1, "supports", span=past)
    other = span("treaty", "signed").model_copy(update={"source": "gone"})
    with pytest.raises(UserError, match="no source 'gone'"):
        desk.decide(found.model_copy(update={"id": "0" * 32, "span": other}), author=ADA)


def test_a_changed_source_makes_orphans_and_their_decisions_return(desk: ReviewStore, home: Path, hashing: Any) -> None:
    for no in (0, 1):
        judge(desk, 1, "supports", no)
    judge_answer(desk, 1, "right")
    assert not desk.item(1).row.open
    put_sources(home, {"treaty": "Correction. " + TEXTS["treaty"]}, hashing)
    row = desk.item(1).row
    assert (row.open, row.n_orphans, row.n_returned, row.n_judged) == (True, 1, 1, 2)
    assert desk.item(1).citations[0].orphan == "changed"
    assert [one.state for one in desk.item(1).decisions] == ["returned", "counts", "counts"]
    with pytest.raises(UserError, match="no longer proves"):
        judge(desk, 1, "supports")
    with pytest.raises(ConflictError, match="has changed since it was shown"):
        judge(desk, 1, "supports", span=span("treaty", "signed in Moscow"))
    judge(desk, 1, "wrong_span")
    assert (desk.item(1).row.open, desk.item(1).row.n_returned) == (False, 0)
    put_sources(home, {"treaty": TEXTS["treaty"]}, hashing)
    assert desk.item(1).citations[0].orphan is None
    assert desk.item(1).row.n_returned == 1, "the orphan was judged, not this text"


def test_a_source_that_is_gone_orphans_its_citations(desk: ReviewStore, home: Path, hashing: Any) -> None:
    from factcheck.settings import Settings
    from vectorstore.store import Store

    with Store.open(Settings(home=home), hashing, write=True) as store:
        store.remove("mirror")
    assert desk.item(1).citations[1].orphan == "gone"


def test_a_citation_whose_offsets_lie_is_unproved(open_desk: Callable[[], ReviewStore]) -> None:
    moved = {**cite("treaty", "signed in Moscow"), "start": 3}
    desk = open_desk()
    desk.add(items_of([("", answer("Signed?", [moved]))]))
    assert desk.item(1).citations[0].orphan == "unproved"


@pytest.mark.parametrize(
    ("filter_", "ids"),
    [
        (QueueFilter(), [4, 2, 3, 1]),
        (QueueFilter(verdicts=("refuted",)), [2]),
        (QueueFilter(sources=("mirror",)), [1]),
        (QueueFilter(models=("local",)), [2]),
        (QueueFilter(tags=("duration",)), [3]),
        (QueueFilter(min_probability=0.6, max_probability=0.7), [2, 3]),
        (QueueFilter(search="mutual DEFENCE"), [2]),
        (QueueFilter(search='"; DROP'), []),
        (QueueFilter(search="in NATO"), [4]),
        (QueueFilter(state="orphan"), []),
    ],
)
def test_the_queue_is_filtered_and_least_certain_first(desk: ReviewStore, filter_: QueueFilter, ids: list[int]) -> None:
    page = desk.queue(filter_)
    assert [row.id for row in page.rows] == ids
    assert page.n_total == len(ids)


def test_pages_sorts_and_neighbours(desk: ReviewStore) -> None:
    assert [row.id for row in desk.queue(QueueFilter(), sort="newest", offset=1, limit=2).rows] == [3, 2]
    assert desk.next_id(QueueFilter(), 2) == 3
    assert desk.next_id(QueueFilter(), 2, back=True) == 4
    assert desk.next_id(QueueFilter(), 1) is None
    judge(desk, 2, "refutes")
    judge_answer(desk, 2, "right")
    assert desk.next_id(QueueFilter(), 2) == 3, "judged and out of the filter, its place stays"


def test_facets_count_what_the_filter_lists(desk: ReviewStore) -> None:
    judge(desk, 2, "refutes")
    found = desk.facets(QueueFilter(), viewer=ADA)
    assert found.verdicts == {"supported": 2, "not_enough_evidence": 1, "refuted": 1}
    assert found.sources == {"treaty": 3, "mirror": 1}
    assert found.models == {"none": 3, "local": 1}
    assert found.reviewers == {"Ada": 1}
    assert found.states == {"open": 4, "todo": 4, "done": 0, "disputed": 0, "orphan": 0, "returned": 0, "all": 4}


def test_the_log_refuses_edits(desk: ReviewStore, home: Path) -> None:
    judge(desk, 2, "refutes")
    db = sqlite3.connect(home / "reviews.sqlite")
    for statement in ("UPDATE log SET author = 'Eve'", "DELETE FROM log"):
        with pytest.raises(sqlite3.IntegrityError, match="append-only"):
            db.execute(statement)
    db.close()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"citation": 9}, "has no citation 9"),
        ({"item": "answer/none"}, "no item 'answer/none'"),
    ],
)
def test_a_decision_on_what_is_not_there_is_refused(desk: ReviewStore, change: dict[str, Any], said: str) -> None:
    row = desk.item(1).row
    draft = {"kind": "citation", "item": row.key, "version": row.version, "citation": 0, "label": "supports"}
    with pytest.raises(UserError, match=said):
        desk.decide(read_draft({**draft, **change}), author=ADA)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"label": "maybe"}, "label: Input should be"),
        ({"comment": "x" * 5000}, "comment: Value should have at most 4000"),
        ({"comment": "\ud800"}, "comment: "),
        ({"version": "abc"}, "version: "),
        ({"reviewer": "Eve"}, "reviewer: Extra inputs"),
        ({"kind": "vote"}, "kind"),
    ],
)
def test_a_bad_draft_is_one_line(change: dict[str, Any], said: str) -> None:
    draft = {"kind": "citation", "item": "answer/x", "version": "0" * 64, "citation": 0, "label": "supports"}
    with pytest.raises(UserError, match=said) as caught:
        read_draft({**draft, **change})
    assert "\n" not in str(caught.value)


def test_undo_is_for_the_author_and_for_once(desk: ReviewStore) -> None:
    done = judge(desk, 2, "refutes")
    row = desk.item(2).row
    undo = {"kind": "withdraw", "item": row.key, "version": row.version, "decision": done.id}
    with pytest.raises(UserError, match="only its author"):
        desk.decide(read_draft(undo), author=BOB)
    desk.decide(read_draft(undo), author=ADA)
    with pytest.raises(UserError, match="taken back before"):
        desk.decide(read_draft(undo), author=ADA)
    with pytest.raises(UserError, match="no decision"):
        desk.decide(read_draft({**undo, "decision": "f" * 32}), author=ADA)


@settings(max_examples=25)
@given(st.text(min_size=3, max_size=60), st.data())
def test_any_span_of_any_text_is_taken_and_read_back_and_a_shifted_one_is_not(text: str, data: st.DataObject) -> None:
    text = text.replace("\0", "x").encode("utf-8", "replace").decode()
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    with TemporaryDirectory() as folder, ReviewStore(Path(folder), MemoryTexts({"s": text})) as store:
        store.add(items_of([("", answer("Is it so?", []))]))
        row = store.item(1).row
        digest = sha256(text.encode()).hexdigest()
        whole = {"source": "s", "source_sha256": digest, "start": start, "end": end, "exact": text[start:end]}
        draft = {"kind": "missed", "item": row.key, "version": row.version, "label": "supports", "span": whole}
        store.decide(read_draft(draft), author=ADA)
        kept = next(store.log()).payload["span"]
        assert text[kept["start"] : kept["end"]] == kept["exact"] == text[start:end]
        if text[start + 1 : end + 1] != text[start:end]:
            with pytest.raises(UserError):
                store.decide(read_draft({**draft, "span": {**whole, "start": start + 1, "end": end + 1}}), author=ADA)
