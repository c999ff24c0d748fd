"""The baseline: a causal transformer with learned positions (SASRec, Kang and McAuley 2018), pre-norm, on the same rows as Hstu."""
import math
from dataclasses import dataclass

import torch
from torch import nn
from torch.nn import functional as F


@dataclass(frozen=True)
class SasRecConfig:
    layers: int = 2
    width: int = 64
    heads: int = 2
    positions: int = 64

    @property
    def content_width(self) -> int:
        return self.width

    @property
    def rebuild_tokens(self) -> int:
        return self.positions


class Block(nn.Module):
    def __init__(self, config: SasRecConfig, dropout: float):
        super().__init__()
        self.heads, self.dropout = config.heads, dropout
        self.attention_norm, self.feed_norm = nn.LayerNorm(config.width), nn.LayerNorm(config.width)
        self.qkv = nn.Linear(config.width, 3 * config.width)
        self.mix = nn.Linear(config.width, config.width)
        self.feed = nn.Linear(config.width, config.width)
        self.back = nn.Linear(config.width, config.width)

    def forward(self, x, visible):
        q, k, v = (part.unflatten(-1, (self.heads, -1)).transpose(1, 2) for part in self.qkv(self.attention_norm(x)).chunk(3, -1))
        scores = (q @ k.transpose(-1, -2) / math.sqrt(q.shape[-1])).masked_fill(~visible.unsqueeze(1), -1e9)
        weights = F.dropout(scores.softmax(-1), self.dropout, self.training)
        x = x + F.dropout(self.mix((weights @ v).transpose(1, 2).flatten(2)), self.dropout, self.training)
        hidden = F.dropout(F.relu(self.feed(self.feed_norm(x))), self.dropout, self.training)
        return x + F.dropout(self.back(hidden), self.dropout, self.training)


class SasRec(nn.Module):
    def __init__(self, config: SasRecConfig, dropout: float, input_dropout: float):
        super().__init__()
        self.config, self.input_dropout = config, input_dropout
        self.positions = nn.Parameter(torch.randn(config.positions, config.width) / math.sqrt(config.width))
        self.blocks = nn.ModuleList(Block(config, dropout) for _ in range(config.layers))
        self.norm = nn.LayerNorm(config.width)

    def forward(self, contents, segments, places):
        """User embeddings [B, T, D], L2-normalised; places [B, T] = position in the user's sequence."""
        length = segments.shape[1]
        causal = torch.ones(length, length, dtype=torch.bool, device=segments.device).tril()
        visible = causal & (segments[:, :, None] == segments[:, None, :])
        positions = self.positions.index_select(0, places.flatten()).reshape(*places.shape, -1)
        x = math.sqrt(self.config.width) * contents + positions
        x = F.dropout(x, self.input_dropout, self.training)
        for block in self.blocks:
            x = block(x, visible)
        return F.normalize(self.norm(x), dim=-1)
