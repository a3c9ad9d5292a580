"""Speed of the verifier beside a RoBERTa-large-shaped encoder: `python -m benchmarks.verifier_speed`.

The large one has random weights (a product's time does not depend on them), the same graph writer, the same 8-bit
method (`--method`, `rows` as exported), the same runtime and threads, in the same run, turn by turn; each has the best
of its batch sizes. All of its layers change all tokens: that ours stop at those which the head reads is part of our
network. Pairs have 120 tokens. Needs onnx (`test` extra). `--weights DIR` measures others than those that ship.
`--memory FILE` runs `factcheck score` on FILE in a process of its own and prints its peak memory instead.
"""

from __future__ import annotations

import argparse
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import get_args

import numpy as np
from numpy.typing import NDArray

from pipeline.verifier import WEIGHTS, Verifier
from training.bert import BertConfig
from training.export import build_graph
from training.quantise import Method, Options, quantise
from training.tiny import random_tensors
from vectorstore.onnx_model import open_session

LARGE = BertConfig(n_layers=24, n_heads=16, hidden=1024, layer_norm_eps=1e-5, max_positions=512)
N_TOKENS = 120
BATCHES = (4, 16)  # pairs in a run


def large_model(folder: Path, method: Method) -> Path:
    """Write the large encoder with random weights and return its path."""
    build_graph(random_tensors(seed=1, config=LARGE), LARGE, folder / "float32.onnx", n_narrow=0)
    quantise(folder / "float32.onnx", folder / "model.onnx", Options(method, accuracy_level=4))
    (folder / "float32.onnx").unlink()
    return folder / "model.onnx"


def inputs(n_words: int, n: int) -> dict[str, NDArray[np.int64]]:
    """Return one batch of `n` rows of N_TOKENS tokens, the last twenty of them the claim."""
    ids = np.random.default_rng(0).integers(4, n_words, (n, N_TOKENS))
    types = np.zeros_like(ids)
    types[:, -20:] = 1
    wanted = types.copy()
    wanted[:, 0] = 1
    return {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": types, "wanted": wanted}


def peak_memory(pairs: Path) -> float:
    """Return the peak resident memory of `factcheck score`, in megabytes."""
    command = [sys.executable, "-m", "factcheck.cli.main", "score", str(pairs)]
    subprocess.run(command, check=False, stdout=subprocess.DEVNULL)
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024


def main() -> None:
    """Parse the command line, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=6)
    parser.add_argument("--method", choices=get_args(Method), default="rows", help="of the large one's weights")
    parser.add_argument("--weights", type=Path, default=WEIGHTS, help="folder of the verifier")
    parser.add_argument("--memory", type=Path, metavar="FILE", help="pairs to score; prints peak memory alone")
    given = parser.parse_args()
    if given.memory:
        print(f"peak memory of `factcheck score`: {peak_memory(given.memory):.0f} MB")
        return
    ours = Verifier(given.weights, threads=given.threads)
    with tempfile.TemporaryDirectory() as folder:
        sessions = {
            ours.name: open_session(given.weights / "model.onnx", given.threads),
            "RoBERTa-large's shape": open_session(large_model(Path(folder), given.method), given.threads),
        }
        tried: dict[tuple[str, int], list[float]] = {(name, n): [] for name in sessions for n in BATCHES}
        for turn in range(given.rounds + 1):
            for (name, n), found in tried.items():
                batch = inputs(n_words=30, n=n)
                began = time.perf_counter()
                sessions[name].run(["output"], batch)
                if turn:  # the first warms up
                    found.append(n / (time.perf_counter() - began))
    speeds = {name: max((tried[name, n] for n in BATCHES), key=statistics.median) for name in sessions}
    small, large = (statistics.median(s) for s in speeds.values())
    for name, found in speeds.items():
        print(f"{name}: {statistics.median(found):.1f} pairs/s (min {min(found):.1f}, max {max(found):.1f})")
    setting = f"{N_TOKENS} tokens, {given.threads} threads, {given.rounds} rounds"
    print(f"{setting}: {small / large:.1f} times as fast")


if __name__ == "__main__":
    main()
