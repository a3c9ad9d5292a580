"""How long a warm question takes over HTTP: `python -m benchmarks.service [--model none]`.

Ingests the seeds into a temporary home, starts `factcheck serve`, asks every question once to warm it up, and then asks
them with 1 and with 8 clients at once, each client over a kept connection. Prints p50 and p95 of a question in seconds,
as the client sees it, beside the bars; then what a cold `factcheck ask --server` costs.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

from benchmarks.latency import COMMAND, QUESTIONS
from factcheck.errors import FactcheckError
from factcheck.records import Question
from pipeline.remote import RemoteAnswerer

BARS = {1: 0.5, 8: 2.0}  # p50 in seconds, by clients


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.service", description=(__doc__ or "").partition("\n")[0]
    )
    parser.add_argument("--model", default="none")
    parser.add_argument("--rounds", type=int, default=4, help="times that each client asks all questions")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.environ["FACTCHECK_HOME"] = str(Path(folder) / "home")
        subprocess.run([*COMMAND, "ingest", "seeds"], check=True, stdout=subprocess.DEVNULL)
        command = [*COMMAND, "serve", "--port", "0", "--model", arguments.model]
        with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as server:
            try:
                url = _address(server)
                seconds_of_client(url, 1)
                print(f"python -m benchmarks.service --model {arguments.model}")
                print("| clients | questions | p50 | p95 | bar for p50 |\n|---|---|---|---|---|")
                for n_clients, bar in BARS.items():
                    taken = with_clients(url, n_clients, arguments.rounds)
                    p95 = statistics.quantiles(taken, n=20)[-1]
                    print(f"| {n_clients} | {len(taken)} | {statistics.median(taken):.2f} s | {p95:.2f} s | {bar} s |")
                print(f"\ncold `factcheck ask --server`: {_cold_s(url):.2f} s")
            finally:
                server.terminate()


def with_clients(url: str, n_clients: int, rounds: int) -> list[float]:
    """Return the seconds of every question that `n_clients` ask at once."""
    taken: list[list[float]] = [[] for _ in range(n_clients)]
    errors: list[FactcheckError] = []

    def run(place: int) -> None:
        try:
            taken[place] = seconds_of_client(url, rounds)
        except FactcheckError as error:
            errors.append(error)

    threads = [threading.Thread(target=run, args=(place,)) for place in range(n_clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        sys.exit(f"{len(errors)} of {n_clients} clients got an error, so nothing is measured: {errors[0]}")
    return [seconds for client in taken for seconds in client]


def seconds_of_client(url: str, rounds: int) -> list[float]:
    """Return the seconds that each question took one client."""
    taken = []
    with RemoteAnswerer(url) as remote:
        for text in QUESTIONS * rounds:
            started = time.perf_counter()
            remote.answer(Question(text))
            taken.append(time.perf_counter() - started)
    return taken


def _address(server: subprocess.Popen[str]) -> str:
    assert server.stderr is not None
    line = server.stderr.readline()
    if not line.startswith("serving on "):
        sys.exit(line)
    return line.split()[2]


def _cold_s(url: str) -> float:
    started = time.perf_counter()
    subprocess.run([*COMMAND, "ask", "--server", url, QUESTIONS[0]], check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - started


if __name__ == "__main__":
    main()
