"""The embedder that ships: all-MiniLM-L6-v2 with 8-bit weights on onnxruntime, without torch.

A text's vector does not depend on what else is embedded with it (to 1e-5), nor on the order.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from vectorstore.onnx_model import checked_file, open_session, read_config

if TYPE_CHECKING:
    from onnxruntime import InferenceSession
    from tokenizers import Tokenizer

__all__ = ["MINILM_WEIGHTS", "MiniLmEmbedder"]

MINILM_WEIGHTS = Path(__file__).parent / "weights" / "minilm"
_BATCH_PIECES = 2048  # word pieces in a batch, padding included: about 40 MB of activations
_WINDOW = 4096  # texts sorted by length at a time; bounds what is tokenised ahead
_LONGEST = 32_768  # characters looked at; 256 word pieces end long before that in any prose


@dataclass(frozen=True, slots=True)
class _Loaded:
    session: InferenceSession
    tokenizer: Tokenizer


class MiniLmEmbedder:
    """Texts to vectors. Loads on first use; one instance serves many threads.

    `vectorstore.langchain_embeddings` has it as LangChain's `Embeddings`, whose import takes longer than this model.
    """

    def __init__(self, *, threads: int = 2, weights: Path = MINILM_WEIGHTS) -> None:
        """Raises: WeightsError where `weights` has no readable `config.json`; the files are checked on first use."""
        self._weights, self._threads = weights, threads
        self._config = read_config(weights)
        self._lock = Lock()
        self._loaded: _Loaded | None = None

    @property
    def name(self) -> str:
        """`all-MiniLM-L6-v2:` and the head of the weights' sha256: changes whenever the vectors do."""
        return f"{self._config['name']}:{self._config['files']['model.onnx']['sha256'][:12]}"

    @property
    def max_word_pieces(self) -> int:
        """256, the two special tokens included; `embed` cuts what is longer."""
        return int(self._config["max_word_pieces"])

    def n_word_pieces(self, text: str) -> int:
        """Return the length of `text` in word pieces, the two special tokens included; never cut."""
        return len(self._load().tokenizer.encode(_valid(text)).ids)

    def embed(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        """Return `(n, 384) float32`, rows unit length, in the order of `texts`; equal texts are computed once.

        The empty text has a vector too. Raises: WeightsError on first use.
        """
        places: dict[str, int] = {}
        rows = [places.setdefault(text, len(places)) for text in texts]
        vectors = np.empty((len(places), int(self._config["dimensions"])), np.float32)
        unique = list(places)
        for start in range(0, len(unique), _WINDOW):
            pieces = [self._pieces(text) for text in unique[start : start + _WINDOW]]
            for batch in _batches([len(p) for p in pieces]):
                vectors[[start + i for i in batch]] = self._run([pieces[i] for i in batch])
        return vectors if len(unique) == len(rows) else vectors[rows]

    def _pieces(self, text: str) -> list[int]:
        ids: list[int] = self._load().tokenizer.encode(_valid(text[:_LONGEST])).ids
        longest = self.max_word_pieces
        return ids if len(ids) <= longest else [*ids[: longest - 1], ids[-1]]  # [SEP] stays last

    def _run(self, pieces: Sequence[Sequence[int]]) -> npt.NDArray[np.float32]:
        """One batch, padded to its longest row; padding is masked and changes no vector."""
        ids = np.zeros((len(pieces), max(map(len, pieces))), np.int64)
        mask = np.zeros_like(ids)
        for row, row_pieces in enumerate(pieces):
            ids[row, : len(row_pieces)] = row_pieces
            mask[row, : len(row_pieces)] = 1
        output: npt.NDArray[np.float32]
        (output,) = self._load().session.run(None, {"input_ids": ids, "attention_mask": mask})
        return output

    def _load(self) -> _Loaded:
        with self._lock:
            if self._loaded is None:
                from tokenizers import Tokenizer  # noqa: PLC0415 - not needed to know the embedder's name

                tokenizer = checked_file(self._weights, "tokenizer.json", self._config)
                model = checked_file(self._weights, "model.onnx", self._config)
                session = open_session(model, self._threads)
                self._loaded = _Loaded(session, Tokenizer.from_file(str(tokenizer)))
            return self._loaded


def _batches(lengths: Sequence[int]) -> Iterator[list[int]]:
    """Yield places of `lengths`, shortest first, such that a batch padded to its longest stays within bounds."""
    batch: list[int] = []
    for i in sorted(range(len(lengths)), key=lengths.__getitem__):
        if batch and (len(batch) + 1) * lengths[i] > _BATCH_PIECES:
            yield batch
            batch = []
        batch.append(i)
    if batch:
        yield batch


def _valid(text: str) -> str:
    """`text` with lone surrogates (undecodable bytes of a command line) replaced; the tokenizer takes none."""
    return text.encode("utf-8", "replace").decode("utf-8")
