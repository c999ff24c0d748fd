"""Checks of the model and of the data preparation; each one first shows that it can fail.

    python3 -m training.hstu.check
"""
import numpy as np
import torch

from . import choose, packing, splits
from .config import HstuConfig
from .data import Data
from .events import EventLog
from .recommender import Recommender

SETTINGS = {
    "kind": "hstu", "dropout": 0.0, "input_dropout": 0.0, "items": ["ids"], "unknown_share": 0.0, "negatives": 0, "row_tokens": 16, "batch_rows": 4,
    "model": {"layers": 3, "width": 24, "heads": 2, "head_width": 8, "window": 5, "content_width": 12, "output_width": 12},
}


def random_log(users: int, longest: int, creatives: int, seed: int) -> EventLog:
    random = np.random.default_rng(seed)
    starts = np.concatenate([[0], np.cumsum(random.integers(3, longest, users))])
    times = np.concatenate([np.sort(random.integers(0, 10**6, count)) for count in np.diff(starts)])
    return EventLog(
        creative_ids=[f"c{i}" for i in range(creatives)], texts=[""] * creatives, attributes=[[]] * creatives,
        embeddings=np.zeros((creatives, 0), np.float32), user_ids=[f"u{i}" for i in range(users)], starts=starts,
        creatives=random.integers(0, creatives, starts[-1]), actions=random.integers(0, 7, starts[-1]), times=times)


def random_recommender(log: EventLog, targets: splits.Targets) -> Recommender:
    torch.manual_seed(7)
    model = Recommender(Data(log, targets, "cpu"), SETTINGS).double().eval()
    with torch.no_grad():
        model.network.time_bias.copy_(torch.randn_like(model.network.time_bias))
        for layer in model.network.layers:
            layer.position_bias.copy_(torch.randn_like(layer.position_bias))
    return model


def user_alone(model: Recommender, events: np.ndarray) -> torch.Tensor:
    """Embeddings after each of the given events, in a row of their own."""
    tokens = torch.from_numpy(events)[None]
    batch = {"tokens": tokens, "segments": torch.zeros_like(tokens), "places": torch.arange(tokens.shape[1])[None]}
    return model.users(model.items(), batch)[0]


def packed_rows_equal_users_alone(model: Recommender) -> None:
    """Evaluation in packed, cut rows gives what the whole history alone gives; with one token of context too few it does not."""
    log, context = model.data.log, model.config.rebuild_tokens - 1
    alone = torch.cat([user_alone(model, np.arange(start, end)) for start, end in zip(log.starts, log.starts[1:])])

    def error(context: int) -> float:
        pieces = [piece for start, end in zip(log.starts, log.starts[1:]) for piece in packing.cut(start, end, context + 3, context)]
        rows = packing.pack(pieces, context + 3, np.random.default_rng(0).permutation(len(pieces)))
        batch = model.data.batch(rows, 0, len(rows.tokens))
        valid = batch["scored"] & (batch["segments"] >= 0)
        assert sorted(batch["tokens"][valid].tolist()) == list(range(len(log.creatives)))
        return (model.users(model.items(), batch)[valid] - alone[batch["tokens"][valid]]).abs().max().item()

    assert error(context) < 1e-12, error(context)
    assert error(context - 1) > 1e-9, "a context that is too short was not seen"


def prefix_equals_batch_row(model: Recommender) -> None:
    """The embedding after event i of the whole sequence is the one of the sequence that ends at i."""
    start, end = model.data.log.starts[:2]
    whole = user_alone(model, np.arange(start, end))
    prefixes = torch.stack([user_alone(model, np.arange(start, upto))[-1] for upto in range(start + 1, end + 1)])
    assert (whole - prefixes).abs().max() < 1e-12


def later_events_change_nothing_earlier(model: Recommender) -> None:
    """Bit for bit; and the same check sees a model whose rows may look ahead."""
    start, end = model.data.log.starts[:2]
    changed = start + (end - start) // 2

    def first_difference() -> int:
        before = user_alone(model, np.arange(start, end))
        kept = model.data.creatives[changed].item()
        model.data.creatives[changed] = (kept + 1) % len(model.data.log.creative_ids)
        after = user_alone(model, np.arange(start, end))
        model.data.creatives[changed] = kept
        return start + int((before != after).any(-1).nonzero()[0])

    assert first_difference() == changed
    # The planted leak: q and k of each row come from the row after it.
    plain = torch.nn.functional.layer_norm
    torch.nn.functional.layer_norm = lambda x, *rest, **named: plain(x.roll(-1, dims=1), *rest, **named)
    try:
        assert first_difference() < changed, "a planted leak was not seen"
    finally:
        torch.nn.functional.layer_norm = plain


def targets_follow_their_events(log: EventLog) -> None:
    """Every target is a later event of the same user, and training reads nothing of validation or test."""
    for targets in (splits.leave_one_out(log), splits.by_time(log, 0.8, 0.1), splits.by_time(log, 0.8, 0.1, [1, 2])):
        data = Data(log, targets, "cpu")
        for start, end in zip(log.starts, log.starts[1:]):
            for event in range(start, end):
                if targets.creative[event] >= 0:
                    assert targets.creative[event] in log.creatives[event + 1:end]
        rows = data.training_rows(16, seed=1)
        read = rows.tokens[rows.segments >= 0]
        assert targets.trains[read].all()
        trained = rows.tokens[rows.scored & (rows.segments >= 0)]
        assert len(set(trained)) == len(trained), "an event is a target twice in an epoch"
        assert set(np.flatnonzero(targets.split == splits.TRAIN)) == set(trained[targets.split[trained] == splits.TRAIN])
    last = splits.leave_one_out(log)
    assert (np.bincount(log.users[last.split == splits.TEST], minlength=len(log.user_ids)) == 1).all()


def evaluation_ranks_as_a_plain_loop_does(model: Recommender) -> None:
    from .evaluate import evaluate
    targets, log, creatives = model.data.targets, model.data.log, model.items()
    hits = unseen_hits = gain = 0
    for start, end in zip(log.starts, log.starts[1:]):
        scores = user_alone(model, np.arange(start, end - 1))[-1] @ creatives.t()
        target = log.creatives[end - 1]
        better = {i for i in range(len(scores)) if i != target and scores[i] >= scores[target]}
        hits += len(better) < 10
        gain += 1 / np.log2(len(better) + 2) if len(better) < 10 else 0
        unseen_hits += len(better - set(log.creatives[start:end - 1].tolist())) < 10
    found = evaluate(model, splits.TEST, unseen=True)
    users = len(log.user_ids)
    assert found["targets"] == users == (targets.split == splits.TEST).sum()
    expected = (hits / users, gain / users, unseen_hits / users)
    assert np.allclose(expected, (found["hr10"], found["ndcg10"], found["hr10_unseen"]), atol=1e-5), (expected, found)


def choice_reads_the_validation_only() -> None:
    """The best mean of all seeds, whatever the test says; a candidate without all seeds is left out, however good."""
    run = lambda variant, seed, valid, test: {
        "variant": variant, "seed": seed, "valid_ndcg10_unseen": valid, "ndcg10_unseen": test, "settings": {"criterion": "ndcg10_unseen"}}
    results = [run("lucky", 1, 0.9, 0.9), run("worse", 1, 0.5, 0.9), run("worse", 2, 0.1, 0.9), run("better", 1, 0.3, 0.1), run("better", 2, 0.4, 0.1)]
    names = lambda: [group[0]["variant"] for group in choose.rank(results)]
    assert names() == ["better", "worse"], names()
    results[3]["valid_ndcg10_unseen"] = 0.1
    assert names() == ["worse", "better"], "a worse validation was not seen"


def main() -> None:
    choice_reads_the_validation_only()
    log = random_log(users=20, longest=60, creatives=30, seed=3)
    targets_follow_their_events(log)
    model = random_recommender(log, splits.leave_one_out(log))
    with torch.no_grad():
        packed_rows_equal_users_alone(model)
        prefix_equals_batch_row(model)
        later_events_change_nothing_earlier(model)
        evaluation_ranks_as_a_plain_loop_does(model)
    assert HstuConfig(**SETTINGS["model"]).rebuild_tokens == 13
    print("6 checks passed")


if __name__ == "__main__":
    main()
