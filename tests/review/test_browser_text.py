"""What the browser shows is the text: highlights read back from it, and selections made in it, in code points."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from eval.asking import as_question
from eval.gold import read_gold
from factcheck.settings import Settings
from pipeline.prove import locate
from review.items import items_of
from review.shown import as_carried
from review.store import ReviewStore
from review.texts import open_texts
from tests.review.browser import chromium, needs_chromium, open_page, press, served, visit
from tests.review.records import answer, cite, put_sources

pytestmark = [pytest.mark.slow, needs_chromium, pytest.mark.timeout(1800)]

SUITE = Path(__file__).parents[2] / "eval" / "gold" / "treaty.yaml"
READ = """() => {
  const marks = [...document.querySelectorAll('#article mark.cited')];
  const article = document.getElementById('article');
  if (!marks.length) return null;
  const before = document.createRange();
  before.setStart(article, 0);
  before.setEndBefore(marks[0]);
  const box = marks[0].getBoundingClientRect();
  return {
    exact: marks.map((mark) => mark.textContent).join(''),
    start: [...before.toString()].length,
    text: article.textContent,
    inView: box.top >= 0 && box.bottom <= innerHeight && box.height > 0,
  };
}"""
# Texts that have broken highlighters. Each is cited at every place of every needle.
ODD: dict[str, tuple[str, tuple[str, ...]]] = {
    "crlf": ("First line.\r\nSecond line.\r\n\r\nThird line.\r\n", ("Second line.", "line.\r\nSecond", "Third")),
    "lone-cr": ("One.\rTwo.\rThree.\n\r\nFour.", ("Two.", "One.\rTwo", "Three.\n\r\nFour")),
    "blank-first": ("\n\n  \n\tIndented by a tab.\n", ("Indented by a tab.",)),
    "emoji": ("👩‍👩‍👧‍👦 family 🏴󠁧󠁢󠁳󠁣󠁴󠁿 flag 👍🏽 thumb 🇧🇬 end 𝔘𝔫𝔦", ("family", "👍🏽 thumb", "🇧🇬", "𝔫𝔦", "👩‍👩‍👧‍👦")),
    "combining": ("Cafe\u0301 nai\u0308ve Z\u0337\u0321\u0316algo e\u0301nd", ("nai\u0308ve", "e\u0301nd", "Z\u0337\u0321\u0316algo")),
    "hebrew": ("שלום עולם. המסמך נחתם במוסקבה.\nEnglish here.", ("המסמך נחתם במוסקבה.", "שלום", "here")),
    "arabic": ("وقّعت روسيا وإيران الاتفاقية في موسكو. 17 يناير 2025.", ("الاتفاقية في موسكو", "17 يناير")),
    "mixed": ("He said «שלום (hello) 123» to أحمد, twice.", ("שלום (hello) 123", "أحمد", "twice")),
    "cjk": ("条約はモスクワで署名された。条約は二十年間有効である。", ("条約は二十年間有効である。", "モスクワ", "条約")),
    "devanagari": ("संधि पर मास्को में हस्ताक्षर हुए। क्षि त्र", ("मास्को में", "क्षि")),
    "repeated": ("No clause. No clause. No clause.\nNo clause.", ("No clause.",)),
    "overlapping": ("ananana banana", ("ana", "anana")),
    "markup": ("<b>bold</b> &amp; &lt;i&gt; <script>alert(1)</script> ]]> <!-- c --> </article>", ("&amp; &lt;i&gt;", "<script>alert(1)</script>", "</article>", "<!-- c -->")),
    "controls": ("a\x01b\x1bc\x7fd\x85e\x0cf\u2028g\u2029h", ("b\x1bc", "d\x85e\x0cf", "g\u2029h")),
    "bidi": ("safe \u202egnp.exe\u202c and \u2066isolated\u2069 text", ("\u202egnp.exe\u202c", "isolated", "text")),
    "zero-width": ("ze\u200bro wi\u200ddth \ufeffbom so\u00adft wo\u2060rd", ("ze\u200bro", "\ufeffbom", "wo\u2060rd", "so\u00adft")),
    "long-line": ("word " * 4000 + "needle at last. " + "word " * 2000, ("needle at last.",)),
    "spaces": ("two  spaces   and\u00a0no-break\u3000wide \t tab ", ("two  spaces   and", "no-break\u3000wide", "\t tab".strip())),
}  # fmt: skip


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as opened:
        yield opened


@pytest.fixture(scope="module")
def odd_desk(tmp_path_factory: pytest.TempPathFactory, hashing: Any) -> Iterator[ReviewStore]:
    """One item a place of a needle, whose only citation is that place."""
    home = tmp_path_factory.mktemp("odd") / "home"
    texts = {name: text for name, (text, _) in ODD.items()}
    put_sources(home, texts, hashing)
    records = []
    for name, (text, needles) in ODD.items():
        for needle in needles:
            for no, place in enumerate(locate(needle, text)):
                known = cite(name, needle, texts=texts) | {
                    "start": place.start, "end": place.end, "prefix": text[max(0, place.start - 32) : place.start],
                    "suffix": text[place.end : place.end + 32],
                }  # fmt: skip
                records.append(answer(f"{name} {no} {needle}", [known], id=f"{name}-{len(records)}"))
    with ReviewStore(home, open_texts(home)) as store:
        store.add(items_of((f"line {n}", record) for n, record in enumerate(records, 1)))
        yield store


def check_highlight(page: Page, citation: dict[str, Any], text: str) -> None:
    found = page.evaluate(READ)
    assert found is not None, citation["exact"]
    assert found["text"] == as_carried(text)
    assert found["exact"] == citation["exact"]
    assert found["start"] == citation["start"]
    assert found["inView"], citation["exact"]


def test_every_citation_of_the_seed_suite(browser: Browser, seed_settings: Settings, tmp_path: Path) -> None:
    from pipeline.answerer import open_answerer
    from pipeline.record import answer_record

    questions = [sample for sample in read_gold(SUITE).samples if sample.question]
    with open_answerer(seed_settings) as answerer:
        records = [answer_record(answerer.answer(as_question(s))[0]) for s in questions]
    texts = open_texts(seed_settings.home)
    checked = 0
    with ReviewStore(tmp_path, texts) as store, served(store) as address:
        store.add(items_of((f"line {n}", record) for n, record in enumerate(records, 1)))
        page = open_page(browser, address)
        for row in store.queue(_all(), limit=1000).rows:
            for cited in store.item(row.id).citations:
                visit(page, f"{address}/item/{row.id}?t={cited.no}")
                source = texts.source(cited.citation["source"])
                assert source is not None
                check_highlight(page, dict(cited.citation), source.text)
                checked += 1
        page.close()
    assert checked == sum(len(record["citations"]) for record in records)
    assert checked > 150


def test_every_citation_of_odd_texts(browser: Browser, odd_desk: ReviewStore) -> None:
    with served(odd_desk) as address:
        page = open_page(browser, address)
        rows = odd_desk.queue(_all(), limit=1000).rows
        for row in rows:
            visit(page, f"{address}/item/{row.id}?t=0")
            (cited,) = odd_desk.item(row.id).citations
            check_highlight(page, dict(cited.citation), ODD[cited.citation["source"]][0])
        page.close()
    assert len(rows) > 55


SELECT = """({start, end}) => {
  // by code points, through text nodes, as a mouse would
  const article = document.getElementById('article');
  const walker = document.createTreeWalker(article, NodeFilter.SHOW_TEXT);
  const points = [start, end].map(() => null);
  let at = 0;
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    let offset = 0;
    for (const char of node.data) {
      if (at === start && !points[0]) points[0] = [node, offset];
      at += 1;
      offset += char.length;
      if (at === end) points[1] = [node, offset];
    }
  }
  getSelection().setBaseAndExtent(points[0][0], points[0][1], points[1][0], points[1][1]);
}"""


def test_every_selection_in_odd_texts_is_stored_at_its_code_points(browser: Browser, odd_desk: ReviewStore) -> None:
    """Select each cited place by its characters, press a key; what is stored is that span, proved by the server."""
    n = 0
    with served(odd_desk) as address:
        page = open_page(browser, address)
        for row in odd_desk.queue(_all(), limit=1000).rows:
            (cited,) = odd_desk.item(row.id).citations
            name, exact = cited.citation["source"], cited.citation["exact"]
            if exact != exact.strip():
                continue  # white space at the ends is trimmed off a selection
            visit(page, f"{address}/item/{row.id}?t=0")
            page.evaluate(SELECT, {"start": cited.citation["start"], "end": cited.citation["end"]})
            press(page, "f")
            stored = odd_desk.item(row.id).decisions[-1].decision.payload["span"]
            text = ODD[name][0]
            assert stored == {
                "source": name, "source_sha256": sha256(text.encode()).hexdigest(), "start": cited.citation["start"],
                "end": cited.citation["end"], "exact": exact,
            }  # fmt: skip
            n += 1
        page.close()
    assert n > 50


def test_the_key_takes_the_selection_of_that_moment(browser: Browser, odd_desk: ReviewStore) -> None:
    """Another selection and the key in one task, before the browser has reported the change."""
    row = next(row for row in odd_desk.queue(_all(), limit=1000).rows if row.sources == ("cjk",))
    text = ODD["cjk"][0]
    with served(odd_desk) as address:
        page = open_page(browser, f"{address}/item/{row.id}?t=0")
        page.evaluate(SELECT, {"start": 0, "end": 2})
        page.wait_for_selector("#select:not([hidden])")
        page.evaluate(
            f"""() => {{
              ({SELECT})({{start: 4, end: 8}});
              document.body.dispatchEvent(new KeyboardEvent('keydown', {{key: 's', bubbles: true, cancelable: true}}));
            }}"""
        )
        page.wait_for_url("**source=cjk**")
        page.close()
    stored = odd_desk.item(row.id).decisions[-1].decision.payload["span"]
    assert (stored["start"], stored["end"], stored["exact"]) == (4, 8, text[4:8])


def test_selecting_with_the_keyboard(browser: Browser, odd_desk: ReviewStore) -> None:
    row = next(r for r in odd_desk.queue(_all(), limit=1000).rows if r.sources == ("repeated",))
    with served(odd_desk) as address:
        page = open_page(browser, f"{address}/item/{row.id}?t=0")
        start = odd_desk.item(row.id).citations[0].citation["start"]
        page.keyboard.press("v")  # the cited sentence, "No clause."
        page.keyboard.press("ArrowLeft")  # its last word without the full stop
        page.keyboard.press("Shift+ArrowRight")  # the start to the next word
        press(page, "f")
        page.close()
    stored = odd_desk.item(row.id).decisions[-1].decision.payload["span"]
    assert (stored["start"], stored["exact"]) == (start + 3, "clause")


def _all() -> Any:
    from review.listing import QueueFilter

    return QueueFilter(state="all")
