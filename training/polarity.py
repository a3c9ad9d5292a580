"""What the affirmative twin of a negated claim is worth (`pipeline/polarity.py`), on the development gold labels.

    python -m training.polarity --gold eval/gold/treaty.yaml eval/gold/claims.yaml --home DIR

`--home` holds the gold file's corpus, ingested. Claims that can be negated by rule are, and the gold sentences of each
are judged three ways: the claim, its negation, and the negation by way of its twin. Prints how often the side is right.
"""

from __future__ import annotations

import argparse
import random
from pathlib import Path

import numpy as np

from eval.gold import read_gold
from factcheck.records import Question
from factcheck.settings import load_settings
from pipeline.answerer import open_answerer
from pipeline.boolean import N_SCORED
from pipeline.dated import with_years
from pipeline.extract import anchor_of
from pipeline.polarity import affirm
from pipeline.questions import parse_question
from pipeline.verifier import WEIGHTS, Verifier
from training.augment import negate_claim
from training.pairs import Pair
from training.pooling import label

WAYS = ("the claim", "its negation", "its negation, by the twin")


def main() -> None:
    """Parse the command line, judge the gold sentences, print the shares."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--gold", type=Path, nargs="+", required=True)
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--weights", type=Path, default=WEIGHTS, help="the verifier's, default those that ship")
    args = parser.parse_args()
    verifier, rng = Verifier(args.weights), random.Random(1)
    samples = [s for path in args.gold for s in read_gold(path).samples if s.claim or s.type == "boolean"]
    right: list[tuple[bool, ...]] = []
    with open_answerer(load_settings({"home": args.home, "model": "none"})) as answerer:
        for sample in (s for s in samples if "dev" in s.tags):
            as_of = str(sample.as_of) if sample.as_of else None
            found = answerer.gather(
                parse_question(Question(sample.text, claim=sample.claim, type="boolean", as_of=as_of))
            )
            claim = found.claim or sample.text
            negated = None if affirm(claim) else negate_claim(Pair(claim, "", "supports", ""), rng)
            twin = affirm(negated.claim) if negated else None
            gold = [
                (s, label(sample, s)) for s in (found.relevance.sentences[i] for i in found.relevance.best(N_SCORED))
            ]
            told = [(with_years(s.text, anchor_of(s.source)), side) for s, side in gold if side is not None]
            if negated is None or twin is None or not told:
                continue
            rows = [verifier.score_support(c, [text for text, _ in told]) for c in (claim, negated.claim, twin)]
            for i, (_, supports) in enumerate(told):
                yes = [bool(scores[i, 0] > scores[i, 1]) for scores in rows]
                right.append((yes[0] == supports, yes[1] != supports, yes[2] == supports))
    for way, share in zip(WAYS, np.mean(right, axis=0), strict=True):
        print(f"{way}: right side {100 * share:.1f} % (n {len(right)})")


if __name__ == "__main__":
    main()
