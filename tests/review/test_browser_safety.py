"""Nothing that an article, a record or a reviewer says runs in the page."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256
from typing import Any

import pytest
from playwright.sync_api import Browser

from factcheck.records import Provenance
from factcheck.settings import Settings
from review.decisions import AnswerJudgement, CitationJudgement, MissedEvidence, SpanRef
from review.items import items_of
from review.listing import QueueFilter, Viewer
from review.store import ReviewStore
from review.texts import open_texts
from tests.review.browser import chromium, needs_chromium, open_page, served, visit
from tests.review.records import answer
from vectorstore.store import Store

pytestmark = [pytest.mark.slow, needs_chromium, pytest.mark.timeout(900)]

RUNS = "window.__ran=1"
PAYLOADS = (
    f"<script>{RUNS}</script>", f"<SCRIPT SRC=//x.example/a.js></SCRIPT>{RUNS}", f"<img src=x onerror={RUNS}>",
    f"<img src=x onerror='{RUNS}'>", f'<img src="x" onerror="{RUNS}">', f"<svg onload={RUNS}>",
    f"<svg/onload={RUNS}>", f"<svg><script>{RUNS}</script></svg>", f"<svg><animate onbegin={RUNS} attributeName=x dur=1s>",
    f"<body onload={RUNS}>", f"<iframe srcdoc='<script>parent.{RUNS}</script>'></iframe>",
    f"<iframe src=\"javascript:parent.{RUNS}\"></iframe>", f"<a href=\"javascript:{RUNS}\">x</a>",
    f"<details open ontoggle={RUNS}>", f"<video><source onerror={RUNS}></video>", f"<audio src=x onerror={RUNS}>",
    f"<input autofocus onfocus={RUNS}>", f"<textarea autofocus onfocus={RUNS}></textarea>",
    f"<select autofocus onfocus={RUNS}></select>", f"<marquee onstart={RUNS}>x</marquee>",
    f"<object data=\"javascript:{RUNS}\"></object>", f"<embed src=\"javascript:{RUNS}\">",
    f"<form action=\"javascript:{RUNS}\"><button>x</button></form>", f"<math><mtext><img src=x onerror={RUNS}>",
    f"<link rel=stylesheet href=\"javascript:{RUNS}\">", "<base href=//x.example/>",
    f"<meta http-equiv=refresh content=\"0;url=javascript:{RUNS}\">", f"<style>@import 'x';</style><p style=x onclick={RUNS}>",
    f"\"><script>{RUNS}</script>", f"'><script>{RUNS}</script>", f"\" onmouseover=\"{RUNS}\" x=\"", f"' onfocus='{RUNS}' autofocus='",
    f"\" autofocus onfocus={RUNS} x=\"", f"`onload={RUNS}`", f"</title><script>{RUNS}</script>",
    f"</textarea><script>{RUNS}</script>", f"</script><script>{RUNS}</script>", f"</style><script>{RUNS}</script>",
    f"</article></mark></p><script>{RUNS}</script>", f"</option></select><script>{RUNS}</script>",
    f"<!--><script>{RUNS}</script>", f"--><script>{RUNS}</script>", f"]]><script>{RUNS}</script>",
    f"<![CDATA[><script>{RUNS}</script>]]>", f"<noscript><p title='</noscript><img src=x onerror={RUNS}>'>",
    f"<template><script>{RUNS}</script></template>", f"<scr<script>ipt>{RUNS}</scr</script>ipt>",
    f"&lt;script&gt;{RUNS}&lt;/script&gt;", f"&#60;script&#62;{RUNS}&#60;/script&#62;", f"\\u003cscript\\u003e{RUNS}\\u003c/script\\u003e",
    "{{ 7*7 }}{% for x in range(3) %}x{% endfor %}", "${alert(1)}#{alert(1)}<%= 7*7 %>", f"javascript:{RUNS}",
    f"\u202e<script>{RUNS}</script>\u202c", f"\u200b<img src=x onerror={RUNS}>\ufeff", f"\x01<script>{RUNS}</script>\x7f",
    f"＜script＞{RUNS}＜/script＞", f"<img/src=`x`onerror={RUNS}>", f"<x onclick={RUNS} tabindex=1 autofocus onfocus={RUNS}>",
    f"<a href=\"data:text/html,<script>{RUNS}</script>\">x</a>", f"%3Cscript%3E{RUNS}%3C/script%3E",
)  # fmt: skip


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as opened:
        yield opened


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory, hashing: Any) -> Iterator[ReviewStore]:
    """One item a payload, with the payload in every field that a page shows, also in decisions on it."""
    home = tmp_path_factory.mktemp("hostile") / "home"
    texts = {_name(n, payload): f"Before. {payload} After.\r\n{payload}" for n, payload in enumerate(PAYLOADS)}
    with Store.open(Settings(home=home, model="none"), hashing, write=True) as sources:
        for (name, text), payload in zip(texts.items(), PAYLOADS, strict=True):
            facts = Provenance(title=payload, publisher=payload, author=payload, credited_from=payload, url=payload)
            sources.put(name, text, provenance=facts)
    with ReviewStore(home, open_texts(home)) as store:
        store.add(items_of((f"line {n}", _record(n, p, texts)) for n, p in enumerate(PAYLOADS)))
        for row in store.queue(QueueFilter(state="all"), limit=1000).rows:
            _decide(store, row, texts)
        yield store


def _name(n: int, payload: str) -> str:
    """An id of a source may hold printable characters only."""
    return f"{n} {_printable(payload)}"


def _printable(text: str) -> str:
    return "".join(char for char in text if char.isprintable())


def _record(n: int, payload: str, texts: dict[str, str]) -> dict[str, Any]:
    name = _name(n, payload)
    text = texts[name]
    digest = sha256(text.encode()).hexdigest()
    cited = {
        "source": name, "source_sha256": digest, "start": 8, "end": 8 + len(payload), "exact": payload,
        "prefix": "Before. ", "suffix": " After.", "status": "exact", "stance": payload, "support": {},
        "speaker": payload, "modality": payload, "published": payload, "locator": {"line": payload, "page": payload},
    }  # fmt: skip
    orphan = cited | {"start": 0, "end": 3, "exact": payload + "!", "source_sha256": payload}
    grid = {"source": name, "stance": "supports", "probability": 0.5, "duplicate_of": payload, "superseded_by": payload}
    near = {"source": name, "start": 0, "end": 7, "exact": payload, "score": 0.5}
    return answer(
        f"{n} {payload}?", [cited, orphan], id=payload, answer=payload, claim=payload, explanation=payload,
        warnings=[payload], model=payload, type=payload, verdict=payload, sources=[grid],
        coverage={"reason": payload, "nearest": [near]}, probability=(n + 1) / 100,
    )  # fmt: skip


def _decide(store: ReviewStore, row: Any, texts: dict[str, str]) -> None:
    payload, name = row.text.partition(" ")[2][:-1], row.sources[0]
    text = texts[name]
    reviewer = Viewer(_printable(payload)[:100].strip() or "x")
    kept = {"item": row.key, "version": row.version, "comment": payload.replace("\0", "")}
    span = SpanRef(
        source=name, source_sha256=sha256(text.encode()).hexdigest(), start=8, end=8 + len(payload), exact=payload
    )
    for draft in (
        CitationJudgement(citation=0, label="wrong_span", span=span, **kept),
        MissedEvidence(label="supports", span=span, **kept),
        AnswerJudgement(label="wrong", answer=f"{payload} other", **kept),
    ):
        store.decide(draft, author=reviewer)


CLEAN = """() => ({
  ran: window.__ran,
  scripts: document.scripts.length,
  foreign: document.querySelectorAll(
    'img, svg, iframe, object, embed, video, audio, marquee, math, base, style, template, [onerror], [onload], ' +
    '[onfocus], [onclick], [onmouseover], [ontoggle], a[href^="javascript:" i], a[href^="data:"], meta[http-equiv]').length,
  handlers: [...document.querySelectorAll('*')].flatMap((e) => [...e.attributes]).filter((a) => /^on/i.test(a.name)).length,
})"""


def test_no_payload_runs_in_any_field(browser: Browser, hostile: ReviewStore) -> None:
    assert len(PAYLOADS) >= 50
    hostile.set_blind(False)
    asked: list[str] = []
    with served(hostile, "Ada") as address:
        page = open_page(browser, f"{address}/?state=all")
        page.on("dialog", lambda dialog: pytest.fail(f"a dialog opened: {dialog.message}"))
        page.on("request", lambda request: asked.append(request.url))
        rows = hostile.queue(QueueFilter(state="all"), limit=1000).rows
        addresses = [f"{address}/?state=all&offset={offset}" for offset in (0, 50)]
        for row in rows:
            addresses += [f"{address}/item/{row.id}?t={target}" for target in ("0", "1", "answer")]
        addresses += [f"{address}/?q={'%3Cscript%3E'}{RUNS}%22'%3E", f"{address}/item/1?source=%3Cscript%3E{RUNS}"]
        for at in addresses:
            visit(page, at)
            found = page.evaluate(CLEAN)
            assert found == {"ran": None, "scripts": 1, "foreign": 0, "handlers": 0}, (at, found)
        page.close()
    assert all(url.startswith(address) for url in asked)
    assert len(rows) == len(PAYLOADS)


def test_problem_and_conflict_pages_are_clean(browser: Browser, hostile: ReviewStore) -> None:
    with served(hostile, "Ada") as address:
        for n, payload in enumerate(PAYLOADS[:12]):
            row = next(
                r for r in hostile.queue(QueueFilter(state="all"), limit=1000).rows if r.text.startswith(f"{n} ")
            )
            page = open_page(browser, f"{address}/item/{row.id}?t=0")
            page.evaluate("document.querySelectorAll('form').forEach((form) => form.removeAttribute('data-saves'))")
            page.evaluate("document.querySelector('form.decision [name=seen]').value = 'f'.repeat(64)")
            page.fill("#comment", payload)
            page.click("button[value=supports]")
            page.wait_for_selector("text=nothing was saved")
            found = page.evaluate(CLEAN)
            assert found == {"ran": None, "scripts": 1, "foreign": 0, "handlers": 0}, payload
            page.close()


def test_the_policy_stops_what_escaping_would_miss(browser: Browser, hostile: ReviewStore) -> None:
    """The second line of defence works alone: a script put into the page by hand does not run."""
    with served(hostile, "Ada") as address:
        page = open_page(browser, address)
        page.evaluate(
            f"""() => {{
              const script = document.createElement('div');
              document.body.append(script);
              try {{ script.innerHTML = '<img src=x onerror="{RUNS}">'; }} catch {{ window.__refused = 1; }}
            }}"""
        )
        assert page.evaluate("window.__refused") == 1
        assert page.evaluate("window.__ran") is None
        page.close()
