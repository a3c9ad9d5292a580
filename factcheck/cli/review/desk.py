"""What the desk's commands share: opening it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from factcheck.cli.common import console, settings_from

if TYPE_CHECKING:
    from review.store import ReviewStore


@contextmanager
def open_desk(home: Path | None, *, create: bool = False) -> Iterator[ReviewStore]:
    """Open the desk of a home over its sources. Raises: StoreError where there is none yet and `create` is False."""
    from factcheck.errors import StoreError
    from review.store import FILE, ReviewStore
    from review.texts import open_texts

    folder = settings_from(home=home).home
    if not create and not (folder / FILE).is_file():
        raise StoreError(f"no review desk in {folder} yet; `factcheck review add ANSWERS` makes one, or give --home")
    with ReviewStore(folder, open_texts(folder)) as store:
        yield store


def warn_of_gone(store: ReviewStore) -> None:
    """Say on stderr which cited sources the home does not hold: their citations can be shown, and not highlighted."""
    from review.lookups import gone_sources

    gone = gone_sources(store)
    if gone:
        named = ", ".join(gone[:5]) + (f" and {len(gone) - 5} more" if len(gone) > 5 else "")
        console(stderr=True).print(
            f"warning: {store.path.parent} does not hold these cited sources: {named}; `factcheck ingest` the folder "
            "they came from (the corpus of the run's suite), and their citations prove again",
            soft_wrap=True,
        )
