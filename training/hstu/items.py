"""What a creative is to the model: one L2-normalised vector, the content of its tokens and its place in the output space."""
import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from . import text_encoder
from .events import EventLog


class Items(nn.Module):
    """The sum of the chosen parts, normalised: "ids" (learned, one a creative), "attributes" (mean of learned vectors),
    "text" (the platform's text encoder, learned), "given" (the embeddings of the export, frozen)."""

    def __init__(self, log: EventLog, parts: list, width: int):
        super().__init__()
        count = len(log.creative_ids)
        self.ids = nn.Parameter(torch.randn(count, width) * 0.02) if "ids" in parts else None
        self.attributes = AttributeBag(log.attributes, width) if "attributes" in parts else None
        self.text = text_encoder.TextEncoder(log.texts, width) if "text" in parts else None
        if "given" in parts:
            self.register_buffer("given", torch.from_numpy(log.embeddings), persistent=False)
        else:
            self.given = None

    def forward(self) -> torch.Tensor:
        """[creatives, C]"""
        parts = [self.ids, self.attributes and self.attributes(), self.text and self.text(), self.given]
        return F.normalize(sum(part for part in parts if part is not None), dim=-1)


class AttributeBag(nn.Module):
    """Mean of a creative's attribute vectors. A dense product: the matrix is small, and its gradient needs no atomics."""

    def __init__(self, attributes: list, width: int):
        super().__init__()
        index = {name: i for i, name in enumerate(sorted({name for names in attributes for name in names}, key=str))}
        shares = np.zeros((len(attributes), len(index)), dtype=np.float32)
        for row, names in enumerate(attributes):
            for name in names:
                shares[row, index[name]] += 1 / len(names)
        self.register_buffer("shares", torch.from_numpy(shares), persistent=False)
        self.vectors = nn.Parameter(torch.randn(len(index), width) * 0.04)

    def forward(self) -> torch.Tensor:
        return self.shares @ self.vectors
