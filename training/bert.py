"""An encoder of BERT's kind as an ONNX graph, written node by node from a checkpoint's tensors.

MPNet's becomes one by `training.mpnet.as_bert`; what it has beside BERT's is a relative position bias.

No exporter traces anything: the graph has the nodes below and no others, batch and length are free
axes, and the result does not depend on a torch or transformers version. Attention is onnxruntime's own
operator (`com.microsoft.MultiHeadAttention`), which is what its graph optimiser aims for anyway.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnx
from onnx import TensorProto, helper, numpy_helper

OPSET = 20  # Gelu; LayerNormalization is older
IR_VERSION = 10
CONTRIB = "com.microsoft"
DISTANCE_BIAS = "encoder.distance_bias"  # a table (2 n - 1, heads), of encoders that have one

Tensors = Mapping[str, npt.NDArray[np.float32]]


@dataclass(frozen=True, slots=True)
class BertConfig:
    """The numbers of a checkpoint's `config.json` that shape the graph."""

    n_layers: int
    n_heads: int
    hidden: int
    layer_norm_eps: float
    max_positions: int


@dataclass(slots=True)
class Graph:
    """Nodes and constants so far. `add` returns the name of the node's first output."""

    nodes: list[onnx.NodeProto] = field(default_factory=list)
    constants: list[onnx.TensorProto] = field(default_factory=list)
    n_names: int = 0

    def constant(self, name: str, value: npt.NDArray[np.generic]) -> str:
        self.constants.append(numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def add(self, op: str, inputs: Sequence[str], *, n_outputs: int = 1, domain: str = "", **attributes: object) -> str:
        self.n_names += 1
        stem = f"{op}_{self.n_names}"
        outputs = [stem if i == 0 else f"{stem}_{i}" for i in range(n_outputs)]
        self.nodes.append(helper.make_node(op, inputs, outputs, name=stem, domain=domain, **attributes))
        return stem

    def save(self, path: Path, *, inputs: Sequence[str], output: str, output_shape: Sequence[str | int]) -> None:
        """Write the model. Every input is `(batch, sequence) int64`; the output is float32 and named `output`."""
        self.nodes.append(helper.make_node("Identity", [output], ["output"], name="output"))
        graph = helper.make_graph(
            self.nodes,
            "encoder",
            [helper.make_tensor_value_info(name, TensorProto.INT64, ["batch", "sequence"]) for name in inputs],
            [helper.make_tensor_value_info("output", TensorProto.FLOAT, list(output_shape))],
            self.constants,
        )
        opsets = [helper.make_opsetid("", OPSET), helper.make_opsetid(CONTRIB, 1)]
        model = helper.make_model(
            graph, opset_imports=opsets, ir_version=IR_VERSION, producer_name="factcheck.training"
        )
        path.parent.mkdir(parents=True, exist_ok=True)
        onnx.save(model, path)


def add_encoder(
    graph: Graph, tensors: Tensors, config: BertConfig, *, prefix: str = "", token_types: bool = False
) -> str:
    """Add the encoder; return the name of its last hidden state, `(batch, sequence, hidden) float32`.

    Reads the graph inputs `input_ids` and `attention_mask`, and `token_type_ids` where `token_types` is set;
    otherwise every token is of type 0 and that row is added to the position table once, here.
    """
    hidden = _embeddings(graph, tensors, config, prefix=prefix, token_types=token_types)
    context = [graph.add("Cast", ["attention_mask"], to=TensorProto.INT32)]
    if (table := tensors.get(f"{prefix}{DISTANCE_BIAS}")) is not None:
        context.append(_distance_bias(graph, table))
    for layer in range(config.n_layers):
        hidden = _layer(
            graph, tensors, config, prefix=f"{prefix}encoder.layer.{layer}.", hidden=hidden, context=context
        )
    return hidden


def _distance_bias(graph: Graph, table: npt.NDArray[np.float32]) -> str:
    """Add what each head adds to a score for the distance of two tokens, `(1, heads, sequence, sequence)`.

    `table` is `(2 n - 1, heads)`: row n - 1 + d for the distance d of a key from its query. Shared by all layers.
    """
    zero, one = (graph.constant(f"distance.{name}", np.array(v)) for name, v in (("zero", 0), ("one", 1)))
    axis = graph.constant("distance.axis", np.array([0]))
    shape = graph.add("Shape", ["input_ids"], start=1)
    places = graph.add("Range", [zero, graph.add("Squeeze", [shape, axis]), one])
    column = graph.add("Unsqueeze", [places, graph.constant("distance.last", np.array([1]))])
    middle = graph.constant("distance.middle", np.array(len(table) // 2))
    rows = graph.add("Add", [graph.add("Sub", [places, column]), middle])
    bias = graph.add("Gather", [graph.constant("distance.table", table), rows])
    return graph.add("Unsqueeze", [graph.add("Transpose", [bias], perm=[2, 0, 1]), axis])


def _embeddings(graph: Graph, tensors: Tensors, config: BertConfig, *, prefix: str, token_types: bool) -> str:
    name = f"{prefix}embeddings."
    types = tensors.get(f"{name}token_type_embeddings.weight")
    positions = tensors[f"{name}position_embeddings.weight"][: config.max_positions]
    table = graph.constant(f"{name}word_embeddings.weight", tensors[f"{name}word_embeddings.weight"])
    total = graph.add("Gather", [table, "input_ids"])
    if token_types and types is not None:
        type_table = graph.constant(f"{name}token_type_embeddings.weight", types)
        total = graph.add("Add", [total, graph.add("Gather", [type_table, "token_type_ids"])])
    elif types is not None:
        positions = positions + types[0]
    position_table = graph.constant(f"{name}position_embeddings.weight", positions)
    zero, one = graph.constant("zero", np.array([0])), graph.constant("one", np.array([1]))
    length = graph.add("Slice", [graph.add("Shape", ["input_ids"]), one, graph.constant("two", np.array([2]))])
    total = graph.add("Add", [total, graph.add("Slice", [position_table, zero, length, zero])])
    return _layer_norm(graph, tensors, config, prefix=f"{name}LayerNorm", value=total)


def _layer(
    graph: Graph, tensors: Tensors, config: BertConfig, *, prefix: str, hidden: str, context: Sequence[str]
) -> str:
    """Attention, then the feed-forward block; each is added to what came in and normalised (post-norm).

    `context`: the mask and, where there is one, the distance bias.
    """
    query, key, value = (
        _linear(graph, tensors, f"{prefix}attention.self.{part}", hidden, bias=False)
        for part in ("query", "key", "value")
    )
    parts = [tensors[f"{prefix}attention.self.{part}.bias"] for part in ("query", "key", "value")]
    bias = graph.constant(f"{prefix}attention.self.bias", np.concatenate(parts))
    attended = graph.add(
        "MultiHeadAttention", [query, key, value, bias, *context], domain=CONTRIB, num_heads=config.n_heads
    )
    attended = _linear(graph, tensors, f"{prefix}attention.output.dense", attended)
    attended = graph.add("Add", [attended, hidden])
    attended = _layer_norm(graph, tensors, config, prefix=f"{prefix}attention.output.LayerNorm", value=attended)
    inner = graph.add("Gelu", [_linear(graph, tensors, f"{prefix}intermediate.dense", attended)])
    outer = graph.add("Add", [_linear(graph, tensors, f"{prefix}output.dense", inner), attended])
    return _layer_norm(graph, tensors, config, prefix=f"{prefix}output.LayerNorm", value=outer)


def _linear(graph: Graph, tensors: Tensors, name: str, value: str, *, bias: bool = True) -> str:
    """`x W^T + b` as MatMul and Add; the weight is stored transposed, `(inputs, outputs)`."""
    weight = graph.constant(f"{name}.weight", tensors[f"{name}.weight"].T)
    product = graph.add("MatMul", [value, weight])
    if not bias:
        return product
    return graph.add("Add", [product, graph.constant(f"{name}.bias", tensors[f"{name}.bias"])])


def _layer_norm(graph: Graph, tensors: Tensors, config: BertConfig, *, prefix: str, value: str) -> str:
    scale = graph.constant(f"{prefix}.weight", tensors[f"{prefix}.weight"])
    bias = graph.constant(f"{prefix}.bias", tensors[f"{prefix}.bias"])
    return graph.add("LayerNormalization", [value, scale, bias], axis=-1, epsilon=config.layer_norm_eps)
