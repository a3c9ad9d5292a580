"""What is typed at the desk: Enter saves what it says, nothing typed is lost on the way to the next."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from review.store import ReviewStore
from tests.review.browser import chromium, needs_chromium, open_page, press, served
from tests.review.test_store import judge_answer

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
