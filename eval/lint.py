"""What is wrong with gold labels that are well formed: quotes that are not there, labels that contradict each other."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from eval.corpus import Corpus, CorpusText
from eval.gold import GoldFile, Sample
from eval.normalise import same_marks, words

__all__ = ["Finding", "lint"]

SPLITS = frozenset({"dev", "test"})


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to mend. `check` is a stable name, for filters and tests."""

    sample: str
    check: str
    message: str

    def __str__(self) -> str:
        return f"{self.sample}: {self.message} [{self.check}]"


def lint(gold: GoldFile, corpus: Corpus) -> list[Finding]:
    """Return every finding, in the order of the samples; empty = nothing to mend."""
    findings = [finding for sample in gold.samples for finding in _sample(sample, corpus)]
    return findings + list(_between(gold.samples))


def _sample(sample: Sample, corpus: Corpus) -> Iterator[Finding]:
    yield from _answer(sample)
    yield from _sources(sample, corpus)
    yield from _quotes(sample, corpus)
    yield from _verdict(sample)


def _answer(sample: Sample) -> Iterator[Finding]:
    allowed = sample.allowed_answers
    if allowed is not None and sample.answer not in allowed:
        yield Finding(sample.id, "answer", f"answer {sample.answer!r} is none of {', '.join(allowed)}")
    if sample.type == "choice" and sample.answer is not None and sample.answer not in sample.choices:
        yield Finding(sample.id, "answer", f"answer {sample.answer!r} is not among the choices")
    if allowed is None and (sample.answer is None) != (sample.value is None):
        yield Finding(sample.id, "answer", "answer and value must both be given, or both be null")


def _sources(sample: Sample, corpus: Corpus) -> Iterator[Finding]:
    """A source without stance is not labelled, which is no fault."""
    for source in {**sample.stances, **sample.evidence}:
        if source not in corpus:
            yield Finding(sample.id, "source", f"source {source!r} is not in the corpus")
        elif _left_out(sample, corpus[source]):
            yield Finding(sample.id, "as-of", f"{source} cannot be from before as_of {sample.as_of}; leave it out")
        elif source in sample.evidence and sample.stances.get(source, "silent") == "silent":
            yield Finding(sample.id, "stance", f"{source} has evidence and no stance")
        elif source not in sample.evidence and sample.stances[source] != "silent":
            yield Finding(sample.id, "stance", f"{source} {sample.stances[source]} without evidence")


def _left_out(sample: Sample, text: CorpusText) -> bool:
    return bool(sample.as_of and text.not_before and text.not_before > sample.as_of)


def _quotes(sample: Sample, corpus: Corpus) -> Iterator[Finding]:
    for source, quotes in sample.evidence.items():
        for quote in quotes if source in corpus else ():
            if quote not in corpus[source].text:
                yield Finding(sample.id, "quote", f"not in {source}: {quote!r}{_hint(quote, source, corpus)}")
        if len(set(quotes)) < len(quotes):
            yield Finding(sample.id, "quote", f"a quote from {source} stands twice")


def _hint(quote: str, source: str, corpus: Corpus) -> str:
    if same_marks(quote) in same_marks(corpus[source].text):
        return " (white space, quotation marks or dashes differ)"
    elsewhere = [other for other, text in corpus.items() if quote in text.text]
    return f" (it stands in {elsewhere[0]})" if elsewhere else ""


def _verdict(sample: Sample) -> Iterator[Finding]:
    """Whether the answer follows from the stances."""
    if not sample.stances:
        return
    held = set(sample.stances.values()) - {"silent"}
    if not sample.answerable:
        expected, fits = "every source silent", not held
    elif sample.allowed_answers is None:
        expected, fits = "a source that supports it", "supports" in held
    elif sample.answer in ("yes", "supported"):
        expected, fits = "sources that support", held == {"supports"}
    elif sample.answer in ("no", "refuted"):
        expected, fits = "sources that refute", held == {"refutes"}
    else:
        expected, fits = "both sides", "mixed" in held or {"supports", "refutes"} <= held
    if not fits:
        found = ", ".join(sorted(held)) or "none"
        yield Finding(sample.id, "verdict", f"answer {sample.answer!r} needs {expected}; stances: {found}")


def _between(samples: list[Sample]) -> Iterator[Finding]:
    ids: set[str] = set()
    asked: dict[tuple[object, ...], Sample] = {}
    split: dict[str, frozenset[str]] = {}
    for sample in samples:
        if sample.id in ids:
            yield Finding(sample.id, "id", "the id stands twice")
        ids.add(sample.id)
        key = (*words(sample.text), sample.as_of, *sample.sources)
        twin = asked.setdefault(key, sample)
        if twin is not sample:
            same = twin.answer == sample.answer
            yield Finding(sample.id, "duplicate" if same else "contradiction", f"asks the same as {twin.id}")
        half = SPLITS & set(sample.tags)
        if split.setdefault(sample.cluster, half) != half:
            yield Finding(sample.id, "split", f"family {sample.cluster!r} stands in dev and in test")
