"""Fit `pipeline/lexicon/subject.tsv`: where the subject of a question ends. `python -m training.subjects`

The questions and statements of our own stories (`training.stories`), and those of `training/questions.tsv`, written for
what is hard: where a statement has the words of its question, its order tells where the subject ended. Prints the share
right on stories and lines left out (five parts), and of `training/questions_held_out.tsv`, lines by a third writer
that nothing is fitted on, the share whose whole claim is right.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.sparse import csr_matrix

import pipeline.lexicon
from pipeline.claims import auxiliary_question, claim_from_question, declare
from pipeline.subject import features
from training.stories import read_stories
from training.windows import words

QUESTIONS = Path(__file__).parent / "questions.tsv"
HELD_OUT = Path(__file__).parent / "questions_held_out.tsv"
OUT = Path(pipeline.lexicon.__file__).with_name("subject.tsv")
LEAST_SEEN = 5  # places that a feature must hold at
PENALTY = 1.0  # of the squared weights
LEAST_WEIGHT = 0.05  # what weighs less is not kept
PARTS = 5


@dataclass(frozen=True, slots=True)
class Example:
    """A question after its auxiliary, and the ends of its subject that give the statement's order of words.

    `group`: of the questions of one story, or of a line of its own.
    """

    group: int
    auxiliary: str
    tokens: tuple[str, ...]
    ends: frozenset[int]


@dataclass(frozen=True, slots=True)
class Places:
    """All places of some examples: features (places, features), of each place its example, and whether it is right."""

    x: csr_matrix
    starts: NDArray[np.int64]
    of: NDArray[np.int64]
    right: NDArray[np.float64]


def examples() -> Iterator[Example]:
    """Yield the questions whose statement is their own words in another order; inflections may differ.

    Of places that give the same order, those whose inflections are the statement's own are right.
    """
    for group, (asked, statement) in _told():
        question = auxiliary_question(asked)
        if question is None:
            continue
        auxiliary, tokens = question
        ends = {i for i in range(1, len(tokens)) if tokens[i - 1].lower() != "not"}
        ends = {i for i in ends if _stems(declare(auxiliary, tokens, i)) == _stems(statement)}
        if ends:
            differ = {i: _differing(declare(auxiliary, tokens, i), statement) for i in ends}
            closest = {i for i in ends if differ[i] == min(differ.values())}
            yield Example(group, auxiliary, tuple(tokens), frozenset(closest))


def _told() -> Iterator[tuple[int, tuple[str, str]]]:
    stories = read_stories()
    for number, story in enumerate(stories):
        for claim in story.claims:
            yield number, (claim.question, claim.text)
    yield from enumerate(read_lines(QUESTIONS), len(stories))


def read_lines(path: Path) -> list[tuple[str, str]]:
    """Return the questions of a file with their statements."""
    lines = (line.split("\t") for line in path.read_text("utf-8").splitlines())
    return [(asked, statement) for asked, statement in lines]


def same_claim(asked: str, statement: str) -> bool:
    """Whether the program's claim is the statement, but for capitals and the full stop."""
    return (claim_from_question(asked) or "").lower().rstrip(".") == statement.lower().rstrip(". ")


def _differing(one: str, other: str) -> int:
    """Return how many words differ; after "did" the inflected one alone tells where the subject ended."""
    pairs = zip(*([word for word in words(text) if word != "not"] for text in (one, other)), strict=True)
    return sum(a != b for a, b in pairs)


def _stems(text: str) -> list[str]:
    return [word[:4] for word in words(text) if word != "not"]


def places(rows: Sequence[Example], columns: dict[str, int]) -> Places:
    """Return every place where the subject of one of `rows` could end."""
    at, column, starts, of, right = [], [], [], [], []
    for number, row in enumerate(rows):
        starts.append(len(of))
        for end in range(1, len(row.tokens)):
            found = [columns[name] for name in features(row.auxiliary, row.tokens, end) if name in columns]
            at += [len(of)] * len(found)
            column += found
            of.append(number)
            right.append(float(end in row.ends))
    x = csr_matrix((np.ones(len(at)), (at, column)), shape=(len(of), len(columns)))
    return Places(x, np.array(starts), np.array(of), np.array(right))


def fit(given: Places) -> NDArray[np.float64]:
    """Return the weights (features,) of the conditional logistic regression."""

    def cost(weights: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        scores = given.x @ weights
        powers = np.exp(scores - np.maximum.reduceat(scores, given.starts)[given.of])
        p = powers / np.add.reduceat(powers, given.starts)[given.of]
        told = np.maximum(np.add.reduceat(p * given.right, given.starts), 1e-12)
        slope = given.x.T @ (p - p * given.right / told[given.of])
        return float(-np.log(told).sum() + PENALTY * (weights @ weights) / 2), slope + PENALTY * weights

    found: NDArray[np.float64] = minimize(
        cost, np.zeros(given.x.shape[1]), jac=True, method="L-BFGS-B", options={"maxiter": 150}
    ).x
    return found


def share_right(given: Places, weights: NDArray[np.float64]) -> float:
    """Return the share of examples whose best place is right."""
    scores = given.x @ weights
    ends = [*given.starts[1:], len(scores)]
    best = [start + int(scores[start:end].argmax()) for start, end in zip(given.starts, ends, strict=True)]
    return float(given.right[best].mean())


def main() -> None:
    rows = list(examples())
    seen = Counter(
        name for row in rows for end in range(1, len(row.tokens)) for name in features(row.auxiliary, row.tokens, end)
    )
    columns = {name: i for i, name in enumerate(sorted(name for name, n in seen.items() if n >= LEAST_SEEN))}
    shares = []
    for part in range(PARTS):
        told = [row for row in rows if row.group % PARTS != part]
        left = [row for row in rows if row.group % PARTS == part]
        shares.append((share_right(places(left, columns), fit(places(told, columns))), len(left)))
    right = sum(share * n for share, n in shares) / len(rows)
    n_stories = len(read_stories())
    hard = [row for row in rows if row.group >= n_stories]
    print(f"{len(rows)} questions, {len(hard)} of them lines; {len(columns)} features")
    print(f"right when left out {100 * right:.1f} %")
    weights = fit(places(rows, columns))
    kept = [f"{name}\t{weights[i]:.2f}" for name, i in columns.items() if abs(weights[i]) >= LEAST_WEIGHT]
    OUT.write_text("\n".join(["feature\tweight", *kept]) + "\n", "utf-8")
    print(f"{OUT.name}: {len(kept)} weights")
    told = [same_claim(*pair) for pair in read_lines(HELD_OUT)]
    print(f"{HELD_OUT.name}: {sum(told)} of {len(told)} claims right")


if __name__ == "__main__":
    main()
