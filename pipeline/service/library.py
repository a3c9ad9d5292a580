"""One warm answerer for all requests, and a store that other processes may write to between them.

While a request reads, the store's lock is held, shared; when none does, it rests, and an ingest of another process goes
on. Under steady load there would never be such a moment, so one is made: once the store has been held for `BREATH_S`,
new requests wait until those under way are done, and a waiting writer gets `PAUSE_S` to step in.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from pipeline.answerer import Answerer

BREATH_S = 1.0
PAUSE_S = 0.2  # a waiting writer looks every 0.05 s, and gives up after 3 s


class Library:
    """Lends an answerer over an open store to the threads that serve."""

    def __init__(self, answerer: Answerer) -> None:
        self.answerer = answerer
        self._turn = threading.Condition()
        self._n_reading = 0
        self._since = 0.0

    @contextmanager
    def reading(self) -> Iterator[Answerer]:
        """Read from the store; it rests when the last reader leaves."""
        with self._turn:
            while self._n_reading and time.monotonic() - self._since > BREATH_S:
                self._turn.wait(timeout=0.5)
            if self._n_reading == 0:
                self._since = time.monotonic()
            self._n_reading += 1
        try:
            yield self.answerer
        finally:
            with self._turn:
                self._n_reading -= 1
                if self._n_reading == 0:
                    self.answerer.store.rest()
                    if time.monotonic() - self._since > BREATH_S:
                        time.sleep(PAUSE_S)  # holding the turn: nobody reads meanwhile
                    self._turn.notify_all()
