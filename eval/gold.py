"""Gold labels: what a person says is right, with the words in the sources that make it so.

A file is YAML (or JSON, which is YAML). Read by `read_gold`, which refuses what it does not know; `eval.lint` then
looks at what the labels say. `python -m eval.gold` prints the JSON schema that is kept in `eval/gold/schema.json`.

Decisions: `yes`, `no`, `on`, `off` and dates stay strings, so `answer: no` means what it says. A key given twice is an
error, since YAML would keep the last one in silence. `answer: null` on a value question says that the sources do not
give the value. Everything but `id`, `answer` and the question (or claim) may be left out.
"""

from __future__ import annotations

import difflib
import json
import sys
from pathlib import Path
from typing import Annotated, Any, Literal, get_args

from pydantic import BaseModel, BeforeValidator, ConfigDict, Discriminator, Field, Tag, ValidationError, model_validator

from eval.yaml_text import read_yaml
from factcheck.days import Day, is_day
from factcheck.errors import UserError
from factcheck.records import BOOLEAN_ANSWERS, QuestionType, Stance, Verdict

__all__ = ["GoldFile", "Sample", "gold_schema", "read_gold"]


def _text(value: object) -> object:
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else value


Text = Annotated[str, BeforeValidator(_text)]  # `accept: [51]` and `answer: 1979` need no quotation marks


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class DateValue(_Strict):
    """A date as far as it is known: `2025-01-17` day, `2022-02` month, `1991` year."""

    iso: Annotated[str, BeforeValidator(_text), Field(pattern=r"^\d{4}(-\d{2}(-\d{2})?)?$")]
    precision: Literal["day", "month", "year"]

    @model_validator(mode="after")
    def _agree(self) -> DateValue:
        known = ("year", "month", "day")[self.iso.count("-")]
        if known != self.precision:
            raise ValueError(f"{self.iso!r} is known to the {known}, and precision says {self.precision!r}")
        if not is_day(f"{self.iso}-01-01"[:10]):
            raise ValueError(f"{self.iso!r} is no date of the calendar")
        return self


class DurationValue(_Strict):
    """An ISO 8601 duration: `P20Y`."""

    iso: Annotated[str, Field(pattern=r"^P(\d+[YMWD])+(T(\d+[HMS])+)?$|^PT(\d+[HMS])+$")]


class NumberValue(_Strict):
    """A number in its unit, written out: 55000000000 and `m3/year`, not 55 and `bcm`."""

    number: float
    unit: str | None = None


class TextValue(_Strict):
    """A name, a choice or a wording."""

    text: Text


class ListValue(_Strict):
    """Items in any order."""

    items: list[Text] = Field(min_length=1)


def _kind_of_value(value: Any) -> str | None:
    """Which value this is meant to be, told by its keys; `None` if by none."""
    if isinstance(value, BaseModel):
        return {model: kind for kind, model in _VALUES.items()}.get(type(value))
    keys = set(value) if isinstance(value, dict) else set()
    told_by = {"precision": "date", "iso": "duration", "number": "number", "items": "list", "text": "text"}
    return next((kind for key, kind in told_by.items() if key in keys), None)


_VALUES: dict[str, type[BaseModel]] = {
    "date": DateValue,
    "duration": DurationValue,
    "number": NumberValue,
    "list": ListValue,
    "text": TextValue,
}
Value = Annotated[
    Annotated[DateValue, Tag("date")]
    | Annotated[DurationValue, Tag("duration")]
    | Annotated[NumberValue, Tag("number")]
    | Annotated[ListValue, Tag("list")]
    | Annotated[TextValue, Tag("text")],
    Discriminator(_kind_of_value),
]


class Sample(_Strict):
    """One labelled question or claim."""

    id: Annotated[Text, Field(min_length=1)]
    family: Text | None = Field(default=None, description="samples about one fact share it; statistics cluster by it")
    question: Annotated[str, Field(min_length=1)] | None = None
    claim: Annotated[str, Field(min_length=1)] | None = None
    type: QuestionType | None = Field(default=None, description="of a question; a claim has none")
    choices: list[Text] = []
    answer: Text | None = Field(description="boolean: yes, no, not_stated, conflicting; claim: a verdict; else text")
    value: Value | None = Field(default=None, description="typed as in the answer record")
    accept: list[Text] = Field(default=[], description="other right answers")
    stances: dict[str, Stance] = {}
    evidence: dict[str, list[Annotated[str, Field(min_length=1)]]] = Field(
        default={}, description="verbatim words of every sentence that carries the answer by itself, for each source"
    )
    as_of: Day | None = None
    event_date: Day | None = None
    sources: list[str] = []
    tags: list[str] = []
    author: str | None = None
    note: str | None = None

    @model_validator(mode="after")
    def _agree(self) -> Sample:
        if (self.question is None) == (self.claim is None):
            raise ValueError("needs one of 'question' and 'claim'")
        if self.question is not None and self.type is None:
            raise ValueError("a question needs a 'type'")
        wanted = "text" if self.type in ("entity", "choice", "text") else self.type
        if self.value is not None and _kind_of_value(self.value) != wanted:
            raise ValueError(f"'value' does not fit type {self.type!r}")
        return self

    @property
    def text(self) -> str:
        """The question or the claim."""
        return self.question or self.claim or ""

    @property
    def cluster(self) -> str:
        """What the statistics resample by: the family, or the sample itself."""
        return self.family or self.id

    @property
    def allowed_answers(self) -> tuple[str, ...] | None:
        """The labels that `answer` may be; `None` = free text."""
        if self.claim is not None:
            return get_args(Verdict)
        return tuple(BOOLEAN_ANSWERS.values()) if self.type == "boolean" else None

    @property
    def answerable(self) -> bool:
        """Whether the sources say anything on the point. `conflicting` is an answer."""
        return self.answer not in (None, "not_stated", "not_enough_evidence")


class GoldFile(_Strict):
    """A file of gold labels over one corpus."""

    schema_: Literal["factcheck/gold/1"] = Field(alias="schema")
    corpus: str | list[str] = Field(description="a folder with sources.yaml, or a list of paths")
    samples: list[Sample] = Field(min_length=1)


def read_gold(path: Path) -> GoldFile:
    """Return the labels in `path`.

    Raises:
        UserError: the file is missing, is no UTF-8, no YAML, or does not fit the schema. One line for each error,
            with its place and, for an unknown key, the nearest known one.
    """
    data = read_yaml(path)
    if not isinstance(data, dict):
        raise UserError(
            f"{path}: is no gold file: {type(data).__name__} where keys should be; see eval/gold/schema.json"
        )
    try:
        return GoldFile.model_validate(data)
    except ValidationError as error:
        raise UserError("\n".join(f"{path}: {_one_line(e, data)}" for e in error.errors())) from error


def gold_schema() -> str:
    """The JSON schema of a gold file, as text that ends in a line break."""
    return json.dumps(GoldFile.model_json_schema(), indent=2, ensure_ascii=False) + "\n"


def _one_line(error: Any, data: dict[str, Any]) -> str:
    """`samples[3] (term-20): unknown key 'anwser'; did you mean 'answer'?`"""
    loc = [part for before, part in zip((None, *error["loc"]), error["loc"], strict=False) if before != "value"]
    key = str(loc[-1]) if loc else ""
    if error["type"] == "extra_forbidden":
        known = _known_keys(error["loc"])
        close = difflib.get_close_matches(key, known, n=1)
        hint = f"did you mean {close[0]!r}?" if close else f"known: {', '.join(known)}"
        return f"{_place(loc[:-1], data)}unknown key {key!r}; {hint}"
    message = error["msg"].removeprefix("Value error, ")
    if error["type"].startswith("union_tag"):
        message = "no such value; use {iso, precision}, {iso}, {number, unit}, {text}, {items}"
    elif error["type"] == "missing":
        message = "is missing"
    elif isinstance(error["input"], str | int | float | None) and error["type"] != "value_error":
        message = f"{error['input']!r}: {message[:1].lower()}{message[1:]}"
    return f"{_place(loc, data)}{message}"


def _known_keys(loc: tuple[int | str, ...]) -> list[str]:
    if len(loc) == 1:
        return [f.alias or name for name, f in GoldFile.model_fields.items()]
    if len(loc) == 3:
        return list(Sample.model_fields)
    return list(_VALUES[str(loc[-2])].model_fields) if loc[-2] in _VALUES else []


def _place(loc: list[int | str], data: dict[str, Any]) -> str:
    if loc[:1] != ["samples"] or len(loc) < 2:
        return f"{loc[0]}: " if loc else ""
    sample = data["samples"][loc[1]]
    name = f" ({sample['id']})" if isinstance(sample, dict) and "id" in sample else ""
    inner = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in loc[2:])
    return f"samples[{loc[1]}]{name}{inner}: "


if __name__ == "__main__":
    sys.stdout.write(gold_schema())
