"""A verifier of random weights and 40 words (60 kB), for tests of the run time: `python -m training.tiny --out DIR`."""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

import numpy as np
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors

from training.base import Base
from training.bert import BertConfig, Tensors
from training.export import build_graph, write_config
from training.quantise import quantise

WORDS = """
    [PAD] [UNK] [CLS] [SEP] a an the of in on by not no is was did has signed treaty russia iran article clause
    defence army trade gas price year two twenty 2025 may will said . , ##s ##ed ##ing
""".split()
BASE = Base("none", "", layers=(0, 1), typed=True, order="[CLS] passage [SEP] claim [SEP]")
CONFIG = BertConfig(n_layers=2, n_heads=2, hidden=16, layer_norm_eps=1e-12, max_positions=512)


def random_tensors(seed: int, config: BertConfig = CONFIG) -> Tensors:
    """Return the tensors of an encoder and head of the config's shape over WORDS, normally distributed.

    The inner layer has twice the width in a tiny one, four times elsewhere.
    """
    rng = np.random.default_rng(seed)
    width = config.hidden
    inner = (2 if config is CONFIG else 4) * width
    shapes: dict[str, tuple[int, ...]] = {
        "encoder.embeddings.word_embeddings.weight": (len(WORDS), width),
        "encoder.embeddings.position_embeddings.weight": (config.max_positions, width),
        "encoder.embeddings.token_type_embeddings.weight": (2, width),
    }
    norms = ["encoder.embeddings.LayerNorm"]
    linear = {"head.0": (width, 3 * width), "head.2": (3, width)}
    for i in range(config.n_layers):
        layer = f"encoder.encoder.layer.{i}."
        norms += [f"{layer}attention.output.LayerNorm", f"{layer}output.LayerNorm"]
        linear |= {f"{layer}attention.self.{part}": (width, width) for part in ("query", "key", "value")}
        linear |= {f"{layer}attention.output.dense": (width, width)}
        linear |= {f"{layer}intermediate.dense": (inner, width), f"{layer}output.dense": (width, inner)}
    linear |= {"reader": (2, width)}  # last: the others are drawn as they were before there was one
    for name, shape in linear.items():
        shapes |= {f"{name}.weight": shape, f"{name}.bias": shape[:1]}
    tensors = {name: rng.normal(0, 0.5, shape).astype(np.float32) for name, shape in shapes.items()}
    for name in norms:
        tensors |= {f"{name}.weight": np.ones(width, np.float32), f"{name}.bias": np.zeros(width, np.float32)}
    return tensors


def write_tokenizer(out: Path) -> None:
    """Write a word-piece tokenizer over WORDS with BERT's pair template."""
    tokenizer = Tokenizer(models.WordPiece({w: i for i, w in enumerate(WORDS)}, unk_token="[UNK]"))  # noqa: S106
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.post_processor = processors.BertProcessing(("[SEP]", 3), ("[CLS]", 2))
    tokenizer.save(str(out))


def main() -> None:
    """Parse the command line and write the folder."""
    parser = argparse.ArgumentParser(description="Write a tiny random verifier for tests.")
    parser.add_argument("--out", type=Path, required=True)
    out: Path = parser.parse_args().out
    out.mkdir(parents=True, exist_ok=True)
    write_tokenizer(out / "tokenizer.json")
    with tempfile.TemporaryDirectory() as folder:
        build_graph(random_tensors(seed=5), CONFIG, Path(folder) / "float32.onnx")
        quantise(Path(folder) / "float32.onnx", out / "model.onnx")
    write_config(out, BASE, name="tiny-random", temperature=1.5, reader=True)


if __name__ == "__main__":
    main()
