"""What one question may spend on its model, and what it has spent and met so far."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from pipeline.models.reply import Usage

MAX_CALLS = 3


@dataclass(slots=True)
class Budget:
    """One question's, in one thread. A call is a request that the model answered, a repair included.

    Retries after a transient fault are no calls: nothing was answered. They are bounded by their own number and by
    `deadline` (of `time.monotonic`). `notes` become warnings of the record, each once.
    """

    calls_left: int = MAX_CALLS
    deadline: float = float("inf")
    repeat: int = 0
    usage: Usage = field(default_factory=Usage)
    notes: list[str] = field(default_factory=list)

    @property
    def left_s(self) -> float:
        """Seconds until the deadline, never below 0."""
        return max(self.deadline - time.monotonic(), 0.0)

    def spend(self, usage: Usage) -> None:
        """Count what was used; calls that the cache answered count too, so that a cached run reads the same."""
        self.usage += usage
        self.calls_left -= usage.calls + usage.cached_calls

    def note(self, *texts: str) -> None:
        self.notes += [text for text in dict.fromkeys(texts) if text not in self.notes]
