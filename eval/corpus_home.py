"""The corpus of a suite, ingested into a home of its own: a user's sources are neither read nor touched.

The home lies at `HOME/corpora/<digest>`. The digest covers the bytes of the files, the ids, the provenance and the size
of chunks: a corpus that has not changed is ingested once, and two suites over one corpus share it.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict

from eval.corpus import Corpus, corpus_paths
from eval.suite import Suite
from factcheck.errors import SourceError, StoreError
from factcheck.settings import Settings
from vectorstore.embedder import Embedder
from vectorstore.find_sources import find_sources
from vectorstore.ingest import Progress, ingest
from vectorstore.store import Store

__all__ = ["corpus_settings"]

_WAIT_S = 600.0  # for another run that ingests the same corpus


def corpus_settings(
    suite: Suite, settings: Settings, embedder: Embedder, *, progress: Progress | None = None
) -> Settings:
    """Return `settings` with the home of the suite's corpus, complete; what is missing there is ingested first.

    Raises: SourceError for a text that cannot be stored; StoreError.
    """
    paths = corpus_paths(suite.gold.corpus, near=suite.path.parent)
    own = settings.model_copy(update={"home": settings.home / "corpora" / _digest(paths, settings)})
    if _complete(own, embedder, suite.corpus):
        return own
    with Store.open(own, embedder, write=True, wait_s=_WAIT_S) as store:
        report = ingest(paths, store, progress=progress)
    if report.failed:
        raise SourceError("; ".join(failure.message for failure in report.failed))
    return own


def _complete(settings: Settings, embedder: Embedder, corpus: Corpus) -> bool:
    """Whether the store holds exactly the texts of the corpus, indexed as today."""
    try:
        with Store.open(settings, embedder) as store:
            return store.hashes() == {id_: text.sha256 for id_, text in corpus.items()} and store.is_complete()
    except StoreError:
        return False


def _digest(paths: list[str], settings: Settings) -> str:
    digest = hashlib.sha256(f"{settings.chunk_tokens}".encode())
    found = (item for path in paths for item in find_sources(path))
    for item in sorted(found, key=lambda item: (item.id, item.path)):
        line = [item.id, asdict(item.provenance), hashlib.sha256(item.path.read_bytes()).hexdigest()]
        digest.update(("\n" + json.dumps(line, sort_keys=True)).encode())
    return digest.hexdigest()[:16]
