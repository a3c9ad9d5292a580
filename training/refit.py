"""All that hangs on the verifier's weights, made anew in order: `python -m training.refit --data DIR --home DIR`.

After `training.export` has put new weights into `pipeline/weights/verifier`: fits what is fitted to them, asks the
development halves, fits the calibration, and measures what benchmarks/README.md tells. Leave the machine quiet, for
latencies are among it. It takes two cores about an hour and a half. `--list` shows the commands, `--start STEP` goes on
from one. What no command writes is left: the card (`training.card` with HOME/figures.jsonl, and its text), the README's
sample answer, and the prose around the tables.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

CLI = ("-m", "factcheck.cli.main")


def steps(data: Path, home: Path) -> dict[str, tuple[str, ...]]:
    """Return what `python` is run with, by the name of each step, in order."""
    stories, runs = home / "stories", home / "development"
    asked = {suite: runs / f"{suite}-local.jsonl" for suite in ("newcomer", "treaty")}
    by_suite = {
        f"ask-{suite}": (
            *CLI, "eval", "run", suite, "--model", "local", "--tag", "dev", "--home", str(home), "-o", str(path)
        )
        for suite, path in asked.items()
    }  # fmt: skip
    at_home, pool = ("--home", str(home)), ("-m", "training.pooling", "--gold", "treaty", "newcomer", "claims")
    return {
        "stories": ("-m", "training.stories", "gold", "--out", str(stories)),
        "sentences": (*pool, str(stories / "gold.yaml"), *at_home, "--write"),
        "sentences-with-model": (*pool, *at_home, "--model", "local", "--write"),
        "values": ("-m", "training.value_ranking", "--gold", "treaty", "newcomer", *at_home, "--write"),
        "documents": ("-m", "training.grounding", "--data", str(data), "--write"),
        "figures": ("-m", "training.evaluate", "--data", str(data), "--out", str(home / "figures.jsonl")),
        **by_suite,
        "calibration": (
            "-m", "benchmarks.calibration", "--data", str(data), *at_home,
            *(part for path in asked.values() for part in ("--run", str(path))),
        ),
        "seed-questions": ("-m", "benchmarks.seed_questions", *at_home),
        "ask-stories": (*CLI, "eval", "run", str(stories / "gold.yaml"), "--model", "none", *at_home),
        "public": ("-m", "benchmarks.public", "--data", str(data), "--limit", "100"),
        "latency": ("-m", "benchmarks.latency", "--model", "none"),
        "speed": ("-m", "benchmarks.verifier_speed"),
    }  # fmt: skip


def main(argv: Sequence[str] | None = None) -> int:
    """Run the steps one after another, until one fails; return its exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder with dev/, and the public sets")
    parser.add_argument("--home", type=Path, required=True, help="where corpora, answers and runs are kept")
    parser.add_argument("--start", metavar="STEP", help="the first step to run")
    parser.add_argument("--list", action="store_true", help="print the commands, and run none")
    given = parser.parse_args(argv)
    every = steps(given.data, given.home)
    if given.start and given.start not in every:
        parser.error(f"no step {given.start!r}; there are {', '.join(every)}")
    names = list(every)
    for name in names[names.index(given.start) if given.start else 0 :]:
        print(f"{name}: python {' '.join(every[name])}", flush=True)
        if given.list:
            continue
        if name.startswith("ask-") and "-o" in every[name]:
            Path(every[name][-1]).unlink(missing_ok=True)
        began = time.monotonic()
        code = subprocess.run([sys.executable, *every[name]], check=False).returncode
        print(f"{name}: {(time.monotonic() - began) / 60:.1f} minutes, exit code {code}", flush=True)
        if code:
            return code
    return 0


if __name__ == "__main__":
    sys.exit(main())
