"""What several folders of tests share: the seed articles as records, and a store of them, made once a session."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import settings as hypothesis_settings

from factcheck.records import Provenance, Source
from factcheck.settings import Settings

SEEDS = Path(__file__).parents[1] / "seeds"

# The machine may be busy: no deadline for one example; derandomised, so that a failure is seen by all or by none.
hypothesis_settings.register_profile("factcheck", deadline=None, derandomize=True, max_examples=60)
hypothesis_settings.load_profile("factcheck")


@pytest.fixture(scope="session")
def seeds() -> dict[str, Source]:
    """The five articles with their provenance, without a store."""
    found: dict[str, Source] = {}
    for entry in yaml.safe_load((SEEDS / "sources.yaml").read_text("utf-8")):
        raw = (SEEDS / entry["file"]).read_bytes()
        known = {f.name: str(entry[f.name]) for f in fields(Provenance) if entry.get(f.name)}
        text, digest = raw.decode("utf-8-sig"), sha256(raw).hexdigest()
        hashed = sha256(text.encode()).hexdigest()
        found[entry["id"]] = Source(entry["id"], text, hashed, digest, provenance=Provenance(**known))
    return found


def _ingested(home: Path, embedder: Any) -> Settings:
    from vectorstore.ingest import ingest
    from vectorstore.store import Store

    settings = Settings(home=home, model="none")
    with Store.open(settings, embedder, write=True) as store:
        ingest((SEEDS,), store)
    return settings


@pytest.fixture(scope="session")
def seed_settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Settings of a home with the seed articles, embedded as users have them, for `--model none`. Read only."""
    from vectorstore.store import default_embedder

    return _ingested(tmp_path_factory.mktemp("seeds") / "home", default_embedder())


@pytest.fixture(scope="session")
def hashing() -> Any:
    """An embedder without weights, for tests of what does not depend on it."""
    from vectorstore.hash_embedder import HashEmbedder

    return HashEmbedder()


@pytest.fixture(scope="session")
def hashed_settings(tmp_path_factory: pytest.TempPathFactory, hashing: Any) -> Settings:
    """The same with the embedder without weights. Read only."""
    return _ingested(tmp_path_factory.mktemp("hashed") / "home", hashing)


@pytest.fixture(scope="session")
def hashed_store(hashed_settings: Settings, hashing: Any) -> Iterator[Any]:
    """The store of `hashed_settings`, open for reading."""
    from vectorstore.store import Store

    with Store.open(hashed_settings, hashing) as store:
        yield store
