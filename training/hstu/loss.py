"""Sampled softmax over cosine / temperature, with negatives shared by the batch; with none asked for, over all creatives."""
import torch
from torch.nn import functional as F

TEMPERATURE = 0.05


def sampled_softmax(users, creatives, targets, counts, negatives: int, temperature: float = TEMPERATURE):
    """users [N, C] and creatives [n, C], both L2-normalised; targets [N]; counts [N] bool: rows that count."""
    # Divided here, where there are few numbers.
    users = users / temperature
    if negatives == 0:
        logits = users @ creatives.t()
        losses = F.cross_entropy(logits, targets, reduction="none")
    else:
        drawn = torch.randint(0, len(creatives), (negatives,), device=users.device)
        positive = (users * creatives.index_select(0, targets)).sum(-1, keepdim=True)
        against = (users @ creatives.index_select(0, drawn).t()).masked_fill(drawn == targets[:, None], -1e4)
        logits = torch.cat([positive, against], dim=1)
        losses = F.cross_entropy(logits, torch.zeros_like(targets), reduction="none")
    weights = counts.to(losses.dtype)
    return (losses * weights).sum() / weights.sum().clamp(min=1)
