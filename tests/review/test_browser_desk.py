"""Working at the desk in a real browser: keys alone, one step at a time, two at once, readable for all."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from review.items import items_of
from review.reviewers import add_reviewer
from review.store import ReviewStore
from tests.review.browser import AXE, Line, chromium, needs_axe, needs_chromium, open_page, press, served, visit
from tests.review.records import RECORDS, TEXTS, put_sources
from tests.review.visitor import Visitor

pytestmark = [pytest.mark.slow, needs_chromium, pytest.mark.timeout(600)]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as opened:
        yield opened


def made(desk: ReviewStore) -> list[tuple[str, str, str | None]]:
    return [(row.author, row.target, row.label) for row in desk.log()]


def test_open_judge_next_in_three_keys(browser: Browser, desk: ReviewStore) -> None:
    with served(desk) as address:
        page = open_page(browser, f"{address}/?sort=certain")
        press(page, "Enter")  # the first of the list has the focus
        assert "/item/1" in page.url
        press(page, "1")
        press(page, "n")
        assert page.url.endswith("/item/1?sort=certain&t=1")
        page.close()
    assert made(desk) == [("Ada", "citation:0", "supports")]


def test_a_whole_answer_by_keys_alone(browser: Browser, desk: ReviewStore) -> None:
    with served(desk) as address:
        page = open_page(browser, f"{address}/item/2")
        page.keyboard.press("c")
        page.keyboard.type("1 is typed, not pressed")
        page.keyboard.press("Escape")
        for key in ("3", "n", "8", "n"):
            press(page, key)
        assert "/item/3" in page.url
        press(page, "u")
        assert "/item/2" in page.url
        page.close()
    assert made(desk)[:2] == [("Ada", "citation:0", "refutes"), ("Ada", "answer", "wrong")]
    shown = [(one.decision.label, one.decision.comment, one.state) for one in desk.item(2).decisions]
    assert shown == [("refutes", "1 is typed, not pressed", "counts"), ("wrong", "", "withdrawn")]


def test_keys_pressed_in_one_task_do_one_step(browser: Browser, desk: ReviewStore) -> None:
    """`1 n 3` at once: the first judges what is seen; the others would judge what is not, and are not taken."""
    with served(desk) as address:
        page = open_page(browser, f"{address}/item/1?t=0")
        page.evaluate(
            """() => { for (const key of ['1', 'n', '3', '2', 'N', '4']) document.body.dispatchEvent(
                 new KeyboardEvent('keydown', {key, bubbles: true, cancelable: true})); }"""
        )
        page.wait_for_selector("button[aria-pressed=true]")
        assert page.url.endswith("/item/1?t=0")
        page.close()
    assert made(desk) == [("Ada", "citation:0", "supports")]


def test_a_held_key_judges_once(browser: Browser, desk: ReviewStore) -> None:
    with served(desk) as address:
        page = open_page(browser, f"{address}/item/1?t=0")
        for _ in range(5):
            page.keyboard.down("1")  # from the second on, the browser calls it a repeat
        page.wait_for_selector("button[aria-pressed=true]")
        page.keyboard.up("1")
        page.close()
    assert len(made(desk)) == 1


def test_a_server_that_is_away_loses_nothing(browser: Browser, desk: ReviewStore) -> None:
    with served(desk) as address:
        context = browser.new_context()
        line = Line(context, "**/decide/*")
        page = open_page(context, f"{address}/item/1?t=0")
        page.fill("#comment", "long thought")
        page.keyboard.press("Escape")
        line.cut = True
        page.keyboard.press("2")
        page.wait_for_selector("#said[role=alert]:has-text('Not saved')")
        assert page.input_value("#comment") == "long thought"
        assert (line.n_lost, made(desk)) == (1, [])
        line.cut = False
        press(page, "2")
        context.close()
    (shown,) = desk.item(1).decisions
    assert (shown.decision.label, shown.decision.comment) == ("partly", "long thought")


def test_a_stale_page_says_so_and_stores_nothing(browser: Browser, desk: ReviewStore) -> None:
    with served(desk) as address:
        page = open_page(browser, f"{address}/item/2?t=0")
        desk.add(items_of([("line 1", {**RECORDS[1], "probability": 0.61})]))
        page.keyboard.press("1")
        page.wait_for_selector("#said[role=alert]:has-text('has changed')")
        page.close()
    assert made(desk) == []


def test_two_reviewers_at_once(browser: Browser, desk: ReviewStore) -> None:
    tokens = {name: add_reviewer(desk, name) for name in ("Ada", "Bob")}
    with served(desk, None) as address:
        pages: dict[str, Page] = {}
        for name, token in tokens.items():
            context = browser.new_context()
            pages[name] = open_page(context, address)
            pages[name].fill("#token", token)
            pages[name].keyboard.press("Enter")
            pages[name].wait_for_selector("[data-row]")
            visit(pages[name], f"{address}/item/1?t=0")
        for key in ("1", "n", "3", "n", "7"):
            for name, page in pages.items():
                press(page, "2" if (key, name) == ("1", "Bob") else key)
        assert "Bob" in pages["Ada"].inner_text(".case")  # judged whole: the other's decisions are shown
        for page in pages.values():
            page.context.close()
    targets = [("citation:0", "partly"), ("citation:1", "refutes"), ("answer", "right")]
    assert [row[1:] for row in made(desk) if row[0] == "Bob"] == targets
    assert [row[2] for row in made(desk) if row[0] == "Ada"] == ["supports", "refutes", "right"]


@needs_axe
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 400])
def test_no_serious_accessibility_violation(  # noqa: PLR0917 - fixtures
    browser: Browser, desk: ReviewStore, home: Path, hashing: Any, scheme: Any, width: int
) -> None:
    """axe-core on every page of the desk, with decisions, disagreements, orphans, an open dialog and a selection."""
    desk.set_blind(False)
    for name, label in (("Ada", "supports"), ("Bob", "refutes")):
        visitor = Visitor(desk, name)
        visitor.judge(1, 0, label, comment="why")
        visitor.judge(1, 1, "partly")
        visitor.judge_answer(1, "right")
        visitor.judge(3, 0, "out_of_context")
    put_sources(home, {"treaty": TEXTS["treaty"].replace("no mutual", "a mutual")}, hashing)
    violations: list[str] = []
    with served(desk) as address, served(desk, None) as locked:
        context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme, bypass_csp=True)
        page = open_page(context, address)

        def check(name: str) -> None:
            page.add_script_tag(path=str(AXE))
            found = page.evaluate("axe.run({resultTypes: ['violations']})")["violations"]
            violations.extend(
                f"{name}: {one['id']} ({one['impact']}): {node['html'][:160]} {node['failureSummary'][:300]}"
                for one in found if one["impact"] in ("serious", "critical") for node in one["nodes"]
            )  # fmt: skip

        for path in (
            "/?state=all", "/?q=zebra", "/?state=disputed", "/item/1?t=0", "/item/1?t=1", "/item/1?t=answer",
            "/item/2?t=0", "/item/3?t=0", "/item/4?t=answer", "/item/1?t=0&source=preview&at=4:8",
            "/item/1?adjudicate=1", "/agreement", "/keys", "/nowhere", "/item/99",
        ):  # fmt: skip
            visit(page, address + path)
            check(path)
        visit(page, f"{address}/item/1?t=1")
        page.keyboard.press("v")
        page.wait_for_selector("#select:not([hidden])")
        check("selecting")
        page.keyboard.press("Escape")
        page.keyboard.press("?")
        page.wait_for_selector("dialog[open]")
        check("keys dialog")
        visit(page, f"{locked}/login")
        check("login")
        context.close()
    assert violations == []


def test_every_key_on_screen_is_in_the_overlay(browser: Browser, desk: ReviewStore) -> None:
    with served(desk) as address:
        page = open_page(browser, f"{address}/item/1?t=0")
        visit(page, f"{address}/item/1?t=0")
        shown = set(page.eval_on_selector_all("[data-key]", "(all) => all.map((e) => e.dataset.key)"))
        page.keyboard.press("?")
        listed = set(page.eval_on_selector_all("#keys kbd", "(all) => all.map((e) => e.textContent)"))
        page.keyboard.press("Escape")
        assert not page.is_visible("dialog")
        page.close()
    assert shown <= listed
