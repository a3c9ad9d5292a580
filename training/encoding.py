"""Training pairs as token ids: one pass's pool as a few flat arrays, written to and read from a file.

A pool is drawn, cut and augmented on the CPU; where a GPU waits for it, `python -m training.encoding` prepares several
passes beforehand, one process each.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from tokenizers import Encoding, Tokenizer

from training.base import Base, check_base, load_pair_tokenizer
from training.mix import build_pool
from training.pairs import Pair

TARGETS = {"supports": 0, "refutes": 1, "neutral": 2, "unsupported": 3, "unknown": 4, "read": 5}
UNSUPPORTED = TARGETS["unsupported"]  # refuted or neutral, not said which
UNKNOWN = TARGETS["unknown"]  # for a teacher to tell
NO_VERDICT = TARGETS["read"]  # a question, to be answered from the passage
MAX_CLAIM_WORDS = 120  # a longer claim alone would fill the input


class Encoded(NamedTuple):
    """One row. `claim_start`: its first token of type 1; `place`: first and last token of the answer.

    The place is (0, 0) where the passage does not answer, (-1, -1) where nothing is asked. `origin`: of its pair.
    """

    ids: NDArray[np.uint16]
    claim_start: int
    target: int
    place: tuple[int, int]
    origin: str


def load_tokenizer(folder: Path, base: Base, max_tokens: int) -> Tokenizer:
    """Return the base's tokenizer; a pair is (passage, claim) and only the passage is ever cut."""
    tokenizer = load_pair_tokenizer(folder, base)
    tokenizer.enable_truncation(max_tokens, strategy="only_first")
    return tokenizer


def encode(pairs: Sequence[Pair], tokenizer: Tokenizer) -> list[Encoded]:
    """Return the rows of `pairs`; left out are those with too long a claim, or an answer that was cut off."""
    usable = [p for p in pairs if len(p.claim.split()) < MAX_CLAIM_WORDS]
    rows = []
    for pair, encoding in zip(usable, tokenizer.encode_batch([(p.passage, p.claim) for p in usable]), strict=True):
        if (place := _place(pair, encoding)) is not None:
            ids, claim_start = np.array(encoding.ids, np.uint16), encoding.type_ids.index(1)
            rows.append(Encoded(ids, claim_start, TARGETS[pair.label], place, pair.origin))
    return rows


def _place(pair: Pair, encoding: Encoding) -> tuple[int, int] | None:
    if pair.label != "read":
        return -1, -1
    if pair.answer is None:
        return 0, 0
    first, last = (encoding.char_to_token(i, 0) for i in (pair.answer[0], pair.answer[1] - 1))
    return None if first is None or last is None else (first, last)


def write_pool(path: Path, rows: Sequence[Encoded]) -> None:
    """Write the rows to `path` (`.npz`), by way of a temporary file."""
    partial = path.with_name("partial-" + path.name)
    origins, origin_of = np.unique([row.origin for row in rows], return_inverse=True)
    np.savez(
        partial,
        ids=np.concatenate([row.ids for row in rows]),
        ends=np.cumsum([len(row.ids) for row in rows]),
        claim_starts=np.array([row.claim_start for row in rows], np.uint16),
        targets=np.array([row.target for row in rows], np.int8),
        places=np.array([row.place for row in rows], np.int16),
        origins=origins,
        origin_of=origin_of.astype(np.uint16),
    )
    partial.replace(path)


def read_pool(path: Path) -> list[Encoded]:
    """Return the rows that `write_pool` wrote."""
    with np.load(path) as file:
        parts = np.split(file["ids"], file["ends"][:-1])
        origins = file["origins"].tolist()
        columns = (file[name].tolist() for name in ("claim_starts", "targets", "places", "origin_of"))
        return [Encoded(ids, c, t, (p[0], p[1]), origins[o]) for ids, c, t, p, o in zip(parts, *columns, strict=True)]


def leave_out(rows: Sequence[Encoded], rules: Sequence[str]) -> list[Encoded]:
    """Return the rows that none of the augmentations `rules` has made or changed."""
    return [row for row in rows if not set(rules) & set(row.origin.split("+")[1:])]


def prepare(data: Path, base: Path, out: Path, *, number: int, max_tokens: int, limit: int | None) -> int:
    """Write the pool of one pass to `out` and return its size."""
    rows = encode(
        build_pool(data, seed=number, with_unknown=True)[:limit], load_tokenizer(base, check_base(base), max_tokens)
    )
    write_pool(out / f"pass-{number:02d}.npz", rows)
    return len(rows)


def main() -> None:
    """Parse the command line and prepare the passes."""
    parser = argparse.ArgumentParser(description="Prepare the pools of several passes for training.verifier --pools.")
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--base", type=Path, required=True, help="folder of the pinned base weights")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--passes", type=int, default=8)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--max-tokens", type=int, default=480)
    parser.add_argument("--limit", type=int, help="most pairs a pass")
    given = parser.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    with ProcessPoolExecutor(given.workers) as workers:
        jobs = [
            workers.submit(
                prepare, given.data, given.base, given.out, number=i, max_tokens=given.max_tokens, limit=given.limit
            )
            for i in range(given.passes)
        ]
        print("rows:", [job.result() for job in jobs])


if __name__ == "__main__":
    main()
