"""HSTU in PyTorch, whole sequences at once: design section 5, Zhai et al. 2024 (arXiv 2402.17152).

Shapes: B rows, T tokens, C content width, D width, E = heads * head width, W window. Several users may lie one behind
the other in a row: tokens attend within their own segment only. No position is absolute, so where a segment begins in
its row makes no difference.
"""
import math

import torch
from torch import nn
from torch.nn import functional as F

from .config import HstuConfig

TIME_BUCKETS = 129
EPSILON = 1e-6


def time_buckets(distance_seconds: torch.Tensor) -> torch.Tensor:
    """clamp(trunc(ln(max(1, |d|)) / 0.301), 0, 128), in float32. The logarithm is rounded from float64, as the platform's is."""
    magnitude = distance_seconds.abs().clamp(min=1).to(torch.float32)
    logarithm = magnitude.to(torch.float64).log().to(torch.float32)
    return (logarithm / torch.tensor(0.301, dtype=torch.float32)).to(torch.int64).clamp(0, TIME_BUCKETS - 1)


def anchor_times(times: torch.Tensor, segments: torch.Tensor, anchor: str) -> torch.Tensor:
    """The time that each row measures its distances from: its own, or the next token's (the last row's own)."""
    if anchor == "self":
        return times
    following = torch.cat([times[:, 1:], times[:, -1:]], dim=1)
    has_next = F.pad(segments[:, 1:] == segments[:, :-1], (0, 1), value=False)
    return torch.where(has_next, following, times)


class Layer(nn.Module):
    def __init__(self, config: HstuConfig, dropout: float):
        super().__init__()
        self.config, self.dropout = config, dropout
        width, heads_width = config.width, config.heads_width
        self.uvqk = nn.Parameter(torch.randn(width, 4 * heads_width) * 0.02)
        self.position_bias = nn.Parameter(torch.randn(config.window) * 0.02)
        self.output = nn.Linear(heads_width, width)
        nn.init.xavier_uniform_(self.output.weight)
        nn.init.zeros_(self.output.bias)

    def forward(self, x, lags, in_band, time_bias):
        """x [B, T, D]; lags [T, T]; in_band [B, T, T]; time_bias [B, T, T] or None."""
        config = self.config
        z = F.layer_norm(x, (config.width,), eps=EPSILON)
        u, v, q, k = F.silu(z @ self.uvqk).split(config.heads_width, dim=-1)
        heads = [part.unflatten(-1, (config.heads, config.head_width)).transpose(1, 2) for part in (v, q, k)]
        bias = self.position_bias.index_select(0, lags.flatten()).reshape(lags.shape)
        if time_bias is not None:
            bias = bias + time_bias
            bias = bias.unsqueeze(1)
        scores = F.silu(heads[1] @ heads[2].transpose(-1, -2) + bias) * in_band.unsqueeze(1)
        # N is the constant W: the current length would change what a row is while the stream goes on.
        attended = (scores @ heads[0]).transpose(1, 2).flatten(2) / config.window
        gated = u * F.layer_norm(attended, (config.heads_width,), eps=EPSILON)
        return self.output(F.dropout(gated, self.dropout, self.training)) + x


class Hstu(nn.Module):
    def __init__(self, config: HstuConfig, dropout: float = 0.0, input_dropout: float = 0.0):
        super().__init__()
        self.config, self.input_dropout = config, input_dropout
        self.content = nn.Linear(config.content_width, config.width)
        self.actions = nn.Parameter(torch.randn(len(config.actions), config.width) * 0.02)
        self.unknown = nn.Parameter(torch.randn(config.content_width) / math.sqrt(config.content_width))
        self.layers = nn.ModuleList(Layer(config, dropout) for _ in range(config.layers))
        self.time_bias = nn.Parameter(torch.zeros(config.layers, TIME_BUCKETS)) if config.time_bias else None
        self.head = nn.Linear(config.width, config.output_width)
        self._mirror()

    def _mirror(self):
        """The head begins as the content projection's transpose, both orthonormal: what a token holds reaches the output unturned."""
        nn.init.orthogonal_(self.content.weight)
        nn.init.zeros_(self.content.bias)
        nn.init.zeros_(self.head.bias)
        if self.config.content_width == self.config.output_width:
            with torch.no_grad():
                self.head.weight.copy_(self.content.weight.t())

    def fix_projections(self):
        """Content projection and head stay as they begin: each other's transpose."""
        self.content.weight.requires_grad_(False)
        self.head.weight.requires_grad_(False)

    def forward(self, contents, known, actions, times, segments):
        """User embeddings [B, T, O], L2-normalised, each after its token.

        contents [B, T, C]; known [B, T] bool: False = the learned unknown vector; actions [B, T]; times [B, T] seconds or
        None without time bias; segments [B, T]: whose token this is."""
        return self.embed(self.rows(contents, known, actions, times, segments)[-1])

    def rows(self, contents, known, actions, times, segments):
        """The residual stream before the first layer and after each, every one [B, T, D]."""
        length, window = actions.shape[1], self.config.window
        order = torch.arange(length, device=actions.device)
        lags = order[:, None] - order[None, :]
        in_band = ((lags >= 0) & (lags < window)) & (segments[:, :, None] == segments[:, None, :])
        lags = lags.clamp(0, window - 1)
        # One look-up for all layers; a bucket's gradient is then summed once.
        biases = [None] * self.config.layers
        if self.time_bias is not None:
            anchors = anchor_times(times, segments, self.config.time_anchor)
            buckets = time_buckets(anchors[:, :, None] - times[:, None, :])
            biases = F.embedding(buckets, self.time_bias.t()).unbind(-1)

        content = torch.where(known.unsqueeze(-1), contents, self.unknown.to(contents.dtype))
        # A product, not a look-up: thousands of tokens share an action, and their gradients would be added one by one.
        action = F.one_hot(actions, len(self.config.actions)).to(self.actions.dtype) @ self.actions
        x = math.sqrt(self.config.width) * (self.content(content) + action)
        rows = [F.dropout(x, self.input_dropout, self.training)]
        for layer, bias in zip(self.layers, biases):
            rows.append(layer(rows[-1], lags, in_band, bias))
        return rows

    def embed(self, row):
        return F.normalize(self.head(row), dim=-1, eps=EPSILON)

    def tensors(self) -> dict:
        """Names and layouts of the weights file (src/Streaming.Models/Hstu/HstuTensors.cs)."""
        named = {
            "content.weight": self.content.weight, "content.bias": self.content.bias, "actions": self.actions,
            "unknown": self.unknown, "head.weight": self.head.weight, "head.bias": self.head.bias,
        }
        for index, layer in enumerate(self.layers):
            named[f"layers.{index}.uvqk"] = layer.uvqk
            named[f"layers.{index}.position_bias"] = layer.position_bias
            if self.time_bias is not None:
                named[f"layers.{index}.time_bias"] = self.time_bias[index]
            named[f"layers.{index}.output.weight"] = layer.output.weight
            named[f"layers.{index}.output.bias"] = layer.output.bias
        return {name: value.detach() for name, value in named.items()}
