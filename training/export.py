"""A trained checkpoint becomes the folder that `pipeline.verifier` loads.

    python -m training.export --checkpoint RUN/checkpoint.pt --base DIR --data DIR --out DIR

The encoder's graph is written by `training.bert`, the head is added here, `training.quantise` makes the weights 8-bit.
The temperature is fitted on the open rows of `mix_dev` with the exported model itself, so that it corrects for the
quantisation too.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from onnx import TensorProto

from pipeline.verifier import COLUMNS, Verifier
from training.base import Base, check_base, pair_tokenizer
from training.bert import BertConfig, Graph, Output, Tensors, add_encoder, add_wanted
from training.mix import read_dev_pairs
from training.mpnet import as_bert
from training.pairs import Pair
from training.quantise import Options, quantise

MAX_TOKENS = 512  # positions of the base; beyond 320 none were trained
INPUTS = ("input_ids", "attention_mask", "token_type_ids", "wanted")


def build(checkpoint: Path, base: Path, model_out: Path, *, n_narrow: int = 1) -> bool:
    """Write the float32 graph: INPUTS `(batch, sequence) int64` to the outputs of `build_graph`.

    Returns whether there is a reader.
    """
    import torch  # noqa: PLC0415  # the rest of this module is used without it

    state: dict[str, torch.Tensor] = torch.load(checkpoint, map_location="cpu", weights_only=True)
    tensors: Tensors = {name: value.float().numpy() for name, value in state.items()}
    if not check_base(base).typed:
        tensors = as_bert(tensors, prefix="encoder.", max_positions=MAX_TOKENS)
    numbers = json.loads((base / "config.json").read_text("utf-8"))
    config = BertConfig(
        n_layers=n_layers(tensors),
        n_heads=numbers["num_attention_heads"],
        hidden=numbers["hidden_size"],
        layer_norm_eps=numbers["layer_norm_eps"],
        max_positions=MAX_TOKENS,
    )
    build_graph(tensors, config, model_out, n_narrow=n_narrow)
    return has_reader(tensors)


def n_layers(tensors: Tensors) -> int:
    """Return how many layers a checkpoint has: training keeps some of the base's."""
    return 1 + max(int(name.split(".")[3]) for name in tensors if name.startswith("encoder.encoder.layer."))


def build_graph(tensors: Tensors, config: BertConfig, model_out: Path, *, n_narrow: int = 1) -> None:
    """Write encoder and heads as one graph; tensors are named as in `training.net`.

    The last `n_narrow` layers change the states of the tokens alone for which the input `wanted` is 1. `output`, logits
    `(batch, 3)`, wants the first token and the claim's; `spans` `(batch, n_wanted, 2)`, if the tensors have a reader,
    the first and the passage's: scores of each wanted token, in order, as first and as last of the answer.
    """
    graph = Graph()
    typed = "encoder.embeddings.token_type_embeddings.weight" in tensors
    claim = graph.add("Mul", ["token_type_ids", "attention_mask"])
    wanted = add_wanted(graph, "wanted")
    states = add_encoder(graph, tensors, config, prefix="encoder.", token_types=typed, wanted=wanted, n_narrow=n_narrow)
    if n_narrow:
        flat = graph.add("Reshape", [claim, graph.constant("head.flat", np.array([-1]))])
        claim = graph.add("Gather", [flat, wanted.flat])
    outputs = {"output": Output(_head(graph, tensors, states, claim), ["batch", 3])}
    if has_reader(tensors):
        outputs["spans"] = Output(_linear(graph, tensors, "reader", states), ["batch", "n_wanted", 2])
    graph.save(model_out, inputs=INPUTS, outputs=outputs)


def has_reader(tensors: Tensors) -> bool:
    """Whether a checkpoint has the head that points at an answer."""
    return "reader.weight" in tensors


def _head(graph: Graph, tensors: Tensors, states: str, claim: str) -> str:
    """Add the head of `training.net`: the first state, mean and maximum over the claim's states, two linear maps.

    `states` is `(batch, n, hidden)`, `claim` is `(batch, n) int64`: 1 where the state is of the claim.
    """
    tokens, last = (graph.constant(f"head.axis{i}", np.array([i])) for i in (1, 2))
    types = graph.add("Cast", [claim], to=TensorProto.FLOAT)
    claim = graph.add("Unsqueeze", [types, last])
    first = graph.add("Gather", [states, graph.constant("head.zero", np.array([0]))], axis=1)
    cls = graph.add("Squeeze", [first, tokens])
    total = graph.add("ReduceSum", [graph.add("Mul", [states, claim]), tokens], keepdims=0)
    mean = graph.add("Div", [total, graph.add("ReduceSum", [types, tokens], keepdims=1)])
    outside = graph.add("Sub", [graph.constant("head.one", np.array(1.0, np.float32)), claim])
    far = graph.add("Mul", [outside, graph.constant("head.far", np.array(1e4, np.float32))])
    top = graph.add("ReduceMax", [graph.add("Sub", [states, far]), tokens], keepdims=0)
    value = graph.add("Concat", [cls, mean, top], axis=-1)
    value = graph.add("Gelu", [_linear(graph, tensors, "head.0", value)])
    return _linear(graph, tensors, "head.2", value)


def _linear(graph: Graph, tensors: Tensors, name: str, value: str) -> str:
    weight = graph.constant(f"{name}.weight", tensors[f"{name}.weight"].T)
    return graph.add(
        "Add", [graph.add("MatMul", [value, weight]), graph.constant(f"{name}.bias", tensors[f"{name}.bias"])]
    )


def fit_temperature(probabilities: NDArray[np.float32], pairs: list[Pair]) -> float:
    """Return the temperature 0.5..4 of least marginal negative log-likelihood; `probabilities` (n, 3) made at 1."""
    logs = np.log(np.clip(probabilities.astype(np.float64), 1e-12, 1.0))
    rows = {"supports": [0], "refutes": [1], "neutral": [2], "unsupported": [1, 2]}
    mask = np.zeros(logs.shape, dtype=bool)
    for i, pair in enumerate(pairs):
        mask[i, rows[pair.label]] = True

    def loss(temperature: float) -> float:
        scaled = np.exp(logs / temperature)
        scaled /= scaled.sum(axis=1, keepdims=True)
        return float(-np.log((scaled * mask).sum(axis=1)).mean())

    return float(min(np.arange(0.5, 4.0, 0.02), key=loss))


def write_config(out: Path, base: Base, *, name: str, temperature: float, reader: bool) -> None:
    """Write `config.json`: what the run time checks and records. `reader`: the graph has the output `spans`."""
    config: dict[str, Any] = {
        "name": name,
        "licence": "Apache-2.0",
        "labels": list(COLUMNS),
        "order": base.order,
        "temperature": round(temperature, 3),
        "max_tokens": MAX_TOKENS,
        "reader": reader,
        "base": base.name,
        "made_from_sha256": base.sha256,
        "files": {
            f: {"bytes": (out / f).stat().st_size, "sha256": _sha256(out / f)} for f in ("model.onnx", "tokenizer.json")
        },
    }
    (out / "config.json").write_text(json.dumps(config, indent=2) + "\n", "utf-8")


def export(
    checkpoint: Path,
    base: Path,
    data: Path,
    out: Path,
    *,
    name: str,
    options: Options,
    n_narrow: int = 1,
    limit: int | None = None,
) -> float:
    """Write the whole folder and return the temperature, fitted on at most `limit` pairs."""
    out.mkdir(parents=True, exist_ok=True)
    kind = check_base(base)
    tokenizer = json.dumps(pair_tokenizer(base, kind), ensure_ascii=False, separators=(",", ":"))
    (out / "tokenizer.json").write_text(tokenizer, "utf-8")
    with tempfile.TemporaryDirectory() as folder:
        reader = build(checkpoint, base, Path(folder) / "float32.onnx", n_narrow=n_narrow)
        quantise(Path(folder) / "float32.onnx", out / "model.onnx", options)
    write_config(out, kind, name=name, temperature=1.0, reader=reader)
    pairs = [p for p in read_dev_pairs(data) if len(p.claim.split()) < 120][:limit]
    temperature = fit_temperature(Verifier(out).score_pairs([(p.claim, p.passage) for p in pairs]), pairs)
    write_config(out, kind, name=name, temperature=temperature, reader=reader)
    return temperature


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def main() -> None:
    """Parse the command line and export."""
    parser = argparse.ArgumentParser(description="Make the folder that pipeline.verifier loads.")
    parser.add_argument("--checkpoint", type=Path, required=True)
    parser.add_argument("--base", type=Path, required=True, help="folder of the pinned base weights")
    parser.add_argument(
        "--data", type=Path, required=True, help="folder with train/ (its mix_dev sets the temperature)"
    )
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--name", default="verifier-mpnet-l6")
    parser.add_argument("--method", choices=["rows", "nbits", "folded"], default="rows")
    parser.add_argument(
        "--block", type=int, default=64, help="of nbits and folded: inputs of a weight that share a scale"
    )
    parser.add_argument("--accuracy-level", type=int, default=4, help="of nbits: 4 = int8 activations, 0 = float32")
    parser.add_argument(
        "--narrow", type=int, default=1, help="last layers that change the states alone that a head reads"
    )
    parser.add_argument("--limit", type=int, help="most pairs to fit the temperature on")
    given = parser.parse_args()
    options = Options(given.method, given.block, given.accuracy_level)
    temperature = export(
        given.checkpoint,
        given.base,
        given.data,
        given.out,
        name=given.name,
        options=options,
        n_narrow=given.narrow,
        limit=given.limit,
    )
    print(f"temperature {temperature:.2f}")


if __name__ == "__main__":
    main()
