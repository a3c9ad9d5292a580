"""How a verifier judges the sentences of the stories that are held out: `python -m training.story_figures`

Each sentence is read by itself, as the chain reads it, with what the chain does around the verifier left out: which
sentences are relevant, dates, forecasts. Prints a Markdown row: sentences, the share right of each label, their mean,
the share of the settling sentences that lean to the right side, with n, and the log loss.
"""

from __future__ import annotations

import argparse
import random
from pathlib import Path

import numpy as np

from pipeline.verifier import COLUMNS, WEIGHTS, Verifier
from training.pairs import Pair
from training.stories import ORIGIN, held_out, read_stories, story_pairs

HEADER = "| weights | n | supports | refutes | neutral | mean | right side (n) | log loss |\n" + "|---" * 8 + "|"


def single_sentences() -> list[Pair]:
    """Return the held-out pairs whose passage is one sentence."""
    return [p for p in story_pairs(held_out(read_stories(), out=True), random.Random(0)) if p.origin == ORIGIN]


def row(name: str, verifier: Verifier, pairs: list[Pair]) -> str:
    """Return the row of one verifier; shares in per cent."""
    p = verifier.score_pairs([(pair.claim, pair.passage) for pair in pairs]).astype(np.float64)
    truth = np.array([COLUMNS.index(pair.label) for pair in pairs])
    recall = [100 * float(np.mean(p[truth == k].argmax(axis=1) == k)) for k in range(len(COLUMNS))]
    settling = truth != COLUMNS.index("neutral")
    supports, refutes = p[settling, COLUMNS.index("supports")], p[settling, COLUMNS.index("refutes")]
    side = 100 * float(np.mean((supports > refutes) == (truth[settling] == COLUMNS.index("supports"))))
    loss = float(-np.mean(np.log(np.maximum(p[np.arange(len(p)), truth], 1e-9))))
    shares = " | ".join(f"{share:.1f}" for share in (*recall, float(np.mean(recall)), side))
    return f"| {name} | {len(pairs)} | {shares} ({int(settling.sum())}) | {loss:.3f} |"


def main() -> None:
    """Parse the command line and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--weights", type=Path, nargs="+", default=[WEIGHTS], help="exported verifiers")
    given = parser.parse_args()
    pairs = single_sentences()
    print(HEADER)
    for weights in given.weights:
        print(row(weights.name, Verifier(weights), pairs), flush=True)


if __name__ == "__main__":
    main()
