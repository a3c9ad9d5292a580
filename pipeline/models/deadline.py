"""A call that ends in time, whatever its library does about timeouts."""

from __future__ import annotations

import contextvars
import threading
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


def within(seconds: float, call: Callable[[], T]) -> T:
    """Return what `call` returns, or raise what it raises.

    It runs in a thread of its own. When the time is over the thread is left to itself (a daemon: it keeps no process
    alive) and what it brings later is thrown away.

    Raises: TimeoutError.
    """
    outcome: list[T] = []
    raised: list[BaseException] = []
    done = threading.Event()
    context = contextvars.copy_context()

    def run() -> None:
        try:
            outcome.append(context.run(call))
        except BaseException as error:  # handed to the caller below
            raised.append(error)
        finally:
            done.set()

    threading.Thread(target=run, name="model-call", daemon=True).start()
    if not done.wait(seconds):
        raise TimeoutError(f"no answer in {seconds:g} s")
    if raised:
        raise raised[0]
    return outcome[0]
