"""MPNet's tensors under BERT's names, and its buckets of distance."""

import numpy as np

from training import mpnet
from training.bert import DISTANCE_BIAS


def test_buckets_are_those_of_the_base() -> None:
    # Read from transformers' MPNetEncoder.relative_position_bucket: near ones exact, far ones logarithmic up to 128.
    wanted = {
        0: 0,
        -1: 1,
        1: 17,
        -7: 7,
        7: 23,
        -8: 8,
        8: 24,
        -11: 8,
        -12: 9,
        16: 26,
        -31: 11,
        32: 28,
        -64: 14,
        127: 31,
        511: 31,
        -511: 15,
    }
    assert {d: mpnet.bucket(d) for d in wanted} == wanted


def test_names_positions_and_the_bias_by_distance() -> None:
    buckets = np.arange(64, dtype=np.float32).reshape(32, 2)  # bucket b: (2 b, 2 b + 1)
    tensors = {
        "encoder.embeddings.position_embeddings.weight": np.arange(12, dtype=np.float32).reshape(6, 2),
        "encoder.encoder.relative_attention_bias.weight": buckets,
        "encoder.encoder.layer.0.attention.attn.q.weight": np.ones((2, 2), np.float32),
        "encoder.encoder.layer.0.attention.attn.o.bias": np.ones(2, np.float32),
        "encoder.encoder.layer.0.attention.LayerNorm.weight": np.ones(2, np.float32),
    }
    made = mpnet.as_bert(tensors, prefix="encoder.", max_positions=4)
    assert made["encoder.embeddings.position_embeddings.weight"].tolist() == [[4, 5], [6, 7], [8, 9], [10, 11]]
    # distances -3..3 are the buckets 3, 2, 1, 0, 17, 18, 19
    assert made[f"encoder.{DISTANCE_BIAS}"][:, 0].tolist() == [6, 4, 2, 0, 34, 36, 38]
    assert {n for n in made if "layer.0" in n} == {
        "encoder.encoder.layer.0.attention.self.query.weight",
        "encoder.encoder.layer.0.attention.output.dense.bias",
        "encoder.encoder.layer.0.attention.output.LayerNorm.weight",
    }
