"""How long things take: `python -m benchmarks.latency [--model none --model local]`.

Ingests the seeds into a temporary home and prints one table: `factcheck --help` and a cold `factcheck ask` with model
none (the fastest of several runs: what the program costs, not what else the machine does), then for each model the
median of warm questions in one process, and that process's peak memory. Each model is measured in a process of its own.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

QUESTIONS = (
    "Does the treaty include a mutual defence clause?",
    "Was the treaty signed in Moscow?",
    "Is Iran a member of NATO?",
    "How long is the treaty valid?",
    "When was the treaty signed?",
    "Who signed the treaty?",
)
COMMAND = (sys.executable, "-m", "factcheck.cli.main")


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.latency", description=(__doc__ or "").partition("\n")[0]
    )
    parser.add_argument("--model", action="append", help="models measured warm (default: none)")
    parser.add_argument("--repeat", type=int, default=3, help="runs of each cold command")
    parser.add_argument("--measure", metavar="MODEL", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.measure:
        print(json.dumps(measure_warm(arguments.measure)))
        return
    models = arguments.model or ["none"]
    with tempfile.TemporaryDirectory() as folder:
        os.environ["FACTCHECK_HOME"] = str(Path(folder) / "home")
        subprocess.run([*COMMAND, "ingest"], check=True, stdout=subprocess.DEVNULL)
        print(f"python -m benchmarks.latency {' '.join(f'--model {model}' for model in models)}")
        print("| what | figure |\n|---|---|")
        print(f"| `factcheck --help` | {cold_s(['--help'], arguments.repeat):.2f} s |")
        print(
            f"| cold `ask --model none` | {cold_s(['ask', '--model', 'none', QUESTIONS[0]], arguments.repeat):.2f} s |"
        )
        for model in models:
            figures = in_own_process(model)
            print(f"| warm, {model}: median of {len(QUESTIONS)} | {figures['median_s']:.2f} s |")
            print(f"| warm, {model}: slowest | {figures['slowest_s']:.2f} s |")
            print(f"| {model}: peak memory | {figures['peak_mb']:.0f} MB |")


def cold_s(arguments: list[str], repeat: int) -> float:
    """Return the fastest of `repeat` runs of the command, in seconds."""
    return min(_timed(arguments) for _ in range(repeat))


def _timed(arguments: list[str]) -> float:
    started = time.perf_counter()
    subprocess.run([*COMMAND, *arguments], check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - started


def in_own_process(model: str) -> dict[str, float]:
    """Return `measure_warm` as measured in a fresh process."""
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.latency", "--measure", model], check=True, capture_output=True, text=True
    )
    figures: dict[str, float] = json.loads(done.stdout)
    return figures


def measure_warm(model: str) -> dict[str, float]:
    """Return median and slowest latency in seconds, after one question to warm up, and peak memory in 10^6 bytes."""
    from factcheck.settings import load_settings  # noqa: PLC0415 - only the measured process loads it
    from pipeline.chain import open_chain  # noqa: PLC0415

    latencies = []
    with open_chain(load_settings({"model": model})) as chain:
        chain.invoke("Is this the first question?")
        for question in QUESTIONS:
            started = time.perf_counter()
            chain.invoke(question)
            latencies.append(time.perf_counter() - started)
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6
    return {"median_s": statistics.median(latencies), "slowest_s": max(latencies), "peak_mb": peak_mb}


if __name__ == "__main__":
    main()
