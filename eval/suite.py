"""A suite: a gold file as it is now, with its texts, and the part of it that is to be run."""

from __future__ import annotations

import difflib
import importlib.resources
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from eval.corpus import Corpus, read_corpus
from eval.gold import GoldFile, Sample, read_gold
from eval.run_files import SuiteRef
from factcheck.errors import UserError

__all__ = ["Suite", "find_suite", "open_suite", "select"]


@dataclass(frozen=True, slots=True)
class Suite:
    """Labels and texts. `ref` says what the file was."""

    path: Path
    ref: SuiteRef
    gold: GoldFile
    corpus: Corpus

    @property
    def samples(self) -> list[Sample]:
        return self.gold.samples


def find_suite(given: str) -> Path:
    """Return the gold file: a path, or the name of one that ships with the program (`treaty`).

    Raises: UserError, naming those that ship.
    """
    path = Path(given)
    if path.exists():
        return path
    shipped = Path(str(importlib.resources.files("eval"))) / "gold"
    if (named := shipped / f"{given}.yaml").is_file():
        return named
    names = ", ".join(sorted(p.stem for p in shipped.glob("*.yaml")))
    raise UserError(f"no suite {given!r}: give the path of a gold file, or one that ships: {names}")


def open_suite(given: str) -> Suite:
    """Return the suite with its texts read.

    Raises: UserError, SourceError: a file that is missing or no gold file, a text that cannot be read, an id that
    stands twice, a source that the corpus does not have. Each with its place; several, one a line.
    """
    path = find_suite(given)
    gold = read_gold(path)
    corpus = read_corpus(gold.corpus, near=path.parent)
    faults = [*_doubled(gold.samples), *_unknown_sources(gold.samples, corpus)]
    if faults:
        raise UserError("\n".join(f"{path}: {fault}" for fault in faults))
    digest = sha256(path.read_bytes()).hexdigest()
    return Suite(path, SuiteRef(given, digest, len(gold.samples), gold.corpus), gold, corpus)


def select(
    samples: Sequence[Sample], *, tags: Iterable[str] = (), ids: Iterable[str] = (), limit: int | None = None
) -> list[Sample]:
    """Return the samples that carry all of `tags`, or are named in `ids`, thinned evenly to `limit`, in their order.

    Evenly, so that every part of the file is heard. Raises: UserError for an unknown tag or id, with the nearest one,
    and where nothing is left.
    """
    tags, ids = list(dict.fromkeys(tags)), list(dict.fromkeys(ids))
    _known(tags, {tag for s in samples for tag in s.tags}, "tag")
    _known(ids, {s.id for s in samples}, "sample")
    chosen = [s for s in samples if set(tags) <= set(s.tags) and (not ids or s.id in ids)]
    if not chosen:
        raise UserError(f"no sample carries all of the tags {', '.join(tags)}; give fewer")
    if limit is None or limit >= len(chosen):
        return chosen
    return [chosen[i * len(chosen) // limit] for i in range(limit)]


def _known(given: Iterable[str], known: set[str], noun: str) -> None:
    for name in given:
        if name not in known:
            close = difflib.get_close_matches(name, sorted(known), n=1, cutoff=0.4)
            hint = f"did you mean {close[0]!r}?" if close else f"there are {', '.join(sorted(known)[:12])}"
            raise UserError(f"no {noun} {name!r} in the suite; {hint}")


def _doubled(samples: Iterable[Sample]) -> list[str]:
    counts = Counter(sample.id for sample in samples)
    return [f"id {id_!r} stands {n} times; give each sample its own" for id_, n in counts.items() if n > 1]


def _unknown_sources(samples: Sequence[Sample], corpus: Corpus) -> list[str]:
    faults = []
    for number, sample in enumerate(samples):
        for source in dict.fromkeys((*sample.sources, *sample.stances, *sample.evidence)):
            if source not in corpus:
                close = difflib.get_close_matches(source, list(corpus), n=1, cutoff=0.4)
                hint = f"did you mean {close[0]!r}?" if close else f"there are {', '.join(list(corpus)[:8])}"
                faults.append(f"samples[{number}] ({sample.id}): source {source!r} is not in the corpus; {hint}")
    return faults
