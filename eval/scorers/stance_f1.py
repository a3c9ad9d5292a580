"""Whether each source is given the stance that a person gave it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import get_args

from eval.score import ScoredSample, SetScorer
from eval.scorers.macro_f1 import macro_f1
from factcheck.records import Stance

__all__ = ["STANCES", "stance_f1", "stance_pairs"]

STANCES: tuple[Stance, ...] = get_args(Stance)  # supports, refutes, mixed, silent
_CLASS: Mapping[str, int] = {name: i for i, name in enumerate(STANCES)}


def stance_pairs(item: ScoredSample) -> Sequence[tuple[float, ...]]:
    """(gold, said) for each source with a gold stance. A source that the record does not name was not read: silent.

    Nothing where the record has no `sources`: another system may give answers alone.
    """
    entries = item.record.get("sources") if item.record is not None else None
    if item.record is None or entries is None:
        return ()
    named = [e for e in entries if isinstance(e, Mapping)] if isinstance(entries, list) else []
    said = {e.get("source"): e.get("stance") for e in named}
    pairs = ((gold, said.get(source, "silent")) for source, gold in item.sample.stances.items())
    return [(_CLASS[gold], _CLASS.get(str(stance), len(STANCES))) for gold, stance in pairs]


stance_f1 = SetScorer(stance_pairs, partial(macro_f1, n_classes=len(STANCES)))
"""Macro F1 over the stances that have a gold label; a row is a source of a sample."""
