"""A suite of gold labels as pytest collects it: one item a label. A wrong answer fails, an outage is an error."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from eval.asking import ask
from eval.corpus_home import corpus_settings
from eval.gold import Sample
from eval.score import Record
from eval.scorers.citation_proof import citation_proof
from eval.scorers.right import right
from eval.suite import Suite, open_suite, select
from factcheck.errors import FactcheckError, ModelPausedError
from factcheck.settings import load_settings
from pipeline.answerer import Answerer, open_answerer
from vectorstore.store import default_embedder

__all__ = ["GoldItem", "GoldSuite"]


class GoldSuite(pytest.File):
    """A gold file. Its corpus is ingested before the first of its labels, once: pytest's cache keeps it."""

    suite: Suite
    answerer: Answerer

    def collect(self) -> Iterator[GoldItem]:
        """Yield an item for each label, or for those with all the tags asked for. A bad file is a collection error."""
        try:
            self.suite = open_suite(str(self.path))
            tags = self.config.getoption("factcheck_tag")
            samples = select(self.suite.samples, tags=tags) if tags else self.suite.samples
        except FactcheckError as error:
            raise self.CollectError(str(error)) from error
        for sample in samples:
            yield GoldItem.from_parent(self, name=sample.id, sample=sample)

    def setup(self) -> None:
        """Open what answers; pytest calls this before the first item and `teardown` after the last one."""
        opened = ExitStack()
        self.addfinalizer(opened.close)
        cache = getattr(self.config, "cache", None)  # `-p no:cacheprovider` has none
        home = cache.mkdir("factcheck") if cache else Path(opened.enter_context(TemporaryDirectory()))
        try:
            settings = load_settings({"home": home, "model": self.config.getoption("factcheck_model")})
            embedder = default_embedder(settings.threads)
            corpus = corpus_settings(self.suite, settings, embedder)
            self.answerer = opened.enter_context(open_answerer(corpus, embedder=embedder))
        except FactcheckError as error:
            pytest.fail(f"{self.path.name}: {error}", pytrace=False)


class WrongAnswerError(Exception):
    """The answer is not the label's, or a quote of it is not in its source."""


class GoldItem(pytest.Item):
    """One label. It is asked in `setup`, so that an outage shows as an error and not as a failure."""

    parent: GoldSuite
    record: Record

    def __init__(self, *, sample: Sample, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.sample = sample
        self.add_marker("factcheck")
        self.extra_keyword_matches.update(sample.tags)

    def setup(self) -> None:
        """Ask. Without an answer it is an error: neither right nor wrong."""
        try:
            self.record = ask(self.parent.answerer, self.sample, corpus=self.parent.suite.corpus)
        except ModelPausedError as refusal:
            pytest.fail(f"{self.sample.text}\nno answer: {refusal.kind}: {refusal}", pytrace=False)
        if "error" in self.record:
            error = self.record["error"]
            pytest.fail(f"{self.sample.text}\nno answer: {error['kind']}: {error['message']}", pytrace=False)
        for name in ("answer", "verdict", "probability"):
            self.user_properties.append((f"factcheck_{name}", self.record[name]))

    def runtest(self) -> None:
        """Compare. Raises: WrongAnswerError."""
        corpus = self.parent.suite.corpus
        score, proof = right(self.sample, self.record, corpus), citation_proof(self.sample, self.record, corpus)
        if score is not None and score.value < 1:
            raise WrongAnswerError(score.why)
        if proof is not None and proof.value < 1:
            raise WrongAnswerError(proof.why)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """What was asked, what was expected, what came and from where, instead of a traceback."""
        if isinstance(excinfo.value, WrongAnswerError):
            return "\n".join(_told(self.sample, self.record, str(excinfo.value)))
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int | None, str]:
        return self.path, None, f"{self.path.stem}: {self.name}"


def _told(sample: Sample, record: Record, why: str) -> Iterator[str]:
    yield sample.text + (f" (as of {sample.as_of})" if sample.as_of else "")
    yield f"wrong: {why}"
    yield f"verdict {record['verdict']}, probability {record['probability']}, model {record['run']['model']}"
    for citation in record["citations"]:
        yield _quoted(citation)
    yield from (f"gold: {source}: “{quote}”" for source, quotes in sample.evidence.items() for quote in quotes)
    if sample.note:
        yield f"note: {sample.note}"


def _quoted(citation: Mapping[str, Any]) -> str:
    place = f"{citation['source']} {citation['start']}:{citation['end']}"
    return f"{citation['stance']}: {place}: “{citation['exact']}”"
