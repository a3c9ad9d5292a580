"""Whether a value question's answer is the gold value, or another wording that the label accepts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeGuard

from eval.corpus import Corpus
from eval.gold import DateValue, DurationValue, ListValue, NumberValue, Sample
from eval.normalise import affirms, words
from eval.quantities import same_number, same_unit
from eval.score import Record, Score
from eval.scorers.set_f1 import items_f1
from pipeline.durations import same_duration
from pipeline.values import ValueKind, parse_value

__all__ = ["LIST_F1", "MAX_EXTRA_WORDS", "value_match"]

LIST_F1 = 0.8  # a list is right from here on
MAX_EXTRA_WORDS = {"entity": 6, "text": 40}  # `Russian Energy Minister Sergey Tsivilev` names him; a page does not


def value_match(sample: Sample, record: Record, corpus: Corpus) -> Score | None:
    """1 if right, else 0; `None` for boolean questions and claims. Right is, by type:

    - no gold value (the sources do not give it): neither `answer` nor `value` is given;
    - date: same ISO and precision (a day where the sources give a month is invented, a year is too little);
    - number: equal to a part in a billion, in the same unit after conversion; a figure without unit is in the one that
      the question names ("How many days"); duration: the same length;
    - list: set F1 of the items >= `LIST_F1`;
    - entity, text: affirms the gold wording as whole words, with at most `MAX_EXTRA_WORDS` more; choice: is it;
    - any type: the display text is one of `accept`, or the gold display text. Of a date, number or duration
      that is typed the values decide: it must be the gold one, or that of an accepted wording that it is displayed as.
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
    if isinstance(sample.value, DateValue | DurationValue | NumberValue) and _is_typed(value):
        return Score(float(_by_value(sample, said, value)), why)
    right = _by_wording(sample, said, value) or (isinstance(value, Mapping) and _by_value(sample, said, value))
    return Score(float(right), why)


def _is_typed(value: object) -> TypeGuard[Mapping[str, Any]]:
    return isinstance(value, Mapping) and (value.get("iso") is not None or value.get("number") is not None)


def _by_wording(sample: Sample, said: object, value: object) -> bool:
    accepted = [sample.answer or "", *sample.accept]
    inner = value.get("text") if isinstance(value, Mapping) else None
    for given in (said, inner):
        if not isinstance(given, str):
            continue
        if any(words(right) and words(given) == words(right) for right in accepted):
            return True
        extra = MAX_EXTRA_WORDS.get(sample.type or "", 0)
        if any(
            extra and affirms(given, right) and len(words(given)) - len(words(right)) <= extra for right in accepted
        ):
            return True
    return False


def _by_value(sample: Sample, said: object, value: Mapping[str, Any]) -> bool:
    gold = sample.value
    if isinstance(gold, DateValue):
        right = [(gold.iso, gold.precision), *((v["iso"], v["precision"]) for v in _accepted(sample, said, "date"))]
        return any(value.get("iso") == iso and value.get("precision") in (None, exact) for iso, exact in right)
    if isinstance(gold, DurationValue):
        lengths = [gold.iso, *(v["iso"] for v in _accepted(sample, said, "duration"))]
        return any(same_duration(str(value.get("iso")), iso) for iso in lengths)
    if isinstance(gold, NumberValue):
        return _right_number(sample, gold, said, value)
    if isinstance(gold, ListValue):
        return items_f1(value.get("items"), gold.items) >= LIST_F1
    return False


def _right_number(sample: Sample, gold: NumberValue, said: object, value: Mapping[str, Any]) -> bool:
    number, unit = value.get("number"), value.get("unit")
    if unit is None and gold.unit and any(same_unit(word, gold.unit) for word in words(sample.text)):
        unit = gold.unit
    if same_number(number, unit, gold.number, gold.unit):
        return True
    stated = _accepted(sample, said, "number")
    if unit is None:  # which its wording may name, as "300 tonnes" does of a bare 300
        return any(same_number(number, None, v["number"], None) for v in stated)
    return any(v["unit"] and same_number(number, unit, v["number"], v["unit"]) for v in stated)


def _accepted(sample: Sample, said: object, kind: ValueKind) -> list[Mapping[str, Any]]:
    """The value that an accepted wording states, where `said` is that wording."""
    same = [wording for wording in (sample.answer or "", *sample.accept) if words(wording) == words(str(said))]
    return [value for wording in same if (value := parse_value(wording, kind)) is not None]
