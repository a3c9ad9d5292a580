"""What several folders of tests share: the seed articles as records, and a store of them, made once a session."""

from __future__ import annotations

from collections.abc import Callable, Iterator
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


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="write the golden files anew; look at the diff")


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Callable[[str, str], None]:
    """Compare a text with the file of that name in `golden/` beside the test, or write it with --update-golden."""

    def check(name: str, text: str) -> None:
        path = request.path.parent / "golden" / name
        if request.config.getoption("--update-golden"):
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, "utf-8", newline="")
        assert path.is_file(), f"no {path}; run pytest with --update-golden"
        assert text == path.read_bytes().decode(), f"{name} changed; if it should, run pytest with --update-golden"

    return check


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


@pytest.fixture(scope="session")
def seed_records(hashed_store: Any, hashed_settings: Settings, hashing: Any) -> tuple[dict[str, Any], ...]:
    """Records over the seed articles as read from a file: a boolean, a value, one off topic, and one that failed."""
    import json

    from factcheck.errors import UsageError
    from factcheck.records import Question
    from pipeline.answerer import Answerer
    from pipeline.lexical import LexicalScorer
    from pipeline.record import answer_record, error_record

    answerer = Answerer(hashed_store, hashed_settings, embedder=hashing, scorer=LexicalScorer())
    asked = (
        Question("Does the treaty include a mutual defence clause?", id="defence"),
        Question("How long is the agreement valid?", id="term"),
        Question("Is the moon made of green cheese?", id="moon"),
    )
    records = [answer_record(answerer.answer(question)[0]) for question in asked]
    records.append(error_record(Question("", id="empty"), UsageError("the question is empty; give one with words")))
    read: list[dict[str, Any]] = json.loads(json.dumps(records))
    return tuple(read)
