"""Manifests (format 2) of the encoders that train_aligned.py makes, and the folders that it writes."""
import hashlib
import json
import pathlib

WORD_BUCKETS, CHARACTER_BUCKETS, FIRST_ID = 12_288, 6_142, 2
ROWS = FIRST_ID + WORD_BUCKETS + CHARACTER_BUCKETS
IMAGE_SIZE = 224

TOKENIZER = {
    "kind": "hashed-ngrams",
    "buckets": ROWS,
    "word_buckets": WORD_BUCKETS,
    "word_ngrams": 1,
    "char_ngram_min": 3,
    "char_ngram_max": 4,
    "lowercase": True,
    "max_tokens": 1024,
}


def text_manifest(version: str, dimension: int) -> dict:
    return {**_head(version, dimension), "text": _text()}


def fused_manifest(version: str, dimension: int) -> dict:
    return {
        **_head(version, dimension),
        "text": _text(),
        "image": {
            "model": "image.onnx",
            "input": "image",
            "output": "features",
            "width": IMAGE_SIZE,
            "height": IMAGE_SIZE,
            "resize": "stretch",
            "filter": "bilinear",
            "channels": "rgb",
            "layout": "nchw",
            "mean": [127.5, 127.5, 127.5],
            "std": [127.5, 127.5, 127.5],
            # The means over a picture's places have other last bits in a batch.
            "batching": "alone",
        },
        "fusion": {"kind": "graph", "model": "fusion.onnx", "text": "text", "image": "image", "present": "present", "output": "embedding"},
    }


def write(folder: pathlib.Path, manifest: dict, files: dict, reference: dict) -> None:
    """Writes the graphs, the manifest with their checksums in place of their names, and reference values for a test."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (folder / name).write_bytes(content)
    for section in manifest.values():
        if isinstance(section, dict):
            name = section["model"]
            section["model"] = {"file": name, "sha256": hashlib.sha256(files[name]).hexdigest()}
    _write_json(folder / "manifest.json", manifest, indent=2)
    _write_json(folder / "reference.json", reference, indent=None)


def _head(version: str, dimension: int) -> dict:
    return {"format_version": 2, "encoder_version": version, "trained": True, "dimension": dimension, "normalise": True}


def _text() -> dict:
    return {
        "model": "text.onnx",
        "tokenizer": dict(TOKENIZER),
        "inputs": {"ids": "ids"},
        "output": "embedding",
        "pooling": "none",
        # Zeros of padding change the order of a sum, and so, rarely, its last bits.
        "batching": "equal_length",
        "batch_max": 64,
    }


def _write_json(path: pathlib.Path, value: dict, indent) -> None:
    path.write_text(json.dumps(value, indent=indent) + "\n", encoding="utf-8", newline="\n")
