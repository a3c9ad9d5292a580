"""MPNet's tensors under BERT's names, so that one graph writer serves both (`training.bert`).

MPNet has no token types, its positions start at 2, and a bias shared by all layers is added to each attention score by
the distance of the two tokens, in 32 buckets: half for each direction, the near ones exact, the far ones logarithmic.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from training.bert import DISTANCE_BIAS, Tensors

BERT_NAMES = {
    ".attention.attn.q.": ".attention.self.query.",
    ".attention.attn.k.": ".attention.self.key.",
    ".attention.attn.v.": ".attention.self.value.",
    ".attention.attn.o.": ".attention.output.dense.",
    ".attention.LayerNorm.": ".attention.output.LayerNorm.",
}
_FIRST_POSITION = 2  # 1 is that of padding
_MAX_DISTANCE = 128


def as_bert(tensors: Tensors, *, prefix: str, max_positions: int) -> dict[str, npt.NDArray[np.float32]]:
    """Return the tensors by BERT's names; `prefix` stands before the encoder's own names."""
    renamed = {_renamed(name): value for name, value in tensors.items()}
    positions = f"{prefix}embeddings.position_embeddings.weight"
    renamed[positions] = renamed[positions][_FIRST_POSITION:]
    buckets = renamed.pop(f"{prefix}encoder.relative_attention_bias.weight")
    distances = range(1 - max_positions, max_positions)
    renamed[f"{prefix}{DISTANCE_BIAS}"] = buckets[[bucket(d, n_buckets=len(buckets)) for d in distances]]
    return renamed


def bucket(distance: int, *, n_buckets: int = 32) -> int:
    """Return the bucket of a key that stands `distance` tokens after its query (negative: before it)."""
    half, n = n_buckets // 2, abs(distance)
    first = half if distance > 0 else 0
    exact = half // 2
    if n < exact:
        return first + n
    far = exact + int(math.log(n / exact) / math.log(_MAX_DISTANCE / exact) * (half - exact))
    return first + min(far, half - 1)


def _renamed(name: str) -> str:
    for old, new in BERT_NAMES.items():
        name = name.replace(old, new)
    return name
