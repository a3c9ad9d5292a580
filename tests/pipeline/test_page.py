"""The page of answers: complete without a script, every quote marked at its offsets, nothing of a source can act."""

from __future__ import annotations

import re
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from factcheck.errors import UserError
from factcheck.records import Source
from pipeline.page import render_page
from tests.pipeline import made_records as made

CHROMIUM = Path("/usr/bin/chromium")


class Page(HTMLParser):
    """Tags with their attributes, the text of each mark by the id that it begins with, ids and links."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.marked: list[tuple[str, str]] = []
        self._open: list[str] = []
        self.feed(html)
        self.close()
        self.ids = [a["id"] for _, a in self.tags if a.get("id")]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag == "mark":
            self.marked.append((str(dict(attrs).get("class")), ""))
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag == "mark":
            self._open.pop()

    def handle_data(self, data: str) -> None:
        if self._open:
            css, text = self.marked[-1]
            self.marked[-1] = css, text + data


@pytest.fixture(scope="module")
def html() -> str:
    return render_page(made.RECORDS, made.find_source)


@pytest.fixture(scope="module")
def page(html: str) -> Page:
    return Page(html)


def test_the_page_is_as_it_was(html: str, golden: Callable[[str, str], None]) -> None:
    golden("answers.html", html)


def test_quotes_are_marked_at_their_offsets_overlapping_ones_too(page: Page) -> None:
    assert page.marked[:4] == [
        ("refutes supports many", "It is valid for 20 years"),
        ("refutes", ", “the minister” said.\n"),
        ("refutes many", "It does not include"),
        ("refutes", " a mutual defence clause."),
    ]


def test_links_lead_to_something_and_ids_are_unique(page: Page) -> None:
    links = {a["href"] for tag, a in page.tags if tag == "a" and a.get("href", "").startswith("#")}  # type: ignore[union-attr]
    assert len(links) >= 8
    assert {link[1:] for link in links if link} <= set(page.ids)
    assert len(page.ids) == len(set(page.ids))


def test_the_page_loads_and_runs_nothing(html: str, page: Page) -> None:
    tags = {tag for tag, _ in page.tags}
    assert not tags & {"script", "img", "iframe", "object", "embed", "link", "form", "em", "i", "b", "br"}
    assert not any(name.startswith("on") or name == "style" for _, a in page.tags for name in a)
    assert [a["href"] for tag, a in page.tags if tag == "a" and ":" in str(a["href"])] == ["https://example.org/treaty"]
    assert "javascript:alert(1)" in html  # shown, not linked
    assert not re.search("[\u202e\u200b]", html)
    assert html.count(">U+202E<") >= 2


def test_every_answer_source_and_failure_is_told(html: str) -> None:
    for said in ("conflicting evidence", "P20Y", "Nothing is about it.", "model_unavailable", "&lt;no&gt;", "the minister",
                 "2025-01-01 to 2025-02-01", "as of 2025-03-01", "1 is not in the sources", "repeats <bdi>other</bdi>",
                 "differed in spaces", "nothing read is about this"):  # fmt: skip
        assert said in html, said


def test_a_quote_whose_text_is_gone_or_changed_is_not_marked_and_says_so() -> None:
    def changed(source_id: str, sha256: str | None) -> Source | None:
        source = made.SOURCES[source_id]
        return None if "cmd" in source_id else made.make_source(source_id, "X" + source.text)

    html = render_page([made.CLAUSE], changed)
    assert Page(html).marked == []
    assert html.count("not proved: the text at hand is not the one quoted") == 3


def test_a_long_article_is_shown_around_its_marks() -> None:
    text = "a " * 30_000 + made.TREATY + "b " * 30_000
    source = made.make_source("treaty.txt", text)
    made_citation = dict(made.TERM["citations"][0])
    start = text.index("It is valid")
    made_citation |= {
        "start": start,
        "end": start + 24,
        "prefix": "",
        "suffix": "",
        "source_sha256": source.source_sha256,
    }
    html = render_page([made.TERM | {"citations": [made_citation]}], lambda *_: source)
    assert Page(html).marked == [("supports", "It is valid for 20 years")]
    left_out = [int(n.replace(",", "")) for n in re.findall(r"\[([\d,]+) characters not shown\]", html)]
    assert left_out == [start - 1500, len(text) - start - 24 - 1500]
    assert len(html) < 40_000


@pytest.mark.parametrize("records", [(), (made.FAILED,), (made.UNKNOWN,), (made.FAILED, made.FAILED)])
def test_pages_with_little_on_them(records: tuple[dict[str, Any], ...]) -> None:
    html = render_page(records, lambda *_: None)
    assert html.count('<article class="card"') == len(records)
    assert "Undefined" not in html


def test_no_two_landmarks_have_one_name(html: str) -> None:
    assert html.count('aria-labelledby="overview"') == 1


def test_a_broken_record_is_refused() -> None:
    with pytest.raises(UserError, match="verdict"):
        render_page([made.TERM | {"verdict": "maybe"}], made.find_source)


@pytest.mark.slow
@pytest.mark.skipif(not CHROMIUM.is_file(), reason="needs Chromium, as Debian installs it")
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 820, 1500])
def test_in_a_browser_nothing_runs_and_nothing_sticks_out(html: str, scheme: Any, width: int, tmp_path: Path) -> None:
    from playwright.sync_api import sync_playwright

    (tmp_path / "page.html").write_text(html, "utf-8")
    with sync_playwright() as playwright:
        arguments = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=arguments)
        tab = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
        said: list[str] = []
        tab.on("console", lambda message: said.append(message.text))
        tab.on("dialog", lambda dialog: said.append(dialog.message))
        tab.on("request", lambda request: said.append(request.url))
        tab.goto((tmp_path / "page.html").as_uri() + "#q1c0")
        wider = tab.evaluate("document.documentElement.scrollWidth - innerWidth")
        styled = tab.evaluate("getComputedStyle(document.querySelector('mark')).boxShadow !== 'none'")
        dark = tab.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(20, 22, 26)"
        seen = tab.locator("#q1c0").is_visible()
        jumps = tab.evaluate("[...document.querySelectorAll('.jumps a')].map((a) => a.getBoundingClientRect().height)")
        browser.close()
    assert jumps
    assert min(jumps) >= 24  # WCAG 2.5.8: a target's least height
    assert wider <= 0
    assert styled
    assert seen
    assert dark == (scheme == "dark")
    assert said == [(tmp_path / "page.html").as_uri() + "#q1c0"] or said == [(tmp_path / "page.html").as_uri()]
