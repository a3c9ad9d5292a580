"""What is wrong within a value label: an answer that says another thing than its value, an empty accepted wording."""

from __future__ import annotations

import re
from collections.abc import Iterator

from eval.findings import Finding
from eval.gold import DateValue, DurationValue, ListValue, NumberValue, Sample, TextValue
from eval.normalise import holds, words
from eval.quantities import same_number
from pipeline.durations import same_duration
from pipeline.units import measure
from pipeline.values import find_values

__all__ = ["value_findings"]


def value_findings(sample: Sample) -> Iterator[Finding]:
    """Yield what is wrong with `answer`, `value` and `accept` of one sample, each seen beside the others."""
    for wording in sample.accept:
        if not words(wording):
            yield Finding(sample.id, "answer", f"accept holds {wording!r}, which has no word that could be compared")
    value = sample.value
    if value is not None and sample.answer is not None and not _agrees(sample, sample.answer):
        said = ", ".join(f"{key} {part!r}" for key, part in value.model_dump().items())
        yield Finding(sample.id, "answer", f"answer {sample.answer!r} says another thing than its value ({said})")


def _agrees(sample: Sample, answer: str) -> bool:
    """Whether the answer states the value.

    One in which no value of its kind is found ("the 16th") is left alone, and a figure may leave out its unit, or its
    rate ("55 bcm" of a range a year). A wording may be the value's own, or one of `accept`.
    """
    value = sample.value
    if isinstance(value, DateValue):
        dates = find_values(answer, "date")
        return not dates or any(found.value["iso"] == value.iso for found in dates)
    if isinstance(value, DurationValue):
        durations = find_values(answer, "duration")
        return not durations or any(same_duration(str(found.value["iso"]), value.iso) for found in durations)
    if isinstance(value, NumberValue):
        numbers = [found.value for found in find_values(answer, "number")]
        return not numbers or any(_same(n["number"], n["unit"], value) for n in numbers)
    if isinstance(value, ListValue):
        return all(holds(answer, item) for item in value.items)
    if isinstance(value, TextValue):
        accepted = [words(wording) for wording in sample.accept]
        return words(answer) == words(value.text) or words(answer) in accepted or words(value.text) in accepted
    return True


def _same(number: object, unit: str | None, value: NumberValue) -> bool:
    if measure(unit) is None:
        return same_number(number, None, value.number, None)
    without_rate = re.split("/| per ", value.unit or "")[0]
    return any(same_number(number, unit, value.number, wanted) for wanted in (value.unit, without_rate))
