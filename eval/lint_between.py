"""What is wrong between gold labels: the same thing asked twice, opposite labels, families that are not of one fact."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from eval.corpus import Corpus
from eval.findings import Finding
from eval.gold import Sample
from eval.normalise import NEGATIONS, words

__all__ = ["between", "between_files"]

SPLITS = frozenset({"dev", "test"})
APART = 400  # code points between quotes of one fact; a sentence and its neighbour, with room to spare
_OPPOSITE = {"yes": "no", "no": "yes", "supported": "refuted", "refuted": "supported"}


def between(samples: Sequence[Sample], corpus: Corpus) -> Iterator[Finding]:
    """Yield what is wrong between the samples of one file."""
    seen: set[str] = set()
    for sample in samples:
        if sample.id in seen:
            yield Finding(sample.id, "id", "the id stands twice")
        seen.add(sample.id)
    yield from (finding for finding, _ in _pairs([(sample, None) for sample in samples]))
    yield from _families(samples, corpus)


def between_files(files: Mapping[Path, Sequence[Sample]]) -> Iterator[Finding]:
    """Yield what is wrong between files: only findings whose two samples stand in different ones."""
    placed = [(sample, path) for path, samples in files.items() for sample in samples]
    for finding, (path, other) in _pairs(placed):
        if path is not None and path != other:
            yield finding.at(path)


Placed = tuple[Sample, Path | None]


def _pairs(placed: Sequence[Placed]) -> Iterator[tuple[Finding, tuple[Path | None, Path | None]]]:
    """Yield each finding with the places of its two samples."""
    asked: dict[tuple[object, ...], Placed] = {}
    denied: dict[tuple[object, ...], list[tuple[bool, Placed]]] = defaultdict(list)
    split: dict[str, tuple[frozenset[str], Path | None]] = {}
    for sample, path in placed:
        key = (*words(sample.text), sample.claim is None, sample.as_of, *sample.sources)
        twin, place = asked.setdefault(key, (sample, path))
        if twin is not sample:
            same = twin.answer == sample.answer
            message = f"asks the same as {twin.id}" + ("" if same else f", which is labelled {twin.answer!r}")
            yield Finding(sample.id, "duplicate" if same else "contradiction", message), (path, place)
        bare, negated = _without_negation(sample)
        for other_negated, (other, other_place) in denied[bare]:
            if negated != other_negated and _disagree(sample, other):
                message = f"{sample.answer!r} and the opposite claim {other.id} is {other.answer!r}"
                yield Finding(sample.id, "contradiction", message), (path, other_place)
        denied[bare].append((negated, (sample, path)))
        half = SPLITS & set(sample.tags)
        first, first_place = split.setdefault(sample.cluster, (half, path))
        if first != half or len(half) > 1:
            yield (
                Finding(sample.id, "split", f"family {sample.cluster!r} stands in dev and in test"),
                (path, first_place),
            )


def _without_negation(sample: Sample) -> tuple[tuple[object, ...], bool]:
    """Return what a sample says less its negations, and whether it has an odd number of them."""
    said = words(sample.text)
    bare = [w for w in said if w not in NEGATIONS and w not in ("do", "does", "did")]
    return (*bare, sample.claim is None, sample.as_of), sum(w in NEGATIONS for w in said) % 2 == 1


def _disagree(one: Sample, other: Sample) -> bool:
    """Whether two opposite claims have labels that cannot both be right.

    Of questions that start with a negation (`Isn't it …?`) both get the same answer, so questions are left alone.
    """
    if one.claim is None or other.claim is None:
        return False
    return _OPPOSITE.get(one.answer or "", one.answer) != other.answer


def _families(samples: Sequence[Sample], corpus: Corpus) -> Iterator[Finding]:
    """Yield a warning for each family whose evidence lies in places that no quote joins: it may mix two facts."""
    families: dict[str, list[Sample]] = defaultdict(list)
    for sample in samples:
        if sample.evidence:
            families[sample.cluster].append(sample)
    for family, members in families.items():
        joined = [members[0]]
        rest = members[1:]
        while near := [s for s in rest if any(_near(s, j, corpus) for j in joined)]:
            joined += near
            rest = [s for s in rest if s not in near]
        for sample in rest:
            message = f"family {family!r} may mix facts: no evidence near that of {members[0].id}"
            yield Finding(sample.id, "family", message, "warning")


def _near(one: Sample, other: Sample, corpus: Corpus) -> bool:
    """Whether some quote of each stand in one source, at most `APART` code points from each other."""
    for source in one.evidence.keys() & other.evidence.keys() & corpus.keys():
        text = corpus[source].text
        mine, theirs = ([text.find(q) for q in s.evidence[source]] for s in (one, other))
        if any(abs(a - b) <= APART for a in mine for b in theirs if a >= 0 and b >= 0):
            return True
    return False
