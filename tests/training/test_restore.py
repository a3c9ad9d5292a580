"""An exported verifier becomes a checkpoint again, whose export has the same codes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
from onnx import numpy_helper

from training.bert import BertConfig, Tensors
from training.export import build_graph
from training.mpnet import BERT_NAMES, as_bert
from training.quantise import Options, quantise
from training.restore import WORDS, restore
from training.tiny import random_tensors

CONFIG = BertConfig(n_layers=2, n_heads=4, hidden=192, layer_norm_eps=1e-5, max_positions=64)


def mpnet_tensors() -> dict[str, np.ndarray]:
    """Small random tensors by the names of an MPNet checkpoint."""
    tensors: dict[str, np.ndarray] = {}
    for name, value in random_tensors(seed=5, config=CONFIG).items():
        if "token_type" in name:
            continue
        for ours, bert in BERT_NAMES.items():
            name = name.replace(bert, ours)  # noqa: PLW2901
        tensors[name] = value
    positions = "encoder.embeddings.position_embeddings.weight"
    tensors[positions] = np.pad(tensors[positions], ((2, 0), (0, 0)))
    draw = np.random.default_rng(1)
    tensors["encoder.encoder.relative_attention_bias.weight"] = draw.normal(size=(32, CONFIG.n_heads)).astype("f4")
    return tensors


def exported(tensors: Tensors, path: Path) -> Path:
    build_graph(as_bert(tensors, prefix="encoder.", max_positions=CONFIG.max_positions), CONFIG, path)
    quantise(path, path, Options("rows"))
    return path


def codes(path: Path) -> dict[str, np.ndarray]:
    stored = onnx.load(path).graph.initializer
    return {c.name: numpy_helper.to_array(c) for c in stored if c.name.endswith(".int8")}


def test_a_restored_checkpoint_has_every_tensor_and_exports_to_the_same_codes(tmp_path: Path) -> None:
    tensors = mpnet_tensors()
    first = exported(tensors, tmp_path / "first.onnx")
    back = restore(first)
    assert {*back, WORDS} == set(tensors)
    for name, value in back.items():
        assert value.shape == tensors[name].shape, name
        if name != "encoder.encoder.relative_attention_bias.weight":  # 64 positions do not reach the far buckets
            assert np.abs(value - tensors[name]).max() <= np.abs(tensors[name]).max() / 127, name
    near = [b for b in range(32) if back["encoder.encoder.relative_attention_bias.weight"][b].any()]
    bias = tensors["encoder.encoder.relative_attention_bias.weight"]
    assert len(near) > 24
    np.testing.assert_array_equal(back["encoder.encoder.relative_attention_bias.weight"][near], bias[near])
    again = codes(exported({**back, WORDS: tensors[WORDS]}, tmp_path / "again.onnx"))
    wanted = codes(first)
    assert again.keys() == wanted.keys()
    assert all(np.array_equal(again[name], wanted[name]) for name in wanted)
