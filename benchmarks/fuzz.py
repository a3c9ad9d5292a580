"""Fuzz the readers, the chunker and the proof: `python -m benchmarks.fuzz --minutes 5 [--seed N] [--only TARGET]`.

hypothesis makes the examples: valid files of each format with bytes deleted, repeated, flipped and spliced in, texts of
hard characters, quotes cut out of texts and disturbed. Readers run as the program runs them, in the child process. A
finding is an exception that is none of ours, a child that dies, an invariant that does not hold, or an example that
takes more than 20 s of processor time (or 200 s). Findings are printed with their example; the exit code is 1 where
there are any.
"""

from __future__ import annotations

import argparse
import io
import signal
import sys
import tempfile
import time
import traceback
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from benchmarks.formats import docx_file, html_page, paragraphs_of, pdf_file
from factcheck.errors import FactcheckError
from factcheck.records import Source, Span
from pipeline.prove import prove
from vectorstore.chunks import chunk_spans, n_tokens
from vectorstore.find_sources import find_sources
from vectorstore.formats import text as text_format
from vectorstore.formats.clean import drop_unseen
from vectorstore.formats.extracted import Extracted, UnreadableError
from vectorstore.formats.from_jsonl import BadLine, articles
from vectorstore.formats.kinds import Format
from vectorstore.formats.pdf_lines import Line, paragraphs
from vectorstore.formats.sandbox import Sandbox
from vectorstore.segment import split_sentences

HANG_S = 20.0
SEED_FILE = Path(__file__).parents[1] / "seeds" / "000_d6d1e8e0d8139098.txt"
ARTICLE = paragraphs_of(SEED_FILE)[:6]
STUMBLED = ("cannot be read (", "made its reader fail", "took longer", "took more than", "needs more than")

WORDS: dict[str, tuple[bytes, ...]] = {
    "html": (
        b"<div>", b"</p>", b"<table><tr><td>", b"<!--", b"<script>", b"&#xd800;", b"&lt", b"<![CDATA[", b"<br>",
        b'<meta charset="utf-16">', b"<svg><p>", b"<?xml version='1.0' encoding='x'?>", b"<article>", b"<body>",
        b"<ul><li>", b'<p style="display:none">', b"</html>", b"<frameset>", b"<math>", b"<a href='//x:y'>", b"\xff",
        b"\xed\xa0\x80", b"\x00",
    ),
    "pdf": (
        b"endobj", b"stream\n", b"/Type /Page", b"/Kids [1 0 R]", b"/Count 99999999", b"/Length -1", b"xref",
        b"/Encrypt 1 0 R", b"0 0 R", b"<<", b">>", b"BT", b"ET", b"/Filter /FlateDecode", b"9" * 40, b"trailer",
        b"/MediaBox [0 0 0 0]", b"startxref", b"%%EOF", b"(\\377\\376)", b"/ToUnicode", b"\x00",
    ),
    "docx": (
        b"<w:p>", b"</w:p>", b"<w:tbl>", b"<w:tc>", b"<w:tr>", b"<w:del>", b"&lol;", b"<!DOCTYPE x>", b"<w:ins>",
        b"<w:t>", b"&#0;", b"<w:vMerge/>", b"xmlns:w='x'", b"<w:sdt>", b"\xff", b"PK\x03\x04", b"PK\x01\x02",
        b"<w:txbxContent>",
    ),
    "jsonl": (
        b"{", b"}", b'"id"', b'"text"', b"\n", b"\\ud800", b"\\u0000", b"[" * 50, b"1e999", b"NaN", b"null", b",",
        b'"published": 5', b'"published": "2025-02-30"', b"\xff", b'"not_before": "2025-01-01"', b"\xef\xbb\xbf",
        b'"id": ""',
    ),
    "listing": (
        b"- ", b"&a ", b"*a", b"<<: ", b"!!python/object:os.system", b"[", b"{", b": ", b"\t", b"id: ", b"%YAML",
        b"---", b"'", b'"', b"? ", b"| ", b"\xff", b"2025-99-99", b"!!binary ", b"file: /etc/passwd", b"0x", b"~",
        b"file: ../x",
    ),
    "text": (b"\x00", b"\xff\xfe", b"\xef\xbb\xbf", b"\x1b[31m", b"\xe2\x80\xae", b"\r\n", b"\x85", b"\xff", b"\xc3"),
}  # fmt: skip

# Letters of several scripts, marks, white space, quotation marks, controls, surrogate-free.
HARD = st.text(
    st.sampled_from(
        "aAzZ. .,!?…:;\"“”„«»'’()[]-–—\n\r\t\f\u2028\u00a0\u200b\u0301éß0123456789%$€日本語。！ไทย漢ابпÖ😀\u202e"
    ),
    max_size=400,
)


class Finding(Exception):  # noqa: N818
    """An invariant that did not hold."""


def mutated(sample: bytes, words: Sequence[bytes]) -> st.SearchStrategy[bytes]:
    """Return a strategy of `sample` with up to 12 edits."""
    place = st.integers(0, max(0, len(sample)))
    edit = st.one_of(
        st.tuples(st.just("insert"), place, st.sampled_from(words)),
        st.tuples(st.just("repeat"), place, st.integers(1, 200)),
        st.tuples(st.just("delete"), place, st.integers(1, 300)),
        st.tuples(st.just("flip"), place, st.integers(0, 255)),
        st.tuples(st.just("cut"), place, st.just(0)),
        st.tuples(st.just("bytes"), place, st.binary(max_size=40)),
    )
    return st.lists(edit, min_size=1, max_size=12).map(lambda edits: _edited(sample, edits))


def _edited(data: bytes, edits: Sequence[tuple[str, int, Any]]) -> bytes:
    for what, at, more in edits:
        if what in {"insert", "bytes"}:
            data = data[:at] + more + data[at:]
        elif what == "repeat":
            data = data[:at] + data[at : at + 30] * more + data[at:]
        elif what == "delete":
            data = data[:at] + data[at + more :]
        elif what == "flip" and at < len(data):
            data = data[:at] + bytes([more]) + data[at + 1 :]
        elif what == "cut":
            data = data[:at]
    return data


def docx_edited(sample: bytes) -> st.SearchStrategy[bytes]:
    """Edits of the archive, and edits of the document inside a whole archive."""
    with zipfile.ZipFile(io.BytesIO(sample)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    inner = parts["word/document.xml"]

    def packed(document: bytes) -> bytes:
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as archive:
            for name, data in parts.items():
                archive.writestr(name, document if name == "word/document.xml" else data)
        return out.getvalue()

    return st.one_of(mutated(sample, WORDS["docx"]), mutated(inner, WORDS["docx"]).map(packed))


def _check(condition: bool, what: str) -> None:
    if not condition:
        raise Finding(what)


def _is_clean(line: str) -> bool:
    return bool(line) and line == line.strip() and line == drop_unseen(line)


def check_extracted(found: Extracted) -> None:
    text = found.text
    text.encode()
    _check(bool(text.strip()), "an empty text is an error, not a source")
    _check(all(_is_clean(line) for line in text.split("\n")), "a line that is not clean")
    _check(all(a <= b for a, b in pairwise(found.pages)), "pages out of order")
    _check(not found.pages or (found.pages[0] == 0 and found.pages[-1] <= len(text)), "pages outside the text")


def reader(sandbox: Sandbox, kind: Format) -> Callable[[bytes], None]:
    def read(data: bytes) -> None:
        try:
            found = sandbox.extract(kind, data, max_mb=50)
        except UnreadableError as error:
            _check(not str(error).startswith(STUMBLED), str(error))
            _check("\n" not in str(error), "a message of several lines")
            return
        check_extracted(found)

    return read


def text_reader(data: bytes) -> None:
    try:
        found = text_format.extract(data)
    except UnreadableError:
        return
    found.text.encode()
    _check(bool(found.text.strip()), "an empty text")


def jsonl_reader(data: bytes) -> None:
    for line in articles(io.BytesIO(data), 1):
        if not isinstance(line, BadLine):
            line.text.encode()
            _check(bool(line.text.strip()) and "\0" not in line.text, "a text that cannot be stored")


def listing_reader(folder: Path) -> Callable[[bytes], None]:
    def read(data: bytes) -> None:
        (folder / "sources.yaml").write_bytes(data)
        try:
            for item in find_sources(str(folder)):
                _check(item.path.resolve().is_relative_to(folder.resolve()), f"outside: {item.path}")
        except FactcheckError as error:
            _check("\n" not in str(error) and len(str(error)) < 1500, "a message of several lines, or endless")

    return read


def chunker(given_: tuple[str, int]) -> None:
    text, limit = given_
    for spans in (split_sentences(text), chunk_spans(text, limit)):
        _check(all(a.end <= b.start for a, b in pairwise(spans)), "spans overlap")
        _check(all(s.start < s.end and s.of(text).strip() == s.of(text) for s in spans), "a blank or padded span")
        covered = "".join(s.of(text) for s in spans)
        _check("".join(covered.split()) == "".join(text.split()), "text is lost or doubled")
    for span in chunk_spans(text, limit):
        _check(n_tokens(span.of(text)) <= limit or span.end - span.start == 1, "a chunk over the limit")


def prover(given_: tuple[str, str, int, int, str]) -> None:
    text, other, start, end, noise = given_
    source = Source("a", text or "x", "", "")
    cut = text[start:end]
    for quote in (cut, f"{cut}{noise}", cut.replace(" ", "  "), noise, f"{cut} … {other[start:end]}"):
        proof = prove(quote, source, passage=Span(start, max(start, end)), others=[Source("b", other or "y", "", "")])
        _check(
            (proof.span is not None) == (proof.status in {"exact", "normalised"}), f"{proof.status} with {proof.span}"
        )
        if proof.span is not None:
            shown = proof.span.of(source.text)
            _check(bool(shown.strip()), "an empty quote")
            _check(proof.status != "exact" or shown == quote.strip(), "an exact quote that is not")


def pdf_layout(pages: list[list[Line]]) -> None:
    text, starts = paragraphs(pages)
    _check(len(starts) == len(pages), "a page without a beginning")
    _check(all(a <= b for a, b in pairwise(starts)) and all(0 <= s <= len(text) for s in starts), "pages out of order")
    _check(not text or all(_is_clean(line) for line in text.split("\n")), "a line that is not clean")


def lines() -> st.SearchStrategy[list[list[Line]]]:
    number = st.floats(-50, 900, allow_nan=False)
    line = st.builds(
        lambda text, x, width, y, size: Line(text, 0, x, x + abs(width), y, size),
        HARD.map(lambda t: t[:60]), number, number, number, st.floats(1, 40),
    )  # fmt: skip

    def numbered(pages: list[list[Line]]) -> list[list[Line]]:
        return [[Line(x.text, i, x.x0, x.x1, x.y, x.size) for x in page] for i, page in enumerate(pages)]

    return st.lists(st.lists(line, max_size=8), max_size=4).map(numbered)


Target = tuple[Callable[[Any], None], st.SearchStrategy[Any]]


def targets(sandbox: Sandbox, folder: Path) -> dict[str, Target]:
    """Return what is fuzzed, by name."""
    place = st.integers(0, 400)
    jsonl = b'{"id": "a", "text": "A treaty.", "published": "2025-01-17"}\n{"id": "b", "text": "Another."}\n'
    listing = b"- id: a\n  file: a.txt\n  published: 2025-01-17\n  title: A treaty\n- {id: b, file: sub/b.txt}\n"
    russian = "Договор подписан в Москве. Treaty, “quoted”.\n".encode("cp1251", "replace") * 3
    return {
        "html": (reader(sandbox, "html"), mutated(html_page(ARTICLE), WORDS["html"])),
        "pdf": (reader(sandbox, "pdf"), mutated(pdf_file(ARTICLE[:2]), WORDS["pdf"])),
        "docx": (reader(sandbox, "docx"), docx_edited(docx_file(ARTICLE))),
        "text": (
            text_reader,
            st.one_of(mutated(russian, WORDS["text"]), mutated(SEED_FILE.read_bytes(), WORDS["text"])),
        ),
        "jsonl": (jsonl_reader, mutated(jsonl, WORDS["jsonl"])),
        "listing": (listing_reader(folder), mutated(listing, WORDS["listing"])),
        "pdf layout": (pdf_layout, lines()),
        "chunker": (chunker, st.tuples(HARD, st.integers(1, 60))),
        "proof": (prover, st.tuples(HARD, HARD, place, place, HARD.map(lambda t: t[:30]))),
    }


@contextmanager
def within(cpu_s: float, wall_s: float = 300.0) -> Iterator[None]:
    """Raise Finding where the body takes more processor time of this process, or more time, than that."""

    def ring(*_: object) -> None:
        raise Finding(f"took longer than {cpu_s:g} s of processor time, or {wall_s:g} s")

    before = [signal.signal(number, ring) for number in (signal.SIGPROF, signal.SIGALRM)]
    signal.setitimer(signal.ITIMER_PROF, cpu_s)
    signal.setitimer(signal.ITIMER_REAL, wall_s)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGPROF, before[0])
        signal.signal(signal.SIGALRM, before[1])


def fuzz(target: Target, *, until: float, first_seed: int, counted: Counter[str], name: str) -> str | None:
    """Run rounds of examples until the time is up; return the first finding as text, shrunk, or None."""
    check, strategy = target
    round_ = 0
    while time.monotonic() < until:

        @seed(first_seed + round_)
        @settings(
            max_examples=200, deadline=None, database=None, suppress_health_check=list(HealthCheck),
            phases=[Phase.generate, Phase.shrink],
        )  # fmt: skip
        @given(strategy)
        def one_round(example: Any) -> None:
            if time.monotonic() < until:
                counted[name] += 1
                with within(HANG_S):
                    check(example)

        try:
            one_round()
        except BaseException as error:  # noqa: BLE001, RUF100 - whatever it is, it is what we look for
            if isinstance(error, KeyboardInterrupt):
                raise
            return "".join(traceback.format_exception(error)[-12:])
        round_ += 1
    return None


def main(argv: Sequence[str] | None = None) -> int:
    """Return 1 where anything was found."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.fuzz", description=__doc__)
    parser.add_argument("--minutes", type=float, default=5.0, help="for all targets together (5)")
    parser.add_argument("--seed", type=int, default=int(time.time()), help="of the first round (the time)")
    parser.add_argument("--only", help="only this target")
    args = parser.parse_args(argv)
    counted: Counter[str] = Counter()
    findings: dict[str, str] = {}
    sandbox = Sandbox(cpu_s=int(HANG_S), wall_s=200)
    with tempfile.TemporaryDirectory(prefix="factcheck-fuzz-") as folder:
        chosen = {n: t for n, t in targets(sandbox, Path(folder)).items() if args.only in {None, n}}
        share = args.minutes * 60 / len(chosen)
        for name, target in chosen.items():
            until = time.monotonic() + share
            found = fuzz(target, until=until, first_seed=args.seed, counted=counted, name=name)
            if found:
                findings[name] = found
    sandbox.close()
    print(f"seed {args.seed}, {args.minutes:g} minutes: " + ", ".join(f"{n} {c:,}" for n, c in counted.items()))
    for name, found in findings.items():
        print(f"--- {name}\n{found}")
    print(f"{len(findings)} findings")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
