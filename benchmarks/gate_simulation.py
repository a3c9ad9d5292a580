"""Does the gate know its noise? `python -m benchmarks.gate_simulation`: simulated pairs of runs through the real gate.

Each pair is two runs over the same samples. Of the samples a share (`--churn`) changes for no reason, half of it each
way, as answers do between runs of one system; then the drop under test turns right answers wrong. With families the
samples of one family change together. Prints how often the gate failed: without a drop that is its false-alarm rate,
with one its power.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence

import numpy as np

from eval.gate import judge_gate
from eval.gold import Sample
from eval.score import Score, ScoredSample

BASE = 0.75  # share of right answers in the baseline


def main(argv: Sequence[str] | None = None) -> int:
    """Print the table; return 1 where a bar is missed: false alarms <= 5 %, power against 15 points >= 90 %."""
    args = _parser().parse_args(argv)
    began = time.monotonic()
    print(f"{args.pairs} pairs of runs, {args.samples} samples, churn {args.churn:.0%}, base accuracy {BASE:.0%}\n")
    print("| samples | families of | repeats | true drop | gate fails | 95 % interval | bar |")
    print("|---|---|---|---|---|---|---|")
    missed = False
    for size, repeats, drop, bar in (
        (1, 1, 0.0, "<= 5 %"), (1, 1, 0.15, ">= 90 %"), (1, 1, 0.10, ""), (1, 1, 0.05, ""),
        (2, 1, 0.0, "<= 5 %"), (2, 1, 0.15, ""), (1, 3, 0.0, "<= 5 %"), (1, 3, 0.15, ">= 90 %"), (1, 3, 0.10, ""),
    ):  # fmt: skip
        n = failures(
            args.pairs, n=args.samples, size=size, repeats=repeats, churn=args.churn, drop=drop, seed=args.seed
        )
        share = n / args.pairs
        half = 1.96 * (share * (1 - share) / args.pairs) ** 0.5
        missed |= (bar == "<= 5 %" and share > 0.05) or (bar == ">= 90 %" and share < 0.90)
        interval = f"{max(0, share - half):.1%} - {min(1, share + half):.1%}"
        print(f"| {args.samples} | {size} | {repeats} | {drop:.0%} | {share:.1%} | {interval} | {bar} |", flush=True)
    print(f"\n{time.monotonic() - began:.0f} s", file=sys.stderr)
    return int(missed)


def failures(pairs: int, *, n: int, size: int, repeats: int, churn: float, drop: float, seed: int) -> int:
    """Return how many of `pairs` simulated pairs the gate fails. `size` samples a family, which change together."""
    random = np.random.default_rng(seed)
    samples = [
        Sample.model_validate(
            {"id": str(i), "family": str(i // size), "question": "?", "type": "boolean", "answer": "yes"}
        )
        for i in range(n)
    ]
    n_failed = 0
    for _ in range(pairs):
        skill = np.repeat(random.random(-(-n // size)) < BASE, size)[:n]
        lost = np.repeat(random.random(-(-n // size)) < drop / BASE, size)[:n]
        baseline = _answers(random, samples, skill, size=size, repeats=repeats, churn=churn)
        run = _answers(random, samples, skill & ~lost, size=size, repeats=repeats, churn=churn)
        n_failed += not judge_gate(baseline, run).passed
    return n_failed


def _answers(
    random: np.random.Generator, samples: Sequence[Sample], skill: np.ndarray, *, size: int, repeats: int, churn: float
) -> list[ScoredSample]:
    """Right or wrong by `skill`, with noise of its own in each repeat such that two runs differ in `churn` of samples.

    A run flips a share f of the right and of the wrong, chosen so that as many rise as fall: with f_r base = f_w (1 -
    base) the expected accuracy stays.
    """
    base = float(np.clip(skill.mean(), 0.05, 0.95))
    share = churn / 4  # of all samples, each way, in each of the two runs: they differ in about 4 x this
    found = []
    for _ in range(repeats):
        groups = -(-len(samples) // size)
        draw = np.repeat(random.random(groups), size)[: len(samples)]
        flip = np.where(skill, draw < share / base, draw < share / (1 - base))
        found += [
            ScoredSample(s, {}, {"right": Score(float(ok), "")}) for s, ok in zip(samples, skill ^ flip, strict=True)
        ]
    return found


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.gate_simulation", description=__doc__)
    parser.add_argument("--pairs", type=int, default=1000)
    parser.add_argument("--samples", type=int, default=120)
    parser.add_argument("--churn", type=float, default=0.10, help="share of samples that change for no reason (0.10)")
    parser.add_argument("--seed", type=int, default=0)
    return parser


if __name__ == "__main__":
    sys.exit(main())
