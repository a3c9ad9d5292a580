"""Whether a value question's answer is the gold value, or another wording that the label accepts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from eval.corpus import Corpus
from eval.gold import DateValue, DurationValue, ListValue, NumberValue, Sample
from eval.normalise import holds, words
from eval.quantities import same_number
from eval.score import Record, Score
from eval.scorers.set_f1 import items_f1
from pipeline.durations import same_duration

__all__ = ["LIST_F1", "MAX_EXTRA_WORDS", "value_match"]

LIST_F1 = 0.8  # a list is right from here on
MAX_EXTRA_WORDS = {"entity": 6, "text": 40}  # `Russian Energy Minister Sergey Tsivilev` names him; a page does not


def value_match(sample: Sample, record: Record, corpus: Corpus) -> Score | None:
    """1 if right, else 0; `None` for boolean questions and claims. Right is, by type:

    - no gold value (the sources do not give it): neither `answer` nor `value` is given;
    - date: same ISO and precision (a day where the sources give a month is invented, a year is too little);
    - number: equal to a part in a billion, in the same unit after conversion; duration: the same length;
    - list: set F1 of the items >= `LIST_F1`;
    - entity, text: holds the gold wording as whole words, with at most `MAX_EXTRA_WORDS` more; choice: is it;
    - any type: the display text is one of `accept`, or the gold display text.
    Wordings are compared by `eval.normalise.words`. Abstained counts as not right.
    """
    del corpus
    if sample.allowed_answers is not None:
        return None
    said, value = record.get("answer"), record.get("value")
    why = f"{said!r}, gold {sample.answer!r}"
    if record.get("abstained"):
        return Score(0.0, "abstained")
    if sample.value is None:
        return Score(float(said is None and value is None), why)
    right = _by_wording(sample, said, value) or (isinstance(value, Mapping) and _by_value(sample, value))
    return Score(float(right), why)


def _by_wording(sample: Sample, said: object, value: object) -> bool:
    accepted = [sample.answer or "", *sample.accept]
    inner = value.get("text") if isinstance(value, Mapping) else None
    for given in (said, inner):
        if not isinstance(given, str):
            continue
        if any(words(given) == words(right) for right in accepted):
            return True
        extra = MAX_EXTRA_WORDS.get(sample.type or "", 0)
        if any(holds(given, right) and len(words(given)) - len(words(right)) <= extra for right in accepted):
            return True
    return False


def _by_value(sample: Sample, value: Mapping[str, Any]) -> bool:
    gold = sample.value
    if isinstance(gold, DateValue):
        return (value.get("iso"), value.get("precision")) == (gold.iso, gold.precision)
    if isinstance(gold, DurationValue):
        return same_duration(str(value.get("iso")), gold.iso)
    if isinstance(gold, NumberValue):
        return same_number(value.get("number"), value.get("unit"), gold.number, gold.unit)
    if isinstance(gold, ListValue):
        return items_f1(value.get("items"), gold.items) >= LIST_F1
    return False
