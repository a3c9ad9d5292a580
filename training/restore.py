"""The weights that ship become a checkpoint again, to go on training from: `python -m training.restore --help`.

8-bit matrices come back as the numbers that the run time multiplies by; the export of an unchanged checkpoint has the
same codes. Word embeddings are never trained and come from the base.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import numpy_helper

from training.mpnet import BERT_NAMES, bucket

_PADDING_ROWS = 2
WORDS = "encoder.embeddings.word_embeddings.weight"

Array = NDArray[np.float32]


def restore(model: Path) -> dict[str, Array]:
    """Return the tensors of an MPNet verifier exported by `rows`, named as in `training.net`, word embeddings left out.

    The two position rows that no token has are 0.
    """
    stored = {c.name: numpy_helper.to_array(c) for c in onnx.load(model).graph.initializer}
    tensors: dict[str, Array] = {}
    for name, value in stored.items():
        if name.endswith(".int8") and not name.startswith(WORDS):
            plain = name.removesuffix(".int8")
            tensors[_torch_name(plain)] = (value.astype(np.float32) * stored[f"{plain}.scale"]).T
        elif name.endswith("attention.self.bias"):
            for part, bias in zip(("query", "key", "value"), np.split(value, 3), strict=True):
                tensors[_torch_name(name.replace("self.bias", f"self.{part}.bias"))] = bias
        elif name.startswith(("encoder.encoder.", "encoder.embeddings.LayerNorm.", "head.", "reader.")) and (
            name.endswith((".weight", ".bias"))
        ):
            tensors[_torch_name(name)] = value.T if name.endswith(".weight") and value.ndim == 2 else value
    positions = stored["encoder.embeddings.position_embeddings.weight"]
    tensors["encoder.embeddings.position_embeddings.weight"] = np.pad(positions, ((_PADDING_ROWS, 0), (0, 0)))
    tensors["encoder.encoder.relative_attention_bias.weight"] = _buckets(stored["distance.table"])
    return tensors


def _buckets(table: Array, n_buckets: int = 32) -> Array:
    """Return `(n_buckets, heads)` from the table by distance, `(2 n - 1, heads)`; 0 for a bucket that it lacks."""
    middle = len(table) // 2
    rows = np.zeros((n_buckets, table.shape[1]), np.float32)
    for distance in range(-middle, middle + 1):
        rows[bucket(distance, n_buckets=n_buckets)] = table[middle + distance]
    return rows


def _torch_name(name: str) -> str:
    for ours, bert in BERT_NAMES.items():
        name = name.replace(bert, ours)
    return name


def save(tensors: Mapping[str, Array], base: Path, out: Path) -> None:
    """Write the tensors with the base's word embeddings as a checkpoint."""
    import torch  # noqa: PLC0415
    from safetensors.numpy import load_file  # noqa: PLC0415

    words = load_file(base / "model.safetensors")["embeddings.word_embeddings.weight"]
    every = {**tensors, WORDS: words}
    torch.save({name: torch.from_numpy(np.ascontiguousarray(value)) for name, value in every.items()}, out)


def main() -> None:
    """Parse the command line and write the checkpoint."""
    parser = argparse.ArgumentParser(description="Write a checkpoint.pt from an exported verifier.")
    parser.add_argument("--model", type=Path, required=True, help="model.onnx, made by training.export --method rows")
    parser.add_argument("--base", type=Path, required=True, help="folder of the pinned base weights")
    parser.add_argument("--out", type=Path, required=True)
    given = parser.parse_args()
    save(restore(given.model), given.base, given.out)


if __name__ == "__main__":
    main()
