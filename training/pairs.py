"""A training example."""

from dataclasses import dataclass
from typing import Literal

# `unsupported`: refutes or neutral, not said which; `unknown`: for a teacher to tell; `read`: a question to answer.
Label = Literal["supports", "refutes", "neutral", "unsupported", "unknown", "read"]


@dataclass(frozen=True, slots=True)
class Pair:
    """One training example. `origin` is the data set, with `+rule` for each augmentation applied.

    `answer`: of a `read` pair, whose claim is a question: where its answer stands in the passage, a half-open span in
    code points; None where the passage does not answer.
    """

    claim: str
    passage: str
    label: Label
    origin: str
    answer: tuple[int, int] | None = None
