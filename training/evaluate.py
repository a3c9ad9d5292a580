"""Figures of an exported verifier: `python -m training.evaluate --data DIR --weights DIR --out FILE`.

A claim is judged as `factcheck score` judges it: sentence windows and gathered sentences, pooled. The slope of
the pooling is fitted on `dev/`; `python -m training.grounding` gives figures with each set left out of the fit. Beside
the verifier stands a word-overlap probe (share of the claim's idf weight found in the whole document), since overlap
alone separates some of these sets. `report` prints a Markdown table with n.
"""

from __future__ import annotations

import argparse
import json
import random
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from sklearn.metrics import roc_auc_score

from eval.scorers.balanced_accuracy import balanced_accuracy
from eval.scorers.calibration import brier_skill, expected_calibration_error
from factcheck.errors import UserError
from pipeline.grounding import ground
from pipeline.verifier import Verifier
from training.mix import read_rows, to_pair
from training.pairs import Label, Pair
from training.windows import coverage, inverse_document_frequency

MAX_CLAIM_WORDS = 250
LICENCE = "open"  # development sets state their own terms; none of them is trained on


@dataclass(frozen=True, slots=True)
class Figures:
    """One set. Shares are 0..1; `three_way` is None without three-way labels; `skipped` claims were too long."""

    name: str
    n: int
    n_supported: int
    balanced_accuracy: float  # at 0.5 on supports
    half_width: float  # of its 95 % interval, rows taken as independent
    auc: float
    probe_auc: float
    three_way: float | None  # accuracy of the largest column, over rows with a three-way label
    ece: float  # of supports against supported, ten bins of equal mass
    brier_skill: float  # against always saying the set's share of supported
    n_windows: int
    skipped: int


def read_set(path: Path, *, limit: int | None) -> list[Pair]:
    """Return the pairs of one set, at most `limit` drawn by a fixed seed; rows without a usable label left out."""
    pairs = [p for row in read_rows(path) if (p := to_pair({**row, "licence": LICENCE}))]
    random.Random(7).shuffle(pairs)
    return pairs[:limit]


def evaluate(verifier: Verifier, name: str, pairs: Sequence[Pair]) -> Figures:
    """Return the figures of one set."""
    usable = [p for p in pairs if len(p.claim.split()) <= MAX_CLAIM_WORDS and p.claim.strip() and p.passage.strip()]
    idf = inverse_document_frequency(p.passage for p in usable)
    found = ground([(p.claim, p.passage) for p in usable], verifier)
    supports = [g.support for g in found]
    scores = np.array([[s.supports, s.refutes, s.neutral] for s in supports], dtype=np.float32)
    truth = np.array([p.label == "supports" for p in usable])
    probe = np.array([coverage(p.claim, p.passage, idf) for p in usable])
    accuracy, half = balanced_accuracy(scores[:, 0] > 0.5, truth)
    columns: dict[Label, int] = {"supports": 0, "refutes": 1, "neutral": 2}
    three = [(columns[p.label], int(row.argmax())) for p, row in zip(usable, scores, strict=True) if p.label in columns]
    full = len({gold for gold, _ in three}) == 3
    return Figures(
        name=name, n=len(usable), n_supported=int(truth.sum()), balanced_accuracy=accuracy, half_width=half,
        auc=float(roc_auc_score(truth, scores[:, 0])), probe_auc=float(roc_auc_score(truth, probe)),
        three_way=sum(g == s for g, s in three) / len(three) if full else None,
        ece=expected_calibration_error(scores[:, 0], truth),
        brier_skill=brier_skill.value(np.column_stack([scores[:, 0], truth]).astype(np.float64)) or 0.0,
        n_windows=sum(g.n_windows for g in found),
        skipped=len(pairs) - len(usable),
    )  # fmt: skip


def report(figures: Sequence[Figures]) -> str:
    """Return the figures as a Markdown table, percent, with the mean over sets as its last line."""
    lines = ["| set | n | balanced accuracy | AUC | overlap AUC | three-way | ECE | Brier skill |", "|---" * 8 + "|"]
    for f in figures:
        three = f"{100 * f.three_way:.1f}" if f.three_way is not None else "-"
        accuracy = f"{100 * f.balanced_accuracy:.1f} ± {100 * f.half_width:.1f}"
        lines.append(
            f"| {f.name} | {f.n} | {accuracy} | {f.auc:.3f} | {f.probe_auc:.3f} | {three} | {f.ece:.3f} "
            f"| {f.brier_skill:.3f} |"
        )
    kinds = ("balanced_accuracy", "auc", "probe_auc", "ece", "brier_skill")
    means = [np.mean([getattr(f, k) for f in figures]) for k in kinds]
    lines.append(
        f"| mean of {len(figures)} | {sum(f.n for f in figures)} | {100 * means[0]:.1f} | {means[1]:.3f} "
        f"| {means[2]:.3f} | | {means[3]:.3f} | {means[4]:.3f} |"
    )
    return "\n".join(lines)


def main() -> None:
    """Parse the command line, evaluate every set, print the table, write the figures as JSON lines."""
    parser = argparse.ArgumentParser(description="Evaluate an exported verifier on the development sets.")
    parser.add_argument("--data", type=Path, required=True, help="folder with dev/")
    parser.add_argument("--weights", type=Path, required=True, help="folder with model.onnx")
    parser.add_argument("--out", type=Path, required=True, help="JSON lines, one a set")
    parser.add_argument("--limit", type=int, help="rows a set, drawn by a fixed seed")
    parser.add_argument("--sets", nargs="+", help="names of the sets to read, in this order; default: all of dev/")
    parser.add_argument("--threads", type=int, default=2)
    given = parser.parse_args()
    verifier = Verifier(given.weights, threads=given.threads)
    names = given.sets or sorted(p.name.removesuffix(".jsonl.gz") for p in (given.data / "dev").glob("*.jsonl.gz"))
    done: list[Figures] = []
    with given.out.open("w", encoding="utf-8") as out:
        for name in names:
            began = time.monotonic()
            try:
                figures = evaluate(verifier, name, read_set(given.data / "dev" / f"{name}.jsonl.gz", limit=given.limit))
            except (UserError, ValueError) as error:
                print(json.dumps({"name": name, "unscored": str(error)}), file=out, flush=True)
                continue
            done.append(figures)
            print(json.dumps(asdict(figures) | {"seconds": round(time.monotonic() - began, 1)}), file=out, flush=True)
    print(report(done))


if __name__ == "__main__":
    main()
