"""The trained verifier: does a passage support a claim, refute it, or leave it open?

A small BERT encoder reads `[CLS] passage [SEP] claim [SEP]` on onnxruntime; no torch. Its weights are a folder:
`model.onnx`, `tokenizer.json` and `config.json` (columns, temperature, limits, sha256 of the other two).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tokenizers import Encoding, Tokenizer

from factcheck.errors import UserError, WeightsError
from vectorstore.onnx_model import checked_file, open_session, read_config

COLUMNS = ("supports", "refutes", "neutral")
WEIGHTS = Path(__file__).parent / "weights" / "verifier"
BATCH_TOKENS = 512  # padded; more costs memory and is slower: what a layer hands on no longer fits in the cache
BATCH_PAIRS = 64
LEAST_PASSAGE = 64  # word pieces that a claim must leave for the passage


class Verifier:
    """`score_support` by the trained encoder. A pair's row is the same to 1e-5 whatever it is batched with."""

    def __init__(self, weights: Path = WEIGHTS, *, threads: int = 2) -> None:
        """Load the folder `weights`.

        Raises: WeightsError where a file is missing, does not match its sha256, or is of another kind of model.
        """
        config = _checked_config(weights)
        self.name: str = f"{config['name']}:{config['files']['model.onnx']['sha256'][:12]}"
        self.max_tokens: int = config["max_tokens"]
        self._temperature: float = config["temperature"]
        self._counter = _load_tokenizer(weights)
        self._tokenizer = _load_tokenizer(weights)
        self._tokenizer.enable_truncation(self.max_tokens, strategy="only_first")
        self._session = open_session(checked_file(weights, "model.onnx", config), threads)

    def score_support(self, claim: str, passages: Sequence[str]) -> NDArray[np.float32]:
        """Return probabilities (n, 3) float32, columns COLUMNS, rows sum to 1; no passages give (0, 3).

        Raises: UserError as `score_pairs`.
        """
        return self.score_pairs([(claim, passage) for passage in passages])

    def score_pairs(self, pairs: Sequence[tuple[str, str]]) -> NDArray[np.float32]:
        """Return probabilities (n, 3) float32 for pairs of (claim, passage), in their order.

        A pair beyond `max_tokens` word pieces loses the end of its passage, never of its claim.

        Raises: UserError where a claim or a passage is blank, or a claim leaves a passage fewer than 64 word pieces.
        """
        rows = self._encode(pairs)
        logits = np.zeros((len(rows), len(COLUMNS)), dtype=np.float32)
        for part in _batches([len(row) for row in rows]):
            logits[part] = self._session.run(None, _padded([rows[i] for i in part]))[0]
        return _softmax(logits / self._temperature)

    def _encode(self, pairs: Sequence[tuple[str, str]]) -> list[Encoding]:
        for i, (claim, passage) in enumerate(pairs):
            if not claim.strip() or not passage.strip():
                part = "claim" if not claim.strip() else "passage"
                raise UserError(f"the {part} of pair {i + 1} is blank; leave the pair out, it has no score")
        claims = self._counter.encode_batch([claim for claim, _ in pairs], add_special_tokens=False)
        longest = self.max_tokens - LEAST_PASSAGE
        for i, row in enumerate(claims):
            if len(row.ids) > longest:
                raise UserError(
                    f"the claim of pair {i + 1} has {len(row.ids)} word pieces, at most {longest} fit; split it"
                )
        encoded: list[Encoding] = self._tokenizer.encode_batch([(passage, claim) for claim, passage in pairs])
        return encoded


def _load_tokenizer(weights: Path) -> Tokenizer:
    """Return the tokenizer without truncation and padding."""
    tokenizer: Tokenizer = Tokenizer.from_file(str(weights / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    return tokenizer


def _checked_config(weights: Path) -> dict[str, Any]:
    """Return the `config.json` of the folder, whose tokenizer is what it says and whose columns are ours."""
    config = read_config(weights)
    checked_file(weights, "tokenizer.json", config)
    temperature = config.get("temperature")
    if tuple(config.get("labels", ())) != COLUMNS or not isinstance(temperature, int | float) or temperature <= 0:
        raise WeightsError(
            f"{weights / 'config.json'} is not a verifier's: labels {config.get('labels')}, temperature {temperature}"
        )
    return config


def _batches(lengths: Sequence[int]) -> Iterator[list[int]]:
    """Yield indexes, shortest rows first; a batch has at most BATCH_PAIRS rows and BATCH_TOKENS padded tokens."""
    batch: list[int] = []
    for i in sorted(range(len(lengths)), key=lengths.__getitem__):
        if batch and (len(batch) == BATCH_PAIRS or (len(batch) + 1) * lengths[i] > BATCH_TOKENS):
            yield batch
            batch = []
        batch.append(i)
    if batch:
        yield batch


def _padded(rows: Sequence[Encoding]) -> dict[str, NDArray[np.int64]]:
    longest = max(len(row) for row in rows)
    arrays = {
        name: np.zeros((len(rows), longest), dtype=np.int64)
        for name in ("input_ids", "attention_mask", "token_type_ids")
    }
    for i, row in enumerate(rows):
        arrays["input_ids"][i, : len(row)] = row.ids
        arrays["attention_mask"][i, : len(row)] = 1
        arrays["token_type_ids"][i, : len(row)] = row.type_ids
    return arrays


def _softmax(logits: NDArray[np.float32]) -> NDArray[np.float32]:
    powers = np.exp(logits - logits.max(axis=1, keepdims=True, initial=-np.inf))
    rows: NDArray[np.float32] = powers / powers.sum(axis=1, keepdims=True)
    return rows
