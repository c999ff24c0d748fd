"""Reads what `streaming codebook export-embeddings` wrote."""
import hashlib
import json
import pathlib
from dataclasses import dataclass

import numpy
import torch


@dataclass(frozen=True)
class Data:
    rows: torch.Tensor   # [n, dimension], float32
    pairs: torch.Tensor  # [m, 2], int64: rows of creatives met one after the other, training part only
    encoder_version: str


def read(folder: pathlib.Path, device: str) -> Data:
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    if manifest["format_version"] != 1:
        raise SystemExit(f"{folder}: format_version is {manifest['format_version']}; this program reads 1")
    rows = numpy.frombuffer(checked(folder / "embeddings.bin", manifest["embeddings_sha256"]), "<f4").reshape(manifest["rows"], manifest["dimension"])
    pairs = numpy.frombuffer(checked(folder / "pairs.bin", manifest["pairs_sha256"]), "<i4").reshape(-1, 2)
    return Data(torch.from_numpy(rows.copy()).to(device), torch.from_numpy(pairs.astype("int64")).to(device), manifest["encoder_version"])


def checked(path: pathlib.Path, sha256: str) -> bytes:
    content = path.read_bytes()
    if hashlib.sha256(content).hexdigest() != sha256:
        raise SystemExit(f"{path}: its checksum is not the manifest's")
    return content
