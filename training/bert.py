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
from typing import NamedTuple

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


class Output(NamedTuple):
    """A value of the graph that is given out, and its shape."""

    value: str
    shape: Sequence[str | int]


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

    def save(self, path: Path, *, inputs: Sequence[str], outputs: Mapping[str, Output]) -> None:
        """Write the model. Every input is `(batch, sequence) int64`; the outputs are float32, by their names."""
        for name, output in outputs.items():
            self.nodes.append(helper.make_node("Identity", [output.value], [name], name=name))
        graph = helper.make_graph(
            self.nodes,
            "encoder",
            [helper.make_tensor_value_info(name, TensorProto.INT64, ["batch", "sequence"]) for name in inputs],
            [helper.make_tensor_value_info(name, TensorProto.FLOAT, output.shape) for name, output in outputs.items()],
            self.constants,
        )
        opsets = [helper.make_opsetid("", OPSET), helper.make_opsetid(CONTRIB, 1)]
        model = helper.make_model(
            graph, opset_imports=opsets, ir_version=IR_VERSION, producer_name="factcheck.training"
        )
        path.parent.mkdir(parents=True, exist_ok=True)
        onnx.save(model, path)


@dataclass(frozen=True, slots=True)
class Wanted:
    """The tokens whose last states are wanted, as `(batch, most)` for the row of the batch that wants most.

    `places`: positions in their row, in order; `flat`: in the whole batch, flattened; `is_wanted`: float32, 0 where a
    row wants fewer and another token stands in.
    """

    places: str
    flat: str
    is_wanted: str


def add_wanted(graph: Graph, wanted: str) -> Wanted:
    """Add the places of the tokens for which `wanted`, `(batch, sequence) int64`, is 1."""
    axis = graph.constant("wanted.axis", np.array([1]))
    most = graph.add("ReduceMax", [graph.add("ReduceSum", [wanted, axis], keepdims=0)], keepdims=1)
    found = graph.add("TopK", [wanted, most], n_outputs=2)  # of equals, the lower place comes first
    places = f"{found}_1"
    length = graph.add("Shape", ["input_ids"], start=1)
    zero, one = (graph.constant(f"wanted.{name}", np.array(v)) for name, v in (("zero", 0), ("one", 1)))
    size = graph.add("Squeeze", [graph.add("Shape", ["input_ids"], end=1)])
    starts = graph.add("Mul", [graph.add("Range", [zero, size, one]), length])
    flat = graph.add("Add", [places, graph.add("Unsqueeze", [starts, axis])])
    return Wanted(places, flat, graph.add("Cast", [found], to=TensorProto.FLOAT))


def add_encoder(
    graph: Graph,
    tensors: Tensors,
    config: BertConfig,
    *,
    prefix: str = "",
    token_types: bool = False,
    wanted: Wanted | None = None,
    n_narrow: int = 0,
) -> str:
    """Add the encoder; return the name of its last hidden state, `(batch, sequence, hidden) float32`.

    Reads the graph inputs `input_ids` and `attention_mask`, and `token_type_ids` where `token_types` is set;
    otherwise every token is of type 0 and that row is added to the position table once, here.

    The last `n_narrow` layers change the `wanted` tokens alone (every other keeps its state of the layer before, and
    is still attended to), and what is returned has those alone, `(batch, most, hidden)`. With one narrow layer they are
    the same as without; more must be trained so.
    """
    hidden = _embeddings(graph, tensors, config, prefix=prefix, token_types=token_types)
    table = tensors.get(f"{prefix}{DISTANCE_BIAS}")
    mask = graph.add("Cast", ["attention_mask"], to=TensorProto.INT32)
    n_wide = config.n_layers - (n_narrow if wanted else 0)
    context = [mask] if table is None or n_wide == 0 else [mask, _distance_bias(graph, table)]
    names = [f"{prefix}encoder.layer.{layer}." for layer in range(config.n_layers)]
    for name in names[:n_wide]:
        hidden = _layer(graph, tensors, config, prefix=name, hidden=hidden, asking=hidden, context=context)
    if wanted is None or n_narrow == 0:
        return hidden
    context = [mask] if table is None else [mask, _distance_bias(graph, table, wanted.places)]
    width = graph.constant("wanted.width", np.array([-1, config.hidden]))
    asking = ""
    for i, name in enumerate(names[n_wide:]):
        if i:
            hidden = _put_back(graph, hidden, asking, wanted, width)
        asking = graph.add("Gather", [graph.add("Reshape", [hidden, width]), wanted.flat])
        asking = _layer(graph, tensors, config, prefix=name, hidden=hidden, asking=asking, context=context)
    return asking


def _put_back(graph: Graph, hidden: str, changed: str, wanted: Wanted, width: str) -> str:
    """Return `hidden` with the states of the wanted tokens as in `changed`."""
    last = graph.constant(f"{changed}.last", np.array([-1]))
    every = graph.add("Reshape", [hidden, width])
    is_wanted = graph.add("Cast", [graph.add("Unsqueeze", [wanted.is_wanted, last])], to=TensorProto.BOOL)
    rows = graph.add("Where", [is_wanted, changed, graph.add("Gather", [every, wanted.flat])])
    every = graph.add("ScatterND", [every, graph.add("Unsqueeze", [wanted.flat, last]), rows])
    return graph.add("Reshape", [every, graph.add("Shape", [hidden])])


def _distance_bias(graph: Graph, table: npt.NDArray[np.float32], asking: str | None = None) -> str:
    """Add what each head adds to a score for the distance of two tokens, `(1, heads, sequence, sequence)`.

    `table` is `(2 n - 1, heads)`: row n - 1 + d for the distance d of a key from its query. Shared by all layers.
    `asking`: the queries' places, `(batch, most)`, where not every token asks: then `(batch, heads, most, sequence)`.
    """
    stem = "distance" if asking is None else "distance.narrow"
    zero, one = (graph.constant(f"{stem}.{name}", np.array(v)) for name, v in (("zero", 0), ("one", 1)))
    length = graph.add("Squeeze", [graph.add("Shape", ["input_ids"], start=1)])
    places = graph.add("Range", [zero, length, one])
    if asking is None:
        asking = graph.add("Unsqueeze", [places, graph.constant(f"{stem}.first", np.array([0]))])
    column = graph.add("Unsqueeze", [asking, graph.constant(f"{stem}.last", np.array([2]))])
    middle = graph.constant(f"{stem}.middle", np.array(len(table) // 2))
    rows = graph.add("Add", [graph.add("Sub", [places, column]), middle])
    bias = graph.add("Gather", [graph.constant(f"{stem}.table", table), rows])
    return graph.add("Transpose", [bias], perm=[0, 3, 1, 2])


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
    graph: Graph,
    tensors: Tensors,
    config: BertConfig,
    *,
    prefix: str,
    hidden: str,
    asking: str,
    context: Sequence[str],
) -> str:
    """Attention, then the feed-forward block; each is added to what came in and normalised (post-norm).

    `asking`: the states that attend to `hidden`, often the same. `context`: the mask and, where there is one, the
    distance bias.
    """
    query, key, value = (
        _product(graph, tensors, f"{prefix}attention.self.{part}", asking if part == "query" else hidden)
        for part in ("query", "key", "value")
    )
    parts = [tensors[f"{prefix}attention.self.{part}.bias"] for part in ("query", "key", "value")]
    bias = graph.constant(f"{prefix}attention.self.bias", np.concatenate(parts))
    attended = graph.add(
        "MultiHeadAttention", [query, key, value, bias, *context], domain=CONTRIB, num_heads=config.n_heads
    )
    name = f"{prefix}attention.output."
    attended = _add_and_norm(graph, tensors, config, prefix=name, value=attended, skip=asking)
    inner = _product(graph, tensors, f"{prefix}intermediate.dense", attended)
    bias = graph.constant(f"{prefix}intermediate.dense.bias", tensors[f"{prefix}intermediate.dense.bias"])
    inner = graph.add("Gelu", [graph.add("Add", [inner, bias])])
    return _add_and_norm(graph, tensors, config, prefix=f"{prefix}output.", value=inner, skip=attended)


def _add_and_norm(graph: Graph, tensors: Tensors, config: BertConfig, *, prefix: str, value: str, skip: str) -> str:
    """`LayerNorm(value W^T + bias + skip)`."""
    product = _product(graph, tensors, f"{prefix}dense", value)
    biased = graph.add("Add", [product, graph.constant(f"{prefix}dense.bias", tensors[f"{prefix}dense.bias"])])
    return _layer_norm(graph, tensors, config, prefix=f"{prefix}LayerNorm", value=graph.add("Add", [biased, skip]))


def _product(graph: Graph, tensors: Tensors, name: str, value: str) -> str:
    """`value W^T`; the weight is stored transposed, `(inputs, outputs)`."""
    return graph.add("MatMul", [value, graph.constant(f"{name}.weight", tensors[f"{name}.weight"].T)])


def _layer_norm(graph: Graph, tensors: Tensors, config: BertConfig, *, prefix: str, value: str) -> str:
    scale = graph.constant(f"{prefix}.weight", tensors[f"{prefix}.weight"])
    bias = graph.constant(f"{prefix}.bias", tensors[f"{prefix}.bias"])
    return graph.add("LayerNormalization", [value, scale, bias], axis=-1, epsilon=config.layer_norm_eps)
