"""Pairs of creatives that one user engaged with one after the other, split as src/Streaming.Server/Encoders/CoInteractions.cs splits them."""
import json
import pathlib

FOLDS, TEST_FOLDS, VALIDATION_FOLD, COLD_FOLD = 10, 2, 2, 0
REACH = 3
MASK = 0xFFFFFFFF


def murmur2(key: bytes) -> int:
    """Kafka's hash of a key (src/Streaming.Core/Partitioning/Murmur2.cs)."""
    m = 0x5BD1E995
    value = 0x9747B28C ^ len(key)
    for start in range(0, len(key) - 3, 4):
        k = int.from_bytes(key[start:start + 4], "little") * m & MASK
        k = (k ^ k >> 24) * m & MASK
        value = (value * m & MASK) ^ k
    rest = key[len(key) // 4 * 4:]
    if rest:
        value = (value ^ int.from_bytes(rest, "little")) * m & MASK
    value = (value ^ value >> 13) * m & MASK
    return value ^ value >> 15


def fold(identifier: str) -> int:
    return (murmur2(identifier.encode()) & 0x7FFFFFFF) % FOLDS


class Pairs:
    """train: {(from, to): weight}; validation and test: lists of pairs, each once; cold: whether a creative is left out of training."""

    def __init__(self, folder: pathlib.Path):
        with (folder / "creatives.jsonl").open(encoding="utf-8") as lines:
            creatives = [json.loads(line) for line in lines]
        self.ids = [creative["creative_id"] for creative in creatives]
        self.texts = [creative["text"] for creative in creatives]
        self.cold = [fold(identifier) == COLD_FOLD for identifier in self.ids]
        places = {identifier: place for place, identifier in enumerate(self.ids)}
        sequences = {}
        with (folder / "events.jsonl").open(encoding="utf-8") as lines:
            for line in lines:
                event = json.loads(line)
                if event["action"] == "rating" and event.get("value", 0) < 4:
                    continue
                sequences.setdefault(event["user_id"], []).append(places[event["creative_id"]])
        self.train, self.trained, validation, test = {}, set(), set(), set()
        for user, sequence in sequences.items():
            group = fold(user)
            if group <= VALIDATION_FOLD:
                kept = test if group < TEST_FOLDS else validation
                kept.update((a, b) for a, b in zip(sequence, sequence[1:]) if a != b)
            else:
                self._add(sequence)
        self.validation, self.test = sorted(validation), sorted(test)

    def _add(self, sequence: list) -> None:
        """Neighbours count fully, those two and three steps away by the distance."""
        for distance in range(1, REACH + 1):
            for a, b in zip(sequence, sequence[distance:]):
                if a != b and not self.cold[a] and not self.cold[b]:
                    self.train[a, b] = self.train.get((a, b), 0) + 1 / distance
                    if distance == 1:
                        self.trained.update((a, b))
