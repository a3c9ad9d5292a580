"""The pages of the desk and its forms, over a real store, without a browser."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from review.items import items_of
from review.reviewers import add_reviewer
from review.security import MAX_BODY
from review.store import ReviewStore
from tests.review.records import RECORDS, TEXTS, answer, cite, put_sources
from tests.review.visitor import BASE, Visitor, article_text, marked


def span(source: str, exact: str) -> dict[str, Any]:
    text = TEXTS[source]
    start, digest = text.index(exact), sha256(text.encode()).hexdigest()
    return {"source": source, "source_sha256": digest, "start": start, "end": start + len(exact), "exact": exact}


def labels(desk: ReviewStore, item: int) -> list[tuple[str, str | None, str]]:
    return [(one.decision.author, one.decision.label, one.state) for one in desk.item(item).decisions]


@pytest.fixture
def ada(desk: ReviewStore) -> Visitor:
    return Visitor(desk)


class TestQueue:
    def test_lists_the_least_certain_first(self, ada: Visitor) -> None:
        page = ada.get("/")
        # probabilities 0.55, 0.6, 0.7, 0.9
        order = [page.index(record["question"]["text"]) for record in RECORDS]
        assert order[3] < order[1] < order[2] < order[0]

    def test_filters_searches_and_sorts(self, ada: Visitor) -> None:
        assert "defence clause" in ada.get("/?verdict=refuted")
        assert "signed in Moscow" not in ada.get("/?verdict=refuted")
        assert "How long does it run?" in ada.get("/?q=twenty+years")
        assert "Nothing matches." in ada.get("/?q=zebra")
        page = ada.get("/?sort=certain")
        assert page.index("signed in Moscow?") < page.index("How long")

    def test_what_it_does_not_know_counts_as_not_asked(self, ada: Visitor) -> None:
        ada.get("/?state=nonsense&sort=9&min=x&offset=-4&offset=9999999999&verdict=%00&q=%ff%22*")

    def test_judge_first_hides_verdicts(self, desk: ReviewStore) -> None:
        page = Visitor(desk, judge_first=True).get("/")
        assert "refuted" not in page
        assert "0.60" not in page

    def test_what_is_judged_whole_leaves_the_list(self, ada: Visitor) -> None:
        ada.judge(2, 0, "refutes")
        ada.judge_answer(2, "right")
        assert "defence clause" not in ada.get("/")
        assert "defence clause" in ada.get("/?state=done")
        assert "1 of 4" in ada.get("/")


class TestAudit:
    def test_highlights_exactly_what_is_cited(self, ada: Visitor) -> None:
        page = ada.get("/item/1?t=1")
        assert marked(page, "cited") == "signed in Moscow"
        assert article_text(page) == TEXTS["mirror"]

    def test_marks_the_other_citations_of_the_answer(self, desk: ReviewStore) -> None:
        both = [cite("treaty", "no mutual defence clause"), cite("treaty", "signed in Moscow")]
        desk.add(items_of([("line 1", answer("Two?", both, id="two"))]))
        page = Visitor(desk).get("/item/5?t=0")
        assert marked(page, "cited") == "no mutual defence clause"
        assert marked(page, "other") == "signed in Moscow"

    def test_a_changed_source_is_an_orphan_and_nothing_is_highlighted(
        self, desk: ReviewStore, home: Path, hashing: Any
    ) -> None:
        changed = TEXTS["treaty"].replace("no mutual defence clause", "a mutual defence clause")
        put_sources(home, {"treaty": changed}, hashing)
        page = Visitor(desk).get("/item/2?t=0")
        assert marked(page, "cited") == ""
        assert "This quote no longer proves" in page
        assert "<del>no</del><ins>It has a</ins>" in page
        assert page.count(" disabled") == 3  # supports, partly, refutes: there is nothing marked to judge so
        assert article_text(page) == changed

    def test_an_orphan_cannot_be_judged_as_carrying(self, desk: ReviewStore, home: Path, hashing: Any) -> None:
        put_sources(home, {"treaty": "Something else."}, hashing)
        reply = Visitor(desk).judge(2, 0, "supports")
        assert reply.status_code == 422
        assert "no longer proves" in reply.text

    def test_a_span_that_does_not_prove_is_never_highlighted(self, desk: ReviewStore) -> None:
        shifted = cite("treaty", "signed in Moscow") | {"start": 3, "end": 19}
        desk.add(items_of([("line 1", answer("Shifted?", [shifted], id="shifted"))]))
        page = Visitor(desk).get("/item/5?t=0")
        assert "<mark" not in page
        assert "holds other words than quoted" in page

    def test_judge_first_hides_the_verdict_until_all_citations_are_judged(self, desk: ReviewStore) -> None:
        visitor = Visitor(desk, judge_first=True)
        for hidden in (visitor.get("/item/2?t=0"), visitor.get("/item/2?t=answer")):
            assert "refuted" not in hidden
            assert 'chip refutes"' not in hidden
            assert "0.60" not in hidden
        visitor.judge(2, 0, "refutes")
        assert "refuted" in visitor.get("/item/2?t=0")

    def test_another_source_can_be_read_but_not_judged_from_there(self, ada: Visitor) -> None:
        page = ada.get("/item/1?t=0&source=preview&at=4:8")
        assert article_text(page) == TEXTS["preview"]
        assert marked(page, "target") == "pact"
        assert "/decide/citation" not in page

    def test_the_title_hides_and_reorders_nothing(self, desk: ReviewStore) -> None:
        desk.add(items_of([("line 1", answer("Is it \x1b[31m\u202eso?", [], id="odd"))]))
        page = Visitor(desk).get("/item/5")
        assert "<title>Is it ⟨U+001B⟩[31m⟨U+202E⟩so? · factcheck</title>" in page

    def test_a_source_that_does_not_exist_is_said(self, ada: Visitor) -> None:
        assert "The catalog has no source" in ada.get("/item/1?t=0&source=nowhere")

    @pytest.mark.parametrize("odd", ["t=9", "t=-1", "t=x", "at=5:2", "at=0:99999", "at=a:b"])
    def test_odd_addresses_show_the_item(self, ada: Visitor, odd: str) -> None:
        ada.get(f"/item/1?source=treaty&{odd}")

    def test_unknown_pages(self, ada: Visitor) -> None:
        ada.get("/item/99", 422)
        ada.get("/item/1/sideways", 404)
        ada.get("/nowhere", 404)
        ada.get("/decide/citation", 405)


class TestDecisions:
    def test_a_judgement_is_stored_with_author_and_comment(self, desk: ReviewStore, ada: Visitor) -> None:
        reply = ada.judge(1, 0, "partly", comment=" two\r\nlines ")
        assert reply.status_code == 303
        assert reply.headers["location"] == "/item/1?t=0"
        (made,) = desk.item(1).decisions
        assert (made.decision.author, made.decision.label, made.decision.comment) == ("Ada", "partly", "two\nlines")

    def test_the_same_form_twice_is_one_decision_another_label_another(self, desk: ReviewStore, ada: Visitor) -> None:
        fields = ada.form(ada.get("/item/1?t=0"), "/decide/citation")
        for label in ("supports", "supports", "refutes"):
            ada.post("/decide/citation", fields | {"label": label})
        assert labels(desk, 1) == [("Ada", "supports", "replaced"), ("Ada", "refutes", "counts")]

    def test_undo_takes_the_last_back_wherever_it_was(self, desk: ReviewStore, ada: Visitor) -> None:
        ada.judge(1, 0, "supports")
        page = ada.get("/item/3")
        reply = ada.post("/decide/undo", ada.form(page, "/decide/undo"))
        assert reply.headers["location"].startswith("/item/1")
        assert labels(desk, 1) == [("Ada", "supports", "withdrawn")]
        assert "/decide/undo" not in ada.get("/item/1")

    def test_correcting_a_span(self, desk: ReviewStore, ada: Visitor) -> None:
        assert ada.select(2, "correct", span("treaty", "It has no mutual defence clause.")).status_code == 303
        (made,) = desk.item(2).decisions
        assert made.decision.label == "wrong_span"
        assert made.decision.payload["span"]["exact"] == "It has no mutual defence clause."
        assert marked(ada.get("/item/2?t=0"), "corrected") == "It has no mutual defence clause."

    def test_a_corrected_span_goes_with_a_label_and_stays_with_the_next(self, desk: ReviewStore, ada: Visitor) -> None:
        ada.judge(2, 0, "refutes", span=json.dumps(span("treaty", "It has no mutual defence clause.")))
        ada.judge(2, 0, "partly")  # the form has the standing span
        ada.judge(2, 0, "partly", span="")
        found = [(one.decision.label, one.decision.payload.get("span")) for one in desk.item(2).decisions]
        corrected = span("treaty", "It has no mutual defence clause.")
        assert found == [("refutes", corrected), ("partly", corrected), ("partly", None)]

    def test_an_orphan_with_a_span_is_judged_as_carrying(
        self, desk: ReviewStore, ada: Visitor, home: Path, hashing: Any
    ) -> None:
        text = "Now it has a mutual defence clause."
        put_sources(home, {"treaty": text}, hashing)
        whole = {"source": "treaty", "source_sha256": sha256(text.encode()).hexdigest(), "start": 0, "end": len(text)}
        ada.judge(2, 0, "refutes", span=json.dumps({**whole, "exact": text}))
        assert labels(desk, 2) == [("Ada", "refutes", "counts")]
        assert " data-needs-span disabled" not in ada.get("/item/2?t=0")  # its span stands

    def test_marking_missed_evidence_in_another_source(self, desk: ReviewStore, ada: Visitor) -> None:
        reply = ada.select(1, "supports", span("preview", "may be signed next week"))
        assert reply.headers["location"] == "/item/1?t=0&source=preview&at=9%3A32"
        page = ada.get(reply.headers["location"])
        assert marked(page, "missed") == "may be signed next week"

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("span", "{"), ("span", ""), ("span", "[]"), ("span", json.dumps(span("treaty", "signed") | {"start": 1})),
            ("span", json.dumps(span("treaty", "signed") | {"end": 10**9})), ("use", "praise"), ("citation", "-1"),
            ("citation", "٣"), ("seen", "0"), ("item", ""), ("comment", "x" * 4001),
        ],
    )  # fmt: skip
    def test_what_does_not_hold_is_refused_and_nothing_is_stored(
        self, desk: ReviewStore, ada: Visitor, field: str, value: str
    ) -> None:
        fields = ada.form(ada.get("/item/2?t=0"), "/decide/span")
        fields |= {"use": "correct", "span": json.dumps(span("treaty", "signed")), field: value}
        assert ada.post("/decide/span", fields).status_code == 422
        assert desk.head()[0] == 0

    def test_a_corrected_answer(self, desk: ReviewStore, ada: Visitor) -> None:
        ada.judge_answer(3, "wrong", corrected_answer="10 years", comment="misread")
        (made,) = desk.item(3).decisions
        assert (made.decision.label, made.decision.payload["answer"]) == ("wrong", "10 years")
        assert "read as <bdi>P10Y</bdi>" in ada.get("/item/3?t=answer")

    def test_a_corrected_answer_that_is_no_value_is_refused_with_what_to_write(
        self, desk: ReviewStore, ada: Visitor
    ) -> None:
        reply = ada.judge_answer(3, "wrong", corrected_answer="sometime")
        assert reply.status_code == 422
        assert "is no duration; write e.g. 20 years" in reply.text
        assert desk.head()[0] == 0

    def test_a_stale_record_gets_409_with_both_versions(self, desk: ReviewStore, ada: Visitor) -> None:
        fields = ada.form(ada.get("/item/2?t=0"), "/decide/citation")
        newer = {**RECORDS[1], "answer": "conflicting", "verdict": "conflicting_evidence"}
        desk.add(items_of([("line 1", newer)]))
        reply = ada.post("/decide/citation", fields | {"label": "refutes", "comment": "kept words"})
        assert reply.status_code == 409
        for said in (
            "refuted",
            "conflicting evidence",
            "kept words",
            fields["seen"][:12],
            desk.item(2).row.version[:12],
        ):
            assert said in reply.text
        assert desk.head()[0] == 0

    def test_a_source_that_changed_under_the_page_gets_409(
        self, desk: ReviewStore, ada: Visitor, home: Path, hashing: Any
    ) -> None:
        fields = ada.form(ada.get("/item/2?t=0"), "/decide/citation")
        put_sources(home, {"treaty": TEXTS["treaty"] + " Added later."}, hashing)
        reply = ada.post("/decide/citation", fields | {"label": "irrelevant"})
        assert reply.status_code == 409
        assert "has changed since this page was shown" in reply.text
        assert desk.head()[0] == 0

    def test_our_script_gets_json(self, desk: ReviewStore, ada: Visitor) -> None:
        fields = ada.form(ada.get("/item/2?t=0"), "/decide/citation") | {"label": "refutes"}
        assert ada.post("/decide/citation", fields, accept="application/json").json() == {"to": "/item/2?t=0"}
        bad = ada.post("/decide/citation", fields | {"label": "bad"}, accept="application/json")
        assert bad.status_code == 422
        assert "label" in bad.json()["message"]

    def test_next_goes_on_within_the_filter(self, ada: Visitor) -> None:
        # least certain first: 4 (0.55), 2 (0.6), 3 (0.7), 1 (0.9)
        assert ada.client.get("/item/4/next").headers["location"] == "/item/2"
        assert ada.client.get("/item/4/next?model=none").headers["location"] == "/item/3?model=none"
        assert ada.client.get("/item/1/next").headers["location"] == "/"
        assert ada.client.get("/item/2/previous").headers["location"] == "/item/4"


class TestAccess:
    def test_a_form_needs_its_token(self, desk: ReviewStore, ada: Visitor) -> None:
        fields = ada.form(ada.get("/item/1?t=0"), "/decide/citation") | {"label": "supports"}
        for token in ("", "x", Visitor(desk, "Eve").form(Visitor(desk, "Eve").get("/"), "/theme")["form_token"]):
            assert ada.post("/decide/citation", fields | {"form_token": token}).status_code == 403
        assert desk.head()[0] == 0

    @pytest.mark.parametrize(
        "headers",
        [{"origin": "http://evil.example"}, {"origin": "null"}, {"origin": "http://127.0.0.1:9999"},
         {"origin": BASE, "host": "evil.example:8765"},
         {"origin": "http://evil.example:8765", "host": "evil.example:8765"}],
    )  # fmt: skip
    def test_other_sites_are_refused(self, desk: ReviewStore, ada: Visitor, headers: dict[str, str]) -> None:
        fields = ada.form(ada.get("/item/1?t=0"), "/decide/citation") | {"label": "supports"}
        reply = ada.client.post("/decide/citation", data=fields, headers=headers)
        assert reply.status_code == (421 if "host" in headers else 403)
        assert desk.head()[0] == 0

    def test_a_form_without_origin_says_where_it_comes_from(self, ada: Visitor) -> None:
        fields = ada.form(ada.get("/item/1?t=0"), "/decide/citation") | {"label": "supports"}
        cross = ada.client.post("/decide/citation", data=fields, headers={"sec-fetch-site": "cross-site"})
        assert cross.status_code == 403
        assert ada.client.post("/decide/citation", data=fields).status_code == 303

    def test_large_bodies_are_not_read(self, ada: Visitor) -> None:
        assert ada.client.post("/decide/citation", content=b"x" * (MAX_BODY + 1)).status_code == 413
        chunks = (b"x" * 65536 for _ in range(1 + MAX_BODY // 65536))
        assert ada.client.post("/decide/citation", content=chunks).status_code == 413

    def test_every_reply_carries_the_policy(self, ada: Visitor) -> None:
        for path in ("/", "/item/1", "/static/desk.js", "/nowhere", "/keys"):
            headers = ada.client.get(path).headers
            policy = headers["content-security-policy"]
            assert "default-src 'none'" in policy
            assert "unsafe" not in policy
            assert headers["x-content-type-options"] == "nosniff"
        cookie = ada.client.get("/", headers={"cookie": ""}).headers["set-cookie"]
        assert "HttpOnly" in cookie
        assert "SameSite=strict" in cookie

    def test_visitors_sign_in_with_their_token(self, desk: ReviewStore) -> None:
        token = add_reviewer(desk, "Bob")
        visitor = Visitor(desk, None)
        assert visitor.client.get("/item/1").headers["location"] == "/login"
        assert visitor.post("/login", {"token": "fcr_wrong"}).status_code == 401
        assert visitor.post("/login", {"token": f" {token}\n"}).status_code == 303
        visitor.judge(1, 0, "supports")
        assert labels(desk, 1) == [("Bob", "supports", "counts")]

    def test_a_new_token_ends_old_sessions(self, desk: ReviewStore) -> None:
        visitor = Visitor(desk, None)
        visitor.post("/login", {"token": add_reviewer(desk, "Bob")})
        visitor.get("/")
        add_reviewer(desk, "Bob")
        assert visitor.client.get("/").status_code == 303

    def test_guessing_is_slowed_down(self, desk: ReviewStore) -> None:
        token = add_reviewer(desk, "Bob")
        visitor = Visitor(desk, None)
        tries = [visitor.post("/login", {"token": f"fcr_{n}"}).status_code for n in range(6)]
        assert tries == [401] * 5 + [429]
        blocked = visitor.post("/login", {"token": token})
        assert blocked.status_code == 429
        assert int(blocked.headers["retry-after"]) > 50

    def test_leaving_and_colours(self, desk: ReviewStore) -> None:
        visitor = Visitor(desk, None)
        visitor.post("/login", {"token": add_reviewer(desk, "Bob")})
        page = visitor.get("/")
        back = visitor.post("/theme", visitor.form(page, "/theme") | {"theme": "dark", "back": "//evil.example"})
        assert back.headers["location"] == "/"
        assert 'data-theme="dark"' in visitor.get("/")
        visitor.post("/logout", visitor.form(page, "/logout"))
        assert visitor.client.get("/").status_code == 303


class TestSeveralReviewers:
    def test_blind_until_ones_own_are_made(self, desk: ReviewStore) -> None:
        ada, bob = Visitor(desk), Visitor(desk, "Bob")
        ada.judge(2, 0, "refutes", comment="plain words")
        assert "plain words" not in bob.get("/item/2?t=0")
        assert "will be shown when you have judged all" in bob.get("/item/2?t=0")
        bob.judge(2, 0, "partly")
        bob.judge_answer(2, "right")
        assert "plain words" in bob.get("/item/2?t=0")

    def test_an_adjudicator_settles_a_disagreement(self, desk: ReviewStore) -> None:
        desk.set_blind(False)
        for name, label in (("Ada", "refutes"), ("Bob", "irrelevant")):
            Visitor(desk, name).judge(2, 0, label)
        judge = Visitor(desk, "Cleo")
        assert "defence clause" in judge.get("/?state=disputed")
        page = judge.get("/item/2?adjudicate=1")
        assert "you adjudicate" in page
        judge.post("/decide/citation", judge.form(page, "/decide/citation") | {"label": "refutes"})
        assert "No disagreements" in judge.get("/?state=disputed")

    def test_a_reviewer_cannot_adjudicate(self, desk: ReviewStore) -> None:
        bob = Visitor(desk, None)
        bob.post("/login", {"token": add_reviewer(desk, "Bob")})
        fields = bob.form(bob.get("/item/2?adjudicate=1&t=0"), "/decide/citation")
        assert "final" not in fields
        assert bob.post("/decide/citation", fields | {"label": "refutes", "final": "1"}).status_code == 403

    def test_the_agreement_page(self, desk: ReviewStore) -> None:
        ada, bob = Visitor(desk), Visitor(desk, "Bob")
        assert "No citation or answer has been judged by two" in ada.get("/agreement")
        for visitor in (ada, bob):
            visitor.judge(1, 0, "supports")
            visitor.judge(2, 0, "supports" if visitor is ada else "refutes")
        assert "Cohen’s kappa" in ada.get("/agreement")
