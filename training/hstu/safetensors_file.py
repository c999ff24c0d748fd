"""Reads and writes safetensors files of float32 tensors, byte for byte as src/Streaming.Models/Weights does."""
import json
import pathlib
import struct

import torch


def encode(tensors: dict) -> bytes:
    header, blocks, offset = {}, [], 0
    for name in sorted(tensors):
        value = tensors[name].detach().to("cpu", torch.float32).contiguous()
        block = value.numpy().astype("<f4").tobytes()
        header[name] = {"dtype": "F32", "shape": list(value.shape), "data_offsets": [offset, offset + len(block)]}
        offset += len(block)
        blocks.append(block)
    text = json.dumps(header, separators=(",", ":"), ensure_ascii=False).encode()
    text += b" " * (-len(text) % 8)
    return struct.pack("<Q", len(text)) + text + b"".join(blocks)


def read(path: pathlib.Path) -> dict:
    data = pathlib.Path(path).read_bytes()
    (length,) = struct.unpack_from("<Q", data)
    header = json.loads(data[8:8 + length])
    header.pop("__metadata__", None)
    start = 8 + length
    return {
        name: torch.frombuffer(bytearray(data[start + entry["data_offsets"][0]:start + entry["data_offsets"][1]]), dtype=torch.float32)
        .reshape(entry["shape"])
        for name, entry in header.items()
    }
