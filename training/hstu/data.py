"""The log on the device, and batches of rows for training and for evaluation."""
import numpy as np
import torch

from . import packing, splits
from .events import EventLog


class Data:
    def __init__(self, log: EventLog, targets: splits.Targets, device):
        self.log, self.targets, self.device = log, targets, device
        put = lambda array: torch.from_numpy(np.ascontiguousarray(array)).to(device)
        self.creatives, self.actions, self.times = put(log.creatives), put(log.actions), put(log.times)
        self.target, self.split = put(targets.creative), put(targets.split)
        self._training_pieces, self._evaluation_rows = {}, {}

    def training_rows(self, length: int, seed: int) -> packing.Rows:
        """Rows of the events that training may read, shuffled."""
        if length not in self._training_pieces:
            readable = np.add.reduceat(self.targets.trains, self.log.starts[:-1])
            # The last readable event has no target that trains.
            self._training_pieces[length] = [
                piece for start, count in zip(self.log.starts, readable) for piece in packing.cut(start, start + count - 1, length, length // 2)
            ]
        pieces = self._training_pieces[length]
        return packing.pack(pieces, length, np.random.default_rng(seed).permutation(len(pieces)))

    def evaluation_rows(self, length: int, context: int, split: int) -> packing.Rows:
        """Rows with every event whose target belongs to the split; each sees all that its embedding depends on."""
        if context >= length:
            raise ValueError(f"Rows of {length} tokens cannot hold {context} tokens of context.")
        if (length, split) not in self._evaluation_rows:
            wanted = np.concatenate([[0], np.cumsum(self.targets.split == split)])
            pieces = [
                piece for start, end in zip(self.log.starts, self.log.starts[1:]) for piece in packing.cut(start, end - 1, length, context)
                if wanted[piece.start + piece.length] > wanted[piece.start + piece.context]
            ]
            self._evaluation_rows[length, split] = packing.pack(pieces, length, np.arange(len(pieces)))
        return self._evaluation_rows[length, split]

    def batch(self, rows: packing.Rows, first: int, count: int) -> dict:
        part = slice(first, first + count)
        move = lambda array: torch.from_numpy(array[part]).to(self.device, non_blocking=True)
        return {"tokens": move(rows.tokens), "segments": move(rows.segments), "places": move(rows.places), "scored": move(rows.scored)}
