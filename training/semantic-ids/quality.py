"""Assigns as the platform does, and measures as `streaming codebook eval` does."""
import math

import torch

LEAST_PERPLEXITY = 0.1  # CodebookAlarm.Default


@torch.no_grad()
def assign(rows: torch.Tensor, projection: list, centroids: torch.Tensor, normalise_residuals: bool) -> torch.Tensor:
    """Codes [n, layers] by the exported numbers alone."""
    residual = rows
    for i, (weight, bias) in enumerate(projection):
        residual = residual @ weight.T + bias
        if i < len(projection) - 1:
            residual = residual.relu()
    codes = []
    for layer, own in enumerate(centroids):
        if layer > 0 and normalise_residuals:
            residual = torch.nn.functional.normalize(residual, dim=1)
        codes.append(torch.cdist(residual, own, compute_mode="donot_use_mm_for_euclid_dist").argmin(1))
        residual = residual - own[codes[-1]]
    return torch.stack(codes, 1)


def measure(codes: torch.Tensor, size: int) -> dict:
    unique = len(torch.unique(codes, dim=0))
    levels = []
    for column in codes.T:
        counts = torch.bincount(column, minlength=size).double()
        share = counts[counts > 0] / counts.sum()
        ascending = counts.sort().values
        index = torch.arange(1, size + 1, device=counts.device).double()
        levels.append({
            "utilisation": (counts > 0).double().mean().item(),
            "perplexity": math.exp(-(share * share.log()).sum().item()),
            "gini": ((2 * index - size - 1) * ascending).sum().item() / (size * counts.sum().item()),
        })
    return {"rows": len(codes), "unique_ids": unique, "collision": (len(codes) - unique) / len(codes), "levels": levels}


def alarms(metrics: dict, size: int) -> list:
    most = min(size, metrics["rows"])
    return [
        f"layer {layer} has collapsed: perplexity {level['perplexity']:.1f} of {most}"
        for layer, level in enumerate(metrics["levels"]) if level["perplexity"] < LEAST_PERPLEXITY * most
    ]
