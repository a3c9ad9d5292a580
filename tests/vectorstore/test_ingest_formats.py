"""All formats into the store: provenance, pages, what is unchanged, pruned, hostile; catalogs of the first schema."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.formats import docx_file, html_page, pdf_file
from factcheck.records import Passage, Provenance, Source, Span
from factcheck.settings import Settings
from pipeline.cite import line_of
from pipeline.sentences import collect_sentences
from vectorstore.articles import read_articles
from vectorstore.find_sources import find_sources
from vectorstore.formats import sandbox
from vectorstore.hash_embedder import HashEmbedder
from vectorstore.ingest import Offered, ingest
from vectorstore.store import Store

TEXT = ["The treaty was signed in Moscow on Friday.", "It is valid for 20 years and has 47 articles."]
ROOT = Path(__file__).parents[2]


@pytest.fixture
def store(settings: Settings, embedder: HashEmbedder) -> Iterator[Store]:
    with Store.open(settings, embedder, write=True) as opened:
        yield opened


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    root = tmp_path / "articles"
    root.mkdir()
    (root / "a.html").write_bytes(html_page(TEXT, title="The treaty"))
    (root / "b.pdf").write_bytes(pdf_file(TEXT))
    (root / "c.docx").write_bytes(docx_file(TEXT))
    (root / "d.txt").write_text("\n".join(TEXT))
    lines = [{"id": f"e{i}", "text": f"Article {i} of the file.", "published": "2025-01-17"} for i in range(3)]
    (root / "e.jsonl").write_text("\n".join(map(json.dumps, lines)))
    return root


def test_every_format_gives_the_same_text(store: Store, folder: Path) -> None:
    report = ingest([folder], store)
    assert report.added == ["a.html", "b.pdf", "c.docx", "d.txt", "e0", "e1", "e2"]
    assert not report.failed
    assert not report.warnings
    assert {store.source(name).text for name in ("a.html", "b.pdf", "c.docx", "d.txt")} == {"\n".join(TEXT)}
    assert store.source("a.html").provenance.title == "The treaty"
    assert store.source("e1").provenance.published == "2025-01-17"
    assert (store.source("b.pdf").pages, store.source("d.txt").pages) == ((0,), ())


def test_what_is_read_without_a_store_is_what_is_stored(store: Store, folder: Path) -> None:
    ingest([folder], store)
    read = [article for item in find_sources(str(folder)) for article in read_articles(item, 1)]
    stored = [(s.id, s.text, s.provenance, s.pages) for s in store.sources()]
    assert [(a.id, a.text, a.provenance, a.pages) for a in read] == stored


def test_what_is_unchanged_is_not_parsed(store: Store, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ingest([folder], store)
    monkeypatch.setattr(sandbox, "_shared", None)  # parsing would fail
    assert len(ingest([folder], store).unchanged) == 7
    monkeypatch.setattr("vectorstore.formats.kinds._READERS", {"html": 2, "pdf": 1, "docx": 1, "text": 1, "jsonl": 1})
    with pytest.raises(AttributeError):  # another version of the reader: read again
        ingest([folder / "a.html"], store)


def test_the_listing_wins_over_what_the_file_says(store: Store, folder: Path) -> None:
    head = b'<meta property="article:published_time" content="2025-03-01"><meta name="author" content="Jane Roe">'
    page = html_page(TEXT, title="From the page").replace(b"<head>", b"<head>" + head)
    (folder / "a.html").write_bytes(page)
    listing = folder / "sources.yaml"
    listing.write_text("- {id: page, file: a.html, title: Listed, not_before: 2025-01-17}")
    ingest([folder], store)
    assert store.source("page").provenance == Provenance(title="Listed", author="Jane Roe", not_before="2025-01-17")
    listing.write_text("- {id: page, file: a.html}")
    assert ingest([folder], store).provenance == ["page"]
    assert store.source("page").provenance.published == "2025-03-01"


def test_a_changed_line_is_a_new_version_and_a_line_that_is_gone_is_pruned(store: Store, folder: Path) -> None:
    ingest([folder], store)
    lines = (folder / "e.jsonl").read_text().splitlines()
    (folder / "e.jsonl").write_text("\n".join([lines[0].replace("Article", "Report"), lines[1]]))
    assert ingest([folder], store).removed == []
    report = ingest([folder / "e.jsonl"], store, prune=True)
    assert report.removed == ["e2"]
    assert (store.source("e0").version, store.source("e1").version) == (2, 1)
    assert len(store.source_ids()) == 6


def test_a_file_with_a_bad_line_prunes_nothing_of_its_own(store: Store, folder: Path) -> None:
    ingest([folder], store)
    (folder / "e.jsonl").write_text('{"id": "e0", "text": "Article 0 of the file."}\nbroken\n')
    report = ingest([folder], store, prune=True)
    assert report.removed == []
    assert "e.jsonl line 2 is not JSON" in report.failed[0].message


def test_two_lines_or_files_with_one_id_are_told(store: Store, folder: Path) -> None:
    with (folder / "e.jsonl").open("a") as file:
        file.write('\n{"id": "e0", "text": "Again."}\n{"id": "d.txt", "text": "The name of a file."}')
    said = [failure.message for failure in ingest([folder], store).failed]
    assert len(said) == 2
    assert "e.jsonl line 4: its id 'e0' is that of" in said[0]
    assert "e.jsonl line 5: its id 'd.txt' is that of" in said[1]


def test_what_is_offered_has_no_path_and_is_never_pruned(store: Store, folder: Path) -> None:
    page = Offered(
        "https://news.example/a", "the page", html_page(TEXT), "html", Provenance(url="https://news.example/a")
    )
    lines = Offered("-", "standard input", b'{"id": "x", "text": "One."}\n{"id": "y"}\n', "jsonl")
    report = ingest([], store, offered=[page, lines])
    assert report.added == ["https://news.example/a", "x"]
    assert report.failed[0].message == "standard input line 2, 'y': text: Field required"
    assert ingest([folder], store, offered=[page], prune=True).removed == []
    assert store.source("x").path is None


def test_a_citation_has_the_page_of_its_first_letter(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "long.pdf"
    path.write_bytes(pdf_file([f"Sentence number {i} of the treaty is this one. " * 6 for i in range(60)]))
    ingest([path], store)
    source = store.source("long.pdf")
    assert len(source.pages) > 2
    for page, start in enumerate(source.pages, 1):
        assert source.page_of(start) == page
        assert source.page_of(start - 1) == (page - 1 or None)
    assert source.page_of(len(source.text) - 1) == len(source.pages)
    passage = Passage(source.id, 0, len(source.text), source.text, 1.0)
    sentences = collect_sentences([passage], {source.id: source}, store.sentences).sentences
    assert line_of(source, sentences[0].span) == 1


def test_pages_of_a_source_without_any() -> None:
    assert Source("a", "text", "", "").page_of(0) is None
    assert Source("a", "First.\nThird.", "", "", pages=(0, 7, 7)).page_of(7) == 3
    assert Span(0, 1).of("ab") == "a"


# -- hostile folders and listings


def test_links_in_a_circle_are_walked_once(store: Store, folder: Path) -> None:
    (folder / "loop").symlink_to(folder)
    (folder / "loop2").symlink_to(folder)
    (folder / "self.txt").symlink_to(folder / "self.txt")
    report = ingest([folder], store)
    assert len(report.added) == 7
    assert "self.txt is a link that leads to no file" in report.failed[0].message
    assert len(list(find_sources(f"{folder}/**/*.txt"))) == 1


@pytest.mark.parametrize(
    ("listing", "said"),
    [
        ("a: &a [x, x]\nb: &b [*a, *a]\n", "has the alias *a; write the value out"),
        ("- &e {id: a, file: d.txt}\n- {<<: *e, id: b}\n", "has the alias *e"),
        ("[" * 5000, "not valid YAML|nested too deep"),
        ("- {id: a, file: !!python/object/apply:os.system [id]}", "not valid YAML"),
        ("- {id: a, file: loop/../../outside.txt}", "is outside"),
        ("- {id: a, file: 'd.txt\\0x'}", "is outside|not valid YAML|does not exist"),
        ("- {id: {x: [y]}, file: d.txt}", "source no. 1, id"),
    ],
)
def test_a_hostile_listing_is_refused(store: Store, folder: Path, listing: str, said: str) -> None:
    (folder / "loop").symlink_to(folder)
    (folder.parent / "outside.txt").write_text("Outside.")
    (folder / "sources.yaml").write_text(listing)
    report = ingest([folder], store)
    assert any(part in report.failed[0].message for part in said.split("|"))
    assert len(report.failed[0].message) < 600
    assert store.source_ids() == []


UNREADABLE = """
import ctypes, json, os, sys
from pathlib import Path
from factcheck.settings import Settings
from vectorstore.hash_embedder import HashEmbedder
from vectorstore.ingest import ingest
from vectorstore.store import Store
if os.geteuid() == 0:  # without CAP_DAC_OVERRIDE and CAP_DAC_READ_SEARCH root may read no more than anybody
    libc, head, sets = ctypes.CDLL(None, use_errno=True), (ctypes.c_uint32 * 2)(0x20080522, 0), (ctypes.c_uint32 * 6)()
    assert libc.capget(head, sets) == 0
    sets[0] &= ~6
    sets[1] &= ~6
    assert libc.capset(head, sets) == 0
with Store.open(Settings(home=Path(sys.argv[1])), HashEmbedder(), write=True) as store:
    report = ingest([sys.argv[2]], store, prune=True)
    print(json.dumps([report.unchanged, report.removed, [f.message for f in report.failed], store.source_ids()]))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="capabilities")
def test_what_may_not_be_read_is_told_and_keeps_what_is_stored(tmp_path: Path, embedder: HashEmbedder) -> None:
    """End to end without root's rights: a file and a folder that were readable once."""
    folder, home = tmp_path / "articles", tmp_path / "home"
    (folder / "sub").mkdir(parents=True)
    for name in ("a.txt", "b.txt", "sub/c.txt"):
        (folder / name).write_text(f"The text of {name}.")
    with Store.open(Settings(home=home), embedder, write=True) as store:
        ingest([folder], store)
    (folder / "b.txt").chmod(0)
    (folder / "sub").chmod(0)
    try:
        command = [sys.executable, "-c", UNREADABLE, str(home), str(folder)]
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        done = subprocess.run(command, check=False, env=environment, capture_output=True, text=True, timeout=100)
    finally:
        (folder / "sub").chmod(0o700)
    assert done.returncode == 0, done.stderr
    unchanged, removed, failed, ids = json.loads(done.stdout)
    assert (unchanged, removed, ids) == (["a.txt"], [], ["a.txt", "b.txt", "sub/c.txt"])
    assert "b.txt cannot be read: Permission denied. Check its permissions" in failed[0]
    assert "sub is a folder that may not be opened" in failed[1]


FULL = """
import json, resource, signal, sys
from pathlib import Path
from factcheck.errors import FactcheckError
from factcheck.settings import Settings
from vectorstore.hash_embedder import HashEmbedder
from vectorstore.ingest import ingest
from vectorstore.store import Store
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
home = Path(sys.argv[1])
limit = (home / "catalog.sqlite-wal").stat().st_size if (home / "catalog.sqlite-wal").exists() else 0
limit = max(limit, max(path.stat().st_size for path in home.rglob("*") if path.is_file())) + int(sys.argv[3])
resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
try:
    with Store.open(Settings(home=home), HashEmbedder(), write=True) as store:
        ingest([sys.argv[2]], store)
    print("stored all")
except FactcheckError as error:
    print(type(error).__name__, error)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="RLIMIT_FSIZE")
def test_a_disk_that_fills_during_an_ingest_leaves_what_was_stored(tmp_path: Path, embedder: HashEmbedder) -> None:
    from vectorstore.checks import store_checks

    folder, settings = tmp_path / "articles", Settings(home=tmp_path / "home")
    folder.mkdir()
    (folder / "first.txt").write_text("The first text, stored before.")
    with Store.open(settings, embedder, write=True) as store:
        ingest([folder], store)
    for i in range(40):
        lines = (f"Sentence {j} of text {i} needs some room on the disk.\n" for j in range(120))
        (folder / f"t{i:02}.txt").write_text("".join(lines))
    command = [sys.executable, "-c", FULL, str(settings.home), str(folder), "150000"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, check=False, env=environment, capture_output=True, text=True, timeout=100)
    assert done.stdout.startswith("StorageFullError"), done
    assert "no room left to write" in done.stdout
    with Store.open(settings, embedder, write=True) as store:
        assert store.source("first.txt").text == "The first text, stored before."
        for source_id in store.source_ids():
            assert store.source(source_id).text == (folder / source_id).read_text()
        report = ingest([folder], store)
        assert len(report.added) + len(report.unchanged) == 41
        assert not report.failed
    assert all(check.ok for check in store_checks(settings) if check.name != "disk")
