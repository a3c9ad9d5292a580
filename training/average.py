"""Weights between two runs: `python -m training.average --out RUN RUN:SHARE RUN:SHARE…`

A run that went on from another one on data of one kind gains there and forgets a little elsewhere; on the straight line
between both most of the gain is kept and most of the loss is not (Wortsman et al. 2022, "Robust fine-tuning of
zero-shot models"). Shares sum to 1. Writes `checkpoint.pt`, and the settings of the last run named.
"""

from __future__ import annotations

import argparse
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Weights = Mapping[str, NDArray[np.float32]]


def average(runs: Sequence[Weights], shares: Sequence[float]) -> dict[str, NDArray[np.float32]]:
    """Return the weighted mean of every tensor.

    Raises:
        ValueError: the shares do not sum to 1, or the runs differ in their tensors' names or shapes.
    """
    if len(runs) != len(shares) or abs(sum(shares) - 1) > 1e-9:
        raise ValueError(f"one share for each run, 1 in sum, and not {list(shares)}")
    shapes = [{name: value.shape for name, value in run.items()} for run in runs]
    if any(shape != shapes[0] for shape in shapes):
        raise ValueError("the runs have not the same tensors; average those that began with the same weights")
    return {
        name: np.sum([share * run[name] for run, share in zip(runs, shares, strict=True)], axis=0, dtype=np.float32)
        for name in runs[0]
    }


def _load(run: Path) -> Weights:
    import torch  # noqa: PLC0415

    state: dict[str, Any] = torch.load(run / "checkpoint.pt", map_location="cpu", weights_only=True)
    return {name: value.float().numpy() for name, value in state.items()}


def main() -> None:
    """Parse the command line and write the checkpoint."""
    import torch  # noqa: PLC0415

    parser = argparse.ArgumentParser(description="Average the weights of training runs.")
    parser.add_argument("runs", nargs="+", metavar="RUN:SHARE", help="a run's folder and its share, 0 to 1")
    parser.add_argument("--out", type=Path, required=True)
    given = parser.parse_args()
    folders = [Path(run.rpartition(":")[0]) for run in given.runs]
    shares = [float(run.rpartition(":")[2]) for run in given.runs]
    try:
        mean = average([_load(folder) for folder in folders], shares)
    except ValueError as e:
        parser.error(str(e))
    given.out.mkdir(parents=True, exist_ok=True)
    torch.save({name: torch.from_numpy(value) for name, value in mean.items()}, given.out / "checkpoint.pt")
    shutil.copy(folders[-1] / "settings.json", given.out / "settings.json")


if __name__ == "__main__":
    main()
