"""The graph of models/encoder-hashed-1 with learned weights: rows of a table, summed / sqrt(count), projected, normalised."""
import functools
import hashlib
import pathlib
import sys

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from . import tokenizer
from .export import write_json

ENCODER_SCRIPTS = pathlib.Path(__file__).resolve().parents[1] / "encoder"
sys.path.append(str(ENCODER_SCRIPTS))
import make_hashed_encoder as hashed  # noqa: E402

DEFAULT = hashed.manifest(hashed.DEFAULT_VERSION, trained=False, sha256="")


class TextEncoder(nn.Module):
    """Starts as models/encoder-hashed-1. The platform keeps the table in float16, so it is rounded here before it is used."""

    def __init__(self, texts: list, dimension: int):
        super().__init__()
        if dimension != DEFAULT["dimension"]:
            raise ValueError(f"The content width is {dimension}; the text encoder makes {DEFAULT['dimension']} numbers.")
        table, projection = default_weights()
        bags = torch.zeros(len(texts), len(table))
        for row, text in enumerate(texts):
            ids = tokenizer.tokenize(text, DEFAULT["tokenizer"])
            bags[row] += torch.from_numpy(np.bincount(ids, minlength=len(table))).float() / len(ids) ** 0.5
        self.register_buffer("bags", bags, persistent=False)
        self.table = nn.Parameter(table.clone())
        self.projection = nn.Parameter(projection.clone())

    def forward(self) -> torch.Tensor:
        # Rounded forwards, straight through backwards.
        table = self.table + (self.table.half().float() - self.table).detach()
        return F.normalize(self.bags @ table @ self.projection, dim=-1)


@functools.lru_cache(maxsize=None)
def default_weights() -> tuple:
    table, projection = hashed.weights(hashed.DEFAULT_SEED, hashed.WORD_BUCKETS, hashed.CHARACTER_BUCKETS, hashed.DIMENSION)
    table = torch.frombuffer(bytearray(table), dtype=torch.float16).float().reshape(-1, hashed.DIMENSION)
    return table, torch.frombuffer(bytearray(projection), dtype=torch.float32).reshape(hashed.DIMENSION, hashed.DIMENSION)


def save(folder: pathlib.Path, encoder: TextEncoder, version: str) -> None:
    """Writes the encoder's folder as training/encoder does."""
    table = encoder.table.detach().cpu().half().numpy().astype("<f2").tobytes()
    projection = encoder.projection.detach().cpu().numpy().astype("<f4").tobytes()
    content = hashed.graph(table, projection, len(encoder.table), hashed.DIMENSION)
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "encoder.onnx").write_bytes(content)
    write_json(folder / "manifest.json", hashed.manifest(version, trained=True, sha256=hashlib.sha256(content).hexdigest()))
