"""A training example."""

from dataclasses import dataclass
from typing import Literal

Label = Literal["supports", "refutes", "neutral", "unsupported"]  # the last: refutes or neutral, not said which


@dataclass(frozen=True, slots=True)
class Pair:
    """One training example. `origin` is the data set, with `+rule` for each augmentation applied."""

    claim: str
    passage: str
    label: Label
    origin: str
