"""Files into the store: folders, globs, sources.yaml, what is unchanged, gone, or wrong."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from factcheck.settings import Settings
from vectorstore.find_sources import find_sources
from vectorstore.hash_embedder import HashEmbedder
from vectorstore.ingest import ingest
from vectorstore.store import Store

SEEDS = Path(__file__).parents[2] / "seeds"


@pytest.fixture
def store(settings: Settings, embedder: HashEmbedder) -> Iterator[Store]:
    with Store.open(settings, embedder, write=True) as opened:
        yield opened


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    root = tmp_path / "articles"
    (root / "sub" / ".hidden").mkdir(parents=True)
    (root / "b.txt").write_text("The text of b.")
    (root / "a.md").write_text("The text of a.")
    (root / "sub" / "c.txt").write_text("The text of c.")
    (root / "sub" / ".hidden" / "d.txt").write_text("Hidden.")
    (root / "image.png").write_bytes(b"\x89PNG")
    return root


def test_the_seeds_with_their_provenance(store: Store, embedder: HashEmbedder) -> None:
    report = ingest([SEEDS], store)
    assert len(report.added) == 5
    assert not report.failed
    assert report.n_embedded == embedder.n_embedded > 30
    source = store.source("nazimoghlu-not-an-alliance")
    assert source.provenance.author == "Natig NAZIMOGHLU"
    assert source.provenance.not_before == "2025-01-28"
    assert source.text.encode() == (SEEDS / "001_cad6ffc5bca63ee2.txt").read_bytes()


def test_what_is_unchanged_is_not_embedded_and_what_changed_is_a_new_version(
    store: Store, folder: Path, embedder: HashEmbedder
) -> None:
    assert ingest([folder], store).added == ["a.md", "b.txt", "sub/c.txt"]
    assert embedder.n_embedded == 3
    again = ingest([folder], store)
    assert again.unchanged == ["a.md", "b.txt", "sub/c.txt"]
    assert embedder.n_embedded == 3
    (folder / "b.txt").write_text("Another text of b.")
    report = ingest([folder], store)
    assert (report.changed, report.n_embedded) == (["b.txt"], 1)
    assert embedder.n_embedded == 4
    assert store.source("b.txt").version == 2


def test_a_bom_added_is_no_new_version(store: Store, folder: Path) -> None:
    ingest([folder], store)
    (folder / "b.txt").write_bytes(b"\xef\xbb\xbfThe text of b.")
    assert ingest([folder], store).provenance == ["b.txt"]
    assert store.source("b.txt").version == 1


def test_a_glob_a_file_and_the_same_file_twice(store: Store, folder: Path) -> None:
    assert ingest([f"{folder}/**/*.txt"], store).added == ["b.txt", "sub/c.txt"]
    assert ingest([folder / "a.md", folder / "a.md"], store).added == ["a.md"]


def test_prune_drops_what_is_gone_from_the_folder_and_nothing_else(store: Store, folder: Path, tmp_path: Path) -> None:
    (tmp_path / "other.txt").write_text("From elsewhere.")
    ingest([folder, tmp_path / "other.txt"], store)
    (folder / "b.txt").unlink()
    assert ingest([folder], store).removed == []
    assert ingest([folder], store, prune=True).removed == ["b.txt"]
    assert store.source_ids() == ["a.md", "other.txt", "sub/c.txt"]
    (folder / "sub" / "c.txt").write_bytes(b"\0\0")  # there, but unreadable now: the stored text stays
    assert len(ingest([folder], store, prune=True).failed) == 1
    assert "sub/c.txt" in store.source_ids()
    assert ingest([f"{folder}/*.md"], store, prune=True).removed == []  # a glob has not looked at c.txt


def test_prune_of_a_folder_that_is_empty_or_missing_removes_nothing(store: Store, folder: Path, tmp_path: Path) -> None:
    ingest([folder], store)
    folder.rename(tmp_path / "moved")
    assert ingest([folder], store, prune=True).removed == []
    folder.mkdir()
    report = ingest([folder], store, prune=True)
    assert "has no file of a known format" in report.failed[0].message
    assert len(store.source_ids()) == 3


def test_one_bad_file_does_not_stop_the_others(store: Store, folder: Path) -> None:
    (folder / "aa.txt").write_bytes(b"\0\1\2")
    (folder / "empty.txt").write_bytes(b"")
    (folder / "russian.txt").write_bytes(("Договор был подписан в Москве. " * 9).encode("cp1251"))
    report = ingest([folder, folder / "nothing.txt", str(folder / "*.rst")], store)
    assert report.added == ["a.md", "b.txt", "russian.txt", "sub/c.txt"]
    assert [Path(failure.path).name for failure in report.failed] == ["*.rst", "aa.txt", "empty.txt", "nothing.txt"]
    assert ["cp1251" in w for w in report.warnings] == [True, False]  # the other: it is not English


def test_a_source_that_is_not_english_is_told_once(store: Store, folder: Path) -> None:
    (folder / "werk.txt").write_text("Das Wasserwerk versorgt die Stadt und wird nicht verkauft.", "utf-8")
    first = ingest([folder], store)
    assert first.warnings == [
        "werk.txt does not look English; it is stored, and the verifier was trained on English alone"
    ]
    assert ingest([folder], store).warnings == []


def test_another_file_of_the_same_name_is_not_taken_for_a_new_version(store: Store, tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "x.txt").write_text(f"The text of {name}.")
    assert ingest([tmp_path / "one"], store).added == ["x.txt"]
    report = ingest([tmp_path / "two"], store)
    assert "its id 'x.txt' is that of" in report.failed[0].message
    assert store.source("x.txt").text == "The text of one."
    (tmp_path / "one" / "x.txt").rename(tmp_path / "one" / "y.txt")
    assert ingest([tmp_path / "two"], store).changed == ["x.txt"]  # the first is gone: moved and edited


def test_progress_counts_files_and_chunks(store: Store, folder: Path) -> None:
    told: list[tuple[str, int, int]] = []
    ingest([folder], store, progress=lambda *args: told.append(args))
    assert told == [("read", 1, 3), ("read", 2, 3), ("read", 3, 3), ("embed", 3, 3)]


@pytest.mark.parametrize(
    ("listing", "said"),
    [
        ("- {id: a, file: a.txt, publishd: 2025-01-01}", "source 'a' has the unknown key 'publishd'; known: id, file"),
        ("- {id: a}", "source 'a', file: Field required"),
        ("- {file: a.txt}", "source no. 1, id: Field required"),
        ("- {id: a, file: ../a.txt}", "is outside"),
        ("- {id: a, file: /etc/hostname}", "is outside"),
        ("- {id: a, file: link.txt}", "is outside"),
        ("- {id: a, file: a.txt}\n- {id: a, file: b.txt}", "id 'a' stands there twice"),
        ("- {id: a, file: a.txt, published: 2025}", "write a day as YYYY-MM-DD"),
        ("- {id: a, file: a.txt, published: 2025-01-17 10:00:00}", "write a day as YYYY-MM-DD"),
        ("- {id: a, file: a.txt, published: soon}", "published: Input should be a valid date"),
        ("- {id: a, file: a.txt, not_before: 2025-02-01, not_after: 2025-01-01}", "not_before is later than not_after"),
        ("- {id: 7, file: a.txt}", "source 7, id: Input should be a valid string"),
        ("sources: []", "a list of sources is needed"),
        ("- just text", "source no. 1"),
        ("- {id: a, file: [", "is not valid YAML in line"),
        ("- {id: \xff\x80, file: a.txt}", "is not valid YAML"),
        ("", "lists no source"),
        ("[]", "lists no source"),
    ],
)
def test_a_wrong_listing_says_what_is_wrong_and_stores_nothing(
    store: Store, tmp_path: Path, listing: str, said: str
) -> None:
    folder = tmp_path / "corpus"
    folder.mkdir()
    (folder / "a.txt").write_text("A text.")
    (tmp_path / "outside.txt").write_text("Outside.")
    (folder / "link.txt").symlink_to(tmp_path / "outside.txt")
    (folder / "sources.yaml").write_bytes(listing.encode("latin-1"))
    report = ingest([folder], store)
    assert said in report.failed[0].message
    assert "\n" not in report.failed[0].message
    assert store.source_ids() == []


def test_a_listing_by_itself_with_a_quoted_day_and_a_missing_file(store: Store, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("A text.")
    listing = tmp_path / "my.yaml"
    listing.write_text("- {id: first, file: a.txt, published: '2025-01-17'}\n- {id: second, file: gone.txt}\n")
    report = ingest([listing], store)
    assert report.added == ["first"]
    assert "gone.txt does not exist" in report.failed[0].message
    assert store.source("first").provenance.published == "2025-01-17"


def test_a_listing_that_drops_an_entry_prunes_it(store: Store, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("A text.")
    listing = tmp_path / "sources.yaml"
    listing.write_text("- {id: first, file: a.txt}\n")
    ingest([tmp_path], store)
    listing.write_text("- {id: renamed, file: a.txt}\n")
    report = ingest([tmp_path], store, prune=True)
    assert (report.added, report.removed) == (["renamed"], ["first"])


def test_find_sources_reads_no_text(folder: Path) -> None:
    assert [found.id for found in find_sources(str(folder))] == ["a.md", "b.txt", "sub/c.txt"]
    assert all(found.root == folder.resolve() for found in find_sources(str(folder)))
