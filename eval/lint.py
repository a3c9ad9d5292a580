"""What is wrong with gold labels that are well formed: quotes that are not there, labels that contradict each other.

    answer, id        a label that is none of its kind or contradicts its value, an id that stands twice
    source, as-of     a source that the corpus lacks, or that cannot be from before the label's day
    stance, quote     evidence without stance and the other way round; words that are not in their source
    verdict, carry    an answer that does not follow from its stances; a value that stands in none of its quotes
    duplicate, contradiction, split, family   between samples and between files: see `eval.lint_between`
    support           with a scorer only: see `eval.lint_support`

A finding fails (exit 3) unless it is a warning: something that a person should look at and may be right.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from eval.carry import carries
from eval.corpus import Corpus, CorpusText, read_corpus
from eval.findings import Finding
from eval.gold import GoldFile, Sample, read_gold
from eval.lint_between import between, between_files
from eval.lint_support import doubted
from eval.lint_value import value_findings
from eval.normalise import same_marks
from pipeline.support import Scorer

__all__ = ["Finding", "lint", "lint_files"]


def lint_files(paths: Sequence[Path], *, scorer: Scorer | None = None) -> list[Finding]:
    """Return the findings in each file, with its path, then those between files; with a scorer, what it doubts too.

    Raises:
        UserError: a file or its corpus cannot be read.
    """
    files = {path: read_gold(path) for path in paths}
    found: list[Finding] = []
    for path, gold in files.items():
        corpus = read_corpus(gold.corpus, near=path.parent)
        found += [finding.at(path) for finding in lint(gold, corpus)]
        if scorer is not None:
            found += [finding.at(path) for finding in doubted(gold.samples, scorer)]
    return found + list(between_files({path: gold.samples for path, gold in files.items()}))


def lint(gold: GoldFile, corpus: Corpus) -> list[Finding]:
    """Return every finding, in the order of the samples; empty = nothing to mend."""
    findings = [finding for sample in gold.samples for finding in _sample(sample, corpus)]
    return findings + list(between(gold.samples, corpus))


def _sample(sample: Sample, corpus: Corpus) -> Iterator[Finding]:
    yield from _answer(sample)
    yield from value_findings(sample)
    yield from _sources(sample, corpus)
    yield from _quotes(sample, corpus)
    yield from _verdict(sample)
    if sample.value is not None and sample.evidence and not carries(sample):
        message = f"{_shown(sample)} stands in none of the quotes that are to carry it"
        yield Finding(sample.id, "carry", message, "warning" if sample.type == "choice" else "error")


def _shown(sample: Sample) -> str:
    value: Any = sample.value.model_dump() if sample.value is not None else None
    return f"answer {sample.answer!r} ({', '.join(f'{k} {v!r}' for k, v in value.items())})"


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
        elif not sample.evidence.get(source) and sample.stances[source] != "silent":
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
