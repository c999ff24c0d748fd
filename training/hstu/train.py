"""Trains a model on an exported event log, evaluates it and, if asked, writes the model's folder.

    python3 -m training.hstu.train training/hstu/configs/beauty.json --data FOLDER --result RESULT.json [--export FOLDER] \
        [--set seed=2 dropout=0.3 model.layers=3]
"""
import argparse
import json
import math
import pathlib
import time

import torch

from . import events, evaluate, export, shipping, splits
from .config import ACTIONS
from .data import Data
from .recommender import Recommender

BETAS = (0.9, 0.98)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("settings", type=pathlib.Path)
    parser.add_argument("--data", type=pathlib.Path, required=True)
    parser.add_argument("--result", type=pathlib.Path, required=True)
    parser.add_argument("--export", type=pathlib.Path)
    parser.add_argument("--set", nargs="*", default=[], metavar="NAME=JSON")
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    options = parser.parse_args()
    settings = json.loads(options.settings.read_text(encoding="utf-8"))
    for change in options.set:
        override(settings, *change.split("=", 1))

    log = events.read(options.data, tuple(settings["model"].get("actions", ACTIONS)))
    model, result = train(Data(log, split(log, settings), options.device), settings)
    if options.export:
        result.update(shipping.ship(options.export, model))
    options.result.parent.mkdir(parents=True, exist_ok=True)
    export.write_json(options.result, {**result, "device": device_name(options.device)})


def split(log, settings) -> splits.Targets:
    if settings["split"] == "leave-one-out":
        return splits.leave_one_out(log)
    actions = [ACTIONS.index(name) for name in settings.get("target_actions", [])]
    return splits.by_time(log, settings["train_share"], settings["valid_share"], actions)


def train(data: Data, settings: dict) -> tuple:
    """The model of the best validation, and the run's result."""
    # Random initial weights and dropout follow the seed; atomic sums on a GPU make two runs differ in the last digits still.
    torch.manual_seed(settings["seed"])
    torch.set_float32_matmul_precision("high")
    model = Recommender(data, settings).to(data.device)
    steps = Steps(model)
    best, best_weights, best_epoch, began = -1.0, None, 0, time.time()
    for epoch in range(1, settings["epochs"] + 1):
        mean_loss = steps.epoch(epoch)
        if epoch % settings["evaluate_every"]:
            continue
        torch.set_float32_matmul_precision("highest")
        valid = evaluate.evaluate(model, splits.VALID, unseen=settings["criterion"].endswith("_unseen"))
        torch.set_float32_matmul_precision("high")
        figure = valid[settings["criterion"]]
        print(f"epoch {epoch}: loss {mean_loss:.4f}, validation HR@10 {valid['hr10']:.4f}, {settings['criterion']} {figure:.4f}, "
              f"{time.time() - began:.0f} s", flush=True)
        if figure > best:
            best, best_epoch = figure, epoch
            best_weights = {name: value.clone() for name, value in model.state_dict().items()}
        if epoch - best_epoch >= settings["patience"] or time.time() - began > settings.get("max_seconds", math.inf):
            break
    torch.set_float32_matmul_precision("highest")
    model.load_state_dict(best_weights)
    return model, summary(model, settings, best_epoch, time.time() - began)


def summary(model: Recommender, settings: dict, epochs: int, seconds: float) -> dict:
    valid, test = (evaluate.evaluate(model, part, unseen=True) for part in (splits.VALID, splits.TEST))
    return {
        "dataset": settings["dataset"], "split": settings["split"], "model": settings["kind"], "variant": settings["variant"],
        "seed": settings["seed"], "shipped": False,
        **test, **{f"valid_{name}": value for name, value in valid.items()},
        "cut_time": model.data.targets.cut_time, "epochs": epochs, "parameters": sum(value.numel() for value in model.parameters()),
        "settings": settings, "seconds": round(seconds, 1),
    }


class Steps:
    """Optimiser steps. On a GPU one step is recorded as a CUDA graph and replayed: the rows have one shape, the launches would cost most."""

    WARM_UP = 3

    def __init__(self, model: Recommender):
        self.model, self.settings, self.cuda = model, model.settings, next(model.parameters()).is_cuda
        self.graphed = self.cuda and self.settings.get("cuda_graph", True)
        rate = torch.tensor(0.0, device="cuda") if self.cuda else 0.0
        self.optimizer = torch.optim.AdamW(self._groups(), lr=rate, betas=BETAS, capturable=self.cuda)
        for group in self.optimizer.param_groups:
            group["lr"] = rate.clone() if self.cuda else rate
        self.done, self.graph, self.static, self.loss = 0, None, None, None

    def epoch(self, number: int) -> float:
        self.model.train()
        settings = self.settings
        rows = self.model.data.training_rows(settings["row_tokens"], 1_000 * settings["seed"] + number)
        count = max(1, len(rows.tokens) // settings["batch_rows"])
        # Moved to the device at once: a step then waits for nothing.
        moved = self.model.data.batch(rows, 0, len(rows.tokens))
        total = torch.zeros((), device=self.model.data.device)
        for step in range(count):
            self._set_rates(settings["epochs"] * count)
            part = slice(step * settings["batch_rows"], (step + 1) * settings["batch_rows"])
            total += self._step({name: value[part] for name, value in moved.items()})
        return total.item() / count

    def _groups(self) -> list:
        """Creatives and network may learn at different rates; only matrices decay."""
        groups = []
        for module, rate in ((self.model.items, "items_learning_rate"), (self.model.network, "learning_rate")):
            for matrices, decay in ((True, self.settings["weight_decay"]), (False, 0.0)):
                values = [value for value in module.parameters() if value.requires_grad and (value.dim() > 1) == matrices]
                if values:
                    groups.append({"params": values, "weight_decay": decay, "peak": self.settings[rate]})
        return groups

    def _set_rates(self, planned: int) -> None:
        """A linear start, then a cosine down to nothing at the planned end."""
        share = min(1.0, (self.done + 1) / self.settings["warm_up_steps"]) * 0.5 * (1 + math.cos(math.pi * min(1.0, self.done / planned)))
        for group in self.optimizer.param_groups:
            if self.cuda:
                group["lr"].fill_(share * group["peak"])
            else:
                group["lr"] = share * group["peak"]
        self.done += 1

    def _step(self, batch):
        if not self.graphed:
            return self._eager(batch)
        if self.static is None:
            self.static = {name: value.clone() for name, value in batch.items()}
        for name, value in batch.items():
            self.static[name].copy_(value)
        if self.done <= self.WARM_UP:
            stream = torch.cuda.Stream()
            stream.wait_stream(torch.cuda.current_stream())
            with torch.cuda.stream(stream):
                loss = self._eager(self.static)
            torch.cuda.current_stream().wait_stream(stream)
            return loss
        if self.graph is None:
            self.optimizer.zero_grad(set_to_none=True)
            self.graph = torch.cuda.CUDAGraph()
            with torch.cuda.graph(self.graph):
                self.loss = self._eager(self.static)
        self.graph.replay()
        return self.loss

    def _eager(self, batch):
        self.optimizer.zero_grad(set_to_none=True)
        loss = self.model.loss(batch)
        loss.backward()
        self.optimizer.step()
        return loss.detach()


def device_name(device: str) -> str:
    return torch.cuda.get_device_name().replace("NVIDIA ", "") if device.startswith("cuda") else "CPU"


def override(settings: dict, name: str, value: str) -> None:
    *path, last = name.split(".")
    for key in path:
        settings = settings[key]
    try:
        settings[last] = json.loads(value)
    except json.JSONDecodeError:
        settings[last] = value


if __name__ == "__main__":
    main()
