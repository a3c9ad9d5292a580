"""The store: versions, searches, filters, and that both indexes follow the catalog."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from factcheck.errors import SourceError, StoreError, UsageError, UserError
from factcheck.records import Filters, Passage, Provenance, Source, Span
from factcheck.settings import Settings
from vectorstore.hash_embedder import HashEmbedder
from vectorstore.lexical import match_expression
from vectorstore.store import Store

TREATY = "The treaty was signed in Moscow. It is valid for twenty years.\r\nIt has no defence clause.\n"
CORN = "Maize prices rose in Iowa. Farmers sold early."


@pytest.fixture
def store(settings: Settings, embedder: HashEmbedder) -> Iterator[Store]:
    with Store.open(settings, embedder, write=True) as opened:
        opened.put("treaty", TREATY, provenance=Provenance(published="2025-01-17"))
        opened.put("corn", CORN, provenance=Provenance(not_before="2024-06-01", not_after="2024-06-30"))
        opened.put("undated", "An undated text on the treaty.")
        opened.complete()
        yield opened


def ids(passages: list[Passage]) -> list[str]:
    return [passage.source for passage in passages]


def test_what_is_stored_comes_back_as_it_was(store: Store) -> None:
    source = store.source("treaty")
    assert source.text == TREATY
    assert source.version == 1
    assert source.provenance.published == "2025-01-17"
    assert [s.id for s in store.sources()] == ["corn", "treaty", "undated"]
    assert [span.of(TREATY) for span in store.sentences("treaty")] == [
        "The treaty was signed in Moscow.", "It is valid for twenty years.", "It has no defence clause.",
    ]  # fmt: skip


def test_both_searches_find_spans_of_the_stored_text(store: Store) -> None:
    for search, name in ((store.search_lexical, "lexical"), (store.search_dense, "dense")):
        best = search("Was the treaty signed in Moscow?", 5)[0]
        assert best.source == "treaty"
        assert best.ranks == {name: 1}
        assert best.text == TREATY[best.start : best.end]
        assert best.score > 0


def test_passages_at_are_the_chunks_that_overlap(settings: Settings, embedder: HashEmbedder) -> None:
    text = " ".join(f"Sentence number {i} is about maize and wheat." for i in range(60))
    with Store.open(settings, embedder, write=True) as store:
        store.put("long", text)
        chunks = store.passages_at("long", [Span(0, len(text))])
        assert len(chunks) > 2
        assert all(text[p.start : p.end] == p.text for p in chunks)
        first, second = chunks[:2]
        assert store.passages_at("long", [Span(first.start, first.start + 1)]) == [first]
        across = [Span(second.start, second.start + 1), Span(first.start, first.start + 1)]
        assert store.passages_at("long", across) == [first, second], "in the order of the text"
        assert store.passages_at("long", []) == []


def test_dense_scores_are_cosines(store: Store, embedder: HashEmbedder) -> None:
    best = store.search_dense("Maize prices", 1)[0]
    expected = float(np.dot(embedder.embed(["Maize prices"])[0], embedder.embed([CORN])[0]))
    assert best.score == pytest.approx(expected, abs=1e-3)


def test_an_unknown_id_names_the_nearest(store: Store) -> None:
    with pytest.raises(UserError, match="no source 'treatty'; did you mean 'treaty'"):
        store.source("treatty")
    with pytest.raises(UserError, match="no source 'x9'"):
        store.search_lexical("treaty", 3, Filters(sources=("x9",)))


@pytest.mark.parametrize("most_ids", [10_000, 1])  # with 1, sources are left out or asked for one by one
@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        (Filters(sources=("corn",)), {"corn"}),
        (Filters(as_of="2024-06-15"), {"corn", "undated"}),  # corn may have been out by then; the treaty was not
        (Filters(as_of="2024-05-31"), {"undated"}),
        (Filters(as_of="2025-01-17"), {"corn", "treaty", "undated"}),
        (Filters(since="2024-06-30"), {"corn", "treaty", "undated"}),
        (Filters(since="2024-07-01"), {"treaty", "undated"}),
        (Filters(until="2024-12-31"), {"corn", "undated"}),
        (Filters(since="2024-07-01", until="2024-12-31"), {"undated"}),
        (Filters(sources=("treaty",), as_of="2024-01-01"), set()),
    ],
)
def test_filters_leave_out_only_what_is_known_not_to_fit(
    store: Store, filters: Filters, expected: set[str], most_ids: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("vectorstore.vectors._MOST_IDS", most_ids)
    query = "treaty maize prices text"
    assert set(ids(store.search_lexical(query, 10, filters))) == expected
    assert set(ids(store.search_dense(query, 10, filters))) == expected


@pytest.mark.parametrize("day", ["2024", "2024-13-01", "tomorrow", "20240101", "2024-1-1"])
def test_a_filter_that_is_no_day_is_refused(store: Store, day: str) -> None:
    with pytest.raises(UsageError, match="YYYY-MM-DD"):
        store.search_lexical("treaty", 3, Filters(as_of=day))


def test_another_text_is_a_new_version_and_the_old_one_is_kept(store: Store, embedder: HashEmbedder) -> None:
    digest = store.index_digest()
    assert store.put("corn", "Wheat prices fell in Kansas.") == "changed"
    assert store.search_lexical("maize", 3) == []  # at once: the same transaction
    assert [p.source for p in store.search_dense("maize prices rose in iowa", 1)] != [
        "corn"
    ]  # its vector is out of date
    store.complete()
    assert ids(store.search_dense("Wheat prices fell", 1)) == ["corn"]
    assert store.source("corn").version == 2
    assert [version for version, _, _ in store.versions("corn")] == [1, 2]
    assert store.index_digest() != digest


def test_what_is_unchanged_is_not_embedded_again(store: Store, embedder: HashEmbedder) -> None:
    before = embedder.n_embedded
    assert store.put("corn", CORN, provenance=store.source("corn").provenance) == "unchanged"
    assert store.put("treaty", TREATY) == "provenance"
    assert store.complete() == 0
    assert embedder.n_embedded == before
    assert store.source("treaty").provenance == Provenance()


def test_a_removed_source_is_gone_from_both_indexes(store: Store) -> None:
    store.remove("treaty")
    assert "treaty" not in ids(store.search_lexical("treaty Moscow", 9)) + ids(store.search_dense("treaty Moscow", 9))
    with pytest.raises(UserError):
        store.remove("treaty")
    assert store.put("treaty", "It is another text now.") == "added"
    store.complete()
    assert ids(store.search_dense("another text now", 1)) == ["treaty"]
    assert store.search_dense("another text now", 1)[0].text == "It is another text now."


@pytest.mark.parametrize(
    "query",
    ["", "   ", "?!", '"', "'", '"treaty', "NEAR(treaty, 3)", "treaty AND", "treaty*", "words:treaty", "^treaty",
     "-treaty",
     "the", "Is it?", "x" * 100_000, "treaty " * 20_000, "(" * 500, "\0treaty",
     "treaty; DROP TABLE sources", "😀", "_", "e\u0301"],
)  # fmt: skip
def test_any_query_is_safe(store: Store, query: str) -> None:
    for passage in store.search_lexical(query, 5) + store.search_dense(query, 5):
        assert passage.text
    if "treaty" in query:
        assert ids(store.search_lexical(query, 5))


@given(st.text(max_size=60))
@hypothesis_settings(max_examples=100)
def test_every_expression_is_one_that_fts5_accepts(query: str) -> None:
    match = match_expression(query)
    if match is not None:
        _FTS.execute("SELECT rowid FROM t WHERE t MATCH ?", (match.encode("utf-8", "ignore").decode(),)).fetchall()


def _fts() -> object:
    import sqlite3

    db = sqlite3.connect(":memory:")
    db.execute('CREATE VIRTUAL TABLE t USING fts5 (words, tokenize = "porter unicode61 remove_diacritics 2")')
    return db


_FTS = _fts()


def test_stop_words_are_used_only_where_nothing_else_is_left() -> None:
    assert match_expression("Does the treaty include a clause?") == '"treaty" OR "include" OR "clause"'
    assert match_expression("Is it?") == '"is" OR "it"'


def test_scripts_without_spaces_are_found_by_a_part_of_a_sentence(settings: Settings, embedder: HashEmbedder) -> None:
    with Store.open(settings, embedder, write=True) as store:
        store.put("ja", "両国は包括的戦略条約に署名した。")
        store.put("ko", "무관한 글.")
        store.complete()
        assert ids(store.search_lexical("戦略条約", 3)) == ["ja"]


@pytest.mark.parametrize(
    ("source_id", "text"), [("", "x"), (" ", "x"), ("a\nb", "x"), ("x" * 501, "x"), ("a", " \n"), ("a", "x\0")]
)
def test_what_cannot_be_stored_is_refused(store: Store, source_id: str, text: str) -> None:
    with pytest.raises(SourceError):
        store.put(source_id, text)
    assert len(store.source_ids()) == 3


@pytest.mark.parametrize("source_id", ["a/b c.txt", "日本", "x@1#2", "o'brien", '"'])
def test_ids_may_have_any_printable_character(store: Store, source_id: str) -> None:
    store.put(source_id, "A singular quokka appeared.")
    store.complete()
    assert ids(store.search_dense("singular quokka appeared", 1)) == [source_id]
    assert ids(store.search_lexical("quokka", 1)) == [source_id]
    store.remove(source_id)
    assert store.search_lexical("quokka", 1) == []


def test_reading_needs_something_ingested(settings: Settings, embedder: HashEmbedder) -> None:
    with pytest.raises(StoreError, match="run `factcheck ingest"):
        Store.open(settings, embedder)
    assert not settings.home.exists()


def test_reading_never_opens_the_embedder_before_it_is_needed(settings: Settings, store: Store) -> None:
    store.close()

    def refuse() -> HashEmbedder:
        raise AssertionError("opened")

    with Store.open(settings, refuse) as reader:
        assert reader.search_lexical("treaty", 1)
        assert reader.sentences("treaty")
        assert reader.index_digest().startswith("sha256:")


def test_another_embedder_or_chunk_size_indexes_again(settings: Settings, store: Store) -> None:
    store.close()
    other = HashEmbedder("hash/2")
    with (
        Store.open(settings, other) as reader,
        pytest.raises(StoreError, match="hash/1, not by hash/2; run `factcheck ingest"),
    ):
        reader.search_dense("treaty", 1)
    with Store.open(settings, other, write=True) as writer:
        assert writer.complete() == other.n_embedded > 0
        assert writer.search_dense("treaty", 1)
    smaller = settings.model_copy(update={"chunk_tokens": 32})
    with Store.open(smaller, other, write=True) as writer:
        assert writer.complete() > 0
        assert writer.complete() == 0


def test_a_store_of_a_newer_program_is_refused(settings: Settings, store: Store, embedder: HashEmbedder) -> None:
    store._catalog.rows("PRAGMA user_version = 99")
    store.close()
    with pytest.raises(StoreError, match="schema 99, of a newer factcheck"):
        Store.open(settings, embedder)


def test_an_id_given_again_elsewhere_is_not_served_from_memory(settings: Settings, embedder: HashEmbedder) -> None:
    with Store.open(settings, embedder, write=True) as writer:
        writer.put("a", "The first text about quokkas.")
        with Store.open(settings, embedder) as reader:
            assert reader.search_lexical("quokkas", 1)[0].text == "The first text about quokkas."
            writer.remove("a")
            writer.put("a", "Text no. two about quokkas, longer than it was.")
            assert reader.search_lexical("quokkas", 1)[0].text == "Text no. two about quokkas, longer than it was."


def test_the_digest_tells_texts_ids_and_settings_apart(settings: Settings, embedder: HashEmbedder) -> None:
    digests = set()
    with Store.open(settings, embedder, write=True) as store:
        for source_id, text in (("a", "One."), ("b", "One."), ("a", "Two.")):
            store.put(source_id, text)
            store.complete()
            digests.add(store.index_digest())
    assert len(digests) == 3


def test_the_digest_is_made_once_for_each_state_of_the_catalog(settings: Settings, embedder: HashEmbedder) -> None:
    with Store.open(settings, embedder, write=True) as writer:
        writer.put("a", "One.")
        with Store.open(settings, embedder) as reader:
            statements: list[str] = []
            reader._catalog._db.set_trace_callback(statements.append)
            first = reader.index_digest()
            assert reader.index_digest() == first == writer.index_digest()
            assert sum("source_sha256" in said for said in statements) == 1
            for change in (lambda: writer.put("a", "Two."), lambda: writer.put("b", "One."), writer.complete):
                before = reader.index_digest()
                change()
                assert reader.index_digest() == writer.index_digest() != before
            writer.remove("b")
            writer.put("a", "One.")
            writer._catalog.rows("DELETE FROM meta WHERE key = 'index'")  # what complete() noted
            assert reader.index_digest() == writer.index_digest() == first


def test_hashes_are_read_without_the_texts(store: Store) -> None:
    catalog, said = store._catalog, []
    catalog._db.set_trace_callback(said.append)
    assert catalog.text_by_hash("corn", store.source("corn").source_sha256) == CORN
    assert [source_id for source_id, _ in catalog.hashes()] == ["corn", "treaty", "undated"]
    catalog._db.set_trace_callback(None)
    by_hash, hashes = (s for s in said if "FROM versions" in s)
    assert plan(store, by_hash)[0] == "SEARCH versions USING INDEX by_hash (source_sha256=?)"
    assert plan(store, hashes)[0] == "SCAN v USING COVERING INDEX by_hash"


def plan(store: Store, statement: str) -> list[str]:
    return [str(row[3]) for row in store._catalog.rows(f"EXPLAIN QUERY PLAN {statement}")]


_TO_2 = "DROP INDEX by_hash; PRAGMA user_version = 2;"
_TO_1 = "ALTER TABLE sources DROP COLUMN stamp; ALTER TABLE versions DROP COLUMN pages; PRAGMA user_version = 1;"


@pytest.mark.parametrize("made_old", [_TO_2 + _TO_1, _TO_2])
def test_a_catalog_of_an_earlier_schema_is_brought_up_to_date(
    settings: Settings, store: Store, embedder: HashEmbedder, made_old: str
) -> None:
    digest, said = store.index_digest(), store._catalog.rows("SELECT name FROM sqlite_schema ORDER BY name")
    store.close()
    with closing(sqlite3.connect(settings.home / "catalog.sqlite")) as db:
        db.executescript(made_old)
    with Store.open(settings, embedder) as reader:
        assert reader.source("treaty").text == TREATY
        assert reader.source("treaty").pages == ()
        assert reader.index_digest() == digest
        assert reader._catalog.rows("SELECT name FROM sqlite_schema ORDER BY name") == said
        assert reader._catalog.rows("PRAGMA user_version") == [(3,)]
    with Store.open(settings, embedder, write=True) as writer:
        assert writer.put("treaty", TREATY, pages=(0,)) == "provenance"
        assert writer.source("treaty").pages == (0,)


def test_source_is_a_record_that_equals_itself(store: Store) -> None:
    assert isinstance(store.source("corn"), Source)
    assert store.source("corn") == store.find("corn")
    assert store.find("nobody") is None


def test_threads_that_search_first_at_once_open_the_vectors_once(settings: Settings, store: Store) -> None:
    store.close()
    with Store.open(settings, HashEmbedder()) as reader, ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: ids(reader.search_dense("the treaty", 2)), range(32)))
    assert found == [found[0]] * 32
    assert found[0]
