"""Train the verifier: `python -m training.verifier --data DIR --base DIR --out DIR --minutes N [--small]`.

The learning rate follows elapsed wall time (linearly down to 0, after a warm-up counted in steps), so a run ends when
it was told to, however busy the machine. The pool is drawn, cut and augmented anew for each pass.

Set KMP_BLOCKTIME=0 and OMP_WAIT_POLICY=PASSIVE on a shared machine: threads that spin while others work cost a factor
of two.
"""

import argparse
import itertools
import json
import random
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TextIO

import numpy as np
import torch
from tokenizers import Tokenizer
from transformers.utils import logging as transformers_logging

from training.base import Base, check_base, load_pair_tokenizer
from training.mix import build_pool, read_dev_pairs
from training.net import COLUMNS, UNSUPPORTED, VerifierNet, marginal_loss, pad
from training.pairs import Pair

Encoded = tuple[tuple[list[int], list[int]], int]  # ((token ids, token types), target)


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything a run depends on beside the data; saved with its checkpoints."""

    minutes: float
    seed: int = 0
    threads: int = 2  # fewer on a busy machine: there a second thread costs more than it brings
    max_tokens: int = 384  # of a training pair; the passage is cut, never the claim
    batch_tokens: int = 2560  # padded tokens a batch
    batch_pairs: int = 32  # most pairs a batch
    encoder_rate: float = 8e-5
    head_rate: float = 6e-4
    warm_up: int = 60  # steps
    weight_decay: float = 0.01
    checkpoint_minutes: float = 5.0
    limit: int | None = None  # pairs a pass, for a small run
    layers: tuple[int, ...] = ()  # of the base; none named = those of training/base.py


def learning_rate(step: int, progress: float, *, warm_up: int) -> float:
    """Return the factor 0..1 on the peak rate: up over `warm_up` steps, down to 0 with `progress` 0..1 of the time."""
    return max(0.0, min((step + 1) / warm_up, 1.0 - progress))


def load_tokenizer(folder: Path, base: Base, max_tokens: int) -> Tokenizer:
    """Return the base's tokenizer; a pair is (passage, claim) and only the passage is ever cut."""
    tokenizer = load_pair_tokenizer(folder, base)
    tokenizer.enable_truncation(max_tokens, strategy="only_first")
    return tokenizer


def encode(pairs: list[Pair], tokenizer: Tokenizer) -> list[Encoded]:
    """Return token ids, types and target of each pair; pairs whose claim alone fills the input are left out."""
    targets = {label: i for i, label in enumerate(COLUMNS)} | {"unsupported": UNSUPPORTED}
    usable = [p for p in pairs if len(p.claim.split()) < 120]
    encodings = tokenizer.encode_batch([(p.passage, p.claim) for p in usable])
    return [((e.ids, e.type_ids), targets[p.label]) for e, p in zip(encodings, usable, strict=True)]


def batches(rows: list[Encoded], settings: Settings, rng: random.Random) -> Iterator[list[Encoded]]:
    """Yield each row once: shuffled, sorted by length within blocks of 3,000 rows, batches in random order."""
    rng.shuffle(rows)
    for start in range(0, len(rows), 3000):
        block = sorted(rows[start : start + 3000], key=lambda r: len(r[0][0]))
        made: list[list[Encoded]] = [[]]
        for row in block:
            full = (len(made[-1]) + 1) * len(row[0][0]) > settings.batch_tokens
            if made[-1] and (full or len(made[-1]) >= settings.batch_pairs):
                made.append([])
            made[-1].append(row)
        rng.shuffle(made)
        yield from made


@torch.inference_mode()
def predict(net: VerifierNet, rows: list[Encoded], *, batch_pairs: int = 32) -> np.ndarray:
    """Return logits (n, 3) float32 in the order of `rows`, computed in bf16 and evaluation mode."""
    net.eval()
    order = sorted(range(len(rows)), key=lambda i: len(rows[i][0][0]))
    logits = np.zeros((len(rows), len(COLUMNS)), dtype=np.float32)
    for start in range(0, len(order), batch_pairs):
        part = order[start : start + batch_pairs]
        with torch.autocast("cpu", torch.bfloat16):
            logits[part] = net(**pad([rows[i][0] for i in part])).float().numpy()
    net.train()
    return logits


def quick_figures(net: VerifierNet, rows: list[Encoded]) -> dict[str, float]:
    """Return balanced accuracy at 0.5 on `supports`, and three-way accuracy over the rows that have such a label."""
    probabilities = torch.from_numpy(predict(net, rows)).softmax(-1).numpy()
    targets = np.array([t for _, t in rows])
    said = probabilities[:, 0] > 0.5
    three = targets != UNSUPPORTED
    return {
        "balanced_accuracy": float((said[targets == 0].mean() + (~said[targets != 0]).mean()) / 2),
        "three_way_accuracy": float((probabilities.argmax(1)[three] == targets[three]).mean()),
        "n": len(rows),
    }


def save(net: VerifierNet, out: Path) -> None:
    """Write the weights to `out`/checkpoint.pt by way of a temporary file, so that a reader never meets half of one."""
    partial = out / "checkpoint.pt.partial"
    torch.save(net.state_dict(), partial)
    partial.replace(out / "checkpoint.pt")


def passes(data: Path, tokenizer: Tokenizer, settings: Settings, log: TextIO) -> Iterator[list[Encoded]]:
    """Yield batches without end, a fresh pool for each pass."""
    rng = random.Random(settings.seed)
    for epoch in itertools.count():
        pool = encode(build_pool(data, seed=settings.seed + epoch)[: settings.limit], tokenizer)
        write_line(log, epoch=epoch, pool=len(pool), tokens=sum(len(row[0]) for row, _ in pool))
        yield from batches(pool, settings, rng)


def make_optimiser(net: VerifierNet, settings: Settings) -> torch.optim.AdamW:
    """Return AdamW over the weights that train; each group keeps its peak rate as `peak`."""
    groups = [
        {"params": [p for p in net.encoder.parameters() if p.requires_grad], "peak": settings.encoder_rate},
        {"params": list(net.head.parameters()), "peak": settings.head_rate},
    ]
    return torch.optim.AdamW(groups, weight_decay=settings.weight_decay, fused=True)


def take_step(net: VerifierNet, optimiser: torch.optim.AdamW, batch: list[Encoded], *, factor: float) -> float:
    """Take one step at `factor` of the peak rates and return the batch's loss."""
    for group in optimiser.param_groups:
        group["lr"] = group["peak"] * factor
    with torch.autocast("cpu", torch.bfloat16):
        logits = net(**pad([row for row, _ in batch]))
    loss = marginal_loss(logits, torch.tensor([target for _, target in batch]))
    optimiser.zero_grad(set_to_none=True)
    loss.backward()
    torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0)
    optimiser.step()
    return float(loss.detach())


def train(data: Path, base: Path, out: Path, settings: Settings, *, start: Path | None = None) -> None:
    """Train until the wall time is used, writing `settings.json`, `checkpoint.pt` and `log.jsonl` into `out`.

    `start`: a checkpoint whose weights the run begins with, instead of the base's and a new head.
    """
    torch.set_num_threads(settings.threads)
    torch.manual_seed(settings.seed)
    out.mkdir(parents=True, exist_ok=True)
    (out / "settings.json").write_text(json.dumps(asdict(settings), indent=1), "utf-8")
    kind = check_base(base)
    if settings.layers:
        kind = replace(kind, layers=settings.layers)
    tokenizer = load_tokenizer(base, kind, settings.max_tokens)
    net = VerifierNet(base, kind).train()
    if start is not None:
        net.load_state_dict(torch.load(start, map_location="cpu", weights_only=True))
    optimiser = make_optimiser(net, settings)
    dev = encode(read_dev_pairs(data)[:400], tokenizer)
    began = saved = time.monotonic()
    n_pairs, losses = 0, []
    with (out / "log.jsonl").open("a", encoding="utf-8") as log:
        for step, batch in enumerate(passes(data, tokenizer, settings, log)):
            progress = (time.monotonic() - began) / (60 * settings.minutes)
            if progress >= 1:
                break
            factor = learning_rate(step, progress, warm_up=settings.warm_up)
            losses.append(take_step(net, optimiser, batch, factor=factor))
            n_pairs += len(batch)
            if step % 25 == 24:
                write_line(
                    log, step=step + 1, pairs=n_pairs, progress=round(progress, 4), loss=round(sum(losses) / 25, 4)
                )
                losses.clear()
            if time.monotonic() - saved > 60 * settings.checkpoint_minutes:
                save(net, out)
                saved = time.monotonic()
        save(net, out)
        write_line(log, step=step, pairs=n_pairs, done=True, **quick_figures(net, dev))


def write_line(log: TextIO, **values: float) -> None:
    """Append one JSON line and flush it, so that a run can be watched."""
    print(json.dumps(values), file=log, flush=True)


def main() -> None:
    """Parse the command line and train."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder with train/ and dev/")
    parser.add_argument(
        "--base", type=Path, required=True, help="folder of the pinned base weights, see training/base.py"
    )
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--minutes", type=float, required=True, help="wall time of the run, all of it")
    parser.add_argument("--start", type=Path, help="a checkpoint.pt to go on from")
    parser.add_argument("--rate", type=float, default=8e-5, help="the encoder's peak learning rate")
    parser.add_argument("--layers", type=int, nargs="+", default=(), help="layers of the base to keep, in order")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument(
        "--small", action="store_true", help="2,000 pairs a pass: checks the recipe, makes no good model"
    )
    args = parser.parse_args()
    transformers_logging.set_verbosity_error()
    settings = Settings(
        minutes=args.minutes,
        seed=args.seed,
        threads=args.threads,
        encoder_rate=args.rate,
        limit=2000 if args.small else None,
        layers=tuple(args.layers),
    )
    train(args.data, args.base, args.out, settings, start=args.start)


if __name__ == "__main__":
    main()
