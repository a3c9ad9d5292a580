"""A small desk: three sources in a catalog, records that cite them, and a store over both."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from review.items import items_of
from review.store import ReviewStore
from review.texts import open_texts
from tests.review.records import RECORDS, TEXTS, put_sources


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory, hashing: Any) -> Path:
    """A folder with two homes, made once: `bare` has the sources, `desk` the records as well. Copied, never used."""
    folder = tmp_path_factory.mktemp("review")
    put_sources(folder / "bare", TEXTS, hashing)
    shutil.copytree(folder / "bare", folder / "desk")
    with ReviewStore(folder / "desk", open_texts(folder / "desk")) as store:
        store.add(items_of((f"line {n}", record) for n, record in enumerate(RECORDS, 1)))
    return folder


@pytest.fixture
def home(tmp_path: Path, template: Path) -> Path:
    return Path(shutil.copytree(template / "bare", tmp_path / "home"))


@pytest.fixture
def open_desk(home: Path) -> Iterator[Callable[[], ReviewStore]]:
    """Open the desk of `home`, as often as a test wants; all are closed after it."""
    opened: list[ReviewStore] = []

    def open_() -> ReviewStore:
        opened.append(ReviewStore(home, open_texts(home)))
        return opened[-1]

    yield open_
    for desk in opened:
        desk.close()


@pytest.fixture
def desk(home: Path, template: Path, open_desk: Callable[[], ReviewStore]) -> ReviewStore:
    """The desk of `home` with `RECORDS` imported: items 1 to 4."""
    shutil.copy(template / "desk" / "reviews.sqlite", home)
    return open_desk()
