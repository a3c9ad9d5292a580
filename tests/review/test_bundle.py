"""The bundle: one file that loads nothing, in which foreign text cannot act, and whose decisions come back."""

from __future__ import annotations

import json
import re
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from factcheck.errors import UserError
from review.bundle import write_bundle
from review.items import items_of
from review.listing import QueueFilter
from review.merging import merge_decisions
from review.store import ReviewStore
from tests.review.records import TEXTS, answer, cite, put_sources
from tests.review.test_store import judge, judge_answer

CHROMIUM = Path("/usr/bin/chromium")
ATTACK = (
    "</script><script>window.hit=1</script><img src=x onerror=window.hit=1>\"'><svg onload=window.hit=1>\u202ex\u200b"
)


def marked(page: str, css: str) -> str:
    found = re.findall(rf'<mark class="[^"]*\b{css}\b[^"]*">(.*?)</mark>', page, re.DOTALL)
    return unescape(re.sub(r"<[^>]*>", "", "".join(found)))


def test_every_citation_is_marked_at_its_own_offsets(desk: ReviewStore, tmp_path: Path) -> None:
    report = write_bundle(desk, tmp_path / "a.html")
    page = (tmp_path / "a.html").read_text("utf-8")
    assert (report.n_items, report.n_sources, report.n_left) == (4, 2, 0)
    order = [row.id for row in desk.queue(QueueFilter()).rows]
    n = 0
    for number, item in enumerate(order):
        for cited in desk.item(item).citations:
            assert marked(page, f"m{number}-{cited.no}") == cited.citation["exact"]
            n += 1
    assert n == 4
    assert page.count("<article ") == 2
    write_bundle(desk, tmp_path / "b.html", all_sources=True, limit=1)
    assert (tmp_path / "b.html").read_text("utf-8").count("<article ") == len(TEXTS)


def test_the_page_names_its_own_script_and_style_and_nothing_else(desk: ReviewStore, tmp_path: Path) -> None:
    write_bundle(desk, tmp_path / "a.html")
    page = (tmp_path / "a.html").read_text("utf-8")
    assert "default-src 'none'" in page
    assert re.findall(r'(?:src|href)="[^"]*"', page) == []
    assert page.count("<script") == 1
    assert "\nexport " not in page


def test_nobodys_decisions_are_in_it(desk: ReviewStore, tmp_path: Path) -> None:
    judge(desk, 1, "irrelevant", comment="a comment of Ada")
    write_bundle(desk, tmp_path / "a.html")
    page = (tmp_path / "a.html").read_text("utf-8")
    assert "a comment of Ada" not in page
    assert "checked" not in page.partition("<script")[0]


def test_an_orphan_is_not_highlighted_and_cannot_be_said_to_support(
    desk: ReviewStore, home: Path, hashing: Any, tmp_path: Path
) -> None:
    put_sources(home, {"treaty": "Correction. " + TEXTS["treaty"]}, hashing)
    write_bundle(desk, tmp_path / "a.html", filter_=QueueFilter(search="defence clause"))
    page = (tmp_path / "a.html").read_text("utf-8")
    assert "<mark" not in page
    assert "This quote no longer proves (changed)" in page
    (form,) = re.findall(r'<fieldset class="judge" data-kind="citation".*?</fieldset>', page, re.DOTALL)
    assert re.findall(r'value="(\w+)"', form) == ["wrong_span", "out_of_context", "irrelevant"]


def test_nothing_to_judge_is_said(desk: ReviewStore, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="nothing to judge"):
        write_bundle(desk, tmp_path / "a.html", filter_=QueueFilter(search="zebra"))
    assert not (tmp_path / "a.html").exists()


@pytest.fixture
def attacked(desk: ReviewStore, home: Path, hashing: Any) -> ReviewStore:
    """The desk with a fifth item, where question, claim, answer, model, quote and article all attack."""
    text = f"Before. {ATTACK} After."
    put_sources(home, {"<b>x": text}, hashing)
    cited = cite("<b>x", ATTACK, texts={"<b>x": text})
    record = answer(ATTACK, [cited], id=ATTACK, type="text", answer=ATTACK, model=ATTACK, claim=ATTACK)
    desk.add(items_of([("", record)]))
    return desk


def test_foreign_text_is_escaped_everywhere(attacked: ReviewStore, tmp_path: Path) -> None:
    only = QueueFilter(sources=("<b>x",))
    write_bundle(attacked, tmp_path / "a.html", filter_=only, reviewer='"><img src=x onerror=alert(1)>')
    page = (tmp_path / "a.html").read_text("utf-8")
    before, _, script = page.partition('<script type="module">')
    for bad in ("<img", "<svg", "<script>", "<b>x"):
        assert bad not in before
        assert bad not in script
    assert marked(page, "m0-0") == ATTACK


@pytest.mark.slow
def test_judged_in_a_browser_the_file_comes_back_and_is_merged(attacked: ReviewStore, tmp_path: Path) -> None:
    desk = attacked
    playwright = pytest.importorskip("playwright.sync_api")
    if not CHROMIUM.exists():
        pytest.skip(f"{CHROMIUM} is not installed; apt-get install chromium")
    write_bundle(desk, tmp_path / "a.html", filter_=QueueFilter("all"))
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        page = browser.new_page()
        wrong: list[str] = []
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("console", lambda message: wrong.append(message.text))
        page.goto((tmp_path / "a.html").as_uri())
        assert page.evaluate("window.hit") is None
        for form in page.locator("fieldset[data-kind=citation]").all():
            form.locator("button[data-does=show]").click()
            shown = page.evaluate("[...document.querySelectorAll('mark.on')].map((m) => m.textContent).join('')")
            number, no = form.get_attribute("data-mark").removeprefix("m").split("-")
            item = desk.queue(QueueFilter("all")).rows[int(number)].id
            assert shown == desk.item(item).citations[int(no)].citation["exact"]
            form.locator("input[value=supports]").check()
        case = page.locator(".case", has_text="Is there a defence clause?")
        case.locator("input[value=wrong]").check()
        case.locator("select.corrected").select_option("yes")
        case.locator("fieldset[data-kind=answer] textarea").fill(ATTACK)
        case.locator("fieldset[data-kind=answer] textarea").blur()
        page.evaluate(
            """() => { const p = document.querySelector("article:not([hidden]) p");
            document.getSelection().selectAllChildren(p); }"""
        )
        case.locator("button[data-label=refutes]").click()
        page.click("#save")
        assert page.locator("#problem").inner_text().startswith("Write your name first")
        page.fill("#reviewer", "Ada")
        with page.expect_download() as download:
            page.click("#save")
        download.value.save_as(tmp_path / "decisions.json")
        browser.close()
    assert wrong == []
    saved = json.loads((tmp_path / "decisions.json").read_text("utf-8"))["decisions"]
    assert {one.outcome for one in merge_decisions(desk, tmp_path / "decisions.json")} == {"stored"}
    assert {one.outcome for one in merge_decisions(desk, tmp_path / "decisions.json")} == {"known"}
    assert sorted(row.kind for row in desk.log()) == sorted(one["kind"] for one in saved)
    assert {row.comment for row in desk.log()} == {"", ATTACK}
    (missed,) = [row for row in desk.log() if row.kind == "missed"]
    assert missed.payload["span"]["exact"] in TEXTS[missed.payload["source"]]
    judge_answer(desk, 1, "right")
