"""`kill -9` at random moments: `python -m benchmarks.kill_runs --model local --kills 20 --limit 12`.

Starts `factcheck eval run`, kills it after a random number of answers and some of the time of the next, looks at what
is on the disk, and resumes, until there were `--kills` kills; a run that completes in between is followed by another.
Counted over all of them: completed samples that were lost (a line that was whole is not there any more, byte for
byte) and those asked again (the resumed process asks more than what is missing, or a sample stands twice). Replies are
not cached, so what is asked is really asked.
"""

from __future__ import annotations

import argparse
import os
import random
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from eval.run_files import read_run

_RESUMED = re.compile(r": (\d+) samples are there, (\d+) are asked")


@dataclass(slots=True)
class Tally:
    """What was seen over all kills; the last two are to stay 0."""

    kills: int = 0
    runs: int = 0
    completed: int = 0  # samples that were on the disk at a kill, over all kills
    torn: int = 0  # kills in the middle of a line
    lost: int = 0
    asked_again: int = 0

    def __str__(self) -> str:
        return (
            f"{self.kills} kills over {self.runs} runs, {self.torn} of them inside a line; {self.completed} completed "
            f"samples looked at after a kill: {self.lost} lost, {self.asked_again} asked again"
        )


def kill_runs(model: str, *, kills: int, limit: int, home: Path, seed: int = 0, suite: str = "treaty") -> Tally:
    """Kill and resume until there were `kills` kills."""
    chance, tally = random.Random(seed), Tally()
    while tally.kills < kills:
        path = home / f"run-{tally.runs}.jsonl"
        tally.runs += 1
        kept = b""
        while True:
            moment = (chance.randint(0, 2), chance.random()) if tally.kills < kills else None
            command = [sys.executable, "-m", "factcheck.cli.main", "eval", "run", suite, "--model", model]
            command += ["--limit", str(limit), "--no-cache", "--home", str(home), "-o", str(path)]
            said, done = _run([*command, *(["--resume"] if path.exists() else [])], path, moment)
            _check(path, kept, said, limit, tally)
            if done:
                break
            tally.kills += 1
            raw = _bytes(path)
            kept = raw[: raw.rfind(b"\n") + 1]
            n_kept = kept.count(b'"factcheck/run-sample/1"')
            tally.torn += len(kept) < len(raw)
            tally.completed += n_kept
            print(f"{n_kept} of {limit} are there; {tally}", flush=True)
            if b'"factcheck/run-end/1"' in kept:  # killed after its last line: there is nothing to resume
                break
    return tally


def _run(command: Sequence[str], path: Path, moment: tuple[int, float] | None) -> tuple[str, bool]:
    """Run a command, killed at a moment; return its stderr, and whether it came to its end.

    A moment is (lines to wait for, where between the last of them and the next): the second part of it is of the time
    that the last line took, so that a slow model is hit between two answers and a fast one too.
    """
    with tempfile.TemporaryFile() as errors:
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=errors, start_new_session=True)
        if moment is not None and _wait(process, path, *moment):
            os.killpg(process.pid, signal.SIGKILL)
        code = process.wait()
        errors.seek(0)
        said = errors.read().decode("utf-8", "replace")
    if code not in (-signal.SIGKILL, 0, 4):
        raise SystemExit(f"the run failed with exit code {code}: {said}")
    return said, code != -signal.SIGKILL


def _wait(process: subprocess.Popen[bytes], path: Path, n_lines: int, part: float) -> bool:
    """Return True at the moment, False where the process ended before it."""
    n_before, last, took_s = _bytes(path).count(b"\n"), time.monotonic(), 3.0
    n_seen = n_before
    while n_seen < n_before + n_lines:
        if process.poll() is not None:
            return False
        n_now = _bytes(path).count(b"\n")
        if n_now > n_seen:
            n_seen, last, took_s = n_now, time.monotonic(), time.monotonic() - last
        time.sleep(0.01)
    time.sleep(part * took_s)
    return process.poll() is None


def _bytes(path: Path) -> bytes:
    return path.read_bytes() if path.exists() else b""


def _check(path: Path, kept: bytes, said: str, limit: int, tally: Tally) -> None:
    """Compare the file with what was whole before this process began."""
    if not kept:
        return
    before = kept.count(b'"factcheck/run-sample/1"')
    now = path.read_bytes()
    if not now.startswith(kept):
        tally.lost += before - sum(line in now for line in kept.splitlines()[1:])
    resumed = _RESUMED.search(said)
    if resumed:
        tally.lost += before - int(resumed[1])
        tally.asked_again += int(resumed[2]) - (limit - before)
    ids = [(sample.id, sample.repeat) for sample in read_run(path).samples]
    tally.asked_again += len(ids) - len(set(ids))


def main(argv: Sequence[str] | None = None) -> int:
    """Return 0, or 3 where a sample was lost or asked again."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.kill_runs", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--model", default="none")
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--limit", type=int, default=12, help="samples of a run")
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args(argv)
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="factcheck-kills-") as folder:
        tally = kill_runs(args.model, kills=args.kills, limit=args.limit, home=Path(folder), seed=args.seed)
    print(f"{args.model}: {tally} ({time.monotonic() - started:.0f} s)")
    return 3 if tally.lost or tally.asked_again else 0


if __name__ == "__main__":
    sys.exit(main())
