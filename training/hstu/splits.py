"""Which event is a target of training, validation or test, and what the model is asked to foresee after each event."""
from dataclasses import dataclass

import numpy as np

from .events import EventLog

TRAIN, VALID, TEST, NEVER = 0, 1, 2, 3


@dataclass
class Targets:
    creative: np.ndarray  # [events] what comes after each event, or -1
    split: np.ndarray  # [events] whose target it is: TRAIN, VALID, TEST or NEVER
    trains: np.ndarray  # [events] bool: training may read the event itself
    cut_time: int = 0  # by time: first second of the test


def leave_one_out(log: EventLog) -> Targets:
    """Last event = test, the one before = validation, all others train. Users of fewer than three events train only."""
    place = np.arange(len(log.creatives)) - log.starts[log.users]
    length = np.diff(log.starts)[log.users]
    split = np.full(len(place), TRAIN)
    split[(length >= 3) & (place == length - 2)] = VALID
    split[(length >= 3) & (place == length - 1)] = TEST
    return _next_events(log, split)


def by_time(log: EventLog, train_share: float, valid_share: float, target_actions=()) -> Targets:
    """Events before a moment train, those of the last part before it validate, those after it test.

    After a user's first event of a later part all of that user's events belong to it, so late events leak nothing back."""
    ordered = np.sort(log.times)
    cuts = [ordered[int(len(ordered) * share)] for share in (train_share - valid_share, train_share)]
    split = (log.times >= cuts[0]).astype(np.int64) + (log.times >= cuts[1])
    for start, end in zip(log.starts, log.starts[1:]):
        split[start:end] = np.maximum.accumulate(split[start:end])
    targets = _next_events(log, split, target_actions)
    targets.cut_time = int(cuts[1])
    return targets


def _next_events(log: EventLog, split: np.ndarray, target_actions=()) -> Targets:
    """The target after an event is the user's next event, or the next one whose action is a target action."""
    creative = np.full(len(split), -1)
    target_split = np.full(len(split), NEVER)
    counts = np.isin(log.actions, target_actions) if len(target_actions) else np.ones(len(split), dtype=bool)
    counts &= log.creatives >= 0
    for start, end in zip(log.starts, log.starts[1:]):
        upcoming = -1
        for i in range(end - 2, start - 1, -1):
            if counts[i + 1]:
                upcoming = i + 1
            if upcoming >= 0:
                creative[i], target_split[i] = log.creatives[upcoming], split[upcoming]
    return Targets(creative, target_split, split == TRAIN)
