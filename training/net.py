"""The verifier's network: a small encoder over passage and claim, and a three-way head."""

from collections.abc import Sequence
from pathlib import Path

import torch
from torch import Tensor, nn
from transformers import AutoConfig, AutoModel

from training.base import Base

COLUMNS = ("supports", "refutes", "neutral")
UNSUPPORTED = 3  # target index of a row that is refuted or neutral, not said which


class VerifierNet(nn.Module):
    """Encoder and head. The head sees the first state and the mean and the maximum over the claim's states.

    The claim's own states tell which of its words found no support; a mean over a long passage would drown them.
    """

    def __init__(self, folder: Path, base: Base) -> None:
        super().__init__()
        config = AutoConfig.from_pretrained(folder)
        config.hidden_dropout_prob = config.attention_probs_dropout_prob = (
            0.0  # slow on a CPU, and no row is seen often
        )
        self.typed = base.typed
        self.encoder = AutoModel.from_pretrained(folder, config=config, add_pooling_layer=False)
        self.encoder.encoder.layer = nn.ModuleList([self.encoder.encoder.layer[i] for i in base.layers])
        self.encoder.embeddings.word_embeddings.weight.requires_grad_(
            False
        )  # half of all weights; a pass is too short to move them well
        width = self.encoder.config.hidden_size
        self.head = nn.Sequential(nn.Linear(3 * width, width), nn.GELU(), nn.Linear(width, len(COLUMNS)))

    def forward(self, input_ids: Tensor, attention_mask: Tensor, token_type_ids: Tensor) -> Tensor:
        """Return logits (n, 3), columns as in COLUMNS; all inputs (n, tokens) int64, padding has mask 0."""
        types = {"token_type_ids": token_type_ids} if self.typed else {}
        states = self.encoder(input_ids=input_ids, attention_mask=attention_mask, **types).last_hidden_state
        claim = (token_type_ids * attention_mask).unsqueeze(-1).to(states.dtype)
        mean = (states * claim).sum(1) / claim.sum(1).clamp(min=1.0)
        top = (states - (1.0 - claim) * 1e4).max(1).values
        return self.head(torch.cat([states[:, 0], mean, top], dim=-1))


def marginal_loss(logits: Tensor, targets: Tensor) -> Tensor:
    """Return the mean negative log-likelihood, a scalar; logits (n, 3), targets (n,) int64 in 0..3.

    Target UNSUPPORTED costs -log(p_refutes + p_neutral).
    """
    logs = logits.float().log_softmax(-1)
    either = logs[:, 1:].logsumexp(-1, keepdim=True)
    return -torch.cat([logs, either], dim=-1).gather(1, targets[:, None]).mean()


def pad(rows: Sequence[tuple[Sequence[int], Sequence[int]]]) -> dict[str, Tensor]:
    """Return the network's inputs for rows of (token ids, token types), padded to the longest with zeros."""
    longest = max(len(ids) for ids, _ in rows)
    ids, types, mask = (torch.zeros(len(rows), longest, dtype=torch.long) for _ in range(3))
    for i, (row_ids, row_types) in enumerate(rows):
        ids[i, : len(row_ids)] = torch.as_tensor(row_ids)
        types[i, : len(row_ids)] = torch.as_tensor(row_types)
        mask[i, : len(row_ids)] = 1
    return {"input_ids": ids, "attention_mask": mask, "token_type_ids": types}
