"""A circuit breaker over all questions: a model that is down is not asked a thousand times."""

from __future__ import annotations

import threading
import time

from factcheck.errors import ModelPausedError


class Breaker:
    """Opens after `after` outages in a row. Once `pause_s` is over one call may try (half open): it closes or opens."""

    def __init__(self, name: str, *, after: int, pause_s: float) -> None:
        self._name, self._after, self._pause_s = name, after, pause_s
        self._lock = threading.Lock()
        self._n_outages = 0
        self._opened = 0.0
        self._probing = self._lasting = False
        self._last = ""

    def enter(self) -> None:
        """Ask to be let through. Raises: ModelPausedError while it is open."""
        with self._lock:
            if self._n_outages < self._after:
                return
            wait = self._opened + self._pause_s - time.monotonic()
            if wait <= 0 and not self._probing:
                self._probing = True
                return
        raise ModelPausedError(
            f"{self._name} was not asked: it failed {self._n_outages} times in a row, the last time with: {self._last}",
            wait_s=None if self._lasting else max(wait, 0.0),
        )

    def answered(self) -> None:
        """Tell that the server answered, however badly."""
        with self._lock:
            self._n_outages, self._probing = 0, False

    def left(self) -> None:
        """Tell that the call ended before it was known whether the server answers."""
        with self._lock:
            self._probing = False

    def failed(self, why: str, *, lasting: bool = False) -> None:
        """Tell of an outage; a `lasting` one, such as a wrong key, is not mended by waiting."""
        with self._lock:
            self._n_outages += 1
            self._opened, self._probing, self._last, self._lasting = time.monotonic(), False, why, lasting
