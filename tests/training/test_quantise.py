"""8-bit weights: near the float32 result, and a row that does not know its batch."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import onnxruntime as ort
import pytest

from training.bert import Graph, Output
from training.quantise import Options, _to_int8, quantise

METHODS = [
    Options(),
    Options(block=96),
    Options(block=100),
    Options("nbits", 64, 0),
    Options("rows"),
]  # 100 does not divide 192


@pytest.fixture(scope="module")
def float32(tmp_path_factory: pytest.TempPathFactory) -> Path:
    rng, graph = np.random.default_rng(0), Graph()
    table = graph.constant("table", rng.normal(size=(200, 192)).astype(np.float32))
    weight = graph.constant("weight", rng.normal(size=(192, 96)).astype(np.float32))
    small = graph.constant("small", rng.normal(size=(96, 3)).astype(np.float32))
    hidden = graph.add("MatMul", [graph.add("Gather", [table, "input_ids"]), weight])
    path = tmp_path_factory.mktemp("onnx") / "float32.onnx"
    graph.save(
        path, inputs=["input_ids"], outputs={"output": Output(graph.add("MatMul", [hidden, small]), ["b", "s", 3])}
    )
    return path


def run(path: Path, ids: np.ndarray) -> np.ndarray:
    session = ort.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    output: np.ndarray = session.run(None, {"input_ids": ids})[0]
    return output


@pytest.mark.parametrize("options", METHODS)
def test_near_float32_smaller_and_batch_invariant(float32: Path, tmp_path: Path, options: Options) -> None:
    quantise(float32, tmp_path / "out.onnx", options)
    ids = np.arange(60).reshape(6, 10)
    wanted, found = run(float32, ids), run(tmp_path / "out.onnx", ids)
    assert np.corrcoef(wanted.ravel(), found.ravel())[0, 1] > 0.999
    assert not np.array_equal(wanted, found)
    alone = np.concatenate([run(tmp_path / "out.onnx", row[None]) for row in ids])
    assert np.abs(alone - found).max() < 1e-3 * np.abs(found).max()
    assert (tmp_path / "out.onnx").stat().st_size < 0.4 * float32.stat().st_size
    kinds = {c.name: c.data_type for c in onnx.load(tmp_path / "out.onnx").graph.initializer}
    assert "small" in kinds  # too small to be worth it
    assert "weight" not in kinds
    assert "table" not in kinds


def test_codes_times_scales_are_within_half_a_step() -> None:
    weight = np.array([[1.0, -2.0], [0.0, 0.0], [0.5, 127.0]], np.float32)
    codes, scales = _to_int8(weight, axis=1)
    # Row 0: scale 2/127, codes 63.5 (to even: 64) and -127. Row 1: all zero. Row 2: scale 1, codes 0.5 (0), 127.
    assert codes.tolist() == [[64, -127], [0, 0], [0, 127]]
    assert (np.abs(codes * scales - weight) <= scales / 2 + 1e-7).all()


def test_transposed_gemm_is_scaled_along_its_inputs(tmp_path: Path) -> None:
    rng, graph = np.random.default_rng(0), Graph()
    table = graph.constant("table", rng.normal(size=(50, 192)).astype(np.float32))
    weight = graph.constant("weight", (rng.normal(size=(96, 192)) * np.logspace(-3, 0, 96)[:, None]).astype(np.float32))
    axis = graph.constant("axis", np.array([1]))
    pooled = graph.add("ReduceMean", [graph.add("Gather", [table, "input_ids"]), axis], keepdims=0)
    product = graph.add("Gemm", [pooled, weight], transB=1)
    graph.save(tmp_path / "in.onnx", inputs=["input_ids"], outputs={"output": Output(product, ["b", 96])})
    quantise(tmp_path / "in.onnx", tmp_path / "out.onnx")
    ids = np.arange(40).reshape(4, 10)
    wanted, found = run(tmp_path / "in.onnx", ids), run(tmp_path / "out.onnx", ids)
    # Outputs differ in size a thousandfold: a scale shared by all of them would lose the small ones.
    assert (np.abs(found - wanted).max(axis=0) / np.abs(wanted).max(axis=0)).max() < 0.05
