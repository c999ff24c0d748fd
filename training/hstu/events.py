"""The event log that the platform exports, as flat arrays: all events of one user lie one behind the other.

A folder holds events.jsonl, one event a line in arrival order (user_id, creative_id, action, event_time_ms, value), and
creatives.jsonl (creative_id, text, attributes, embedding).
"""
import json
import pathlib
from dataclasses import dataclass

import numpy as np


@dataclass
class EventLog:
    creative_ids: list
    texts: list
    attributes: list
    embeddings: np.ndarray  # [creatives, C] float32, or [creatives, 0] where the export has none
    user_ids: list
    starts: np.ndarray  # [users + 1]: the events of user u are starts[u] .. starts[u + 1]
    creatives: np.ndarray  # [events] index into creative_ids, or -1 for a creative that the log does not know
    actions: np.ndarray  # [events] index into the model's actions
    times: np.ndarray  # [events] Unix seconds

    @property
    def users(self) -> np.ndarray:
        """The user of each event."""
        return np.repeat(np.arange(len(self.user_ids)), np.diff(self.starts))


def read(folder: pathlib.Path, actions: tuple) -> EventLog:
    folder = pathlib.Path(folder)
    creatives = list(_lines(folder / "creatives.jsonl"))
    creative_index = {creative["creative_id"]: i for i, creative in enumerate(creatives)}
    user_index, rows = {}, []
    for event in _lines(folder / "events.jsonl"):
        user = user_index.setdefault(event["user_id"], len(user_index))
        action = actions.index(event["action"])
        # Floored, as the platform makes seconds of milliseconds.
        rows.append((user, creative_index.get(event["creative_id"], -1), action, event["event_time_ms"] // 1000))
    table = np.array(rows, dtype=np.int64).reshape(-1, 4)
    # Stable: a user's events stay in arrival order.
    table = table[np.argsort(table[:, 0], kind="stable")]
    starts = np.searchsorted(table[:, 0], np.arange(len(user_index) + 1))
    return EventLog(
        creative_ids=[creative["creative_id"] for creative in creatives],
        texts=[creative.get("text") or "" for creative in creatives],
        attributes=[creative.get("attributes") or [] for creative in creatives],
        embeddings=np.array([creative.get("embedding") or [] for creative in creatives], dtype=np.float32),
        user_ids=list(user_index),
        starts=starts,
        creatives=table[:, 1],
        actions=table[:, 2],
        times=table[:, 3],
    )


def _lines(path: pathlib.Path):
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            if line.strip():
                yield json.loads(line)
