"""The encoders as PyTorch modules: text (hashed n-grams), a small image tower and their fusion. graphs.py has the same arithmetic in ONNX."""
import dataclasses
import math

import torch
from torch import nn
from torch.nn import functional as F

import graphs
import manifests

WIDTH, HIDDEN, DIMENSION = 48, 96, 32
CHANNELS = [3, 16, 32, 48, 64]
FUSION_HIDDEN = 64
POOL = 4


@dataclasses.dataclass
class Bags:
    """Token ids of many texts, one after the other."""

    ids: torch.Tensor
    offsets: torch.Tensor
    counts: torch.Tensor

    @staticmethod
    def of(token_ids: list, device) -> "Bags":
        counts = torch.tensor([len(ids) for ids in token_ids])
        flat = torch.tensor([token for ids in token_ids for token in ids])
        return Bags(flat.to(device), (counts.cumsum(0) - counts).to(device), counts.to(device))

    def select(self, rows: torch.Tensor) -> "Bags":
        counts = self.counts[rows]
        ends = counts.cumsum(0)
        start = torch.repeat_interleave(self.offsets[rows] - (ends - counts), counts)
        return Bags(self.ids[start + torch.arange(len(start), device=start.device)], ends - counts, counts)


class TextStudent(nn.Module):
    def __init__(self, generator: torch.Generator):
        super().__init__()

        def normal(*shape: int, scale: float) -> nn.Parameter:
            return nn.Parameter(torch.randn(*shape, generator=generator) * scale)

        self.table = normal(manifests.ROWS, WIDTH, scale=0.1)
        self.linear = normal(WIDTH, DIMENSION, scale=WIDTH ** -0.5)
        self.first = normal(WIDTH, HIDDEN, scale=WIDTH ** -0.5)
        self.first_bias = nn.Parameter(torch.zeros(HIDDEN))
        self.second = normal(HIDDEN, DIMENSION, scale=0.02)

    def forward(self, bags: Bags, drop: float = 0.0) -> torch.Tensor:
        # The table ships in float16: rounded forwards, straight through backwards.
        table = self.table + (self.table.half().float() - self.table).detach()
        kept = (torch.rand(len(bags.ids), device=bags.ids.device) >= drop).float() if drop > 0 else torch.ones(len(bags.ids), device=bags.ids.device)
        rows = torch.repeat_interleave(torch.arange(len(bags.counts), device=bags.ids.device), bags.counts)
        counts = torch.zeros(len(bags.counts), device=bags.ids.device).index_add(0, rows, kept)
        total = F.embedding_bag(bags.ids, table, bags.offsets, mode="sum", per_sample_weights=kept)
        pooled = total / counts.clamp(min=1).sqrt().unsqueeze(1)
        return F.normalize(pooled @ self.linear + F.relu(pooled @ self.first + self.first_bias) @ self.second, dim=-1)

    def graph(self) -> bytes:
        return graphs.text_graph(raw(self.table.half()), manifests.ROWS, WIDTH, HIDDEN, DIMENSION, raw(self.linear), raw(self.first), raw(self.first_bias), raw(self.second))


class ImageStudent(nn.Module):
    """Pictures of pictures.SIZE, which is what is left of manifests.IMAGE_SIZE after the graph's first pooling."""

    def __init__(self):
        super().__init__()
        self.convolutions = nn.ModuleList(nn.Conv2d(a, b, 3, stride=2, padding=1) for a, b in zip(CHANNELS, CHANNELS[1:]))
        self.out = nn.Parameter(torch.randn(CHANNELS[-1], DIMENSION) * CHANNELS[-1] ** -0.5)

    def forward(self, pictures: torch.Tensor) -> torch.Tensor:
        for convolution in self.convolutions:
            pictures = F.relu(convolution(pictures))
        return F.normalize(pictures.mean(dim=(2, 3)) @ self.out, dim=-1)

    def graph(self) -> bytes:
        kernels = [raw(convolution.weight) for convolution in self.convolutions]
        return graphs.image_graph(manifests.IMAGE_SIZE, POOL, CHANNELS, kernels, [raw(convolution.bias) for convolution in self.convolutions], DIMENSION, raw(self.out))


class Fusion(nn.Module):
    def __init__(self):
        super().__init__()
        self.no_text = nn.Parameter(torch.randn(1, DIMENSION) * 0.1)
        self.no_image = nn.Parameter(torch.randn(1, DIMENSION) * 0.1)
        self.image_linear = nn.Parameter(torch.randn(DIMENSION, DIMENSION) * DIMENSION ** -0.5)
        self.first = nn.Parameter(torch.randn(2 * DIMENSION, FUSION_HIDDEN) * (2 * DIMENSION) ** -0.5)
        self.first_bias = nn.Parameter(torch.zeros(FUSION_HIDDEN))
        self.second = nn.Parameter(torch.randn(FUSION_HIDDEN, DIMENSION) * 0.02)

    def forward(self, text: torch.Tensor, image: torch.Tensor, present: torch.Tensor) -> torch.Tensor:
        has_text, has_image = present[:, :1], present[:, 1:]
        text = text * has_text + self.no_text * (1 - has_text)
        image = image * has_image + self.no_image * (1 - has_image)
        bent = F.relu(torch.cat([text, image], dim=1) @ self.first + self.first_bias) @ self.second
        return F.normalize(text + image @ self.image_linear + bent, dim=-1)

    def graph(self) -> bytes:
        return graphs.fusion_graph(DIMENSION, FUSION_HIDDEN, raw(self.no_text), raw(self.no_image), raw(self.image_linear), raw(self.first), raw(self.first_bias), raw(self.second))


def formula_picture(device) -> torch.Tensor:
    """The picture of the reference values: byte[c, y, x] = round(127.5 + 127.5·sin(0.05·x + 0.031·y + 1.7·c)), as the encoder's input after its pooling."""
    size = manifests.IMAGE_SIZE
    rows = [[[round(127.5 + 127.5 * math.sin(0.05 * x + 0.031 * y + 1.7 * c)) for x in range(size)] for y in range(size)] for c in range(3)]
    pixels = torch.tensor(rows, dtype=torch.float32, device=device).unsqueeze(0)
    return F.avg_pool2d((pixels - 127.5) / 127.5, POOL)


def raw(tensor: torch.Tensor) -> bytes:
    return tensor.detach().cpu().contiguous().numpy().tobytes()
