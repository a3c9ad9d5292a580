"""Whether a typed gold value stands in its own evidence."""

from __future__ import annotations

from datetime import date

from eval.gold import DateValue, DurationValue, ListValue, NumberValue, Sample
from eval.normalise import holds, words
from eval.quantities import same_number
from pipeline.durations import same_duration
from pipeline.values import Anchor, find_values, same_date

__all__ = ["carries"]


def carries(sample: Sample) -> bool:
    """Whether the sample's quotes state its value.

    A date, number or duration must be found in one quote. A date may lack its year there, or be a weekday or `last
    year`: an anchor of its own day lends what is missing. A wording, or one of `accept`, must stand there as whole
    words; of a list each item, in any quote. A choice is a name for what the quotes say: one word of it is enough.
    """
    quotes = [quote for found in sample.evidence.values() for quote in found]
    value = sample.value
    if isinstance(value, DateValue):
        return any(_has_date(quote, value.iso) for quote in quotes)
    if isinstance(value, NumberValue):
        numbers = [found.value for quote in quotes for found in find_values(quote, "number")]
        # the unit may stand once for two numbers, or be left to the reader ("51 units"), and a fall be told in words
        # ("shrank by 3.2 %"): the figure decides
        loose = [n for n in numbers if same_number(abs(n["number"]), n["unit"], abs(value.number), None)]
        return bool(loose) or _named(sample, quotes)
    if isinstance(value, DurationValue):
        durations = [found.value for quote in quotes for found in find_values(quote, "duration")]
        return any(same_duration(str(d["iso"]), value.iso) for d in durations) or _named(sample, quotes)
    if isinstance(value, ListValue):
        return all(any(holds(quote, item) for quote in quotes) for item in value.items)
    if sample.type == "choice":
        known = {word for quote in quotes for word in words(quote)}
        return any(word in known for right in _wordings(sample) for word in words(right))
    return _named(sample, quotes)


def _named(sample: Sample, quotes: list[str]) -> bool:
    return any(holds(quote, right) for quote in quotes for right in _wordings(sample))


def _wordings(sample: Sample) -> list[str]:
    return [w for w in (sample.answer, getattr(sample.value, "text", None), *sample.accept) if w]


def _has_date(quote: str, iso: str) -> bool:
    year, month, day = (int(part) for part in (iso.split("-") + ["12", "28"][iso.count("-") :])[:3])
    for years in (0, 1, -1):  # `last year` is counted from a day in the year after, `next year` from the one before
        anchor = Anchor(date(year + years, month, day))
        found = [str(value.value["iso"]) for value in find_values(quote, "date", anchor=anchor)]
        if any(said.startswith(iso) or same_date(said, iso) for said in found):
            return True
    return False
