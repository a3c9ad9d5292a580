"""8-bit weights and 8-bit activations, and still a row of the network's output does not know its batch."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnxruntime as ort
import pytest

from training.bert import BertConfig
from training.export import build_graph
from training.quantise import Options, quantise
from training.tiny import WORDS, random_tensors

CONFIG = BertConfig(n_layers=2, n_heads=4, hidden=192, layer_norm_eps=1e-5, max_positions=64)
METHODS = [Options("rows")] + [Options("nbits", block, level) for block in (32, 64, 128) for level in (0, 4)]


def small_tensors() -> dict[str, np.ndarray]:
    """Weights as small as trained ones, else softmax saturates."""
    return {
        name: value * np.float32(0.15 if value.ndim == 2 and "embeddings" not in name else 1.0)
        for name, value in random_tensors(seed=3, config=CONFIG).items()
    }


@pytest.fixture(scope="module")
def float32(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An encoder and head of the verifier's kind."""
    path = tmp_path_factory.mktemp("onnx") / "float32.onnx"
    build_graph(small_tensors(), CONFIG, path)
    return path


def rows(lengths: list[int]) -> list[dict[str, np.ndarray]]:
    """One input for each length, unpadded: the last third of its tokens is the claim."""
    rng = np.random.default_rng(0)
    made = []
    for n in lengths:
        types = np.zeros((1, n), np.int64)
        types[:, -(n // 3) :] = 1
        ids = rng.integers(4, len(WORDS), (1, n))
        wanted = types.copy()
        wanted[:, 0] = 1
        made.append({"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": types, "wanted": wanted})
    return made


def together(inputs: list[dict[str, np.ndarray]]) -> dict[str, np.ndarray]:
    longest = max(row["input_ids"].shape[1] for row in inputs)
    return {
        name: np.concatenate([np.pad(row[name], ((0, 0), (0, longest - row[name].shape[1]))) for row in inputs])
        for name in inputs[0]
    }


def probabilities(session: ort.InferenceSession, inputs: dict[str, np.ndarray]) -> np.ndarray:
    logits: np.ndarray = session.run(None, inputs)[0]
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    shares: np.ndarray = powers / powers.sum(axis=1, keepdims=True)
    return shares


def session(path: Path) -> ort.InferenceSession:
    return ort.InferenceSession(str(path), providers=["CPUExecutionProvider"])


@pytest.mark.parametrize("options", METHODS, ids=str)
def test_alone_batched_and_permuted_are_the_same_to_1e5(float32: Path, tmp_path: Path, options: Options) -> None:
    quantise(float32, tmp_path / "out.onnx", options)
    network, inputs = session(tmp_path / "out.onnx"), rows([6, 9, 31, 64, 12, 33, 7, 64, 20])
    alone = np.concatenate([probabilities(network, row) for row in inputs])
    order = np.random.default_rng(1).permutation(len(inputs))
    np.testing.assert_allclose(probabilities(network, together(inputs)), alone, atol=1e-5)
    np.testing.assert_allclose(probabilities(network, together([inputs[i] for i in order])), alone[order], atol=1e-5)
    wanted = probabilities(session(float32), together(inputs))
    assert np.ptp(wanted, axis=0).max() > 0.05  # the rows differ, or nothing would be shown
    assert np.abs(alone - wanted).max() < 0.03
    assert not np.array_equal(alone, wanted)


def test_the_readers_scores_do_not_depend_on_what_else_is_wanted(float32: Path, tmp_path: Path) -> None:
    quantise(float32, tmp_path / "out.onnx", Options("rows"))
    network, inputs = session(tmp_path / "out.onnx"), rows([6, 9, 31, 64, 12, 33])
    everything = [row | {"wanted": row["attention_mask"]} for row in inputs]
    passage = [row | {"wanted": 1 - row["token_type_ids"]} for row in inputs]
    wide = network.run(["spans"], together(everything))[0]
    narrow = network.run(["spans"], together(passage))[0]
    for i, row in enumerate(passage):
        n = int(row["wanted"].sum())
        alone = network.run(["spans"], row)[0]
        assert alone.shape == (1, n, 2)
        np.testing.assert_allclose(narrow[i, :n], alone[0], atol=1e-4)
        np.testing.assert_allclose(wide[i, :n], alone[0], atol=1e-4)
        assert np.ptp(alone) > 0.01


@pytest.mark.parametrize("n_narrow", [1, 2])
def test_a_narrow_layer_changes_the_wanted_tokens_alone(tmp_path: Path, n_narrow: int) -> None:
    for name, n in (("narrow", n_narrow), ("wide", 0)):
        build_graph(small_tensors(), CONFIG, tmp_path / f"{name}.onnx", n_narrow=n)
    inputs = rows([6, 9, 31, 64, 12, 33])
    narrow, wide = session(tmp_path / "narrow.onnx"), session(tmp_path / "wide.onnx")
    found = probabilities(narrow, together(inputs))
    alone = np.concatenate([probabilities(narrow, row) for row in inputs])
    np.testing.assert_allclose(found, alone, atol=1e-5)
    difference = np.abs(found - probabilities(wide, together(inputs))).max()
    # The last layer's other states are read by nothing; those of the one before are.
    assert difference < 1e-5 if n_narrow == 1 else difference > 1e-4
