"""Synthetic pictures: a coloured shape on a coloured ground, by a class, with random place, size, shades and noise.

There are no pictures in the public data. These exist to train and prove the fusion of two towers; they show nothing of what real
pictures are worth.
"""
import torch

CLASSES = 24
SIZE = 56
_GROUNDS = [(0.8, -0.6, -0.6), (-0.6, 0.7, -0.6), (-0.6, -0.5, 0.8), (0.7, 0.6, -0.6), (0.6, -0.6, 0.7), (-0.6, 0.6, 0.7)]


def draw(classes: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
    """One picture [3, SIZE, SIZE] a class, numbers of about -1 to 1 as the encoder's input has them."""
    device, count = classes.device, len(classes)

    def uniform(low: float, high: float, *shape: int) -> torch.Tensor:
        return torch.rand(count, *shape, generator=generator, device=device) * (high - low) + low

    grounds = torch.tensor(_GROUNDS, device=device)[classes % len(_GROUNDS)] + uniform(-0.2, 0.2, 3)
    ink = -grounds.sign() * uniform(0.3, 0.9, 3)
    axis = torch.linspace(-1, 1, SIZE, device=device)
    x = (axis.view(1, 1, SIZE) - uniform(-0.3, 0.3, 1, 1)) / uniform(0.45, 0.8, 1, 1)
    y = (axis.view(1, SIZE, 1) - uniform(-0.3, 0.3, 1, 1)) / uniform(0.45, 0.8, 1, 1)
    x, y = x.expand(count, SIZE, SIZE), y.expand(count, SIZE, SIZE)
    inside = torch.maximum(x.abs(), y.abs()) < 1
    shapes = torch.stack([
        x * x + y * y < 1,
        inside,
        inside & (torch.sin(x * 9) > 0),
        inside & (torch.minimum(x.abs(), y.abs()) < 0.33),
    ], dim=1)
    shape = shapes[torch.arange(count, device=device), classes // len(_GROUNDS)].unsqueeze(1).float()
    picture = grounds.view(count, 3, 1, 1) * (1 - shape) + ink.view(count, 3, 1, 1) * shape
    noise = torch.randn(count, 3, SIZE, SIZE, generator=generator, device=device) * 0.1
    return (picture + noise).clamp(-1, 1)
