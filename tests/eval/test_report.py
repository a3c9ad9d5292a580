"""The report: complete, the same every time, and nothing in it that was not put there by us can act."""

from __future__ import annotations

import base64
import re
import shutil
from hashlib import sha256
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from eval.corpus import CorpusText
from eval.report import articles as articles_module
from eval.report import render_report
from eval.report.articles import build_articles, excerpt
from eval.report.figures import FIGURES
from eval.report.plots import latency_plot, reliability_plot, risk_coverage_plot
from eval.scored_run import open_run
from eval.scorers import SCORERS, SET_SCORERS
from factcheck.cli.main import cli
from factcheck.errors import UsageError, UserError

HOSTILE = '<script>alert(1)</script> \u202eevil\u202c & "x" \'</template>'


class Page(HTMLParser):
    """What a browser would see: tags opened and closed, scripts, attributes, samples."""

    VOID = frozenset({"meta", "input", "br", "path", "use"})

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.scripts, self.ids, self.attributes = 0, [], []  # type: ignore[var-annotated]
        self.samples: list[dict[str, str | None]] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in self.VOID:
            self.open.append(tag)
        self.scripts += tag == "script"
        self.attributes += [name for name, _ in attrs]
        self.ids += [value for name, value in attrs if name == "id"]
        if tag == "details" and ("class", "sample") in attrs:
            self.samples.append(dict(attrs))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.attributes += [name for name, _ in attrs]
        self.ids += [value for name, value in attrs if name == "id"]

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@pytest.fixture(scope="module")
def two_runs(suite_files: Any, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, Any]:
    suite = suite_files.of(
        tmp_path_factory.mktemp("report"),
        [
            {"id": "term", "question": "Does it last twenty years?", "type": "boolean", "answer": "yes",
             "stances": {"alpha": "supports", "beta": "refutes"}, "evidence": {"alpha": ["lasts twenty years"]},
             "tags": ["dev"]},
            {"id": "who", "question": "Who signed it?", "type": "entity", "answer": "both", "value": {"text": "both"},
             "evidence": {"alpha": ["signed by both"]}, "tags": ["dev", "names"]},
            {"id": "hostile", "question": f"Is it {HOSTILE}?", "type": "boolean", "answer": "not_stated",
             "tags": ["silent"], "note": HOSTILE},
            {"id": "flat", "claim": "The pact has no term.", "answer": "supported"},
        ],
    )  # fmt: skip
    text = "Snow fell. The pact lasts twenty years. It was signed by both."
    assert text[20:38] == "lasts twenty years"
    cite = {"source": "alpha", "start": 11, "end": 39, "exact": text[11:39], "stance": "supports", "status": "exact"}
    forged = {"source": "alpha", "start": 0, "end": 9, "exact": f"forged {HOSTILE}", "stance": "supports"}
    a = suite.run(
        "a",
        {
            "term": suite.record("term", "yes", citations=[cite, forged], explanation=HOSTILE),
            "who": "nobody",
            "hostile": suite.record("hostile", "not_stated", coverage={"reason": "silent", "nearest": [cite]}),
            "flat": "error:the model is down",
        },
    )
    b = suite.run("b", {"term": "no", "who": "both", "hostile": "yes", "flat": "yes"}, model="local:x$_1$")
    return a, b, suite


@pytest.fixture(scope="module")
def html(two_runs: tuple[Path, Path, Any]) -> str:
    return render_report([open_run(path) for path in two_runs[:2]])


def test_a_report_says_everything_of_every_sample(html: str) -> None:
    page = Page(html)
    assert page.open == []
    assert [s["data-outcome"] for s in page.samples] == [
        "changed right wrong", "changed right wrong", "changed right wrong", "changed error right",
    ]  # fmt: skip
    # alpha is article 0: gold and the citation for term, once each
    assert page.samples[0]["data-marks"] == "0,20,38,gold 0,11,39,supports"
    assert "not in its source" in html
    assert "hits gold" in html
    assert "model: the model is down" in html
    assert "errors or missing: 1" in html
    assert html.count('<template id="article-') == 1
    assert len(page.ids) == len(set(page.ids))


def test_the_article_of_a_report_is_cut_at_the_borders_of_quotes() -> None:
    corpus = {"a": CorpusText("Snow fell. The pact lasts."), "b": CorpusText("unused")}
    found = build_articles(corpus, {"a": [(0, 9), (5, 14)]})
    assert list(found) == ["a"]
    assert str(found["a"].html) == (
        '<span data-s="0" data-e="5">Snow </span><span data-s="5" data-e="9">fell</span>'
        '<span data-s="9" data-e="14">. The</span> pact lasts.'
    )


def test_nothing_in_a_report_acts_but_its_own_script(html: str) -> None:
    page = Page(html)
    assert page.scripts == 1
    assert not [name for name in page.attributes if name.startswith("on")]
    assert not re.search(r"[\u202a-\u202e\u2066-\u2069]", html)
    assert "U+202E" in html
    script = re.search(r"<script>(.*)</script>", html, re.DOTALL)
    assert script is not None
    digest = base64.b64encode(sha256(script[1].encode()).digest()).decode()
    assert f"script-src 'sha256-{digest}'" in html
    outside = re.findall(r"(?:src|href|action)=[\"'](?!#)[^\"']*|url\((?!#)[^)]*|@import", html)
    assert outside == []


def test_every_table_that_scrolls_can_be_reached_by_keys_and_has_a_name_of_its_own(html: str) -> None:
    names = re.findall(r'<div class="scroll" tabindex="0" role="region" aria-label="([^"]+)">', html)
    assert len(names) == len(set(names)) == html.count('<div class="scroll"') > 4


def test_every_scorer_has_its_line() -> None:
    assert {figure.scorer for figure in FIGURES} == {*SCORERS, *SET_SCORERS}


def test_repeats_show_how_often_it_was_right(yes_suite: Any) -> None:
    answers = {f"q{i}": "yes" for i in range(40)}
    html = render_report([open_run(yes_suite.run("r", [answers, {**answers, "q3": "no"}]))])
    assert html.count("right in 1 of 2 repeats") == 1
    assert [s["data-outcome"] for s in Page(html).samples].count("partly") == 1


TEXT = st.text(alphabet=st.sampled_from("ab <&\"'\u202e\U0001f600é\n"), min_size=1, max_size=60)


@given(TEXT, st.data())
def test_articles_and_excerpts_keep_the_text(text: str, data: st.DataObject) -> None:
    def plain(html: str) -> str:
        """With the characters that are shown as a box back in their place."""
        return re.sub(r'<span class="codepoint"[^>]*>U\+([0-9A-F]+)</span>', lambda m: chr(int(m[1], 16)), html)

    def bare(html: str) -> str:
        return unescape(re.sub(r"<[^>]+>", "", plain(html)))

    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    article = build_articles({"s": CorpusText(text)}, {"s": [(start, end), (0, 1)]})["s"]
    assert bare(str(article.html)) == text
    pieces = re.findall(r'<span data-s="(\d+)" data-e="(\d+)">([^<]*)</span>', plain(str(article.html)))
    assert all(unescape(shown) == text[int(s) : int(e)] for s, e, shown in pieces)
    assert {start, 0} <= {int(s) for s, _, _ in pieces}
    assert {end, 1} <= {int(e) for _, e, _ in pieces}
    marked = re.search(r'<mark class="x">(.*)</mark>', str(excerpt(text, start, end, "x")), re.DOTALL)
    assert marked is not None
    assert bare(marked[1]) == text[start:end]


def test_large_articles_are_cut_to_what_is_around_the_quotes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(articles_module, "MAX_WHOLE", 100)
    monkeypatch.setattr(articles_module, "AROUND", 5)
    text = "x" * 50 + "QUOTE" + "y" * 50 + "SECOND" + "z" * 50
    article = build_articles({"s": CorpusText(text)}, {"s": [(105, 111), (50, 55)]})["s"]
    assert not article.whole
    assert str(article.html) == (
        'xxxxx<span data-s="50" data-e="55">QUOTE</span>yyyyy<span class="gap"> […] </span>'
        'yyyyy<span data-s="105" data-e="111">SECOND</span>zzzzz'
    )


def test_plots_are_drawn_in_the_colours_of_the_page() -> None:
    rows = np.column_stack([np.linspace(0.1, 0.9, 50), np.arange(50) % 2])
    for svg in (
        reliability_plot({"A x": rows, "B <y>": rows}),
        risk_coverage_plot({"A x": rows}),
        latency_plot({"A x": [0.5, 1.0, 2.0]}),
    ):
        assert svg.startswith('<svg role="img" aria-label=')
        assert "var(--run-0)" in svg
        assert "#0102" not in svg
        assert "<style" not in svg
        assert "<y>" not in svg


def test_the_command_writes_the_same_page(two_runs: tuple[Path, Path, Any], html: str, tmp_path: Path) -> None:
    a, b, _ = two_runs
    done = CliRunner().invoke(cli, ["eval", "report", str(a), str(b), "-o", str(tmp_path / "r.html")])
    assert done.exit_code == 0, done.output
    assert "2 runs" in done.stderr
    assert (tmp_path / "r.html").read_bytes() == html.encode()
    assert [path.name for path in tmp_path.iterdir()] == ["r.html"]


def test_the_command_writes_through_a_link(two_runs: tuple[Path, Path, Any], tmp_path: Path) -> None:
    (tmp_path / "link.html").symlink_to("real.html")
    done = CliRunner().invoke(cli, ["eval", "report", str(two_runs[0]), "-o", str(tmp_path / "link.html")])
    assert done.exit_code == 0, done.output
    assert (tmp_path / "link.html").is_symlink()
    assert (tmp_path / "real.html").read_bytes().startswith(b"<!doctype html>")


def test_a_run_that_was_cut_off_and_other_indexes_are_noted(two_runs: tuple[Path, Path, Any]) -> None:
    a, _, suite = two_runs
    cut = suite.run("cut", {"term": "yes"}, closed=False, index="sha256:" + "1" * 64)
    html = render_report([open_run(a), open_run(cut)])
    assert "the run was cut off: 1 of 4 answers are there" in html
    assert "the runs read different indexes" in html


def test_reports_that_cannot_be_made(two_runs: tuple[Path, Path, Any], make_suite: Any, tmp_path: Path) -> None:
    a, _, _ = two_runs
    other = make_suite([{"id": "x", "question": "Q?", "type": "boolean", "answer": "yes"}], name="two")
    far = other.run("far", {"x": "yes"})
    done = CliRunner().invoke(cli, ["eval", "report", str(a), str(far), "-o", str(tmp_path / "r.html")])
    assert isinstance(done.exception, UserError)
    assert "different labels" in str(done.exception)
    assert not (tmp_path / "r.html").exists()
    with pytest.raises(UserError, match="another suite than a; make a report of each"):
        render_report([open_run(a), open_run(far)])
    with pytest.raises(UsageError, match="1 to 6 runs, not 7"):
        render_report([open_run(a)] * 7)
    done = CliRunner().invoke(cli, ["eval", "report", str(far), "-o", str(tmp_path / "none" / "r.html")])
    assert "cannot be written" in str(done.exception)


CHROMIUM = shutil.which("chromium")


@pytest.mark.slow
@pytest.mark.skipif(CHROMIUM is None, reason="no chromium on the path")
def test_a_browser_filters_and_opens_articles_and_nothing_runs(html: str, tmp_path: Path) -> None:
    from playwright.sync_api import sync_playwright

    (tmp_path / "r.html").write_text(html, encoding="utf-8")
    flags = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=flags)
        tab = browser.new_page(viewport={"width": 1360, "height": 900})
        said: list[str] = []
        tab.on("console", lambda message: said.append(message.text))
        tab.on("pageerror", lambda error: said.append(str(error)))
        tab.on("dialog", lambda dialog: (said.append(dialog.message), dialog.dismiss()))
        tab.goto((tmp_path / "r.html").as_uri())
        assert tab.inner_text("#count") == "4 of 4"
        tab.select_option("select[name=outcome]", "error")
        assert tab.inner_text("#count") == "1 of 4"
        tab.click("button[type=reset]")
        tab.wait_for_function("document.getElementById('count').textContent === '4 of 4'")
        tab.fill("input[name=text]", "TWENTY")
        assert tab.inner_text("#count") == "1 of 4"
        sample = tab.locator("details.sample:not([hidden])")
        sample.locator("summary").first.click()
        sample.locator(".text mark").first.wait_for()
        marks = sample.locator(".text mark.supports").all_inner_texts()
        assert "".join(marks) == "The pact lasts twenty years."
        assert sample.locator(".text mark.gold.supports").inner_text() == "lasts twenty years"
        for width in (1360, 390):
            tab.set_viewport_size({"width": width, "height": 900})
            assert tab.evaluate("document.documentElement.scrollWidth <= innerWidth"), width
        browser.close()
    assert said == []
