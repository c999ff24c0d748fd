"""A sequence model and its creatives: from rows of the log to user embeddings."""
import torch
from torch import nn

from . import loss, splits
from .config import HstuConfig
from .data import Data
from .items import Items
from .model import Hstu
from .sasrec import SasRec, SasRecConfig


class Recommender(nn.Module):
    def __init__(self, data: Data, settings: dict):
        super().__init__()
        self.data, self.settings = data, settings
        kind = HstuConfig if settings["kind"] == "hstu" else SasRecConfig
        self.config = kind(**{name: tuple(value) if name == "actions" else value for name, value in settings["model"].items()})
        network = Hstu if settings["kind"] == "hstu" else SasRec
        self.network = network(self.config, settings["dropout"], settings["input_dropout"])
        if settings.get("fixed_projections"):
            self.network.fix_projections()
        self.items = Items(data.log, settings["items"], self.config.content_width)

    def users(self, creatives, batch, unknown_share: float = 0.0):
        """User embeddings [B, T, C] after each token of a batch."""
        data, tokens, segments = self.data, batch["tokens"], batch["segments"]
        ids = data.creatives[tokens]
        contents = creatives.index_select(0, ids.clamp(min=0).flatten()).reshape(*ids.shape, -1)
        known = ids >= 0
        if unknown_share > 0:
            known = known & (torch.rand(ids.shape, device=ids.device) >= unknown_share)
        if self.settings["kind"] != "hstu":
            # It has no vector of unknown creatives: their tokens are empty.
            return self.network(contents * known.unsqueeze(-1), segments, batch["places"])
        return self.network(contents, known, data.actions[tokens], data.times[tokens], segments)

    def loss(self, batch):
        creatives = self.items()
        users = self.users(creatives, batch, self.settings["unknown_share"])
        target = self.data.target[batch["tokens"]]
        counts = batch["scored"] & (batch["segments"] >= 0) & (target >= 0) & (self.data.split[batch["tokens"]] == splits.TRAIN)
        return loss.sampled_softmax(
            users.flatten(0, 1), creatives, target.clamp(min=0).flatten(), counts.flatten(), self.settings["negatives"],
            self.settings.get("temperature", loss.TEMPERATURE))
