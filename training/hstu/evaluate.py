"""HR@10 and NDCG@10 over all creatives, none sampled.

Rank of a target = the number of creatives whose score is at least the target's, itself included; a tie counts against it.
hr10 and ndcg10 rank among all creatives; the _unseen figures leave out what the user met before, as the public code of
S3-Rec and of HSTU does.
"""
import torch

from .recommender import Recommender

USERS_AT_ONCE = 2048


@torch.no_grad()
def evaluate(model: Recommender, split: int, unseen: bool = False) -> dict:
    model.eval()
    creatives = model.items()
    events, users = embeddings(model, creatives, split)
    ranks, unseen_ranks = [], []
    for part in torch.arange(len(events)).split(USERS_AT_ONCE):
        chosen = events[part]
        targets = model.data.target[chosen]
        scores = users[part] @ creatives.t()
        own = scores.gather(1, targets[:, None])
        ranks.append((scores >= own).sum(1))
        if unseen:
            scores.scatter_(1, earlier(model.data, chosen), -2.0)
            unseen_ranks.append((scores.scatter_(1, targets[:, None], own) >= own).sum(1))
    result = metrics(torch.cat(ranks))
    if unseen:
        result.update({f"{name}_unseen": value for name, value in metrics(torch.cat(unseen_ranks)).items()})
    return {**result, "targets": len(events)}


def embeddings(model: Recommender, creatives, split: int) -> tuple:
    """The events whose targets belong to the split, as indices into the log, and the user embedding right after each."""
    context = model.config.rebuild_tokens - 1
    length = context + 1 if model.settings["kind"] != "hstu" else max(model.settings["row_tokens"], context + context // 2 + 2)
    if model.settings["kind"] != "hstu":
        # Positions are absolute: a row's last two tokens see (almost) all positions that there are.
        context -= 1
    rows = model.data.evaluation_rows(length, context, split)
    at_once = max(1, model.settings["row_tokens"] * model.settings["batch_rows"] * 4 // length)
    events, users = [], []
    for first in range(0, len(rows.tokens), at_once):
        batch = model.data.batch(rows, first, at_once)
        wanted = batch["scored"] & (batch["segments"] >= 0) & (model.data.split[batch["tokens"]] == split)
        events.append(batch["tokens"][wanted])
        users.append(model.users(creatives, batch)[wanted])
    return torch.cat(events), torch.cat(users)


def earlier(data, events):
    """The creatives that a user met up to each event, [events, longest]; short ones are filled up with their first."""
    starts = torch.from_numpy(data.log.starts).to(events.device)
    first = starts[torch.searchsorted(starts, events, right=True) - 1]
    lengths = events - first + 1
    steps = torch.arange(int(lengths.max()), device=events.device)
    return data.creatives[first[:, None] + torch.where(steps < lengths[:, None], steps, torch.zeros_like(steps))].clamp(min=0)


def metrics(ranks) -> dict:
    hits = (ranks <= 10).double()
    return {"hr10": round(hits.mean().item(), 5), "ndcg10": round((hits / (ranks + 1).double().log2()).mean().item(), 5)}
