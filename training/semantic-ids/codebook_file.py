"""Writes a codebook's folder as src/Streaming.Models/SemanticIds/CodebookBinary.cs reads it: format 2. Standard library only."""
import hashlib
import json
import pathlib
import struct
from array import array

MAGIC = b"SIDC"
FORMAT = 2


def encode(dimension: int, layers: int, size: int, projection: list, centroids, biases=()) -> bytes:
    """projection: [(weights, biases)], weights row-major [output][input]; all numbers flat. The last layer gives a centroid's numbers."""
    widths = [len(bias) for _, bias in projection]
    latent = widths[-1] if widths else dimension
    if len(centroids) != layers * size * latent or len(biases) not in (0, layers * size):
        raise ValueError(f"{len(centroids)} centroid numbers and {len(biases)} biases do not make {layers} x {size} x {latent}")
    header = MAGIC + struct.pack("<7I", FORMAT, layers, size, dimension, 1 if len(biases) else 0, len(projection), 0)
    blocks = [header, struct.pack(f"<{len(widths)}I", *widths)]
    for weights, bias in projection:
        blocks += [floats(weights), floats(bias)]
    return b"".join(blocks + [floats(centroids), floats(biases)])


def write(folder: pathlib.Path, version: str, encoder: str, method: str, normalise_residuals: bool, dimension: int, layers: int, size: int,
          projection: list, centroids) -> None:
    content = encode(dimension, layers, size, projection, centroids)
    manifest = {
        "format_version": FORMAT, "codebook_version": version, "encoder_version": encoder, "method": method,
        "layers": layers, "size": size, "dimension": dimension, "normalise_residuals": normalise_residuals,
        "centroids": {"file": "centroids.bin", "sha256": hashlib.sha256(content).hexdigest()},
    }
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "centroids.bin").write_bytes(content)
    (folder / "manifest.json").write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8")


def floats(values) -> bytes:
    numbers = array("f", values)
    if struct.pack("=I", 1) != struct.pack("<I", 1):
        numbers.byteswap()
    return numbers.tobytes()
