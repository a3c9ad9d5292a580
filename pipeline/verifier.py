"""The trained verifier: does a passage support a claim, refute it, or leave it open? And where does it answer?

A small encoder reads a passage and a claim on onnxruntime; no torch. A second head reads a passage and a question, and
points at the answer (`pipeline.pointing`). Both are outputs of one model, `output` and `spans`, whose last layer is
computed for the tokens that the head in question reads. The weights are a folder: `model.onnx`, `tokenizer.json` and
`config.json` (columns, temperature, limits, whether there is a reader, sha256 of the other two).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tokenizers import Encoding, Tokenizer

from factcheck.errors import UserError, WeightsError
from pipeline.pointing import Pointed
from vectorstore.onnx_model import checked_file, open_session, read_config

COLUMNS = ("supports", "refutes", "neutral")
WEIGHTS = Path(__file__).parent / "weights" / "verifier"
BATCH_TOKENS = 512  # padded; more costs memory and is slower: what a layer hands on no longer fits in the cache
BATCH_PAIRS = 64
LEAST_PASSAGE = 64  # word pieces that a claim must leave for the passage


class Verifier:
    """`score_support` and `read_spans` by the trained encoder. A pair's row is the same whatever it is batched with.

    To 1e-5 in a probability, to 1e-4 in the logarithm of one.
    """

    def __init__(self, weights: Path = WEIGHTS, *, threads: int = 2) -> None:
        """Load the folder `weights`.

        Raises: WeightsError where a file is missing, does not match its sha256, or is of another kind of model.
        """
        config = _checked_config(weights)
        self.name: str = f"{config['name']}:{config['files']['model.onnx']['sha256'][:12]}"
        self.max_tokens: int = config["max_tokens"]
        self.has_reader: bool = config.get("reader") is True
        self._temperature: float = config["temperature"]
        self._counter = _load_tokenizer(weights)
        self._tokenizer = _load_tokenizer(weights)
        self._tokenizer.enable_truncation(self.max_tokens, strategy="only_first")
        self._session = open_session(checked_file(weights, "model.onnx", config), threads)
        self._inputs = {given.name for given in self._session.get_inputs()}
        if self.has_reader and "spans" not in {output.name for output in self._session.get_outputs()}:
            raise WeightsError(f"{weights / 'config.json'} says that there is a reader, and model.onnx has none")

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
            logits[part] = self._run("output", [rows[i] for i in part])
        return _softmax(logits / self._temperature)

    def read_spans(self, pairs: Sequence[tuple[str, str]]) -> tuple[Pointed, ...]:
        """Return where each passage answers its question, for pairs of (question, passage), in their order.

        Raises: UserError as `score_pairs`; WeightsError where the weights have no reader (see `has_reader`).
        """
        if not self.has_reader:
            raise WeightsError(f"the verifier {self.name} has no reader; export its weights from a checkpoint with one")
        rows = self._encode(pairs, asked="question")
        found: dict[int, Pointed] = {}
        for part in _batches([len(row) for row in rows]):
            spans = self._run("spans", [rows[i] for i in part])
            found |= {i: _pointed(rows[i], spans[k]) for k, i in enumerate(part)}
        return tuple(found[i] for i in range(len(rows)))

    def _run(self, output: str, rows: Sequence[Encoding]) -> NDArray[np.float32]:
        """Return one output of the model for rows that go together."""
        arrays = _padded(rows, wanted_side=0 if output == "spans" else 1)
        given = {name: array for name, array in arrays.items() if name in self._inputs}
        computed: NDArray[np.float32] = self._session.run([output], given)[0]
        return computed

    def _encode(self, pairs: Sequence[tuple[str, str]], *, asked: str = "claim") -> list[Encoding]:
        """Return the rows of pairs (claim or question, passage); `asked` says in errors what the first is."""
        for i, (claim, passage) in enumerate(pairs):
            if not claim.strip() or not passage.strip():
                part = asked if not claim.strip() else "passage"
                raise UserError(f"the {part} of pair {i + 1} is blank; leave the pair out, it has no score")
        claims = self._counter.encode_batch([claim for claim, _ in pairs], add_special_tokens=False)
        longest = self.max_tokens - LEAST_PASSAGE
        for i, row in enumerate(claims):
            if len(row.ids) > longest:
                raise UserError(
                    f"the {asked} of pair {i + 1} has {len(row.ids)} word pieces, at most {longest} fit; split it"
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


def _padded(rows: Sequence[Encoding], *, wanted_side: int) -> dict[str, NDArray[np.int64]]:
    """Return the model's inputs; wanted are the first token and those of the passage (0) or of the claim (1)."""
    longest = max(len(row) for row in rows)
    arrays = {
        name: np.zeros((len(rows), longest), dtype=np.int64)
        for name in ("input_ids", "attention_mask", "token_type_ids", "wanted")
    }
    for i, row in enumerate(rows):
        arrays["input_ids"][i, : len(row)] = row.ids
        arrays["attention_mask"][i, : len(row)] = 1
        arrays["token_type_ids"][i, : len(row)] = row.type_ids
        arrays["wanted"][i, : len(row)] = np.array(row.type_ids) == wanted_side
    arrays["wanted"][:, 0] = 1
    return arrays


def _pointed(row: Encoding, scores: NDArray[np.float32]) -> Pointed:
    """Return what `scores` (tokens, 2) say of the passage of `row`; token 0 stands for none."""
    places = [i for i, side in enumerate(row.sequence_ids) if side == 0]
    chosen = scores[[0, *places]].astype(np.float64)
    logs = (chosen - _log_sum(chosen)).astype(np.float32)
    spans = np.array([row.offsets[i] for i in places], dtype=np.int64).reshape(-1, 2)
    return Pointed(spans, logs[1:, 0], logs[1:, 1], float(logs[0].sum()))


def _log_sum(rows: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return log(sum(exp)) of each column."""
    most = rows.max(axis=0)
    sums: NDArray[np.float64] = most + np.log(np.exp(rows - most).sum(axis=0))
    return sums


def _softmax(logits: NDArray[np.float32]) -> NDArray[np.float32]:
    powers = np.exp(logits - logits.max(axis=1, keepdims=True, initial=-np.inf))
    rows: NDArray[np.float32] = powers / powers.sum(axis=1, keepdims=True)
    return rows
