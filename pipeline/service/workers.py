"""Work in threads: so many at once, so many waiting, and a deadline after which the caller is told.

Threads are daemons: work that outlives its deadline goes on (Python cannot stop it), keeps its place until it is done,
and does not hold up the end of the process.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable
from typing import Any, TypeVar

T = TypeVar("T")


class TooBusyError(Exception):
    """All places are taken, and as many wait as may."""


class DeadlineError(Exception):
    """The work was not done in time."""


class Workers:
    """Runs functions in threads for one event loop."""

    def __init__(self, *, n: int, waiting: int, deadline_s: float) -> None:
        self.deadline_s = deadline_s
        self._places = asyncio.Semaphore(n)
        self._most = n + waiting
        self._n_inside = 0

    async def run(self, work: Callable[[], T]) -> T:
        """Return what `work` returns. Raises: TooBusyError; DeadlineError; what `work` raises."""
        if self._n_inside >= self._most:
            raise TooBusyError
        self._n_inside += 1
        loop = asyncio.get_running_loop()
        done: asyncio.Future[T] = loop.create_future()
        task = asyncio.ensure_future(self._in_turn(work, done, loop))
        task.add_done_callback(lambda _: self._leave())
        try:
            return await asyncio.wait_for(asyncio.shield(done), self.deadline_s)
        except TimeoutError:
            done.add_done_callback(lambda future: future.cancelled() or future.exception())  # nobody waits for it
            if not done.done():
                done.cancel()
            raise DeadlineError from None

    async def _in_turn(self, work: Callable[[], T], done: asyncio.Future[T], loop: asyncio.AbstractEventLoop) -> None:
        async with self._places:
            if done.done():
                return  # its deadline passed while it waited
            finished = asyncio.Event()

            def tell(outcome: Callable[[Any], None], value: Any) -> None:
                if not done.done():
                    outcome(value)
                finished.set()

            def work_and_tell() -> None:
                try:
                    result = work()
                except BaseException as error:
                    told: tuple[Callable[[Any], None], Any] = (done.set_exception, error)
                else:
                    told = (done.set_result, result)
                with contextlib.suppress(RuntimeError):  # the loop is closed: the server ended
                    loop.call_soon_threadsafe(tell, *told)

            threading.Thread(target=work_and_tell, name="answer", daemon=True).start()
            await finished.wait()

    def _leave(self) -> None:
        self._n_inside -= 1
