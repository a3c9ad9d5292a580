"""How long the gold suite takes: `python -m benchmarks.gold_suite`. The bar is 60 s with `none` on two quiet cores.

Runs the whole of `treaty` in a temporary home, whose corpus is ingested before the clock starts, and prints wall and
processor time and the share of citations that are proved. Exit 3: one is not, a question failed, or the bar is missed
in wall time and in the time of two cores alike, so that busy neighbours alone do not miss it.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from eval.bars import bars
from eval.run_plan import Selection
from eval.run_suite import Request, run_models
from eval.score_run import score_run
from eval.suite import open_suite
from factcheck.settings import Settings

BAR_S, N_CORES = 60.0, 2


@dataclass(frozen=True, slots=True)
class Timed:
    """One run: seconds by the clock and of the processor, and what came of it. `proved` is None without a citation."""

    wall_s: float
    cpu_s: float
    n: int
    n_errors: int
    proved: float | None

    def holds(self, bar_s: float) -> bool:
        """Whether every question was answered, every citation is proved, and the time is within the bar."""
        return self.n_errors == 0 and self.proved == 1.0 and min(self.wall_s, self.cpu_s / N_CORES) < bar_s


def time_suite(settings: Settings, *, limit: int | None = None, jobs: int = 1) -> Timed:
    """Run `treaty` with `none` in the home of `settings`; the corpus is made ready before the clock starts."""
    suite = open_suite("treaty")
    list(run_models(suite, settings, ["none"], Request(Selection(limit=1))))
    wall, cpu = time.perf_counter(), time.process_time()
    (outcome,) = run_models(suite, settings, ["none"], Request(Selection(limit=limit), jobs=jobs))
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    proof = bars(score_run(outcome.run, suite))["proof"]
    return Timed(wall, cpu, len(outcome.run.samples), outcome.run.n_errors, proof.value if proof.n else None)


def main() -> int:
    """Measure, print, and return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.gold_suite", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--limit", type=int, help="only so many questions")
    parser.add_argument("--jobs", type=int, default=1, help="questions at a time (default: 1)")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        found = time_suite(Settings(home=Path(folder) / "home", model="none"), limit=given.limit, jobs=given.jobs)
    print(f"{found.n} questions: {found.wall_s:.1f} s, {found.cpu_s:.1f} s of processor time (bar {BAR_S:.0f} s)")
    proved = "no citation" if found.proved is None else f"{found.proved:.1%} of the citations proved"
    print(f"{found.n_errors} failed, {proved}")
    return 0 if found.holds(BAR_S) else 3


if __name__ == "__main__":
    sys.exit(main())
