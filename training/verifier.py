"""Train the verifier: `python -m training.verifier --data DIR --base DIR --out DIR --minutes N [--small]`.

The learning rate follows elapsed wall time (linearly down to 0, after a warm-up counted in steps), so a run ends when
it was told to, however busy the machine. The pool is drawn, cut and augmented anew for each pass; `--pools` takes
passes that `training.encoding` prepared, again from the first when they are used up.

`--teacher` trains a student: half of the loss is the cross-entropy against what other verifiers say of each row (the
mean of their probabilities, computed on the way), and rows whose label nobody knows are learnt from them alone. Of
our own stories no teacher is asked: their labels stand.

Where there is a GPU it is used. Without one, set KMP_BLOCKTIME=0 and OMP_WAIT_POLICY=PASSIVE on a shared machine:
threads that spin while others work cost a factor of two.
"""

import argparse
import itertools
import json
import random
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TextIO

import numpy as np
import torch
from tokenizers import Tokenizer
from torch import Tensor
from transformers.utils import logging as transformers_logging

from training.augment import RULES
from training.base import Base, check_base
from training.encoding import (
    NO_VERDICT,
    UNKNOWN,
    UNSUPPORTED,
    Encoded,
    encode,
    leave_out,
    load_tokenizer,
    read_pool,
)
from training.mix import build_pool, read_dev_pairs
from training.net import COLUMNS, VerifierNet, marginal_loss, pad, reader_loss, teacher_loss
from training.stories import ORIGIN, held_out, read_stories, story_pairs, story_readings

DEVICE = torch.device("cuda" if torch.cuda.is_available() else "cpu")
READER_SHARE = 0.3  # of the reader's loss, against 1 for the verdict's
TEACHER_SHARE = 0.5  # of the verdict's loss, where there is a teacher


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything a run depends on beside the data; saved with its checkpoints."""

    minutes: float
    seed: int = 0
    threads: int = 2  # fewer on a busy machine: there a second thread costs more than it brings
    max_tokens: int = 480  # of a training pair; the passage is cut, never the claim
    batch_tokens: int = 2560  # padded tokens a batch
    batch_pairs: int = 32  # most pairs a batch
    encoder_rate: float = 8e-5
    head_rate: float = 6e-4
    dropout: float = 0.0  # slow on a CPU, where no row is seen often
    warm_up: int = 60  # steps
    weight_decay: float = 0.01
    checkpoint_minutes: float = 5.0
    limit: int | None = None  # pairs a pass, for a small run
    layers: tuple[int, ...] = ()  # of the base; none named = those of training/base.py
    teacher_layers: tuple[int, ...] = ()  # of each teacher: how many of the base's, from the first
    narrow: int = 1  # last layers that change the states alone that a head reads
    without: tuple[str, ...] = ()  # augmentations left out, by the names that `training.augment` gives origins
    stories: int = 0  # times that our own stories (`training.stories`) come in a pass


def learning_rate(step: int, progress: float, *, warm_up: int) -> float:
    """Return the factor 0..1 on the peak rate: up over `warm_up` steps, down to 0 with `progress` 0..1 of the time."""
    return max(0.0, min((step + 1) / warm_up, 1.0 - progress))


def batches(rows: list[Encoded], settings: Settings, rng: random.Random) -> Iterator[list[Encoded]]:
    """Yield each row once: shuffled, sorted by length within blocks of 3,000 rows, batches in random order."""
    rng.shuffle(rows)
    for start in range(0, len(rows), 3000):
        block = sorted(rows[start : start + 3000], key=lambda r: len(r.ids))
        made: list[list[Encoded]] = [[]]
        for row in block:
            full = (len(made[-1]) + 1) * len(row.ids) > settings.batch_tokens
            if made[-1] and (full or len(made[-1]) >= settings.batch_pairs):
                made.append([])
            made[-1].append(row)
        rng.shuffle(made)
        yield from made


def run(net: VerifierNet, rows: list[Encoded]) -> tuple[Tensor, Tensor]:
    """Return the network's outputs for one batch, computed in bf16 where that pays; see `training.net`."""
    with torch.autocast(DEVICE.type, torch.bfloat16):
        outputs: tuple[Tensor, Tensor] = net(**{k: v.to(DEVICE, non_blocking=True) for k, v in pad(rows).items()})
    return outputs


@torch.inference_mode()
def predict(net: VerifierNet, rows: list[Encoded], *, batch_pairs: int = 32) -> np.ndarray:
    """Return logits (n, 3) float32 in the order of `rows`, in evaluation mode."""
    net.eval()
    order = sorted(range(len(rows)), key=lambda i: len(rows[i].ids))
    logits = np.zeros((len(rows), len(COLUMNS)), dtype=np.float32)
    for start in range(0, len(order), batch_pairs):
        part = order[start : start + batch_pairs]
        logits[part] = run(net, [rows[i] for i in part])[0].float().cpu().numpy()
    net.train()
    return logits


def quick_figures(net: VerifierNet, rows: list[Encoded]) -> dict[str, float]:
    """Return balanced accuracy at 0.5 on `supports`, and three-way accuracy over the rows that have such a label."""
    probabilities = torch.from_numpy(predict(net, rows)).softmax(-1).numpy()
    targets = np.array([row.target for row in rows])
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


def passes(
    data: Path, tokenizer: Tokenizer, settings: Settings, log: TextIO, *, pools: Path | None
) -> Iterator[list[Encoded]]:
    """Yield batches without end, a fresh pool for each pass, or the prepared ones of `pools` in turn."""
    rng = random.Random(settings.seed)
    prepared = sorted(pools.glob("pass-*.npz")) if pools is not None else []
    for epoch in itertools.count():
        if prepared:
            pool = read_pool(prepared[epoch % len(prepared)])[: settings.limit]
        else:
            pairs = build_pool(data, seed=settings.seed + epoch, with_unknown=bool(settings.teacher_layers))
            pool = encode(pairs[: settings.limit], tokenizer)
        if not settings.teacher_layers:
            pool = [row for row in pool if row.target != UNKNOWN]
        pool = leave_out(pool, settings.without) + told(tokenizer, settings, rng)
        write_line(log, epoch=epoch, pool=len(pool), tokens=sum(len(row.ids) for row in pool))
        yield from batches(pool, settings, rng)


def told(tokenizer: Tokenizer, settings: Settings, rng: random.Random) -> list[Encoded]:
    """Return the rows of our own stories for one pass, drawn anew for each time that they come."""
    stories = held_out(read_stories(), out=False)
    pairs = [p for _ in range(settings.stories) for p in (*story_pairs(stories, rng), *story_readings(stories, rng))]
    return encode(pairs, tokenizer)


def make_optimiser(net: VerifierNet, settings: Settings) -> torch.optim.AdamW:
    """Return AdamW over the weights that train; each group keeps its peak rate as `peak`."""
    groups = [
        {"params": [p for p in net.encoder.parameters() if p.requires_grad], "peak": settings.encoder_rate},
        {"params": [*net.head.parameters(), *net.reader.parameters()], "peak": settings.head_rate},
    ]
    return torch.optim.AdamW(groups, weight_decay=settings.weight_decay, fused=True)


def loss_of(net: VerifierNet, teachers: Sequence[VerifierNet], batch: list[Encoded]) -> Tensor:
    """Return the batch's loss, a scalar: the labels' and the teachers' on the verdict, and the reader's."""
    logits, spans = run(net, batch)
    targets = torch.tensor([row.target for row in batch], device=DEVICE)
    loss = marginal_loss(logits, targets)
    if teachers:
        with torch.inference_mode():
            taught = torch.stack([run(teacher, batch)[0].float().softmax(-1) for teacher in teachers]).mean(0)
        taught = keep_stories(taught, batch)
        loss = (1 - TEACHER_SHARE) * loss + TEACHER_SHARE * teacher_loss(logits, taught, targets)
    if any(row.target == NO_VERDICT for row in batch):
        places = torch.tensor([row.place for row in batch], device=DEVICE)
        loss = loss + READER_SHARE * reader_loss(spans, places)
    return loss


def keep_stories(taught: Tensor, batch: Sequence[Encoded]) -> Tensor:
    """Return what teachers say of a batch, probabilities (n, 3), with the labels of our own stories instead."""
    kept = taught.clone()
    for i, row in enumerate(batch):
        if row.origin.split("+")[0] == ORIGIN and row.target != NO_VERDICT:
            kept[i] = torch.nn.functional.one_hot(torch.tensor(row.target), len(COLUMNS))
    return kept


def take_step(
    net: VerifierNet,
    teachers: Sequence[VerifierNet],
    optimiser: torch.optim.AdamW,
    batch: list[Encoded],
    *,
    factor: float,
) -> Tensor:
    """Take one step at `factor` of the peak rates and return the batch's loss, a scalar."""
    for group in optimiser.param_groups:
        group["lr"] = group["peak"] * factor
    loss = loss_of(net, teachers, batch)
    optimiser.zero_grad(set_to_none=True)
    loss.backward()
    torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0)
    optimiser.step()
    return loss.detach()


def load_net(
    base: Path, kind: Base, checkpoint: Path | None, *, dropout: float = 0.0, n_narrow: int = 1
) -> VerifierNet:
    """Return the network on the device: the base's weights and new heads, or those of a checkpoint."""
    net = VerifierNet(base, kind, dropout=dropout, n_narrow=n_narrow)
    if checkpoint is not None:
        net.load_state_dict(torch.load(checkpoint, map_location="cpu", weights_only=True))
    return net.to(DEVICE)


def train(
    data: Path,
    base: Path,
    out: Path,
    settings: Settings,
    *,
    start: Path | None = None,
    pools: Path | None = None,
    teachers: Sequence[Path] = (),
) -> None:
    """Train until the wall time is used, writing `settings.json`, `checkpoint.pt` and `log.jsonl` into `out`.

    `start`: a checkpoint whose weights the run begins with, instead of the base's and new heads. `pools`: prepared
    passes. `teachers`: checkpoints, each of a network with as many first layers of the base as
    `settings.teacher_layers` says.
    """
    torch.set_num_threads(settings.threads)
    torch.manual_seed(settings.seed)
    out.mkdir(parents=True, exist_ok=True)
    (out / "settings.json").write_text(json.dumps(asdict(settings), indent=1), "utf-8")
    kind = check_base(base)
    if settings.layers:
        kind = replace(kind, layers=settings.layers)
    net = load_net(base, kind, start, dropout=settings.dropout, n_narrow=settings.narrow).train()
    guides = [
        load_net(base, replace(kind, layers=tuple(range(n))), path).eval() for path, n in _sized(teachers, settings)
    ]
    optimiser = make_optimiser(net, settings)
    tokenizer = load_tokenizer(base, kind, settings.max_tokens)
    dev = encode(read_dev_pairs(data)[:400], tokenizer)
    began = saved = time.monotonic()
    n_pairs, losses = 0, torch.zeros((), device=DEVICE)
    with (out / "log.jsonl").open("a", encoding="utf-8") as log:
        for step, batch in enumerate(passes(data, tokenizer, settings, log, pools=pools)):
            progress = (time.monotonic() - began) / (60 * settings.minutes)
            if progress >= 1:
                break
            factor = learning_rate(step, progress, warm_up=settings.warm_up)
            losses += take_step(net, guides, optimiser, batch, factor=factor)
            n_pairs += len(batch)
            if step % 25 == 24:
                loss = round(float(losses) / 25, 4)
                write_line(log, step=step + 1, pairs=n_pairs, progress=round(progress, 4), loss=loss)
                losses.zero_()
            if time.monotonic() - saved > 60 * settings.checkpoint_minutes:
                save(net, out)
                saved = time.monotonic()
        save(net, out)
        write_line(log, step=step, pairs=n_pairs, done=True, **quick_figures(net, dev))


def _sized(teachers: Sequence[Path], settings: Settings) -> Iterator[tuple[Path, int]]:
    """Yield each teacher's checkpoint and how many layers it has.

    Raises: ValueError where its own `settings.json` says that it has others, or narrow ones.
    """
    for path, n in zip(teachers, settings.teacher_layers, strict=True):
        told = path.with_name("settings.json")
        own = json.loads(told.read_text("utf-8")) if told.is_file() else {}
        if own.get("layers", list(range(n))) != list(range(n)) or own.get("narrow", 1) > 1:
            raise ValueError(f"{path} is no teacher of the first {n} layers: {told}")
        yield path, n


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
    parser.add_argument("--pools", type=Path, help="folder of passes that training.encoding prepared")
    parser.add_argument("--teacher", type=Path, nargs="+", default=(), help="checkpoints of verifiers to learn from")
    parser.add_argument(
        "--teacher-layers", type=int, nargs="+", default=(12,), help="how many layers of the base each teacher has"
    )
    parser.add_argument("--dropout", type=float, default=0.0)
    parser.add_argument("--batch-tokens", type=int, default=2560, help="padded tokens a batch; a GPU takes 16384")
    parser.add_argument("--batch-pairs", type=int, default=32, help="most pairs a batch; a GPU takes 128")
    parser.add_argument("--rate", type=float, default=8e-5, help="the encoder's peak learning rate")
    parser.add_argument("--layers", type=int, nargs="+", default=(), help="layers of the base to keep, in order")
    parser.add_argument(
        "--narrow", type=int, default=1, help="last layers that change the states alone that a head reads"
    )
    parser.add_argument("--without", nargs="+", default=(), choices=sorted(RULES), help="augmentations to leave out")
    parser.add_argument("--stories", type=int, default=0, help="times that our own stories come in a pass")
    parser.add_argument("--limit", type=int, help="most other pairs a pass")
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
        batch_tokens=args.batch_tokens,
        batch_pairs=args.batch_pairs,
        dropout=args.dropout,
        limit=2000 if args.small else args.limit,
        layers=tuple(args.layers),
        teacher_layers=tuple(args.teacher_layers) if args.teacher else (),
        narrow=args.narrow,
        without=tuple(args.without),
        stories=args.stories,
    )
    train(args.data, args.base, args.out, settings, start=args.start, pools=args.pools, teachers=args.teacher)


if __name__ == "__main__":
    main()
