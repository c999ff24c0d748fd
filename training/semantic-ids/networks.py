"""What both models share: the encoder before the codebook, the decoder after it, k-means for the first centroids."""
import torch
from torch import nn


def mlp(widths: list) -> nn.Sequential:
    """Affine layers with ReLU between them: what the codebook format's projection is."""
    layers = []
    for inputs, outputs in zip(widths, widths[1:]):
        layers += [nn.Linear(inputs, outputs), nn.ReLU()]
    return nn.Sequential(*layers[:-1])


def kmeans(rows: torch.Tensor, size: int, iterations: int = 50) -> torch.Tensor:
    """Centroids after k-means++ and Lloyd's iterations; a cluster that ends empty keeps its centroid."""
    chosen = torch.randint(len(rows), (1,), device=rows.device)
    nearest = torch.full((len(rows),), float("inf"), device=rows.device)
    centroids = []
    for _ in range(size):
        centroids.append(rows[chosen].reshape(-1))
        nearest = torch.minimum(nearest, ((rows - centroids[-1]) ** 2).sum(1))
        # The small number keeps the draw possible when every row is a centroid already.
        chosen = torch.multinomial(nearest + 1e-12, 1)
    result = torch.stack(centroids)
    for _ in range(iterations):
        codes = nearest_codes(rows, result)
        sums = torch.zeros_like(result).index_add_(0, codes, rows)
        counts = torch.bincount(codes, minlength=size).unsqueeze(1)
        result = torch.where(counts > 0, sums / counts.clamp(min=1), result)
    return result


def nearest_codes(rows: torch.Tensor, centroids: torch.Tensor) -> torch.Tensor:
    return torch.cdist(rows, centroids, compute_mode="donot_use_mm_for_euclid_dist").argmin(1)


def unit(values: torch.Tensor) -> torch.Tensor:
    return nn.functional.normalize(values, dim=-1)
