#!/usr/bin/env python3
"""Builds the untrained text encoder: hashed words and character n-grams, summed. Untrained, deterministic.

    ids [batch, tokens] int64, 0 = padding
      -> Gather(table, float16) -> Cast float32 -> sum over the tokens that are not padding / sqrt(their count)
      -> MatMul(projection) -> divide by the L2 norm -> embedding [batch, dimension] float32

Rows of the table are pseudo-random with unit variance, so the cosine of two texts reflects how many words and
n-grams they share. A row's scale is its weight: words above character n-grams, stop words and the commonest
English n-grams close to nothing. Training may later replace table and projection; the graph stays.

Only integers and correctly rounded operations (fsum, sqrt) are used, so any machine makes the same bytes.
Standard library only: python3 make_hashed_encoder.py --out DIRECTORY
"""
import argparse
import hashlib
import json
import math
import pathlib
import struct

import onnx_writer as onnx
import pooling

DEFAULT_VERSION, DEFAULT_SEED = "hashed-ngrams-1", 20260101
WORD_BUCKETS, CHARACTER_BUCKETS, DIMENSION = 5118, 3072, 32
NO_TEXT_ID, FIRST_ID = 1, 2
MASK = (1 << 64) - 1
WORD_WEIGHT, STOP_WORD_WEIGHT, CHARACTER_WEIGHT, COMMON_CHARACTER_WEIGHT = 1.0, 0.1, 0.35, 0.1

STOP_WORDS = """a about above after again all also am an and any are as at be because been before being below between both but by
can could did do does doing down during each few for from further had has have having he her here hers him his how i if in into is
it its just me more most my no nor not of off on once only or other our ours out over own same she should so some such than that
the their theirs them then there these they this those through to too under until up us very was we were what when where which
while who whom why will with would you your yours""".split()

COMMON_CHARACTERS = """<th the he> <the the> ing ng> ing> <in ion on> ion> tion <an and nd> <and and> ed> er> es> ers ent nt> ent>
ly> al> le> <co <re <pr re> or> ter ate ati ati on ons ns> <of of> <fo for or> <for for> <to to> <wi wit ith th> <wit with ith>
<st est st> <pro <de <di men ment""".split()


def fnv1a(text: str) -> int:
    """FNV-1a, 64 bits, over UTF-8; the tokenizer of the platform writes out the same."""
    state = 0xCBF29CE484222325
    for byte in text.encode():
        state = (state ^ byte) * 0x100000001B3 & MASK
    return state


def bucket(text: str, first: int, count: int) -> int:
    state = fnv1a(text)
    return first + (state ^ state >> 32) % count


class Gaussian:
    """splitmix64; the sum of a draw's eight bytes is close to normal (Irwin-Hall)."""

    MEAN, DEVIATION = 8 * 127.5, math.sqrt(8 * (256 * 256 - 1) / 12)

    def __init__(self, seed: int):
        self.state = seed & MASK

    def next(self) -> float:
        self.state = self.state + 0x9E3779B97F4A7C15 & MASK
        z = (self.state ^ self.state >> 30) * 0xBF58476D1CE4E5B9 & MASK
        z = (z ^ z >> 27) * 0x94D049BB133111EB & MASK
        return (sum((z ^ z >> 31).to_bytes(8, "little")) - self.MEAN) / self.DEVIATION


def row_weights(word_buckets: int, character_buckets: int) -> list[float]:
    weights = [0.0, 1.0] + [WORD_WEIGHT] * word_buckets + [CHARACTER_WEIGHT] * character_buckets
    for word in STOP_WORDS:
        weights[bucket(word, FIRST_ID, word_buckets)] = STOP_WORD_WEIGHT
    for gram in COMMON_CHARACTERS:
        weights[bucket(gram, FIRST_ID + word_buckets, character_buckets)] = COMMON_CHARACTER_WEIGHT
    return weights


def orthonormal(random: Gaussian, size: int) -> list[list[float]]:
    """Gram-Schmidt: a rotation keeps cosines, and training may start from it."""
    rows: list[list[float]] = []
    while len(rows) < size:
        row = [random.next() for _ in range(size)]
        for other in rows:
            dot = math.fsum(a * b for a, b in zip(row, other))
            row = [a - dot * b for a, b in zip(row, other)]
        norm = math.sqrt(math.fsum(a * a for a in row))
        rows.append([a / norm for a in row])
    return rows


def weights(seed: int, word_buckets: int, character_buckets: int, dimension: int) -> tuple[bytes, bytes]:
    """Table [rows, dimension] float16 and projection [dimension, dimension] float32, as the graph holds them."""
    random = Gaussian(seed)
    rows = row_weights(word_buckets, character_buckets)
    table = b"".join(struct.pack("<e", random.next() * weight) for weight in rows for _ in range(dimension))
    projection = b"".join(struct.pack("<f", item) for row in orthonormal(random, dimension) for item in row)
    return table, projection


def graph(table: bytes, projection: bytes, rows: int, dimension: int) -> bytes:
    """The ONNX file; training/hstu puts learned weights into the same graph."""
    tensors = [
        onnx.tensor("table", onnx.FLOAT16, [rows, dimension], table),
        onnx.tensor("projection", onnx.FLOAT, [dimension, dimension], projection),
        *pooling.tensors(),
    ]
    nodes = [
        *pooling.nodes(),
        onnx.node("MatMul", ["pooled", "projection"], "projected"),
        onnx.node("ReduceL2", ["projected"], "norm", axes=[1], keepdims=1),
        onnx.node("Max", ["norm", "tiny"], "norm_or_tiny"),
        onnx.node("Div", ["projected", "norm_or_tiny"], "embedding"),
    ]
    inputs = [onnx.value("ids", onnx.INT64, ["batch", "tokens"])]
    outputs = [onnx.value("embedding", onnx.FLOAT, ["batch", dimension])]
    return onnx.model("streaming", "hashed_ngrams", nodes, tensors, inputs, outputs)


def manifest(version: str, trained: bool, sha256: str, word_buckets: int = WORD_BUCKETS, character_buckets: int = CHARACTER_BUCKETS,
             dimension: int = DIMENSION) -> dict:
    return {
        "format_version": 1,
        "encoder_version": version,
        "trained": trained,
        "model": {"file": "encoder.onnx", "sha256": sha256},
        "tokenizer": {
            "kind": "hashed-ngrams",
            "buckets": FIRST_ID + word_buckets + character_buckets,
            "word_buckets": word_buckets,
            "word_ngrams": 2,
            "char_ngram_min": 3,
            "char_ngram_max": 4,
            "lowercase": True,
            "max_tokens": 1024,
        },
        "input": "ids",
        "output": "embedding",
        "dimension": dimension,
        "normalise": True,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=pathlib.Path, required=True)
    parser.add_argument("--encoder-version", default=DEFAULT_VERSION)
    parser.add_argument("--seed", type=int, default=DEFAULT_SEED)
    parser.add_argument("--word-buckets", type=int, default=WORD_BUCKETS)
    parser.add_argument("--character-buckets", type=int, default=CHARACTER_BUCKETS)
    parser.add_argument("--dimension", type=int, default=DIMENSION)
    options = parser.parse_args()

    sizes = (options.word_buckets, options.character_buckets, options.dimension)
    content = graph(*weights(options.seed, *sizes), FIRST_ID + options.word_buckets + options.character_buckets, options.dimension)
    described = manifest(options.encoder_version, False, hashlib.sha256(content).hexdigest(), *sizes)
    options.out.mkdir(parents=True, exist_ok=True)
    (options.out / "encoder.onnx").write_bytes(content)
    (options.out / "manifest.json").write_text(json.dumps(described, indent=2) + "\n", encoding="utf-8", newline="\n")
    print(f"{options.out}: {len(content)} bytes, sha256 {described['model']['sha256']}")


if __name__ == "__main__":
    main()
