"""The queue's filter in an address, and back: `?state=todo&verdict=refuted&q=gas`. It is carried through the audit
view, so that "next" stays within what was asked for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlencode

from starlette.datastructures import QueryParams

from review.listing import SORTS, STATES, QueueFilter, Sort

__all__ = ["Asked", "asked_of"]

Column = Literal["verdict", "in", "tag", "model", "run", "kind"]
_COLUMNS: dict[Column, str] = {
    "verdict": "verdicts", "in": "sources", "tag": "tags", "model": "models", "run": "runs", "kind": "kinds",
}  # fmt: skip
_MAX_VALUE = 500  # code points of one value


@dataclass(frozen=True, slots=True)
class Asked:
    """A filter and an order, as asked for in an address."""

    filter: QueueFilter
    sort: Sort

    def pairs(self) -> list[tuple[str, str]]:
        """Return what differs from the defaults, as it stands in an address."""
        found: list[tuple[str, str]] = [("state", self.filter.state)] if self.filter.state != "todo" else []
        for column, attribute in _COLUMNS.items():
            found += [(column, value) for value in getattr(self.filter, attribute)]
        for name, value in (
            ("reviewer", self.filter.reviewer), ("assigned", self.filter.assigned), ("q", self.filter.search),
            ("min", self.filter.min_probability), ("max", self.filter.max_probability),
        ):  # fmt: skip
            if value not in (None, ""):
                found.append((name, str(value)))
        return found + ([("sort", self.sort)] if self.sort != "uncertain" else [])

    def query(self, *more: tuple[str, str | int | None], without: Iterable[str] = ()) -> str:
        """Return a query string with `more` in place of, or added to, what is asked; `?` included, "" if empty."""
        replaced = {name for name, _ in more} | set(without)
        pairs = [pair for pair in self.pairs() if pair[0] not in replaced]
        encoded = urlencode([*pairs, *(pair for pair in more if pair[1] is not None and pair != ("state", "todo"))])
        return f"?{encoded}" if encoded else ""


def asked_of(query: QueryParams) -> Asked:
    """Return the filter of an address. What it does not know, or cannot use, counts as not asked."""
    state, sort = query.get("state"), query.get("sort")
    return Asked(
        QueueFilter(
            state=state if state in STATES else "todo",
            **{attribute: _values(query, name) for name, attribute in _COLUMNS.items()},
            min_probability=_number(query, "min"), max_probability=_number(query, "max"),
            reviewer=_one(query, "reviewer"), assigned=_one(query, "assigned"), search=_one(query, "q") or "",
        ),
        sort if sort in SORTS else "uncertain",
    )  # fmt: skip


def _values(query: QueryParams, name: str) -> tuple[str, ...]:
    return tuple(value[:_MAX_VALUE] for value in query.getlist(name) if value.strip())


def _one(query: QueryParams, name: str) -> str | None:
    return next(iter(_values(query, name)), None)


def _number(query: Mapping[str, str], name: str) -> float | None:
    try:
        value = float(query.get(name, ""))
    except ValueError:
        return None
    return value if 0 <= value <= 1 else None
