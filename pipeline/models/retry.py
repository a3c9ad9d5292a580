"""Trying again after a transient fault: a bounded number of times, never past the question's deadline."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from factcheck.errors import ModelUnavailableError
from pipeline.models.budget import Budget
from pipeline.models.faults import CallError

T = TypeVar("T")
_LONGEST_S = 20.0


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """`max_retries` further tries; the first waits `wait_s` (0.5 to 1 times that, at random), each next twice that."""

    max_retries: int
    wait_s: float

    def pause_s(self, n_tried: int, asked_s: float | None) -> float:
        """Return how long to wait after `n_tried` tries (from 1); at least what the server asks for."""
        jitter = random.uniform(0.5, 1.0)  # noqa: S311 - no secret
        own = float(min(self.wait_s * 2.0 ** (n_tried - 1), _LONGEST_S) * jitter)
        return own if asked_s is None else max(own, asked_s)


def with_retries(send: Callable[[float], T], budget: Budget, policy: RetryPolicy, *, timeout_s: float) -> tuple[T, int]:
    """Return what `send` returned, and how many further tries that took.

    `send` gets the seconds it may take: `timeout_s`, or what is left of the question's time.

    Raises: CallError for the last try; ModelUnavailableError where no time was left for the first.
    """
    n_tried = 0
    while True:
        left = budget.left_s
        if left <= 0:
            raise ModelUnavailableError("the time for this question is over. Set FACTCHECK_QUESTION_TIMEOUT_S higher")
        try:
            return send(min(timeout_s, left)), n_tried
        except CallError as fault:
            n_tried += 1
            pause = policy.pause_s(n_tried, fault.retry_after_s)
            if not fault.transient or n_tried > policy.max_retries or pause >= budget.left_s:
                raise
            time.sleep(pause)
