"""Writes a model's folder: safetensors, then the manifest with its checksum, so that a torn export is refused."""
import hashlib
import json
import pathlib

from . import safetensors_file

WEIGHTS_FILE = "weights.safetensors"


def save_model(folder: pathlib.Path, model, model_version: str, trained: bool) -> None:
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    weights = safetensors_file.encode(model.tensors())
    manifest = {
        "format_version": 1,
        "kind": "hstu",
        "model_version": model_version,
        "trained": trained,
        "config": model.config.manifest(),
        "weights_file": WEIGHTS_FILE,
        "weights_sha256": hashlib.sha256(weights).hexdigest(),
    }
    (folder / WEIGHTS_FILE).write_bytes(weights)
    write_json(folder / "manifest.json", manifest)


def load_weights(model, folder: pathlib.Path) -> None:
    """Puts the tensors of a model's folder into a model of the same shape."""
    for name, value in safetensors_file.read(pathlib.Path(folder) / WEIGHTS_FILE).items():
        model.tensors()[name].copy_(value)


def write_json(path: pathlib.Path, value) -> None:
    pathlib.Path(path).write_text(json.dumps(value, indent=2, ensure_ascii=False) + "\n", encoding="utf-8", newline="\n")
