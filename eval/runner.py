"""A plan carried out: bounded concurrency, every record on the disk as it comes, a stop that loses nothing."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType

from eval.gold import Sample
from eval.run_files import RunSample
from eval.run_plan import Plan
from eval.score import Record
from factcheck.errors import ModelPausedError
from pipeline.record import ERROR_SCHEMA

__all__ = ["Progress", "Stop", "carry_out"]

Progress = Callable[["State"], None]
N_OUTAGES = 10  # answers in a row that failed because the model is not there; then nothing more is asked


@dataclass(frozen=True, slots=True)
class State:
    """How far a run is. Seconds are of this process; `cost_usd` None where no price is known."""

    n_done: int
    n_total: int
    n_errors: int
    elapsed_s: float
    n_asked: int
    cost_usd: float | None

    @property
    def left_s(self) -> float | None:
        """Seconds to go at the pace so far; None before the first answer."""
        return None if not self.n_asked else self.elapsed_s / self.n_asked * (self.n_total - self.n_done)


@dataclass(frozen=True, slots=True)
class Stop:
    """Why a run ended before its end: `cost`, `outage` or `interrupt`. What was done is in the file."""

    reason: str
    n_left: int


def carry_out(
    plan: Plan,
    ask: Callable[[Sample, int], Record],
    *,
    jobs: int = 1,
    progress: Progress | None = None,
    note: Callable[[str], None] = lambda _: None,
) -> Stop | None:
    """Ask what is left of `plan`, at most `jobs` at a time, and close its file; return why not, where it was stopped.

    Records are written in the order in which they come. A question that was not asked, or not to its end, because of
    `--max-cost` is left out of the file. One for which the model is paused (ModelPausedError) goes back: the pause is
    waited out, of which `note` is told, and one question is asked alone before the others go on; where no waiting
    mends the outage, the run stops. On an interrupt the questions in flight are waited for and kept; a second interrupt
    goes through. The file stays open after a stop, so that `--resume` goes on with it.
    """
    left = list(reversed(plan.left))
    tally, pause = _Tally(plan), _Pause(jobs, note)
    stopped: str | None = None
    with plan.writer, _interrupts() as interrupted, ThreadPoolExecutor(max_workers=jobs) as pool:
        flying: dict[Future[Record], tuple[Sample, int]] = {}
        while flying or (left and stopped is None):
            if not flying:
                pause.wait(interrupted)
            while left and stopped is None and len(flying) < pause.at_once and not interrupted.is_set():
                sample, repeat = left.pop()
                flying[pool.submit(ask, sample, repeat)] = (sample, repeat)
            ready, _ = wait(flying, return_when=FIRST_COMPLETED)
            for future in ready:
                sample, repeat = flying.pop(future)
                try:
                    record = future.result()
                except ModelPausedError as refusal:
                    left.append((sample, repeat))
                    tally.n_outages += pause.refused(refusal)
                    if refusal.wait_s is None:
                        stopped = stopped or "outage"
                    continue
                pause.came(record)
                if _kind_of_error(record) == "cost_limit":
                    left.append((sample, repeat))
                    stopped = stopped or "cost"
                    continue
                plan.writer.add(RunSample(sample.id, repeat, record))
                tally.count(record)
                if progress is not None:
                    progress(tally.state())
            if tally.n_outages >= N_OUTAGES and left:
                stopped = stopped or "outage"
            if interrupted.is_set() and (left or flying):
                stopped = stopped or "interrupt"
        if stopped is None:
            plan.writer.close_run()
    return None if stopped is None else Stop(stopped, len(left))


@contextmanager
def _interrupts() -> Iterator[threading.Event]:
    """Make the first interrupt set the event, in place of an exception that could tear a line; the second one raises.

    Only the main thread may handle signals; elsewhere the event stays clear.
    """
    event = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield event
        return

    def handle(number: int, frame: FrameType | None) -> None:
        if event.is_set():
            raise KeyboardInterrupt
        event.set()

    before = signal.signal(signal.SIGINT, handle)
    try:
        yield event
    finally:
        signal.signal(signal.SIGINT, before)


class _Pause:
    """How many questions are asked at a time: all `jobs`, or one alone, from a refusal on until the model answers."""

    def __init__(self, jobs: int, note: Callable[[str], None]) -> None:
        self._jobs, self._note = jobs, note
        self._alone = self._one = False
        self._wait_s, self._why = 0.0, ""

    @property
    def at_once(self) -> int:
        return 1 if self._alone else self._jobs

    def refused(self, refusal: ModelPausedError) -> bool:
        """Take note of a refusal. Whether it counts as an outage: one without a pause does, if the question was alone;
        only a recording gives such, and gives it again and again."""
        again = self._one and refusal.wait_s == 0.0
        self._alone, self._wait_s, self._why = True, refusal.wait_s or 0.0, str(refusal)
        return again

    def came(self, record: Record) -> None:
        """Take note of what was asked: any answer, and any error but an outage, ends the pause."""
        if _kind_of_error(record) != "model_unavailable":
            self._alone, self._wait_s = False, 0.0

    def wait(self, interrupted: threading.Event) -> None:
        """Wait the pause out, once, or until there is an interrupt; nothing is in flight."""
        self._one = self._alone
        if self._wait_s:
            self._note(f"{self._why}; going on in {self._wait_s:.0f} s")
            interrupted.wait(self._wait_s)
            self._wait_s = 0.0


def _kind_of_error(record: Record) -> str | None:
    return str(record["error"]["kind"]) if record["schema"] == ERROR_SCHEMA else None


class _Tally:
    def __init__(self, plan: Plan) -> None:
        self._n_total = len(plan.done) + len(plan.left)
        self._n_done, self._n_asked = len(plan.done), 0
        self._n_errors = sum(sample.errored for sample in plan.done)
        self._started = time.monotonic()
        self._cost: float | None = 0.0
        self.n_outages = 0

    def count(self, record: Record) -> None:
        self._n_done += 1
        self._n_asked += 1
        kind = _kind_of_error(record)
        self._n_errors += kind is not None
        self.n_outages = self.n_outages + 1 if kind == "model_unavailable" else 0
        cost = (record.get("run") or {}).get("cost_usd", 0.0)
        self._cost = None if cost is None or self._cost is None else self._cost + float(cost)

    def state(self) -> State:
        elapsed = time.monotonic() - self._started
        return State(self._n_done, self._n_total, self._n_errors, elapsed, self._n_asked, self._cost)
