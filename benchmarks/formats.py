"""Do other formats give the answers of .txt? `python -m benchmarks.formats [--limit N]`.

Makes the five seed articles as web pages (with navigation, a related article, a cookie banner and a footer around
them), as PDFs and as Word files; ingests each set into a home of its own with the provenance of `seeds/sources.yaml`;
asks the development questions of `eval/gold/treaty.yaml` with `none`; and compares with the answers from .txt. It also
counts the citations that are exactly at their offsets of the extracted text, and paragraphs that were lost.
"""

from __future__ import annotations

import argparse
import html
import io
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import yaml

from eval.asking import ask
from eval.corpus import read_corpus
from eval.gold import Sample, read_gold
from eval.score import Record
from factcheck.settings import Settings, load_settings
from pipeline.answerer import open_answerer
from vectorstore.ingest import ingest
from vectorstore.store import Store

SEEDS = Path(__file__).parents[1] / "seeds"
GOLD = SEEDS.parent / "eval" / "gold" / "treaty.yaml"

FURNITURE = (
    "Subscribe to our newsletter and never miss a story",
    "Maize prices rose by 12 percent in Iowa after the storms of last week",
    "We use cookies to improve your experience on this site",
    "Copyright 2025 Example Media Group. All rights reserved",
)

_PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title} | Example News</title>
<style>nav a {{ color: red }}</style><script>var treaty = "expires tomorrow";</script></head>
<body><header><div class="logo">Example News</div><nav><ul><li><a href="/">Home</a></li><li><a href="/w">World</a></li>
<li><a href="/b">Business</a></li></ul></nav></header>
<div class="cookie-banner">{cookies}. <button>Accept all</button></div>
<main><article>{article}</article></main>
<aside><h3>Related</h3><p><a href="/maize">{related}</a></p></aside>
<footer><p>{newsletter}.</p><p>{copyright}.</p></footer></body></html>"""


def html_page(paragraphs: Sequence[str], title: str = "An article") -> bytes:
    """Return a page as news sites have them: the article, and much around it."""
    shown = "\n".join(f"<p>{html.escape(p)}</p>" for p in paragraphs)
    newsletter, related, cookies, copyright_ = FURNITURE
    page = _PAGE.format(
        title=html.escape(title), article=shown, newsletter=newsletter, related=related, cookies=cookies,
        copyright=copyright_,
    )  # fmt: skip
    return page.encode()


def pdf_file(paragraphs: Sequence[str], header: str | None = None) -> bytes:
    """Return a PDF with page numbers and, if given, a running head; long paragraphs run over its pages."""
    from fpdf import FPDF  # noqa: PLC0415

    class Paged(FPDF):
        def header(self) -> None:
            if header:
                self.set_font("DejaVu", size=8)
                self.cell(0, 8, header, align="C", new_x="LMARGIN", new_y="NEXT")

        def footer(self) -> None:
            self.set_y(-15)
            self.set_font("DejaVu", size=8)
            self.cell(0, 10, f"Page {self.page_no()}", align="C")

    pdf = Paged()
    pdf.add_font("DejaVu", "", unicode_font())
    pdf.add_page()
    for paragraph in paragraphs:
        pdf.set_font("DejaVu", size=11)
        pdf.multi_cell(0, 6, paragraph, new_x="LMARGIN", new_y="NEXT")
        pdf.ln(2)
    return bytes(pdf.output())


def unicode_font() -> Path:
    """Return DejaVu Sans, which matplotlib brings along."""
    import matplotlib as mpl  # noqa: PLC0415

    return Path(mpl.get_data_path(), "fonts", "ttf", "DejaVuSans.ttf")


def docx_file(paragraphs: Sequence[str]) -> bytes:
    """Return a Word file; a short line without a full stop is a heading."""
    import docx  # noqa: PLC0415

    document = docx.Document()
    for paragraph in paragraphs:
        if len(paragraph) < 80 and paragraph[-1] not in ".!?:":
            document.add_heading(paragraph, 2)
        else:
            document.add_paragraph(paragraph)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


MAKERS: dict[str, Callable[[Sequence[str]], bytes]] = {".html": html_page, ".pdf": pdf_file, ".docx": docx_file}


def make_corpus(folder: Path, suffix: str, make: Callable[[Sequence[str]], bytes]) -> Path:
    """Write the seeds in another format, with the listing they have as .txt; return the folder."""
    folder.mkdir()
    listing = yaml.safe_load((SEEDS / "sources.yaml").read_bytes())
    for entry in listing:
        given = SEEDS / entry["file"]
        entry["file"] = given.stem + suffix
        (folder / entry["file"]).write_bytes(make(paragraphs_of(given)))
    (folder / "sources.yaml").write_text(yaml.safe_dump(listing, allow_unicode=True), "utf-8")
    return folder


def paragraphs_of(path: Path) -> list[str]:
    return [line.strip() for line in path.read_text("utf-8-sig").splitlines() if line.strip()]


def main(argv: Sequence[str] | None = None) -> int:
    """Return 0; the figures are for a person to read."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.formats", description=__doc__)
    parser.add_argument("--limit", type=int, help="ask this many of the development questions, evenly spread")
    args = parser.parse_args(argv)
    samples = [s for s in read_gold(GOLD).samples if "dev" in s.tags and s.claim is None]
    if args.limit:
        samples = samples[:: max(1, len(samples) // args.limit)]
    with tempfile.TemporaryDirectory(prefix="factcheck-formats-") as name:
        root = Path(name)
        before = answers(samples, SEEDS, root / "home-txt")
        print(f"{len(before)} questions; unchanged = the same answer (boolean) or the same value (others)")
        print("| format | unchanged | boolean | value | citations | exact | paragraphs | lost | furniture |")
        print("|---|---|---|---|---|---|---|---|---|")
        for suffix, make in MAKERS.items():
            corpus = make_corpus(root / suffix[1:], suffix, make)
            home = root / f"home-{suffix[1:]}"
            found = answers(samples, corpus, home)
            print(_row(suffix, samples, before, found, home))
    return 0


def answers(samples: Sequence[Sample], corpus: Path, home: Path) -> dict[str, Record]:
    settings = load_settings({"home": home, "model": "none"})
    with Store.open(settings, write=True) as store:
        ingest([corpus], store)
    texts = read_corpus(str(corpus), near=corpus)
    with open_answerer(settings) as answerer:
        return {sample.id: ask(answerer, sample, corpus=texts) for sample in samples}


def _row(
    suffix: str, samples: Sequence[Sample], before: dict[str, Record], found: dict[str, Record], home: Path
) -> str:
    same = {s.id: _said(before[s.id]) == _said(found[s.id]) for s in samples}
    for sample in samples:
        if not same[sample.id]:
            print(f"  {suffix} {sample.id}: {_said(before[sample.id])} -> {_said(found[sample.id])}", file=sys.stderr)
    boolean = [same[s.id] for s in samples if s.type == "boolean"]
    value = [same[s.id] for s in samples if s.type != "boolean"]
    with Store.open(Settings(home=home)) as store:
        texts = {source.id: source.text for source in store.sources()}
        cited = [c for record in found.values() for c in record.get("citations", ())]
        n_exact = sum(texts[c["source"]][c["start"] : c["end"]] == c["exact"] for c in cited)
        paged = suffix != ".pdf" or all(c["locator"]["page"] for c in cited)
    wanted = list(_paragraphs())
    lost = [p for source_id, p in wanted if " ".join(p.split()) not in " ".join(texts[source_id].split())]
    furniture = sum(line in text for line in FURNITURE for text in texts.values())
    shares = [
        f"{sum(part)}/{len(part)} ({sum(part) / max(1, len(part)):.1%})" for part in (same.values(), boolean, value)
    ]
    exact = f"{n_exact}" + ("" if paged else ", pages missing")
    return f"| {suffix} | {' | '.join(shares)} | {len(cited)} | {exact} | {len(wanted)} | {len(lost)} | {furniture} |"


def _paragraphs() -> Iterator[tuple[str, str]]:
    for entry in yaml.safe_load((SEEDS / "sources.yaml").read_bytes()):
        yield from ((entry["id"], p) for p in paragraphs_of(SEEDS / entry["file"]))


def _said(record: Record) -> object:
    return record.get("answer") if record["question"].get("type") == "boolean" else record.get("value")


if __name__ == "__main__":
    sys.exit(main())
