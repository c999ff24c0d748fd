"""Measures a model's folder on an exported log, as `train` measures what it has trained, and what a user's nearest creatives are.

    python3 -m training.hstu.measure training/hstu/configs/ads.json --data FOLDER --model FOLDER

One JSON object: the test's figures, and `nearest_category`: of the ten creatives nearest to each user at the end, the share that is in the
category which that user clicked most (`attributes` that begin with "category:"); `chance_category` is the share of all creatives.
"""
import argparse
import json
import pathlib

import numpy as np
import torch

from . import evaluate, events, export, splits
from .config import ACTIONS
from .data import Data
from .recommender import Recommender
from .train import split

NEAREST = 10


@torch.no_grad()
def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("settings", type=pathlib.Path)
    parser.add_argument("--data", type=pathlib.Path, required=True)
    parser.add_argument("--model", type=pathlib.Path, required=True)
    options = parser.parse_args()
    settings = json.loads(options.settings.read_text(encoding="utf-8"))
    log = events.read(options.data, ACTIONS)
    model = Recommender(Data(log, split(log, settings), "cpu"), settings).eval()
    export.load_weights(model.network, options.model)
    version = json.loads((options.model / "manifest.json").read_text(encoding="utf-8"))["model_version"]
    print(json.dumps({"model_version": version, **evaluate.evaluate(model, splits.TEST, unseen=True), **nearest(model)}))


def nearest(model: Recommender) -> dict:
    """After each user's last event that has a target in the test; users without a click are left out."""
    log, creatives = model.data.log, model.items()
    names = [next((name for name in own if str(name).startswith("category:")), "") for own in log.attributes]
    categories, category = np.unique(names, return_inverse=True)
    order, users = evaluate.embeddings(model, creatives, splits.TEST)
    last = {int(log.users[event]): row for row, event in sorted(enumerate(order.tolist()), key=lambda pair: pair[1])}
    shares, chances = [], []
    for user, row in last.items():
        past = slice(log.starts[user], int(order[row]) + 1)
        clicked = log.creatives[past][(log.actions[past] == ACTIONS.index("click")) & (log.creatives[past] >= 0)]
        if len(clicked) == 0:
            continue
        favourite = np.bincount(category[clicked], minlength=len(categories)).argmax()
        near = (creatives @ users[row]).topk(NEAREST).indices.numpy()
        shares.append((category[near] == favourite).mean())
        chances.append((category == favourite).mean())
    return {"nearest_category": round(float(np.mean(shares)), 4), "chance_category": round(float(np.mean(chances)), 4), "users": len(shares)}


if __name__ == "__main__":
    main()
