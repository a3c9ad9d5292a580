"""The network of the verifier: a small encoder over passage and claim, a three-way head, and one that reads answers."""

from collections.abc import Sequence
from pathlib import Path

import torch
from torch import Tensor, nn
from transformers import AutoConfig, AutoModel

from training.base import Base
from training.encoding import NO_VERDICT, UNSUPPORTED, Encoded

COLUMNS = ("supports", "refutes", "neutral")
FAR = 1e4  # taken from the score of a token that cannot be part of an answer


class VerifierNet(nn.Module):
    """Encoder and heads. The verdict's head sees the first state and the mean and the maximum over the claim's states.

    The claim's own states tell which of its words found no support; a mean over a long passage would drown them. The
    reader's head gives each passage token a score as first and as last of the answer; the first token stands for none.

    The last `n_narrow` layers change the tokens alone that the row's head reads, as in `training.bert`: the others keep
    their states of the layer before and are still attended to.
    """

    def __init__(self, folder: Path, base: Base, *, dropout: float = 0.0, n_narrow: int = 1) -> None:
        super().__init__()
        if not 0 <= n_narrow <= len(base.layers):
            raise ValueError(f"{n_narrow} narrow layers of {len(base.layers)}")
        config = AutoConfig.from_pretrained(folder)
        config.hidden_dropout_prob = config.attention_probs_dropout_prob = dropout
        self.typed = base.typed
        self.encoder = AutoModel.from_pretrained(folder, config=config, add_pooling_layer=False)
        self.encoder.encoder.layer = nn.ModuleList([self.encoder.encoder.layer[i] for i in base.layers])
        # Half of all weights, and the pool is too small to move them well.
        self.encoder.embeddings.word_embeddings.weight.requires_grad_(False)
        width = self.encoder.config.hidden_size
        self.head = nn.Sequential(nn.Linear(3 * width, width), nn.GELU(), nn.Linear(width, len(COLUMNS)))
        self.reader = nn.Linear(width, 2)
        self.changing: Tensor | None = None  # (n, tokens, 1) bool, the tokens that narrow layers change
        for layer in self.encoder.encoder.layer[len(base.layers) - n_narrow :] if n_narrow > 1 else ():
            layer.register_forward_hook(self._keep_others)

    def _keep_others(self, _layer: nn.Module, given: Sequence[Tensor], made: Tensor | Sequence[Tensor]) -> object:
        """Return a layer's output with the states of the tokens that it must not change as they came in."""
        if isinstance(made, Tensor):
            return torch.where(self.changing, made, given[0].to(made.dtype))
        return (torch.where(self.changing, made[0], given[0].to(made[0].dtype)), *made[1:])

    def forward(
        self, input_ids: Tensor, attention_mask: Tensor, token_type_ids: Tensor, wanted: Tensor
    ) -> tuple[Tensor, Tensor]:
        """Return logits (n, 3), columns as in COLUMNS, and the reader's (n, tokens, 2): first, last.

        All inputs (n, tokens) int64, padding has mask 0. `wanted`: 1 for the tokens that the row's head reads.
        """
        self.changing = wanted.bool().unsqueeze(-1)
        types = {"token_type_ids": token_type_ids} if self.typed else {}
        states = self.encoder(input_ids=input_ids, attention_mask=attention_mask, **types).last_hidden_state
        claim = (token_type_ids * attention_mask).unsqueeze(-1).to(states.dtype)
        mean = (states * claim).sum(1) / claim.sum(1).clamp(min=1.0)
        top = (states - (1.0 - claim) * FAR).max(1).values
        passage = (attention_mask * (1 - token_type_ids)).unsqueeze(-1).float()
        spans = self.reader(states).float() - (1.0 - passage) * FAR
        return self.head(torch.cat([states[:, 0], mean, top], dim=-1)), spans


def marginal_loss(logits: Tensor, targets: Tensor) -> Tensor:
    """Return the mean negative log-likelihood over the rows that have a verdict, a scalar; 0 where none has.

    Logits (n, 3), targets (n,) int64: a column; UNSUPPORTED costs -log(p_refutes + p_neutral); others cost nothing.
    """
    logs = logits.float().log_softmax(-1)
    either = logs[:, 1:].logsumexp(-1, keepdim=True)
    told = targets <= UNSUPPORTED
    costs = -torch.cat([logs, either], dim=-1).gather(1, targets.clamp(max=UNSUPPORTED)[:, None])[:, 0]
    return (costs * told).sum() / told.sum().clamp(min=1)


def teacher_loss(logits: Tensor, taught: Tensor, targets: Tensor) -> Tensor:
    """Return the mean cross-entropy against probabilities (n, 3) over the rows that ask a verdict, a scalar."""
    asked = targets != NO_VERDICT
    costs = -(taught * logits.float().log_softmax(-1)).sum(-1)
    return (costs * asked).sum() / asked.sum().clamp(min=1)


def reader_loss(spans: Tensor, places: Tensor) -> Tensor:
    """Return the mean cost of first and last token over the rows that have a place, a scalar; 0 where none has.

    Spans (n, tokens, 2); places (n, 2) int64, (0, 0) for no answer and (-1, -1) for rows that are not read.
    """
    read = (places[:, 0] >= 0).float()
    costs = nn.functional.cross_entropy(spans, places.clamp(min=0), reduction="none").mean(-1)
    return (costs * read).sum() / read.sum().clamp(min=1)


def pad(rows: Sequence[Encoded]) -> dict[str, Tensor]:
    """Return the network's inputs for `rows`, padded to the longest with zeros."""
    longest = max(len(row.ids) for row in rows)
    ids, types, mask, wanted = (torch.zeros(len(rows), longest, dtype=torch.long) for _ in range(4))
    for i, row in enumerate(rows):
        ids[i, : len(row.ids)] = torch.as_tensor(row.ids)
        types[i, row.claim_start : len(row.ids)] = 1
        mask[i, : len(row.ids)] = 1
        side = slice(0, row.claim_start) if row.target == NO_VERDICT else slice(row.claim_start, len(row.ids))
        wanted[i, side] = 1
    wanted[:, 0] = 1
    return {"input_ids": ids, "attention_mask": mask, "token_type_ids": types, "wanted": wanted}
