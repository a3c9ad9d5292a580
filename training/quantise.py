"""8-bit weights for a BERT-like ONNX model, such that a row's result does not depend on its batch.

- `MatMul` and `Gemm` weights: symmetric, by one of three methods.
- Embedding tables read by `Gather`: symmetric, one scale for each row, multiplied after the gather,
  so that the float table never exists in memory.
- All else (biases, layer norms, small tables) stays float32.

`rows`: activations are made 8-bit too, each token's with a scale of its own, and multiplied as integers: the fastest by
far, and the sums are exact, so no order of adding changes them. (onnxruntime's dynamic int8 scales by the whole batch's
largest activation instead, and a score moves with its neighbours.) One scale for each output of a weight.
`nbits`: onnxruntime's block-wise operator, one scale for each output and block of inputs; activations float32, or int8
by row and block at `accuracy_level` 4.
`folded`: `Cast(weight) * scale`, which onnxruntime folds when it loads the model: inference is that of float32, and
only the file is small.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import numpy.typing as npt
import onnx
from onnx import TensorProto, helper, numpy_helper

Method = Literal["folded", "nbits", "rows"]
SMALLEST = 16_384  # weights of fewer elements stay as they are
_MIDDLE = 128  # the code of 0 where activations may be negative as well as positive
_GELUS, _GELU_ZERO = frozenset({"Gelu", "BiasGelu", "FastGelu"}), 24  # never below -0.17: few codes do for the negative
_GELU_LEAST = 0.17


@dataclass(frozen=True, slots=True)
class Options:
    """`block`: inputs that share a scale, not with `rows`. `accuracy_level` matters to `nbits` only: 4 = int8."""

    method: Method = "folded"
    block: int = 64
    accuracy_level: int = 0


def quantise(model_in: Path, model_out: Path, options: Options | None = None) -> None:
    """Write `model_in` with 8-bit weights to `model_out`; inputs, outputs and their names stay the same."""
    options = options or Options()
    model = onnx.load(model_in)
    graph = model.graph
    constants = {c.name: c for c in graph.initializer}
    nodes: list[onnx.NodeProto] = []
    added: dict[str, onnx.TensorProto] = {}
    zeros = {output: _GELU_ZERO for node in graph.node if node.op_type in _GELUS for output in node.output}
    coded: set[str] = set()
    for node in graph.node:
        weight = _weight_of(node, constants)
        if weight is None:
            nodes.append(node)
        elif node.op_type == "Gather":
            nodes.extend(_gather(node, numpy_helper.to_array(weight), added))
        elif node.op_type == "MatMul" and options.method == "nbits":
            nodes.append(_nbits(node, numpy_helper.to_array(weight), added, options))
        elif node.op_type == "MatMul" and options.method == "rows":
            value = node.input[0]
            if value not in coded:
                coded.add(value)
                nodes.extend(_codes(value, weight.dims[0], added, zero=zeros.get(value, _MIDDLE)))
            nodes.extend(_rows(node, numpy_helper.to_array(weight), added, zero=zeros.get(value, _MIDDLE)))
        else:
            nodes.extend(_folded(node, numpy_helper.to_array(weight), added, options.block))
    used = {name for node in nodes for name in node.input} | {output.name for output in graph.output}
    kept = [c for name, c in constants.items() if name in used]
    del graph.node[:], graph.initializer[:]
    graph.node.extend(nodes)
    graph.initializer.extend([*kept, *added.values()])
    if options.method != "folded" and all(o.domain != "com.microsoft" for o in model.opset_import):
        model.opset_import.append(helper.make_opsetid("com.microsoft", 1))
    model_out.parent.mkdir(parents=True, exist_ok=True)
    onnx.save(model, model_out)


def _weight_of(node: onnx.NodeProto, constants: dict[str, onnx.TensorProto]) -> onnx.TensorProto | None:
    """The constant of `node` that is worth quantising, or None."""
    place = {"Gather": 0, "MatMul": 1, "Gemm": 1}.get(node.op_type)
    if place is None or len(node.input) <= place or node.domain:
        return None
    weight = constants.get(node.input[place])
    if weight is None or weight.data_type != TensorProto.FLOAT or len(weight.dims) != 2:
        return None
    return weight if weight.dims[0] * weight.dims[1] >= SMALLEST else None


def _to_int8(weight: npt.NDArray[np.float32], axis: int) -> tuple[npt.NDArray[np.int8], npt.NDArray[np.float32]]:
    """Symmetric int8 with one float32 scale along `axis` (kept as size 1); `codes * scales` is near `weight`."""
    scales = np.abs(weight).max(axis=axis, keepdims=True) / 127.0
    scales[scales == 0.0] = 1.0
    return np.rint(weight / scales).astype(np.int8), scales.astype(np.float32)


def _put(added: dict[str, onnx.TensorProto], name: str, value: npt.NDArray[np.generic]) -> str:
    added.setdefault(name, numpy_helper.from_array(np.ascontiguousarray(value), name))
    return name


def _gather(
    node: onnx.NodeProto, table: npt.NDArray[np.float32], added: dict[str, onnx.TensorProto]
) -> Iterator[onnx.NodeProto]:
    codes, scales = _to_int8(table, axis=1)
    name, ids, out = node.input[0], node.input[1], node.output[0]
    yield helper.make_node("Gather", [_put(added, f"{name}.int8", codes), ids], [f"{out}.int8"])
    yield helper.make_node("Gather", [_put(added, f"{name}.scale", scales), ids], [f"{out}.scale"])
    yield helper.make_node("Cast", [f"{out}.int8"], [f"{out}.codes"], to=TensorProto.FLOAT)
    yield helper.make_node("Mul", [f"{out}.codes", f"{out}.scale"], [out], name=node.name)


def _folded(
    node: onnx.NodeProto, weight: npt.NDArray[np.float32], added: dict[str, onnx.TensorProto], block: int
) -> Iterator[onnx.NodeProto]:
    """`Cast(codes) * scales` before the product, block by block along the inputs; all of it constant."""
    transposed = node.op_type == "Gemm" and any(a.name == "transB" and a.i for a in node.attribute)
    n_in, n_out = weight.T.shape if transposed else weight.shape
    size = block if n_in % block == 0 else n_in
    shape = [n_out, n_in // size, size] if transposed else [n_in // size, size, n_out]
    codes, scales = _to_int8(weight.reshape(shape), axis=2 if transposed else 1)
    name, out = node.input[1], f"{node.output[0]}.weight"
    shape_name = _put(added, f"{name}.shape", np.array(weight.shape, np.int64))
    yield helper.make_node("Cast", [_put(added, f"{name}.int8", codes)], [f"{out}.codes"], to=TensorProto.FLOAT)
    yield helper.make_node("Mul", [f"{out}.codes", _put(added, f"{name}.scale", scales)], [f"{out}.blocks"])
    yield helper.make_node("Reshape", [f"{out}.blocks", shape_name], [out])
    changed = onnx.NodeProto()
    changed.CopyFrom(node)
    changed.input[1] = out
    yield changed


def _nbits(
    node: onnx.NodeProto, weight: npt.NDArray[np.float32], added: dict[str, onnx.TensorProto], options: Options
) -> onnx.NodeProto:
    """`MatMulNBits`: for each output, blocks of `block` inputs share a scale; uint8 codes around 128."""
    n_in, n_out = weight.shape
    n_blocks = -(-n_in // options.block)
    padded = np.zeros((n_out, n_blocks * options.block), np.float32)
    padded[:, :n_in] = weight.T
    blocks = padded.reshape(n_out, n_blocks, options.block)
    codes, scales = _to_int8(blocks, axis=2)
    name = node.input[1]
    inputs = [
        node.input[0],
        _put(added, f"{name}.uint8", (codes.astype(np.int16) + 128).astype(np.uint8)),
        _put(added, f"{name}.scale", scales.reshape(n_out, n_blocks)),
    ]
    return helper.make_node(
        "MatMulNBits", inputs, list(node.output), name=node.name, domain="com.microsoft",
        K=n_in, N=n_out, bits=8, block_size=options.block, accuracy_level=options.accuracy_level,
    )  # fmt: skip


def _codes(value: str, width: int, added: dict[str, onnx.TensorProto], *, zero: int) -> Iterator[onnx.NodeProto]:
    """`value` `(…, width)` as uint8 `(rows, width)` and its scales `(rows, 1)`: `(codes - zero) * scale` is near it."""
    axis = _put(added, "rows.last", np.array([-1]))
    flat = f"{value}.flat"
    yield helper.make_node("Reshape", [value, _put(added, f"rows.{width}", np.array([-1, width]))], [flat])
    yield helper.make_node("ReduceMax", [flat, axis], [f"{flat}.most"], keepdims=0)
    if zero == _MIDDLE:
        yield helper.make_node("ReduceMin", [flat, axis], [f"{flat}.least"], keepdims=0)
        yield helper.make_node("Neg", [f"{flat}.least"], [f"{flat}.below"])
        yield helper.make_node("Max", [f"{flat}.most", f"{flat}.below"], [f"{flat}.size"])
    top, step = 255 - zero, (1e-8 if zero == _MIDDLE else _GELU_LEAST / zero)
    size = f"{flat}.size" if zero == _MIDDLE else f"{flat}.most"
    share = _put(added, f"rows.share{zero}", np.array(1.0 / top, np.float32))
    yield helper.make_node("Mul", [size, share], [f"{flat}.steps"])
    least = _put(added, f"rows.step{zero}", np.array(step, np.float32))
    yield helper.make_node("Max", [f"{flat}.steps", least], [f"{flat}.scales"])
    code = _put(added, f"rows.zero{zero}", np.array(zero, np.uint8))
    yield helper.make_node("Shape", [f"{flat}.scales"], [f"{flat}.n"])
    yield helper.make_node("Expand", [code, f"{flat}.n"], [f"{flat}.zeros"])
    yield helper.make_node("QuantizeLinear", [flat, f"{flat}.scales", f"{flat}.zeros"], [f"{flat}.codes"], axis=0)
    yield helper.make_node("Unsqueeze", [f"{flat}.scales", axis], [f"{flat}.scale"])


def _rows(
    node: onnx.NodeProto, weight: npt.NDArray[np.float32], added: dict[str, onnx.TensorProto], *, zero: int
) -> Iterator[onnx.NodeProto]:
    """`MatMulIntegerToFloat` of `_codes`, times their scales."""
    codes, scales = _to_int8(weight, axis=0)
    (value, name), out = node.input, node.output[0]
    inputs = [
        f"{value}.flat.codes",
        _put(added, f"{name}.int8", codes),
        _put(added, "rows.one", np.array(1.0, np.float32)),
        _put(added, f"{name}.scale", scales[0]),
        f"rows.zero{zero}",
    ]
    yield helper.make_node("MatMulIntegerToFloat", inputs, [f"{out}.sums"], name=node.name, domain="com.microsoft")
    yield helper.make_node("Mul", [f"{out}.sums", f"{value}.flat.scale"], [f"{out}.flat"])
    yield helper.make_node("Shape", [value], [f"{out}.sizes"], end=-1)
    width = _put(added, f"rows.out{weight.shape[1]}", np.array([weight.shape[1]]))
    yield helper.make_node("Concat", [f"{out}.sizes", width], [f"{out}.shape"], axis=0)
    yield helper.make_node("Reshape", [f"{out}.flat", f"{out}.shape"], [out])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("model_in", type=Path)
    parser.add_argument("model_out", type=Path)
    parser.add_argument("--method", choices=["folded", "nbits", "rows"], default="folded")
    parser.add_argument("--block", type=int, default=64)
    parser.add_argument("--accuracy-level", type=int, default=0)
    given = parser.parse_args()
    quantise(given.model_in, given.model_out, Options(given.method, given.block, given.accuracy_level))


if __name__ == "__main__":
    main()
