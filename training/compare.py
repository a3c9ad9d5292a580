"""Compare training runs on the development sets: `python -m training.compare --data DIR --base DIR RUN RUN…`

A run is a folder that `training.verifier` wrote (`checkpoint.pt`, `settings.json`). The network itself reads the
windows of up to `--limit` rows of each set, before any export, and a claim is taken for supported where a window says
so with more than 0.5. Prints the mean over sets, and against the first run the mean difference with a 95 % bootstrap
interval over rows. What a run said is kept in its folder (`dev-LIMIT.npy`) and read where it is there: a machine with a
GPU can make it, and the comparison be made elsewhere.
"""

from __future__ import annotations

import argparse
import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score
from tokenizers import Tokenizer

from eval.scorers.balanced_accuracy import balanced_accuracy
from pipeline.grounding import split_windows
from training.base import Base, check_base
from training.encoding import Encoded, encode, load_tokenizer
from training.evaluate import read_set
from training.pairs import Pair

MAX_CLAIM_WORDS = 110
N_RESAMPLES = 1000
LONG = frozenset({"wice_dev"})  # whole pages: its claims are those of wice_oracle_dev


@dataclass(frozen=True, slots=True)
class Windows:
    """The rows to read, and of each the set, the place of its pair in the set and whether that pair is supported."""

    rows: tuple[Encoded, ...]
    pairs: tuple[tuple[str, int, bool], ...]


def read_windows(data: Path, tokenizer: Tokenizer, *, limit: int) -> Windows:
    """Return the windows of at most `limit` pairs of each set, drawn by a fixed seed."""
    rows: list[Encoded] = []
    pairs: list[tuple[str, int, bool]] = []
    for path in sorted((data / "dev").glob("*.jsonl.gz")):
        name = path.name.removesuffix(".jsonl.gz")
        if name in LONG:
            continue
        usable = [p for p in read_set(path, limit=limit) if p.claim.strip() and p.passage.strip()]
        usable = [p for p in usable if len(p.claim.split()) <= MAX_CLAIM_WORDS]
        for i, pair in enumerate(usable):
            passages = [span.of(pair.passage) for span in split_windows(pair.passage)]
            rows += encode([Pair(pair.claim, passage, "neutral", name) for passage in passages], tokenizer)
            pairs += [(name, i, pair.label == "supports")] * len(passages)
    return Windows(tuple(rows), tuple(pairs))


def best_of_windows(windows: Windows, logits: NDArray[np.float32]) -> dict[str, NDArray[np.float64]]:
    """Return of each set `(n, 2)`: supports of the window that supports most, and 1.0 where the pair is supported."""
    powers = np.exp(logits.astype(np.float64) - logits.max(axis=1, keepdims=True))
    supports = powers[:, 0] / powers.sum(axis=1)
    best: dict[tuple[str, int, bool], float] = defaultdict(float)
    for pair, p in zip(windows.pairs, supports, strict=True):
        best[pair] = max(best[pair], float(p))
    sets: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for (name, _, supported), p in best.items():
        sets[name].append((p, float(supported)))
    return {name: np.array(rows) for name, rows in sets.items()}


def mean_accuracy(sets: Mapping[str, NDArray[np.float64]]) -> float:
    """Return the mean over sets of the balanced accuracy at 0.5, in percent; a set without both classes is left out."""
    usable = [rows for rows in sets.values() if 0 < rows[:, 1].mean() < 1]
    return 100 * float(np.mean([balanced_accuracy(rows[:, 0] > 0.5, rows[:, 1] == 1)[0] for rows in usable]))


def difference(
    one: Mapping[str, NDArray[np.float64]], other: Mapping[str, NDArray[np.float64]], *, seed: int = 0
) -> tuple[float, float]:
    """Return the 95 % interval of `mean_accuracy(other) - mean_accuracy(one)`, rows of each set resampled together."""
    rng = np.random.default_rng(seed)
    found = []
    for _ in range(N_RESAMPLES):
        drawn = {name: rng.integers(0, len(rows), len(rows)) for name, rows in one.items()}
        sides = [mean_accuracy({name: run[name][drawn[name]] for name in drawn}) for run in (one, other)]
        found.append(sides[1] - sides[0])
    low, high = np.quantile(found, (0.025, 0.975))
    return float(low), float(high)


def read_run(run: Path, base: Path, kind: Base, rows: Sequence[Encoded], *, name: str) -> NDArray[np.float32]:
    """Return the logits (n, 3) of a run, from its folder or from its network, and keep them there.

    What was kept counts only where it has as many rows, and is no older than a checkpoint beside it.
    """
    kept, checkpoint = run / name, run / "checkpoint.pt"
    if kept.is_file() and not (checkpoint.is_file() and checkpoint.stat().st_mtime > kept.stat().st_mtime):
        logits: NDArray[np.float32] = np.load(kept)
        if len(logits) == len(rows):
            return logits
    from training.verifier import load_net, predict  # noqa: PLC0415  # what was kept is compared without torch

    settings = json.loads((run / "settings.json").read_text("utf-8"))
    kind = replace(kind, layers=tuple(settings["layers"]) or kind.layers)
    net = load_net(base, kind, checkpoint, n_narrow=settings.get("narrow", 1))
    logits = predict(net, list(rows), batch_pairs=64)
    np.save(kept, logits)
    return logits


def line(run: Path, sets: Mapping[str, NDArray[np.float64]], first: Mapping[str, NDArray[np.float64]]) -> str:
    """Return a run's line of the table."""
    auc = np.mean([roc_auc_score(rows[:, 1], rows[:, 0]) for rows in sets.values() if 0 < rows[:, 1].mean() < 1])
    mean = mean_accuracy(sets)
    against = ""
    if sets is not first:
        low, high = difference(first, sets)
        against = f"{mean - mean_accuracy(first):+.1f} [{low:+.1f}, {high:+.1f}]"
    return f"| {run.name} | {mean:.1f} | {auc:.3f} | {against} |"


def main() -> None:
    """Parse the command line and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "runs", type=Path, nargs="+", help="folders of training.verifier; the first is compared against"
    )
    parser.add_argument("--data", type=Path, required=True, help="folder with dev/")
    parser.add_argument("--base", type=Path, required=True, help="folder of the pinned base weights")
    parser.add_argument("--limit", type=int, default=300, help="rows a set")
    given = parser.parse_args()
    kind = check_base(given.base)
    windows = read_windows(given.data, load_tokenizer(given.base, kind, 512), limit=given.limit)
    read: list[dict[str, NDArray[np.float64]]] = []
    print(f"| run | balanced accuracy, mean of {len({p[0] for p in windows.pairs})} sets | AUC | against the first |")
    print("|---|---|---|---|")
    for run in given.runs:
        logits = read_run(run, given.base, kind, windows.rows, name=f"dev-{given.limit}.npy")
        read.append(best_of_windows(windows, logits))
        print(line(run, read[-1], read[0]), flush=True)


if __name__ == "__main__":
    main()
