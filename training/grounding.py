"""Fit the slope of `pipeline/window_pooling.py` on the development sets.

    python -m training.grounding --data DIR [--weights DIR] [--limit 150] [--readings FILE]

The verifier reads the pairs of every set as `factcheck score` does; one logistic regression without intercept is fitted
to the mean log odds of their two readings, with sets and, in each set, classes of equal weight. Prints the slope, and a
table in which every set is judged by a fit that saw neither it nor a set of its family (`wice_*`, `qags_*`,
`summedits_*`). Calibration is measured on samples of equal classes. `--readings FILE` keeps what was read, and is read
where it is there.
"""

from __future__ import annotations

import argparse
import json
import random
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from eval.scorers.balanced_accuracy import balanced_accuracy
from eval.scorers.calibration import brier_skill, expected_calibration_error
from factcheck.records import Support
from pipeline.grounding import ground
from pipeline.verifier import WEIGHTS, Verifier
from pipeline.window_pooling import log_odds, pool_windows
from training.evaluate import MAX_CLAIM_WORDS, read_set
from training.fits import command_line, write_fit

Readings = Sequence[tuple[float, float, bool]]  # supports of the best window, of the gathered sentences; the label

HEADER = "| set | n | best window alone | AUC | ECE | Brier skill | pooled | AUC | ECE | Brier skill |"


def read_readings(data: Path, verifier: Verifier, *, limit: int) -> dict[str, Readings]:
    """Return the readings of every set of `data/dev`, at most `limit` rows of each by a fixed seed."""
    found: dict[str, Readings] = {}
    for path in sorted((data / "dev").glob("*.jsonl.gz")):
        name = path.name.removesuffix(".jsonl.gz")
        pairs = [p for p in read_set(path, limit=limit) if p.claim.strip() and p.passage.strip()]
        pairs = [p for p in pairs if len(p.claim.split()) <= MAX_CLAIM_WORDS]
        grounded = ground([(p.claim, p.passage) for p in pairs], verifier)
        found[name] = [(g.window, g.gathered, p.label == "supports") for g, p in zip(grounded, pairs, strict=True)]
        print(f"{name}: {len(pairs)} pairs", flush=True)
    return found


def fit(sets: Mapping[str, Readings]) -> float:
    """Return the slope of the regression over the sets, each with classes of equal weight.

    Raises: ValueError where a set lacks a class.
    """
    x = np.array([[(log_odds(w) + log_odds(g)) / 2] for rows in sets.values() for w, g, _ in rows])
    y = np.array([truth for rows in sets.values() for _, _, truth in rows])
    weights = np.concatenate([_equal_classes(np.array([r[2] for r in rows])) for rows in sets.values()])
    model = LogisticRegression(C=100.0, fit_intercept=False).fit(x, y, sample_weight=weights * len(y) / len(sets))
    return round(float(model.coef_[0, 0]), 2)


def left_out(sets: Mapping[str, Readings]) -> dict[str, float]:
    """Return for each set the fit on the sets of other families."""
    return {
        name: fit({k: rows for k, rows in sets.items() if _family(k) != _family(name)}) for name in sets
    }  # fmt: skip


def table(sets: Mapping[str, Readings], slopes: Mapping[str, float]) -> str:
    """Return a Markdown table, before and after, with the mean over sets and the figures of all rows together."""
    lines = [HEADER, "|---" * 10 + "|"]
    sums: list[list[float]] = []
    all_rows: list[list[NDArray[np.float64]]] = [[], []]
    for name, rows in sets.items():
        cells: list[float] = []
        before = [(w, truth) for w, _, truth in rows]
        after = [(judge(w, g, slopes[name]), truth) for w, g, truth in rows]
        for at, judged in enumerate((np.array(before, dtype=np.float64), np.array(after, dtype=np.float64))):
            truth = judged[:, 1] == 1
            even = balanced(judged)
            all_rows[at].append(even)
            accuracy, _ = balanced_accuracy(judged[:, 0] > 0.5, truth)
            cells += [100 * accuracy, float(roc_auc_score(truth, judged[:, 0])), *_calibration(even)]
        sums.append(cells)
        lines.append(_line(name, len(rows), cells))
    lines.append(_line(f"mean of {len(sets)}", sum(map(len, sets.values())), np.mean(sums, axis=0)))
    pooled = [np.concatenate(rows) for rows in all_rows]
    together = [
        "" if at in (0, 1) else f"{v:.3f}" for rows in pooled for at, v in enumerate([0, 0, *_calibration(rows)])
    ]
    lines.append(f"| equal classes, all together | {len(pooled[0])} | " + " | ".join(together) + " |")
    return "\n".join(lines)


def judge(window: float, gathered: float, slope: float) -> float:
    """Return the pooled supports."""
    return pool_windows(window, gathered, Support(window, 0.0, 1 - window), slope=slope).supports


def balanced(rows: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the rows (score, truth) of the rarer class and as many of the other, drawn by a fixed seed."""
    true, false = np.flatnonzero(rows[:, 1] == 1), np.flatnonzero(rows[:, 1] != 1)
    n = min(len(true), len(false))
    draw = random.Random(7)
    return rows[sorted([*draw.sample(true.tolist(), n), *draw.sample(false.tolist(), n)])]


def _equal_classes(truth: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Weights that sum to 1, half of it for each class."""
    if truth.all() or not truth.any():
        raise ValueError("a set needs both classes")
    weights: NDArray[np.float64] = np.where(truth, 0.5 / truth.sum(), 0.5 / (~truth).sum())
    return weights


def _family(name: str) -> str:
    return name.split("_", maxsplit=1)[0]


def _calibration(rows: NDArray[np.float64]) -> tuple[float, float]:
    return expected_calibration_error(rows[:, 0], rows[:, 1]), brier_skill.value(rows) or 0.0


def _line(name: str, n: int, cells: Sequence[float] | NDArray[np.float64]) -> str:
    told = [f"{v:.1f}" if at % 4 == 0 else f"{v:.3f}" for at, v in enumerate(cells)]
    return f"| {name} | {n} | " + " | ".join(told) + " |"


def main() -> None:
    """Parse the command line, read the sets, print the fit and the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder with dev/")
    parser.add_argument("--weights", type=Path, default=WEIGHTS, help="the verifier's, default those that ship")
    parser.add_argument("--limit", type=int, default=150, help="rows a set")
    parser.add_argument("--readings", type=Path, help="JSON file to keep the readings in; read where it is there")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--write", action="store_true", help="write the fit to pipeline/weights/fitted.json")
    given = parser.parse_args()
    if given.readings and given.readings.is_file():
        sets = json.loads(given.readings.read_text("utf-8"))
    else:
        sets = read_readings(given.data, Verifier(given.weights, threads=given.threads), limit=given.limit)
        if given.readings:
            given.readings.write_text(json.dumps(sets), "utf-8")
    slopes = left_out(sets)
    slope = fit(sets)
    if given.write:
        n = sum(map(len, sets.values()))
        verifier = Verifier(given.weights, threads=given.threads).name
        write_fit("documents", {"slope": slope}, command=command_line("training.grounding"), verifier=verifier, n=n)
    print(f"slope {slope:.2f}; with a family left out {min(slopes.values()):.2f} to {max(slopes.values()):.2f}")
    print(table(sets, slopes))


if __name__ == "__main__":
    main()
