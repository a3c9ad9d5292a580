"""One thing that a lint of gold labels found."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Literal

__all__ = ["Finding"]


@dataclass(frozen=True, slots=True)
class Finding:
    """`check` is a stable name, for filters and tests. A warning is for a person to look at; it may be right."""

    sample: str
    check: str
    message: str
    level: Literal["error", "warning"] = "error"
    path: str | None = None

    def at(self, path: Path) -> Finding:
        return replace(self, path=str(path))

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    def __str__(self) -> str:
        place = f"{self.path}: {self.sample}" if self.path else self.sample
        warning = "warning: " if self.level == "warning" else ""
        return f"{place}: {warning}{self.message} [{self.check}]"
