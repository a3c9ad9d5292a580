"""Sentences and evidence made by hand, for the steps after reading."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from factcheck.records import Passage, Provenance, Source, Span, Support
from pipeline.attribution import Attribution
from pipeline.judge import Evidence
from pipeline.sentences import Sentence

MakeSource = Callable[..., Source]
MakeSentence = Callable[..., Sentence]
MakeEvidence = Callable[..., Evidence]


@pytest.fixture(scope="session")
def make_source() -> MakeSource:
    def make(id_: str, text: str = "The treaty was signed in Moscow.", **provenance: str) -> Source:
        return Source(id_, text, f"sha-of-{id_}", "", provenance=Provenance(**provenance))

    return make


@pytest.fixture(scope="session")
def make_sentence() -> MakeSentence:
    def make(source: Source, text: str | None = None, before: str = "") -> Sentence:
        """The sentence `text` of the source, in one passage that is the whole source."""
        start = source.text.index(text) if text else 0
        end = start + len(text) if text else len(source.text)
        passage = Passage(source.id, 0, len(source.text), source.text, 1.0)
        return Sentence(source, Span(start, end), before, passage)

    return make


@pytest.fixture(scope="session")
def make_evidence(make_sentence: MakeSentence) -> MakeEvidence:
    def make(source: Source, s: float, r: float, text: str | None = None) -> Evidence:
        return Evidence(make_sentence(source, text), Support(s, r, 1 - s - r), Attribution(None, "asserted"))

    return make
