"""How many of a list's items were named, and how many that do not belong."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from eval.corpus import Corpus
from eval.gold import ListValue, Sample
from eval.normalise import affirms, holds, words
from eval.score import Record, Score

__all__ = ["items_f1", "set_f1"]


def set_f1(sample: Sample, record: Record, corpus: Corpus) -> Score | None:
    """2 hits / (items said + gold items), for list questions whose sources give the list; else `None`.

    No list, and a withheld one, score 0. `value_match` counts a list as right from 0.8 on; this keeps the share.
    """
    del corpus
    if not isinstance(sample.value, ListValue):
        return None
    value = record.get("value")
    said = value.get("items") if isinstance(value, Mapping) and not record.get("abstained") else None
    return Score(items_f1(said, sample.value.items), f"{said!r}, gold {sample.value.items!r}")


def items_f1(said: object, gold: Sequence[str]) -> float:
    """2 hits / (items said + gold items). An item hits a gold item that is not taken yet and whose words it affirms,
    or that holds its words: `S-400` and `S-400 air defence systems` are one item."""
    items = [item for item in said if isinstance(item, str)] if isinstance(said, list) else []
    left = list(gold)
    for item in items:
        hit = next((g for g in left if words(g) == words(item)), None)
        hit = hit or next((g for g in left if holds(g, item) or affirms(item, g)), None)
        if hit is not None:
            left.remove(hit)
    return 2 * (len(gold) - len(left)) / (len(items) + len(gold))
