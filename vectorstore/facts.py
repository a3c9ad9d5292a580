"""What may be stated about a source beside its text: the fields that listings and JSON lines share."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, model_validator

from factcheck.records import Provenance

__all__ = ["Facts"]


def _day(value: object) -> object:
    """A day and nothing else: pydantic would read a bare year as seconds since 1970, and a time as its day."""
    if isinstance(value, str) or type(value) is date:
        return value
    raise ValueError("write a day as YYYY-MM-DD")


Day = Annotated[date, BeforeValidator(_day)]


class Facts(BaseModel):
    """Dates are days; bounds where the day of publication is not known."""

    model_config = ConfigDict(extra="forbid")

    title: str | None = None
    publisher: str | None = None
    author: str | None = None
    url: str | None = None
    published: Day | None = None
    not_before: Day | None = None
    not_after: Day | None = None

    @model_validator(mode="after")
    def _bounds(self) -> Self:
        if self.not_before and self.not_after and self.not_before > self.not_after:
            raise ValueError("not_before is later than not_after")
        return self

    def provenance(self) -> Provenance:
        """Return these facts, and those that a subclass adds, as far as `Provenance` has a place for them."""
        said = self.model_dump(mode="json", include=set(Provenance.__slots__))
        return Provenance(**said)
