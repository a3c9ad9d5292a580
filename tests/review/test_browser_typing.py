"""Typing at the desk: Enter saves what it says, nothing typed is lost, keys can be off, what is saved is told."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from review.bundle import write_bundle
from review.merging import merge_decisions
from review.store import ReviewStore
from tests.review.browser import chromium, needs_chromium, open_page, press, served
from tests.review.records import put_sources
from tests.review.test_store import judge, judge_answer

pytestmark = [pytest.mark.slow, needs_chromium, pytest.mark.timeout(600)]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as opened:
        yield opened


def made(desk: ReviewStore) -> list[tuple[str, str | None, str, str | None]]:
    return [(row.target, row.label, row.comment, row.payload.get("answer")) for row in desk.log()]


@pytest.mark.parametrize("script", [True, False])
def test_enter_in_an_empty_right_answer_changes_nothing(browser: Browser, desk: ReviewStore, script: bool) -> None:
    judge_answer(desk, 3, "wrong")
    with served(desk) as address:
        context = browser.new_context(java_script_enabled=script)
        page = context.new_page()
        page.goto(f"{address}/item/3?t=answer")
        page.focus("#corrected")
        page.keyboard.press("Enter")
        page.wait_for_timeout(500)
        assert page.url == f"{address}/item/3?t=answer"
        context.close()
    assert made(desk) == [("answer", "wrong", "", None)]


@pytest.mark.parametrize("key", ["Enter", "Control+Enter"])
def test_enter_in_a_right_answer_says_wrong(browser: Browser, desk: ReviewStore, key: str) -> None:
    with served(desk) as address:
        page = open_page(browser, f"{address}/item/3?t=answer")
        page.keyboard.press("a")
        page.keyboard.type("25 years")
        press(page, key)
        page.close()
    assert made(desk) == [("answer", "wrong", "", "25 years")]


def test_what_is_typed_after_a_decision_is_saved_with_it_on_the_way_out(browser: Browser, desk: ReviewStore) -> None:
    judge(desk, 3, "partly")
    judge_answer(desk, 3, "wrong")
    with served(desk) as address:
        page = open_page(browser, f"{address}/item/3?t=0")
        page.keyboard.press("c")
        page.keyboard.type("a remark")
        page.keyboard.press("Escape")
        press(page, "j")  # by a key
        assert page.url.endswith("t=answer")
        page.fill("#corrected", "25 years")
        page.evaluate("document.documentElement.dataset.left = ''")
        page.click(".brand")  # and by a link
        page.wait_for_selector("html[data-ready]:not([data-left]) [data-row]")
        page.close()
    assert made(desk)[2:] == [("citation:0", "partly", "a remark", None), ("answer", "wrong", "", "25 years")]


@pytest.mark.parametrize("way", ["n", "u", "t"])
def test_what_is_typed_before_a_decision_keeps_the_page(browser: Browser, desk: ReviewStore, way: str) -> None:
    judge(desk, 1, "supports")  # something to undo
    with served(desk) as address:
        page = open_page(browser, f"{address}/item/3?t=0")
        page.fill("#comment", "a remark")
        page.keyboard.press("Escape")
        page.keyboard.press(way)
        page.wait_for_selector("#said[role=alert]:has-text('not saved')")
        assert (page.url, page.input_value("#comment")) == (f"{address}/item/3?t=0", "a remark")
        asked: list[str] = []
        page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))  # type: ignore[func-returns-value]
        page.reload()
        assert asked == ["beforeunload"]
        page.close()
    assert [row.kind for row in desk.log()] == ["citation"]


def test_a_label_takes_the_selection_along_and_the_cited_words_take_it_back(
    browser: Browser, desk: ReviewStore
) -> None:
    with served(desk) as address:
        page = open_page(browser, f"{address}/item/2?t=0")
        page.keyboard.press("v")  # "no mutual defence clause", as cited
        page.keyboard.press("Shift+ArrowLeft")  # with "has" before it
        press(page, "3")
        press(page, "2")
        page.keyboard.press("v")
        press(page, "2")
        page.close()
    found = [(row.label, (row.payload.get("span") or {}).get("exact")) for row in desk.log()]
    longer = "has no mutual defence clause"
    assert found == [("refutes", longer), ("partly", longer), ("partly", None)]


def test_an_orphan_is_judged_with_what_is_selected(
    browser: Browser, desk: ReviewStore, home: Path, hashing: Any
) -> None:
    put_sources(home, {"treaty": "It has a clause. It is short."}, hashing)
    with served(desk) as address:
        page = open_page(browser, f"{address}/item/2?t=0")
        assert page.is_disabled("button[value=refutes][data-key]")
        page.keyboard.press("v")  # the first sentence
        page.wait_for_selector("button[name=label][value=refutes]:not([disabled])")
        page.click("button[name=label][value=refutes]")
        page.wait_for_selector("button[aria-pressed=true]")
        page.close()
    assert [(row.label, row.payload["span"]["exact"]) for row in desk.log()] == [("refutes", "It has a clause.")]


def test_what_was_saved_is_announced_and_next_has_the_focus(browser: Browser, desk: ReviewStore) -> None:
    with served(desk) as address:
        page = open_page(browser, f"{address}/item/1?t=0")
        press(page, "4")
        page.wait_for_selector("[role=status]:has-text('Saved: wrong span.')", state="attached")
        assert page.evaluate("document.activeElement.dataset.key") == "n"
        press(page, "Enter")
        assert page.url.endswith("t=1")
        assert page.text_content("#status") == ""
        page.close()


def test_shortcut_keys_can_be_switched_off(browser: Browser, desk: ReviewStore) -> None:
    with served(desk) as address:
        context = browser.new_context()
        page = open_page(context, f"{address}/item/1?t=0")
        page.evaluate("document.documentElement.dataset.left = ''")
        page.click("button[name=shortcuts]")
        page.wait_for_selector("html[data-shortcuts=off][data-ready]:not([data-left])")
        for key in ("1", "n", "j", "v", "?"):
            page.keyboard.press(key)
        page.wait_for_timeout(300)
        assert page.url == f"{address}/item/1?t=0"
        assert not page.is_visible("dialog")
        assert page.query_selector("[aria-keyshortcuts]") is None
        page.click("button[value=partly]")  # all of it still works without them
        page.wait_for_selector("button[aria-pressed=true][value=partly]")
        page.evaluate("document.documentElement.dataset.left = ''")
        page.click("button[name=shortcuts]")
        page.wait_for_selector("html[data-ready]:not([data-left], [data-shortcuts])")
        press(page, "1")
        context.close()
    assert [row.label for row in desk.log()] == ["partly", "supports"]


def test_a_bundle_does_not_drop_a_remark_without_a_decision(
    browser: Browser, desk: ReviewStore, tmp_path: Path
) -> None:
    write_bundle(desk, tmp_path / "a.html", reviewer="Ada")
    page = browser.new_page()
    page.goto((tmp_path / "a.html").as_uri())
    form = page.locator("fieldset[data-kind=citation]").first
    form.locator("textarea").fill("a remark")
    page.click("#save")
    assert "choose a decision at “Citation 1: treaty" in page.inner_text("#problem")
    assert "0 decisions not saved, 1 remark without a decision" in page.inner_text(".top .progress")
    form.locator("input[value=partly]").check()
    with page.expect_download() as download:
        page.click("#save")
    assert '"comment": "a remark"' in download.value.path().read_text("utf-8")
    page.close()


def save(page: Page, path: Path) -> Path:
    with page.expect_download() as download:
        page.click("#save")
    download.value.save_as(path)
    return path


def merged(desk: ReviewStore, path: Path) -> list[str]:
    return [one.outcome for one in merge_decisions(desk, path)]


def counting(desk: ReviewStore) -> list[tuple[str, str | None]]:
    shown = [one for item in (1, 2, 3, 4) for one in desk.item(item).decisions if one.state == "counts"]
    return [(one.decision.kind, one.decision.label) for one in shown]


def test_what_is_taken_back_in_a_bundle_is_taken_back_on_the_desk(
    browser: Browser, desk: ReviewStore, tmp_path: Path
) -> None:
    write_bundle(desk, tmp_path / "a.html", reviewer="Ada")
    page = browser.new_page()
    page.goto((tmp_path / "a.html").as_uri())
    case = page.locator(".case").first  # Is Iran in NATO?, the least certain
    answer = case.locator("fieldset[data-kind=answer]")
    answer.locator("input[value=wrong]").check()
    page.evaluate("document.getSelection().selectAllChildren(document.querySelector('article:not([hidden]) p'))")
    case.locator("button[data-label=supports]").click()
    assert merged(desk, save(page, tmp_path / "1.json")) == ["stored", "stored"]
    answer.locator("input[value=right]").check()  # a changed mind, never saved
    answer.locator("button[data-does=clear]").click()
    case.locator(".missed li button").click()
    page.reload()  # what this browser keeps holds it too
    second = save(page, tmp_path / "2.json")
    assert merged(desk, second) == ["known", "stored", "known", "stored"]
    assert counting(desk) == []
    page.close()


def test_a_saved_file_restores_what_it_takes_back(browser: Browser, desk: ReviewStore, tmp_path: Path) -> None:
    """Opened elsewhere, judged anew, and imported on a desk that has seen none of the earlier files."""
    write_bundle(desk, tmp_path / "a.html", reviewer="Ada")
    address = (tmp_path / "a.html").as_uri()
    context = browser.new_context()
    page = context.new_page()
    page.goto(address)
    answer = page.locator("fieldset[data-kind=answer]").first
    answer.locator("input[value=wrong]").check()
    first = save(page, tmp_path / "1.json")
    answer.locator("button[data-does=clear]").click()
    second = save(page, tmp_path / "2.json")
    context.close()
    context = browser.new_context()
    page = context.new_page()
    page.goto(address)
    answer = page.locator("fieldset[data-kind=answer]").first
    page.set_input_files("#load", first)
    page.wait_for_selector("fieldset.judged")
    page.set_input_files("#load", second)
    page.wait_for_selector("fieldset.judged", state="detached")
    assert answer.locator("input:checked").count() == 0
    answer.locator("input[value=right]").check()
    third = save(page, tmp_path / "3.json")
    context.close()
    assert merged(desk, third) == ["stored", "stored", "stored"]
    assert counting(desk) == [("answer", "right")]
