"""Assertions for people's own tests: does a text carry what is said of it?

    from eval.assertions import assert_supported
    def test_summary() -> None:
        assert_supported("The pact is valid for 20 years.", Path("article.txt"))

The verifier judges as `factcheck score` does: it reads the text in windows of whole sentences, and those that share
most with the claim together, offline; no store and no model are needed.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pipeline.grounding import Grounding
    from pipeline.support import Scorer

__all__ = ["assert_not_supported", "assert_refuted", "assert_supported"]


def assert_supported(claim: str, document: str | Path, *, at_least: float = 0.5) -> None:
    """Pass if `document` supports `claim` with a probability of `at_least` (0..1).

    A `Path` is read as `factcheck ingest` reads it. Raises: AssertionError with the window that was judged; UserError
    for a blank claim or text, SourceError for a file that cannot be read.
    """
    __tracebackhide__ = True
    found, text = _ground(claim, document)
    if found.support.supports < at_least:
        raise AssertionError(_told("not supported", claim, found, text, at_least))


def assert_refuted(claim: str, document: str | Path, *, at_least: float = 0.5) -> None:
    """Pass if `document` refutes `claim` with a probability of `at_least` (0..1): a window of it denies the claim.

    Raises: as `assert_supported`.
    """
    __tracebackhide__ = True
    found, text = _ground(claim, document)
    if found.support.refutes < at_least:
        raise AssertionError(_told("not refuted", claim, found, text, at_least))


def assert_not_supported(claim: str, document: str | Path, *, under: float = 0.5) -> None:
    """Pass if `document` supports `claim` with less than `under`: it is refuted, or nothing is said of it.

    Raises: as `assert_supported`.
    """
    __tracebackhide__ = True
    found, text = _ground(claim, document)
    if found.support.supports >= under:
        raise AssertionError(_told("supported", claim, found, text, under))


def _ground(claim: str, document: str | Path) -> tuple[Grounding, str]:
    from factcheck.settings import load_settings  # noqa: PLC0415 - nothing heavy before an assertion is made
    from pipeline.grounding import ground  # noqa: PLC0415
    from vectorstore.read_files import read_file  # noqa: PLC0415

    text = read_file(document, load_settings().max_source_mb).text if isinstance(document, Path) else document
    return ground([(claim, text)], _scorer())[0], text


@lru_cache(maxsize=1)
def _scorer() -> Scorer:
    from factcheck.settings import load_settings  # noqa: PLC0415
    from pipeline.support import open_scorer  # noqa: PLC0415

    return open_scorer(load_settings())


def _told(what: str, claim: str, found: Grounding, text: str, threshold: float) -> str:
    p = found.support
    shares = f"supports {p.supports:.2f}, refutes {p.refutes:.2f}, neutral {p.neutral:.2f}"
    told = f"{what} ({threshold:g}): {claim!r}\n{shares}"
    return f"{told}\njudged at {found.evidence.start}:{found.evidence.end}: {found.evidence.of(text)!r}"
