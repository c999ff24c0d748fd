#!/usr/bin/env python3
"""Texts for training the aligned encoder: products, their titles, ads and single English words, one JSON string a line.

The first lines are the texts of creatives.jsonl, in its order; what follows is for distillation only, so that the encoder
knows words which no product has. Standard library only:
python3 corpus.py --creatives creatives.jsonl --ads ads/creatives.jsonl --vocabulary vocab.txt --out texts.jsonl
"""
import argparse
import json
import pathlib

WORDS, ADS = 10_000, 1_500


def texts_of(path: pathlib.Path) -> list:
    with path.open(encoding="utf-8") as lines:
        return [json.loads(line)["text"] for line in lines]


def words_of(vocabulary: pathlib.Path) -> list:
    """Whole lower-case words of a WordPiece vocabulary, the commonest first, as its order is."""
    lines = vocabulary.read_text(encoding="utf-8").split("\n")
    return [word for word in lines if len(word) > 2 and word.isascii() and word.isalpha()][:WORDS]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--creatives", type=pathlib.Path, required=True)
    parser.add_argument("--ads", type=pathlib.Path, required=True)
    parser.add_argument("--vocabulary", type=pathlib.Path, required=True)
    parser.add_argument("--out", type=pathlib.Path, required=True)
    options = parser.parse_args()

    products = texts_of(options.creatives)
    # Half a text: titles are about so long, and the encoder shall know short texts too.
    more = [" ".join(text.split()[:8]) for text in products] + sorted(set(texts_of(options.ads)))[:ADS] + words_of(options.vocabulary)
    lines = products + list(dict.fromkeys(more))
    options.out.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    print(f"{len(products)} products, {len(lines) - len(products)} other texts")


if __name__ == "__main__":
    main()
